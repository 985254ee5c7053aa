#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>
#include <xgrad/core/backward.hpp>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/nn/loss.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/math.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/ops/view.hpp>

namespace {

using xg::Tensor;
using namespace xg::nn;
using doctest::Approx;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr xg::TensorOptions as_double{.dtype = xg::float64},
    parameter{.dtype = xg::float64, .requires_grad = true};

std::vector<double> values(const Tensor& x) {
  const Tensor dense = xg::contiguous(xg::to(x.detach(), xg::float64));
  return {dense.data<double>(), dense.data<double>() + dense.numel()};
}

void check_close(const Tensor& got, const std::vector<double>& expected, double epsilon = 1e-12) {
  const auto all = values(got);
  REQUIRE(all.size() == expected.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(i);
    CHECK(all[i] == Approx(expected[i]).epsilon(epsilon).scale(1e-3));
  }
}

Tensor classes(const std::vector<std::int64_t>& all) {
  return xg::from_values(std::span<const std::int64_t>(all), {static_cast<std::int64_t>(all.size())});
}

// Values and figures of PyTorch 1.13 for four samples of three classes.
Tensor logits() {
  return xg::tensor({{-0.19970703125, 0.51904296875, -1.85400390625},
                     {-0.77587890625, 1.26318359375, 0.53662109375},
                     {0.72314453125, 0.79931640625, -1.70166015625},
                     {-0.00634765625, -0.36767578125, 0.26123046875}},
                    parameter);
}
Tensor class_weight() { return xg::tensor({1.26318359375, 0.56884765625, 0.57373046875}, as_double); }

Tensor random(const xg::Shape& shape, double low = -2, double high = 2, std::uint64_t seed = 1) {
  xg::Generator generator(seed);
  return xg::uniform(shape, low, high, as_double, generator);
}

constexpr Reduction reductions[] = {Reduction::none, Reduction::mean, Reduction::sum};

}  // namespace

TEST_CASE("losses of differences have their values on both sides of the joint") {
  const Tensor x = xg::tensor({3, -2, 0.5, 1}, as_double), t = xg::tensor({1, -2, 1, 0}, as_double);
  const auto none = Reduction::none;
  check_close(mse_loss(x, t, {none}), {4, 0, 0.25, 1});
  check_close(l1_loss(x, t, {none}), {2, 0, 0.5, 1});
  check_close(huber_loss(x, t, {none}), {1.5, 0, 0.125, 0.5});
  check_close(huber_loss(x, t, {.reduction = none, .delta = 0.5}), {0.875, 0, 0.125, 0.375});
  check_close(smooth_l1_loss(x, t, {none}), {1.5, 0, 0.125, 0.5});
  check_close(smooth_l1_loss(x, t, {.reduction = none, .beta = 0.5}), {1.75, 0, 0.25, 0.75});
  check_close(smooth_l1_loss(x, t, {.reduction = none, .beta = 0}), {2, 0, 0.5, 1});
  CHECK(mse_loss(x, t).item() == Approx(5.25 / 4));
  CHECK(mse_loss(x, t, {Reduction::sum}).item() == Approx(5.25));
}

TEST_CASE("losses of differences pass gradcheck of both orders") {
  const Tensor x = random({3, 4}), t = random({3, 4}, -2, 2, 2);
  for (const Reduction r : reductions) {
    CHECK(xg::gradcheck([&](const Tensor& a, const Tensor& b) { return mse_loss(a, b, {r}); }, {x, t}));
    CHECK(xg::gradcheck([&](const Tensor& a, const Tensor& b) { return l1_loss(a, b, {r}); }, {x, t}));
    CHECK(xg::gradcheck(
        [&](const Tensor& a, const Tensor& b) {
          return huber_loss(a, b, {r, 0.7});
        },
        {x, t}));
    CHECK(xg::gradcheck(
        [&](const Tensor& a, const Tensor& b) {
          return smooth_l1_loss(a, b, {r, 0.7});
        },
        {x, t}));
  }
  CHECK(xg::gradgradcheck([](const Tensor& a, const Tensor& b) { return mse_loss(a, b); }, {x, t}));
  CHECK(xg::gradgradcheck([](const Tensor& a, const Tensor& b) { return huber_loss(a, b); }, {x, t}));
  CHECK(xg::gradgradcheck([](const Tensor& a, const Tensor& b) { return smooth_l1_loss(a, b); }, {x, t}));
}

TEST_CASE("input and target are never broadcast") {
  CHECK_THROWS_WITH_AS(mse_loss(xg::zeros({8, 1}), xg::zeros({8})),
                       "[mse_loss] input [8, 1] and target [8] differ in shape: reshape one of them",
                       xg::ShapeError);
  CHECK_THROWS_AS(l1_loss(xg::zeros({2}), xg::scalar(0)), xg::ShapeError);
  CHECK_THROWS_AS(binary_cross_entropy_with_logits(xg::zeros({2, 1}), xg::zeros({2})), xg::ShapeError);
}

TEST_CASE("options that make no sense are refused") {
  const Tensor x = xg::zeros({2, 3});
  CHECK_THROWS_AS(huber_loss(x, x, {.delta = 0}), xg::ValueError);
  CHECK_THROWS_AS(smooth_l1_loss(x, x, {.beta = -1}), xg::ValueError);
  CHECK_THROWS_AS(cross_entropy(x, classes({0, 1}), {.label_smoothing = 1.5}), xg::ValueError);
  CHECK_THROWS_AS(cross_entropy(x, x, {.label_smoothing = -0.5}), xg::ValueError);
}

TEST_CASE("cross_entropy has the reference's values and gradients, with weights and smoothing") {
  Tensor x = logits();
  const Tensor target = classes({0, 2, 1, 2});
  const Tensor weighted = cross_entropy(x, target, {.weight = class_weight()});
  CHECK(weighted.item() == Approx(1.024267175620484).epsilon(1e-12));
  weighted.backward(xg::scalar(-1.44677734375, as_double));
  check_close(x.grad(),
              {0.42424215096183926, -0.38807498444926614, -0.03616716651257308, -0.022469108349285248,
               -0.17263920621524265, 0.19510831456452793, -0.12742879483986166, 0.13870565721620046,
               -0.0112768623763388, -0.09275408942897873, -0.06462644332278467, 0.15738053275176336});
  CHECK(cross_entropy(x, target, {.label_smoothing = 0.1}).item() ==
        Approx(1.019454924126278).epsilon(1e-12));
}

TEST_CASE("nll_loss after log_softmax is cross_entropy") {
  const Tensor x = random({4, 3, 2}), target = xg::reshape(classes({0, 2, 1, 2, 1, 0, 0, 1}), {4, 2});
  for (const Reduction r : reductions)
    check_close(
        nll_loss(xg::log_softmax(x, 1), target,
                 {.weight = class_weight(), .ignore_index = 1, .reduction = r}),
        values(cross_entropy(x, target, {.weight = class_weight(), .ignore_index = 1, .reduction = r})));
}

TEST_CASE("cross_entropy and nll_loss take one sample, many, and images") {
  const Tensor x = random({2, 3, 2, 2});
  const Tensor target = xg::reshape(classes({0, 2, 2, 1, 0, 0, 1, 2}), {2, 2, 2});
  const Tensor losses = cross_entropy(x, target, {.reduction = Reduction::none});
  CHECK(losses.shape() == xg::Shape{2, 2, 2});
  const Tensor log_p = xg::log_softmax(x, 1);
  CHECK(losses.at({1, 1, 0}) == Approx(-log_p.at({1, 1, 1, 0})));
  CHECK(nll_loss(x, target, {.reduction = Reduction::none}).at({0, 0, 1}) == Approx(-x.at({0, 2, 0, 1})));
  const Tensor one = xg::tensor({1, 2, 3}, as_double), label = xg::scalar(2, {.dtype = xg::int64});
  CHECK(cross_entropy(one, label, {.reduction = Reduction::none}).shape() == xg::Shape{});
  CHECK(cross_entropy(one, label).item() == Approx(-xg::log_softmax(one, 0).at({2})));
  CHECK(nll_loss(one, label).item() == -3);
}

TEST_CASE("probabilities as targets agree with classes where they are certain") {
  const Tensor x = random({3, 4});
  const Tensor certain = xg::tensor({{0, 0, 1, 0}, {1, 0, 0, 0}, {0, 0, 0, 1}}, as_double);
  const Tensor weight = random({4}, 0.5, 2);
  for (const double smoothing : {0.0, 0.2})
    for (const Reduction r : {Reduction::none, Reduction::sum})
      check_close(cross_entropy(x, certain, {.weight = weight, .label_smoothing = smoothing, .reduction = r}),
                  values(cross_entropy(x, classes({2, 0, 3}),
                                       {.weight = weight, .label_smoothing = smoothing, .reduction = r})));
  CHECK(cross_entropy(x, certain).item() == Approx(cross_entropy(x, classes({2, 0, 3})).item()));
}

TEST_CASE("losses of classes pass gradcheck of both orders") {
  const Tensor x = random({4, 3, 2}), target = xg::reshape(classes({0, 2, 1, 2, -100, 0, 0, 1}), {4, 2});
  const Tensor q = xg::softmax(random({4, 3, 2}, -1, 1, 3), 1);
  const auto hard = [&](const Tensor& a) {
    return cross_entropy(a, target, {.weight = class_weight(), .label_smoothing = 0.1});
  };
  const auto soft = [&](const Tensor& a, const Tensor& b) {
    return cross_entropy(a, b, {.weight = class_weight(), .label_smoothing = 0.1});
  };
  const auto nll = [&](const Tensor& a) { return nll_loss(a * a, target, {.weight = class_weight()}); };
  CHECK(xg::gradcheck(hard, {x}));
  CHECK(xg::gradgradcheck(hard, {x}));
  CHECK(xg::gradcheck(soft, {x, q}));
  CHECK(xg::gradgradcheck(soft, {x, q}));
  CHECK(xg::gradcheck(nll, {x}));
  CHECK(xg::gradgradcheck(nll, {x}));
}

TEST_CASE("where all targets are ignored the mean is NaN, the sum 0, and gradients are 0") {
  for (const auto reduction : {Reduction::mean, Reduction::sum}) {
    for (const bool with_nll : {false, true}) {
      Tensor x = logits();
      const Tensor target = classes({1, 1, 1, 1});
      const Tensor loss = with_nll ? nll_loss(x, target, {.ignore_index = 1, .reduction = reduction})
                                   : cross_entropy(x, target, {.ignore_index = 1, .reduction = reduction});
      CHECK(std::isnan(loss.item()) == (reduction == Reduction::mean));
      loss.backward();
      CHECK(values(x.grad()) == std::vector<double>(12, 0));
    }
  }
}

TEST_CASE("a sample that is ignored may hold anything") {
  Tensor x = xg::tensor({{1, 2}, {NAN, infinity}}, parameter);
  const Tensor loss = cross_entropy(x, classes({0, -100}));
  CHECK(loss.item() == Approx(1 + std::log1p(std::exp(-1.0))));
  loss.backward();
  CHECK(x.grad().at({1, 0}) == 0);
  CHECK(x.grad().at({1, 1}) == 0);
  CHECK(x.grad().at({0, 0}) != 0);
}

TEST_CASE("cross_entropy of huge logits is finite") {
  Tensor x = xg::tensor({{1e4, -1e4, 0}, {300, 0, -300}}, parameter);
  const Tensor loss = cross_entropy(x, classes({0, 2}));
  CHECK(loss.item() == 300);
  loss.backward();
  check_close(x.grad(), {0, 0, 0, 0.5, 0, -0.5});
}

TEST_CASE("wrong targets and weights are told by shape, class and dtype") {
  const Tensor x = xg::zeros({4, 3});
  CHECK_THROWS_WITH_AS(cross_entropy(x, classes({0, 1})),
                       "[cross_entropy] input [4, 3] needs a target [4], not [2]", xg::ShapeError);
  CHECK_THROWS_WITH_AS(nll_loss(x, classes({0, 1, 3, 0})),
                       "[nll_loss] target 3 of sample 2 is none of 3 classes", xg::IndexError);
  CHECK_THROWS_AS(cross_entropy(x, classes({0, 1, -1, 0})), xg::IndexError);
  CHECK_THROWS_AS(nll_loss(x, xg::zeros({4})), xg::DtypeError);
  CHECK_THROWS_AS(nll_loss(x, classes({0, 1, 2, 0}), {.weight = xg::ones({4})}), xg::ShapeError);
  CHECK_THROWS_AS(cross_entropy(x, classes({0, 1, 2, 0}), {.weight = xg::ones({4})}), xg::ShapeError);
  CHECK_THROWS_AS(cross_entropy(x, xg::zeros({4, 2})), xg::ShapeError);
  CHECK_THROWS_AS(cross_entropy(xg::scalar(1), xg::scalar(1)), xg::ShapeError);
  CHECK_THROWS_AS(binary_cross_entropy(x, x, {.weight = xg::ones({2})}), xg::ShapeError);
  CHECK_THROWS_AS(binary_cross_entropy_with_logits(x, x, {.pos_weight = xg::ones({2, 4, 3})}),
                  xg::ShapeError);
}

TEST_CASE("binary_cross_entropy of sigmoids is binary_cross_entropy_with_logits") {
  const Tensor x = random({3, 4}), t = random({3, 4}, 0, 1, 2), weight = random({4}, 0.5, 2, 3);
  for (const Reduction r : reductions)
    check_close(binary_cross_entropy(xg::sigmoid(x), t, {weight, r}),
                values(binary_cross_entropy_with_logits(x, t, {.weight = weight, .reduction = r})));
  const Tensor p = xg::tensor({0.25}, as_double), q = xg::tensor({0.7}, as_double);
  CHECK(binary_cross_entropy(p, q).item() == Approx(-0.7 * std::log(0.25) - 0.3 * std::log(0.75)));
}

TEST_CASE("binary cross entropies pass gradcheck of both orders") {
  const Tensor p = random({3, 4}, 0.1, 0.9), t = random({3, 4}, 0, 1, 2), weight = random({4}, 0.5, 2, 3);
  const auto of_probability = [&](const Tensor& a, const Tensor& b) {
    return binary_cross_entropy(a, b, {.weight = weight});
  };
  const auto of_logits = [](const Tensor& a, const Tensor& b, const Tensor& w, const Tensor& positive) {
    return binary_cross_entropy_with_logits(a, b, {.weight = w, .pos_weight = positive});
  };
  CHECK(xg::gradcheck(of_probability, {p, t}));
  CHECK(xg::gradgradcheck(of_probability, {p, t}));
  const Tensor x = random({3, 4}), positive = random({3, 1}, 0.5, 2, 4);
  CHECK(xg::gradcheck(of_logits, {x, t, weight, positive}));
  CHECK(xg::gradgradcheck(of_logits, {x, t, weight, positive}));
}

TEST_CASE("binary_cross_entropy clamps its logarithms at -100 and keeps its gradient finite") {
  Tensor p = xg::tensor({0, 1, 0, 1}, parameter);
  const Tensor losses =
      binary_cross_entropy(p, xg::tensor({1, 0, 0, 1}, as_double), {.reduction = Reduction::none});
  check_close(losses, {100, 100, 0, 0});
  losses.backward(xg::ones({4}, as_double));
  check_close(p.grad(), {-1e12, 1e12, 0, 0});
  CHECK(std::isnan(binary_cross_entropy(xg::tensor({1.5}), xg::tensor({0.5})).item()));
}

TEST_CASE("binary_cross_entropy_with_logits is finite and accurate in both tails") {
  Tensor x = xg::tensor({-1000, 1000, -1000, 1000, -30}, parameter);
  const Tensor losses = binary_cross_entropy_with_logits(x, xg::tensor({0, 0, 1, 1, 0}, as_double),
                                                         {.reduction = Reduction::none});
  check_close(losses, {0, 1000, 1000, 0, std::log1p(std::exp(-30.0))});
  CHECK(losses.at({4}) == Approx(std::exp(-30.0)).epsilon(1e-12).scale(0));
  losses.backward(xg::ones({5}, as_double));
  check_close(x.grad(), {0, 1, -1, 0, std::exp(-30.0)});
}

TEST_CASE("losses keep float32, and take empty batches") {
  const Tensor x = xg::zeros({2, 3});
  CHECK(cross_entropy(x, classes({0, 1}), {.weight = class_weight()}).dtype() == xg::float32);
  CHECK(nll_loss(x, classes({0, 1}), {.weight = xg::ones({3})}).dtype() == xg::float32);
  CHECK(mse_loss(x, x).dtype() == xg::float32);
  const Tensor none = xg::zeros({0, 3});
  CHECK(mse_loss(none, none, {Reduction::sum}).item() == 0);
  CHECK(cross_entropy(none, classes({}), {.reduction = Reduction::sum}).item() == 0);
  CHECK(nll_loss(none, classes({}), {.reduction = Reduction::none}).shape() == xg::Shape{0});
  CHECK(std::isnan(cross_entropy(none, classes({})).item()));
}
