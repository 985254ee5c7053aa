#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>
#include <xgrad/core/backward.hpp>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/nn/nn.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/tensors.hpp"

namespace {

using doctest::Approx;
using xg::as_double;
using xg::paths;
using xg::random_doubles;
using xg::same;
using xg::Shape;
using xg::Tensor;
namespace nn = xg::nn;

double largest_singular_value(const Tensor& matrix) { return xg::amax(xg::svdvals(matrix)).item(); }

}  // namespace

TEST_CASE("WeightNorm starts as the layer it wraps, with PyTorch's parameters beside the others") {
  const nn::Linear fc{3, 4, {.dtype = xg::float64}};
  nn::WeightNorm net{fc};
  CHECK(paths(net) == std::vector<std::string>{"bias", "weight_g", "weight_v"});
  CHECK(net.weight_g.shape() == Shape{4, 1});
  CHECK(fc.weight.defined());
  const Tensor x = random_doubles({5, 3});
  CHECK(same(net(x), fc(x)));
  xg::assign(net.weight_g, 2 * net.weight_g.detach());
  CHECK(same(net(x) - fc.bias, 2 * (fc(x) - fc.bias)));
  CHECK(xg::gradcheck([&](nn::WeightNorm<nn::Linear>& model) { return xg::sum(xg::square(model(x))); }, net));
}

TEST_CASE("WeightNorm takes layers of several inputs, other axes, and sits in a model") {
  struct Net {
    nn::WeightNorm<nn::Conv2d> conv{nn::Conv2d{2, 3, 2}};
    nn::WeightNorm<nn::ConvTranspose1d> up{nn::ConvTranspose1d{3, 2, 2}, 1};
    nn::WeightNorm<nn::Bilinear> mix{nn::Bilinear{2, 3, 4}};
    std::vector<nn::WeightNorm<nn::Linear>> more{nn::WeightNorm{nn::Linear{2, 2}}};
  };
  Net net;
  CHECK(paths(net) == std::vector<std::string>{"conv.bias", "conv.weight_g", "conv.weight_v", "up.bias",
                                               "up.weight_g", "up.weight_v", "mix.bias", "mix.weight_g",
                                               "mix.weight_v", "more.0.bias", "more.0.weight_g",
                                               "more.0.weight_v"});
  CHECK(net.up.weight_g.shape() == Shape{1, 2, 1});
  CHECK(net.mix(xg::ones({5, 2}), xg::ones({5, 3})).shape() == Shape{5, 4});
  CHECK(net.conv(xg::ones({2, 3, 3})).shape() == Shape{3, 2, 2});
  const Net copy = xg::clone(net);
  CHECK(same(copy.mix(xg::ones({5, 2}), xg::ones({5, 3})), net.mix(xg::ones({5, 2}), xg::ones({5, 3})), 0));
  CHECK_FALSE(copy.conv.weight_v.is_same(net.conv.weight_v));
}

TEST_CASE("SpectralNorm makes the largest singular value 1") {
  xg::manual_seed(3);
  nn::SpectralNorm net{nn::Linear{4, 6, {.bias = false, .dtype = xg::float64}}};
  CHECK(paths(net) == std::vector<std::string>{"weight_u", "weight_v", "weight_orig"});
  CHECK(xg::count_parameters(net) == 24);
  for (int i = 0; i < 300; ++i) net(random_doubles({1, 4}));
  const Tensor effective = xg::t(net(xg::eye(4, -1, as_double)));
  CHECK(largest_singular_value(effective) == Approx(1).epsilon(1e-9));
  CHECK(same(effective * largest_singular_value(net.weight_orig), net.weight_orig, 1e-8));
  const Tensor u = xg::clone(net.weight_u);
  xg::eval(net);
  net(random_doubles({1, 4}));
  CHECK(same(net.weight_u, u, 0));
  CHECK(xg::gradcheck(
      [](nn::SpectralNorm<nn::Linear>& model) {
        return xg::sum(xg::square(model(random_doubles({2, 4}))));
      },
      net));
}

TEST_CASE("SpectralNorm moves its vectors in training only, also between two forward passes of one graph") {
  xg::manual_seed(4);
  nn::SpectralNorm net{nn::ConvTranspose2d{3, 2, 2}, {.axis = 1}};
  CHECK(net.weight_u.shape() == Shape{2});
  CHECK(net.weight_v.shape() == Shape{12});
  const Tensor before = xg::clone(net.weight_v);
  const Tensor x = xg::ones({1, 3, 2, 2});
  (xg::sum(net(x)) + xg::sum(xg::square(net(x)))).backward();
  CHECK_FALSE(same(net.weight_v, before, 1e-6));
  CHECK(net.weight_orig.grad().shape() == net.weight_orig.shape());
  struct Flat {
    Tensor weight = xg::ones({3});
    Tensor operator()(const Tensor& in) const { return in; }
  };
  const auto make = [] { return nn::SpectralNorm{Flat{}}; };
  CHECK_THROWS_WITH_AS(make(), "[SpectralNorm] weight [3]: expected at least 2 axes", xg::ShapeError);
}

TEST_CASE("Bilinear is x1^T W x2 + b and starts within 1 / sqrt(in1_features)") {
  xg::manual_seed(5);
  nn::Bilinear mix{3, 4, 2, {.dtype = xg::float64}};
  const Tensor a = random_doubles({5, 3}), b = random_doubles({5, 4}, 2);
  double expected = mix.bias.at({1});
  for (std::int64_t i = 0; i < 3; ++i)
    for (std::int64_t j = 0; j < 4; ++j) expected += a.at({2, i}) * mix.weight.at({1, i, j}) * b.at({2, j});
  CHECK(mix(a, b).at({2, 1}) == Approx(expected));
  CHECK(xg::amax(xg::abs(mix.weight)).item() <= 1 / std::sqrt(3.0));
  CHECK(xg::gradcheck([&](nn::Bilinear& net) { return xg::sum(xg::square(net(a, b))); }, mix));
  CHECK_FALSE(nn::Bilinear{3, 4, 2, {.bias = false}}.bias.defined());
}

TEST_CASE("distances as layers are the functions of their names") {
  const Tensor a = random_doubles({4, 3}), b = random_doubles({4, 3}, 2);
  CHECK(same(nn::CosineSimilarity{}(a, b), xg::cosine_similarity(a, b)));
  CHECK(same(nn::CosineSimilarity{0, 0.1}(a, b), xg::cosine_similarity(a, b, 0, 0.1)));
  CHECK(same(nn::PairwiseDistance{1, 1e-3, true}(a, b), xg::pairwise_distance(a, b, 1, 1e-3, true)));
}

TEST_CASE("ordinary containers hold layers") {
  struct Net {
    std::vector<nn::Linear> layers{nn::Linear{3, 3}, nn::Linear{3, 3}};
    std::map<std::string, nn::Linear> heads{{"left", {3, 1}}, {"right", {3, 2}}};
    std::vector<std::variant<nn::Linear, nn::GRUCell>> mixed{nn::Linear{2, 2}, nn::GRUCell{2, 2}};
    nn::Dropout drop{};
  };
  Net net;
  const std::vector<std::string> all = paths(net);
  CHECK(std::vector(all.begin(), all.begin() + 8) ==
        std::vector<std::string>{"layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias",
                                 "heads.left.weight", "heads.left.bias", "heads.right.weight",
                                 "heads.right.bias"});
  CHECK(all[10] == "mixed.1.weight_ih");
  Tensor x = xg::ones({2, 3});
  for (const nn::Linear& layer : net.layers) x = xg::relu(layer(x));
  CHECK(net.heads.at("right")(x).shape() == Shape{2, 2});
  xg::eval(net);
  CHECK_FALSE(net.drop.training);
  const Net copy = xg::clone(net);
  CHECK(same(copy.heads.at("left").weight, net.heads.at("left").weight, 0));
}
