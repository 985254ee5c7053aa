#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include <xgrad/core/create.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/nn/activation.hpp>
#include <xgrad/ops/ops.hpp>

#include "op_table/op_table.hpp"

using namespace xg;
using test::element;

namespace {

constexpr TensorOptions as_double{.dtype = float64};

bool equal(const Tensor& a, const Tensor& b) { return a.shape() == b.shape() && all(a == b).item<bool>(); }

}  // namespace

TEST_CASE("rrelu in training draws a slope for each negative element, which is its gradient") {
  Generator random(3);
  Tensor x = uniform({1000}, -2, 2, {.dtype = float64, .requires_grad = true}, random);
  const Tensor y = rrelu(x, 0.25, 0.5, true, random);
  sum(y).backward();
  double low = 1, high = 0;
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    const double v = element(x, i), slope = element(x.grad(), i);
    CHECK(element(y, i) == slope * v);
    if (v > 0) CHECK(slope == 1);
    if (v <= 0) low = std::min(low, slope), high = std::max(high, slope);
  }
  CHECK(low >= 0.25);
  CHECK(low < 0.255);
  CHECK(high < 0.5);
  CHECK(high > 0.495);
}

TEST_CASE("what draws repeats itself from the same seed, and only then") {
  const Tensor x = full({64}, -1);
  Generator a(1), b(1);
  const Tensor first = rrelu(x, 0.1, 0.9, true, a);
  CHECK(equal(first, rrelu(x, 0.1, 0.9, true, b)));
  CHECK_FALSE(equal(first, rrelu(x, 0.1, 0.9, true, b)));
  const Tensor soft = gumbel_softmax(x, 1, false, 0, a);
  CHECK(equal(soft, gumbel_softmax(x, 1, false, 0, b)) == false);
  Generator c = a;
  CHECK(equal(gumbel_softmax(x, 1, false, 0, a), gumbel_softmax(x, 1, false, 0, c)));
}

TEST_CASE("rrelu passes gradcheck in training, with the slopes held") {
  const auto f = [](const Tensor& x) {
    Generator random(8);
    return rrelu(x, 0.1, 0.4, true, random);
  };
  const Tensor x = tensor({-1.5, -0.25, 0.5, 2}, as_double);
  CHECK(gradcheck(f, x));
  CHECK(gradgradcheck(f, x));
}

TEST_CASE("gumbel_softmax draws classes as often as softmax says") {
  Generator random(11);
  const Tensor logits = broadcast_to(log(tensor({0.5, 0.3, 0.2})), {20000, 3});
  const Tensor drawn = gumbel_softmax(logits, 1, true, -1, random);
  const Tensor often = mean(drawn, {0});
  CHECK(element(often, 0) == doctest::Approx(0.5).epsilon(0.02));
  CHECK(element(often, 1) == doctest::Approx(0.3).epsilon(0.03));
  CHECK(element(often, 2) == doctest::Approx(0.2).epsilon(0.05));
  CHECK(all(sum(drawn, {1}) == 1.0).item<bool>());
  CHECK(all((drawn == 0.0) | (drawn == 1.0)).item<bool>());
}

TEST_CASE("a hard gumbel_softmax is the largest of the soft one and has its gradient") {
  const Tensor values = tensor({{0.5, -1, 2, 0.25}, {1, 1.5, -0.5, 0}}, as_double);
  const Tensor weight = tensor({{1, -2, 3, 0.5}, {2, 1, -1, 4}}, as_double);
  Tensor gradients[2], results[2];
  for (const bool hard : {false, true}) {
    Generator random(4);
    Tensor x = values.detach().requires_grad(true);
    results[hard] = gumbel_softmax(x, 0.7, hard, 1, random);
    sum(results[hard] * weight).backward();
    gradients[hard] = x.grad();
  }
  CHECK(equal(gradients[0], gradients[1]));
  CHECK(equal(argmax(results[0], 1), argmax(results[1], 1)));
  CHECK(sum(results[1]).item() == 2);
}

TEST_CASE("layers of activations are the functions with their arguments") {
  const Tensor x = tensor({{-4, -0.75, -0.3, 0}, {0.2, 0.6, 2.5, 7}});
  CHECK(equal(nn::ReLU6{}(x), relu6(x)));
  CHECK(equal(nn::CELU{2}(x), celu(x, 2)));
  CHECK(equal(nn::LogSigmoid{}(x), log_sigmoid(x)));
  CHECK(equal(nn::Softsign{}(x), softsign(x)));
  CHECK(equal(nn::Tanhshrink{}(x), tanhshrink(x)));
  CHECK(equal(nn::Softshrink{0.25}(x), softshrink(x, 0.25)));
  CHECK(equal(nn::Hardshrink{0.7}(x), hardshrink(x, 0.7)));
  CHECK(equal(nn::Hardsigmoid{}(x), hardsigmoid(x)));
  CHECK(equal(nn::Hardswish{}(x), hardswish(x)));
  CHECK(equal(nn::Hardtanh{-0.5, 2}(x), hardtanh(x, -0.5, 2)));
  CHECK(equal(nn::Threshold{0.5, -1}(x), threshold(x, 0.5, -1)));
  CHECK(equal(nn::GLU{0}(x), glu(x, 0)));
  CHECK(equal(nn::Softmin{0}(x), softmin(x, 0)));
  const Tensor image = reshape(x, {1, 2, 2, 2});
  CHECK(equal(nn::Softmax2d{}(image), softmax(image, 1)));
}

TEST_CASE("nn::RReLU draws while training only, from its own generator if it has one") {
  Generator random(2), again(2);
  nn::RReLU layer{.lower = 0.1, .upper = 0.3, .generator = &random};
  const Tensor x = full({16}, -1);
  CHECK(equal(layer(x), rrelu(x, 0.1, 0.3, true, again)));
  layer.training = false;
  CHECK(equal(layer(x), leaky_relu(x, 0.2)));
}
