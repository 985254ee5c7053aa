#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>
#include <xgrad/core/backward.hpp>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/nn/dropout.hpp>
#include <xgrad/nn/embedding.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/tensors.hpp"

namespace {

using doctest::Approx;
using xg::same;
using xg::Shape;
using xg::Tensor;
namespace nn = xg::nn;

Tensor whole_numbers(std::initializer_list<xg::NestedValues> values) {
  return xg::tensor(values, {.dtype = xg::int64});
}

}  // namespace

TEST_CASE("scale_grad_by_freq divides a row's gradient by how often it is looked up") {
  nn::Embedding words{5, 2, {.scale_grad_by_freq = true, .dtype = xg::float64}};
  const Tensor index = whole_numbers({{3, 1, 3}, {3, 0, 0}});
  const Tensor y = words(index);
  CHECK(same(y, xg::embedding(words.weight, index)));
  y.backward(xg::ones({2, 3, 2}, {.dtype = xg::float64}));
  CHECK(same(words.weight.grad(),
             xg::tensor({{1, 1}, {1, 1}, {0, 0}, {1, 1}, {0, 0}}, {.dtype = xg::float64})));
}

TEST_CASE("max_norm shortens the rows looked up, in place, and only those that are longer") {
  nn::Embedding words{4, 2, {.max_norm = 2, .dtype = xg::float64}};
  const Tensor start = xg::tensor({{3, 4}, {1, 1}, {6, 8}, {0, 0}}, {.dtype = xg::float64});
  xg::assign(words.weight, start);
  const std::uint64_t version = words.weight.version();
  words(whole_numbers({1, 3}));
  CHECK(words.weight.version() == version);
  const Tensor y = words(whole_numbers({0, 1}));
  CHECK(same(y, xg::tensor({{1.2, 1.6}, {1, 1}}, {.dtype = xg::float64}), 1e-6));
  CHECK(same(xg::select(words.weight, 0, 2), xg::select(start, 0, 2)));
  CHECK(words.weight.is_leaf());
  CHECK(words.weight.requires_grad());
  nn::Embedding manhattan{4, 2, {.max_norm = 7, .norm_type = 1, .dtype = xg::float64}};
  xg::assign(manhattan.weight, start);
  manhattan(whole_numbers({0, 2}));
  CHECK(manhattan.weight.at({0, 0}) == 3);
  CHECK(manhattan.weight.at({2, 0}) == Approx(3).epsilon(1e-6));
}

TEST_CASE("EmbeddingBag folds rows as Embedding looks them up") {
  nn::EmbeddingBag bags{6, 3, {.mode = xg::BagMode::sum, .padding_idx = 5, .dtype = xg::float64}};
  CHECK(xg::count_nonzero(xg::select(bags.weight, 0, 5)).item() == 0);
  const Tensor index = whole_numbers({{3, 1, 5}, {5, 5, 5}});
  const Tensor rows = xg::embedding(bags.weight, index);
  CHECK(same(bags(index), xg::sum(rows, {1})));
  bags.options.mode = xg::BagMode::mean;
  CHECK(same(xg::select(bags(index), 0, 0), xg::sum(xg::select(rows, 0, 0), {0}) / 2));
  CHECK(xg::count_nonzero(xg::select(bags(index), 0, 1)).item() == 0);
  bags.options.mode = xg::BagMode::max;
  CHECK(same(xg::select(bags(index), 0, 0), xg::amax(xg::narrow(xg::select(rows, 0, 0), 0, 0, 2), {0})));
  const nn::EmbeddingBag plain{6, 3};
  CHECK(plain.options.mode == xg::BagMode::mean);
  CHECK(same(
      plain(whole_numbers({0, 4, 2}), whole_numbers({0, 3})),
      xg::stack({xg::mean(xg::index_select(plain.weight, 0, whole_numbers({0, 4, 2})), {0}), xg::zeros({3})}),
      1e-6));
  const auto make = [] { return nn::EmbeddingBag{6, 3, {.padding_idx = -7}}; };
  CHECK_THROWS_WITH_AS(make(), "[EmbeddingBag] padding_idx -7 is out of range for 6 embeddings",
                       xg::IndexError);
}

TEST_CASE("EmbeddingBag passes gradcheck in each mode, and takes no bags at all") {
  const Tensor index = whole_numbers({3, 1, 1, 0}), offsets = whole_numbers({0, 2, 2, 4});
  for (const auto mode : {xg::BagMode::sum, xg::BagMode::mean, xg::BagMode::max}) {
    nn::EmbeddingBag bags{
        5, 2, {.mode = mode, .include_last_offset = true, .padding_idx = 0, .dtype = xg::float64}};
    CHECK(
        xg::gradcheck([&](nn::EmbeddingBag& net) { return xg::sum(xg::square(net(index, offsets))); }, bags));
    CHECK(bags(xg::zeros({0, 3}, {.dtype = xg::int64})).shape() == Shape{0, 2});
    CHECK(same(bags(whole_numbers({}), whole_numbers({0, 0})), xg::zeros({1, 2}, {.dtype = xg::float64})));
  }
  nn::EmbeddingBag scaled{5, 2, {.scale_grad_by_freq = true, .mode = xg::BagMode::sum, .dtype = xg::float64}};
  scaled(whole_numbers({{1, 1}})).backward(xg::ones({1, 2}, {.dtype = xg::float64}));
  CHECK(scaled.weight.grad().at({1, 0}) == 1);
}

TEST_CASE("dropouts of channels let whole channels through or none") {
  xg::manual_seed(1);
  const auto check = [](const auto& drop, const Shape& shape, double share) {
    const Tensor y = drop(xg::ones(shape));
    const Tensor channels = xg::reshape(y, {shape[0] * shape[1], -1});
    const Tensor first = xg::narrow(channels, 1, 0, 1);
    CHECK(xg::all(channels == first).item() == 1);
    const double zeros = static_cast<double>(first.numel()) - xg::count_nonzero(first).item();
    CHECK(std::abs(zeros / static_cast<double>(first.numel()) - share) < 0.05);
    auto off = drop;
    off.training = false;
    CHECK(same(off(y), y, 0));
  };
  check(nn::Dropout1d{0.3}, {40, 30, 2}, 0.3);
  check(nn::Dropout2d{0.5}, {40, 30, 2, 2}, 0.5);
  check(nn::Dropout3d{0.2}, {40, 30, 2, 1, 2}, 0.2);
}

TEST_CASE("alpha dropout keeps mean and variance of standard normal values") {
  xg::manual_seed(2);
  const Tensor x = xg::randn({200, 50, 4});
  nn::AlphaDropout each{0.4};
  const Tensor y = each(x);
  CHECK(std::abs(xg::mean(y).item()) < 0.02);
  CHECK(std::abs(xg::var(y).item() - 1) < 0.03);
  const nn::FeatureAlphaDropout channels{0.4};
  const Tensor z = channels(x);
  CHECK(std::abs(xg::var(z).item() - 1) < 0.06);
  const Tensor lowest = xg::amin(z, {2}) == xg::amax(z, {2});
  CHECK(std::abs(xg::count_nonzero(lowest).item() / 1e4 - 0.4) < 0.02);
  each.training = false;
  CHECK(each(x).is_same(x));
  CHECK(xg::count_nonzero(nn::AlphaDropout{1}(x)).item() == 0);
}
