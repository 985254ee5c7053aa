#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/optim/clip.hpp>
#include <xgrad/optim/penalty.hpp>

using namespace xg;
using optim::clip_grad_norm;
using optim::clip_grad_value;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// A parameter whose gradient has these values.
Tensor with_gradient(std::initializer_list<NestedValues> gradient, Dtype dtype = float64) {
  const Tensor g = tensor(gradient, {.dtype = dtype});
  Tensor p = zeros(g.shape(), {.dtype = dtype, .requires_grad = true});
  p.set_grad(g);
  return p;
}

struct Model {
  Tensor matrix = with_gradient(
      {{-1.77783203125, 1.68701171875}, {-1.41064453125, 0.84814453125}, {-0.76513671875, 0.58740234375}});
  Tensor vector = with_gradient({-0.65771484375, 1.04931640625, 1.84912109375, -0.42431640625});
};

}  // namespace

TEST_CASE("clip_grad_norm follows PyTorch: the sum of magnitudes") {
  const Tensor a = with_gradient({-0.69189453125, -0.13720703125, 1.24658203125});
  const Tensor b = with_gradient({{0.05029296875, 0.64892578125}, {-0.38525390625, 0.32080078125}});
  Tensor c = scalar(0, {.dtype = float64, .requires_grad = true});
  c.set_grad(scalar(0.63427734375, {.dtype = float64}));
  CHECK(clip_grad_norm({a, b, c}, 0.5, {.norm_type = 1}) == doctest::Approx(4.115234375).epsilon(1e-12));
  CHECK(a.grad().at({0}) == doctest::Approx(-0.08406500092962484).epsilon(1e-12));
  CHECK(b.grad().at({0, 1}) == doctest::Approx(0.07884430926991631).epsilon(1e-12));
  CHECK(c.grad().item() == doctest::Approx(0.0770645280222884).epsilon(1e-12));
}

TEST_CASE("clip_grad_norm follows PyTorch: the largest magnitude") {
  const Model m;
  CHECK(clip_grad_norm(m, 1, {.norm_type = infinity}) == 1.84912109375);
  CHECK(m.matrix.grad().at({0, 0}) == doctest::Approx(-0.9614465357690771).epsilon(1e-12));
  CHECK(m.vector.grad().at({2}) == doctest::Approx(0.9999994592028275).epsilon(1e-12));
}

TEST_CASE("clip_grad_norm follows PyTorch: other powers") {
  const Model m;
  CHECK(clip_grad_norm({m.matrix}, 2, {.norm_type = 3}) ==
        doctest::Approx(2.4378386218971846).epsilon(1e-12));
  CHECK(m.matrix.grad().at({2, 1}) == doctest::Approx(0.48190400916764947).epsilon(1e-12));
  const Tensor p = with_gradient({-0.69189453125, -0.13720703125, 1.24658203125});
  CHECK(clip_grad_norm({p}, 1, {.norm_type = 0.5}) == doctest::Approx(5.37646723082456).epsilon(1e-12));
  CHECK(p.grad().at({1}) == doctest::Approx(-0.025519918533761576).epsilon(1e-12));
}

TEST_CASE("gradients of a small norm keep their bits") {
  const Tensor p = with_gradient({0.3, 0.4});
  CHECK(clip_grad_norm({p}, 1) == doctest::Approx(0.5));
  CHECK(p.grad().at({0}) == 0.3);
}

TEST_CASE("after clipping the whole has the norm that was asked for, and its direction") {
  const Tensor a = with_gradient({300, -400}), b = with_gradient({{1200}});
  CHECK(clip_grad_norm({a, b}, 13) == doctest::Approx(1300));
  CHECK(a.grad().at({0}) == doctest::Approx(3).epsilon(1e-6));
  CHECK(a.grad().at({1}) == doctest::Approx(-4).epsilon(1e-6));
  CHECK(b.grad().at({0, 0}) == doctest::Approx(12).epsilon(1e-6));
}

TEST_CASE("the norm of float32 gradients does not overflow before they do") {
  const Tensor p = with_gradient({3e30, -4e30}, float32);
  CHECK(clip_grad_norm({p}, 1) == doctest::Approx(5e30));
  CHECK(p.grad().at({0}) == doctest::Approx(0.6));
}

TEST_CASE("clipping passes over frozen parameters, missing gradients and empty ones") {
  const Tensor empty = zeros({0}, {.requires_grad = true}), missing = zeros({2}, {.requires_grad = true});
  Tensor(empty).set_grad(zeros({0}));
  Tensor frozen = with_gradient({5});
  frozen.requires_grad(false);
  CHECK(clip_grad_norm({empty, missing, frozen}, 1, {.norm_type = infinity}) == 0);
  clip_grad_value({empty, missing, frozen}, 1);
  CHECK(frozen.grad().at({0}) == 5);
  CHECK_FALSE(missing.grad().defined());
}

TEST_CASE("a norm that is not finite is an error if it is asked to be, and changes nothing then") {
  const Tensor p = with_gradient({1, NAN});
  CHECK_THROWS_WITH_AS(
      clip_grad_norm({p}, 1, {.error_if_nonfinite = true}),
      "[clip_grad_norm] the gradients have the norm nan: find its origin under DetectAnomaly", ValueError);
  CHECK(p.grad().at({0}) == 1);
  CHECK(std::isnan(clip_grad_norm({p}, 1)));
  CHECK(std::isnan(p.grad().at({0})));
}

TEST_CASE("clip_grad_value limits each element") {
  const Tensor p = with_gradient({-3, -0.5, 0, 0.5, infinity, NAN});
  clip_grad_value({p}, 1);
  const double expected[] = {-1, -0.5, 0, 0.5, 1};
  for (std::int64_t i = 0; i < 5; ++i) CHECK(p.grad().at({i}) == expected[i]);
  CHECK(std::isnan(p.grad().at({5})));
  const Model m;
  clip_grad_value(m, 0);
  CHECK(m.matrix.grad().at({0, 0}) == 0);
  CHECK(m.vector.grad().at({2}) == 0);
}

TEST_CASE("limits that make no sense are refused") {
  const Model m;
  CHECK_THROWS_WITH_AS(clip_grad_norm(m, -1), "[clip_grad_norm] max_norm -1: expected at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(clip_grad_norm(m, 1, {.norm_type = 0}),
                       "[clip_grad_norm] norm_type 0: expected more than 0", ValueError);
  CHECK_THROWS_WITH_AS(clip_grad_value(m, -1), "[clip_grad_value] clip_value -1: expected at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(optim::clip_grad_adaptive(m, -1),
                       "[clip_grad_adaptive] clipping -1: expected at least 0", ValueError);
  CHECK_THROWS_WITH_AS(optim::clip_grad_adaptive(m, 1, 0), "[clip_grad_adaptive] eps 0: expected more than 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(optim::clip_weight_norm(m, -1), "[clip_weight_norm] max_norm -1: expected at least 0",
                       ValueError);
}

TEST_CASE("adaptive clipping compares each unit's gradient with its weights") {
  Tensor w = tensor({{3, 4}, {0, 0}, {30, 40}}, {.dtype = float64, .requires_grad = true});
  w.set_grad(tensor({{0.6, 0.8}, {0.6, 0.8}, {0.06, 0.08}}, {.dtype = float64}));
  optim::clip_grad_adaptive({w}, 0.1, 1e-2);
  CHECK(w.grad().at({0, 0}) == doctest::Approx(0.3));   // |w| 5 allows |g| 0.5
  CHECK(w.grad().at({1, 1}) == doctest::Approx(8e-4));  // |w| counts as 0.01
  CHECK(w.grad().at({2, 0}) == 0.06);
}

TEST_CASE("adaptive clipping takes a vector as one unit, and a kernel with all its channels") {
  Tensor bias = tensor({3, 4}, {.dtype = float64, .requires_grad = true});
  bias.set_grad(tensor({6, 8}, {.dtype = float64}));
  Tensor kernel = ones({1, 2, 2, 1}, {.dtype = float64, .requires_grad = true});
  kernel.set_grad(full_like(kernel, 10));
  const Tensor none = zeros({2}, {.requires_grad = true});
  optim::clip_grad_adaptive({bias, kernel, none}, 0.1);
  CHECK(bias.grad().at({0}) == doctest::Approx(0.3));
  CHECK(kernel.grad().at({0, 1, 1, 0}) == doctest::Approx(0.1));
}

TEST_CASE("clip_weight_norm shortens the weights of each unit, and leaves vectors") {
  struct Layer {
    Tensor weight = tensor({{3, 4}, {0.3, 0.4}}, {.dtype = float64, .requires_grad = true});
    Tensor bias = tensor({30, 40}, {.dtype = float64, .requires_grad = true});
  } layer;
  optim::clip_weight_norm(layer, 1);
  CHECK(layer.weight.at({0, 0}) == doctest::Approx(0.6).epsilon(1e-6));
  CHECK(layer.weight.at({1, 1}) == 0.4);
  CHECK(layer.bias.at({0}) == 30);
}

TEST_CASE("the norm of all tensors as one vector can be differentiated") {
  const std::vector<Tensor> inputs = {tensor({1, -2}, {.dtype = float64}), scalar(2, {.dtype = float64})};
  CHECK(optim::global_norm(inputs).item() == 3);
  CHECK(optim::global_norm({}).item() == 0);
  CHECK(gradcheck([](const Tensor& a, const Tensor& b) { return optim::global_norm({a, b}, 3); }, inputs));
}

TEST_CASE("penalties sum |w| and w^2 over all parameters") {
  struct Layer {
    Tensor weight = tensor({{1, -2}, {3, -4}}, {.requires_grad = true});
    Tensor bias = tensor({-5, 6}, {.requires_grad = true});
    Tensor running_mean = tensor({100, 100});
  };
  const Layer layer;
  CHECK(optim::l1_penalty(layer).item() == 21);
  CHECK(optim::l2_penalty(layer).item() == 91);
  CHECK(optim::l1_penalty(layer, {.weights_only = true}).item() == 10);
  CHECK(optim::l2_penalty(layer, {.weights_only = true}).item() == 30);
  CHECK(optim::elastic_net_penalty(layer, 0.25).item() == 0.25 * 21 + 0.75 / 2 * 91);
  CHECK(optim::elastic_net_penalty(layer, 0.25, {.weights_only = true}).item() == 0.25 * 10 + 0.75 / 2 * 30);
  CHECK_THROWS_WITH_AS(optim::elastic_net_penalty(layer, 2),
                       "[elastic_net_penalty] l1_ratio 2: expected 0 to 1", ValueError);
  CHECK(optim::l1_penalty(std::vector<Tensor>{}).item() == 0);
  optim::l1_penalty(layer).backward();
  CHECK(layer.weight.grad().at({0, 1}) == -1);
}

TEST_CASE("penalties can be differentiated to any order") {
  struct Weights {
    Tensor w = tensor({0.5, -1.5, 2}, {.requires_grad = true});
    Tensor m = tensor({{0.25, -0.75}}, {.requires_grad = true});
  };
  Weights weights;
  CHECK(gradcheck([](const Weights& net) { return optim::l1_penalty(net); }, weights));
  CHECK(gradgradcheck([](const Weights& net) { return optim::l2_penalty(net); }, weights));
}
