#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <map>
#include <string>
#include <vector>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/view.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/rmsprop.hpp>
#include <xgrad/optim/sgd.hpp>

using namespace xg;

namespace {

Tensor parameter(const Tensor& values) { return clone(values).requires_grad(true); }
Tensor number(double value, Dtype dtype = float64) {
  return scalar(value, {.dtype = dtype, .requires_grad = true});
}

struct Layer {
  Tensor weight = parameter(tensor({{1, 2}, {3, 4}}));
  Tensor bias = parameter(tensor({5, 6}));
};

struct Net {
  Layer first{};
  std::vector<Layer> rest{{}, {}};
  Tensor running_mean = zeros({2});
  Tensor none{};
};

struct Tied {
  Tensor encoder = parameter(tensor({1, 2}));
  Tensor decoder = encoder;
};

/// Every parameter's gradient becomes this number.
template <class T> void fill_gradients(const T& net, double value) {
  for (Tensor& p : parameters(net)) p.set_grad(full_like(p, value));
}

Tensor rosenbrock(const Tensor& x, const Tensor& y) { return square(1 - x) + 100 * square(y - square(x)); }

/// The distance to the lowest point (1, 1) after some steps from (-1, 1.5).
template <class Optimizer> double distance_after(int steps, decltype(Optimizer::options) options) {
  Tensor x = number(-1), y = number(1.5);
  Optimizer optimizer({x, y}, options);
  for (int t = 0; t < steps; ++t) {
    optimizer.zero_grad();
    rosenbrock(x, y).backward();
    optimizer.step();
  }
  return std::hypot(x.item() - 1, y.item() - 1);
}

bool same_bits(const Tensor& a, const Tensor& b) {
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) return false;
  const Tensor x = reshape(a.detach(), {-1}), y = reshape(b.detach(), {-1});
  for (std::int64_t i = 0; i < x.numel(); ++i)
    if (x.at({i}) != y.at({i})) return false;
  return true;
}

}  // namespace

TEST_CASE("gradient descent on a parabola contracts by 1 - 2 lr each step") {
  Tensor x = number(3);
  optim::SGD sgd(x, {.lr = 0.1});
  for (int t = 0; t < 10; ++t) {
    sgd.zero_grad();
    square(x).backward();
    sgd.step();
  }
  CHECK(x.item() == doctest::Approx(3 * std::pow(0.8, 10)).epsilon(1e-12));
}

TEST_CASE("every optimizer finds the bottom of Rosenbrock's valley") {
  CHECK(distance_after<optim::SGD>(4000, {.lr = 5e-4, .momentum = 0.9}) < 1e-2);
  CHECK(distance_after<optim::SGD>(4000, {.lr = 5e-4, .momentum = 0.9, .nesterov = true}) < 1e-2);
  CHECK(distance_after<optim::Adam>(3000, {.lr = 0.02}) < 1e-2);
  CHECK(distance_after<optim::AdamW>(3000, {.lr = 0.02, .weight_decay = 0}) < 1e-2);
  CHECK(distance_after<optim::RMSprop>(6000, {.lr = 1e-3, .momentum = 0.5}) < 2e-2);
}

TEST_CASE("weight decay alone shrinks parameters: coupled by lr * decay, decoupled the same") {
  Tensor p = number(2), q = number(2);
  optim::SGD sgd(p, {.lr = 0.1, .weight_decay = 0.5});
  optim::AdamW adamw(q, {.lr = 0.1, .weight_decay = 0.5});
  for (int t = 0; t < 3; ++t) {
    p.set_grad(zeros_like(p));
    q.set_grad(zeros_like(q));
    sgd.step();
    adamw.step();
  }
  CHECK(p.item() == doctest::Approx(2 * std::pow(0.95, 3)).epsilon(1e-12));
  CHECK(q.item() == doctest::Approx(2 * std::pow(0.95, 3)).epsilon(1e-12));
}

TEST_CASE("an optimizer updates the tensors of a struct of structs in place") {
  Net net;
  const Tensor handle = net.rest[1].bias;
  optim::SGD sgd{net, {.lr = 0.5}};
  fill_gradients(net, 2);
  sgd.step();
  CHECK(net.first.weight.at({1, 1}) == 3);
  CHECK(handle.at({0}) == 4);
  CHECK(handle.is_same(net.rest[1].bias));
  CHECK(net.running_mean.at({0}) == 0);
}

TEST_CASE("an optimizer takes a list of tensors or one tensor") {
  Tensor a = number(1), b = number(2);
  optim::SGD both{{a, b}, {.lr = 1}};
  a.set_grad(ones_like(a));
  b.set_grad(ones_like(b));
  both.step();
  CHECK(a.item() == 0);
  CHECK(b.item() == 1);
  optim::SGD one{b, {.lr = 1}};
  one.step();
  CHECK(b.item() == 0);
}

TEST_CASE("frozen parameters and those without a gradient are left alone, and remember nothing") {
  Net net;
  optim::Adam adam{net};
  fill_gradients(net, 1);
  net.first.bias.zero_grad();
  net.first.weight.requires_grad(false);
  adam.step();
  CHECK(net.first.weight.at({0, 0}) == 1);
  CHECK(net.first.bias.at({0}) == 5);
  CHECK(net.rest[0].bias.at({0}) != 5);
  const auto state = adam.state();
  CHECK_FALSE(state.contains("step.first.weight"));
  CHECK_FALSE(state.contains("exp_avg.first.bias"));
  CHECK(state.contains("exp_avg.rest.0.bias"));
}

TEST_CASE("a parameter's steps count from its own first gradient") {
  Tensor early = number(1), late = number(1);
  optim::Adam adam{{early, late}, {.lr = 0.1}};
  early.set_grad(ones_like(early));
  adam.step();
  adam.step();
  late.set_grad(ones_like(late));
  adam.step();
  CHECK(late.item() == doctest::Approx(0.9).epsilon(1e-7));  // Adam's first step is lr long
  CHECK(adam.state().at("step.1").item<std::int64_t>() == 1);
}

TEST_CASE("a tensor that stands in two places is updated once") {
  Tied tied;
  optim::SGD sgd{tied, {.lr = 1}};
  fill_gradients(tied, 1);
  sgd.step();
  CHECK(tied.encoder.at({0}) == 0);
  CHECK(tied.decoder.is_same(tied.encoder));
}

TEST_CASE("zero_grad drops the gradients of all parameters") {
  Net net;
  optim::SGD sgd{net};
  fill_gradients(net, 1);
  sgd.zero_grad();
  for (const Tensor& p : parameters(net)) CHECK_FALSE(p.grad().defined());
}

TEST_CASE("options may be changed between steps") {
  Tensor p = number(10);
  optim::SGD sgd{p, {.lr = 1}};
  p.set_grad(ones_like(p));
  sgd.step();
  CHECK(p.item() == 9);
  sgd.set_lr(2);
  sgd.step();
  CHECK(p.item() == 7);
  sgd.options.momentum = 0.5;  // the buffer starts with the first step that needs it
  sgd.step();
  CHECK(p.item() == 5);
  sgd.step();
  CHECK(p.item() == 2);
}

TEST_CASE("a hyper-parameter may be a tensor in place too") {
  Tensor p = number(10);
  const Tensor lr = number(0.5, float32);
  optim::SGD sgd{p, {.lr = lr}};
  p.set_grad(ones_like(p));
  sgd.step();
  CHECK(p.item() == 9.5);
  CHECK(p.is_leaf());
}

TEST_CASE("a strided parameter is updated through its view") {
  const Tensor base = parameter(tensor({{1, 2, 3}, {4, 5, 6}}));
  Tensor view = as_strided(base, {3, 2}, {1, 3}).requires_grad(true);
  Tensor dense = parameter(contiguous(transpose(base.detach(), 0, 1)));
  optim::Adam of_view{view, {.lr = 0.1}}, of_dense{dense, {.lr = 0.1}};
  for (int t = 0; t < 3; ++t) {
    const Tensor g = tensor({{0.5, -1}, {2, 0}, {-3, 0.25}});
    view.set_grad(g);
    dense.set_grad(g);
    of_view.step();
    of_dense.step();
  }
  CHECK(same_bits(view, dense));
  CHECK(base.at({1, 2}) == view.at({2, 1}));
}

TEST_CASE("empty parameters are updated without a fuss") {
  Tensor p = zeros({0, 3}, {.requires_grad = true});
  optim::Adam adam{p};
  p.set_grad(zeros_like(p));
  CHECK_NOTHROW(adam.step());
}

TEST_CASE("the state has the dtype of its parameter") {
  Tensor single = number(1, float32), precise = number(1, float64);
  optim::Adam adam{{single, precise}};
  single.set_grad(ones_like(single));
  precise.set_grad(ones_like(precise));
  adam.step();
  const auto state = adam.state();
  CHECK(state.at("exp_avg.0").dtype() == float32);
  CHECK(state.at("exp_avg_sq.1").dtype() == float64);
}

TEST_CASE("a step between forward and backward is noticed") {
  Tensor p = number(1);
  optim::SGD sgd{p};
  p.set_grad(ones_like(p));
  const Tensor loss = square(p);
  sgd.step();
  CHECK_THROWS_AS(loss.backward(), GraphError);
}

TEST_CASE("an optimizer with restored state goes on as if it had never stopped") {
  const auto train = [](Net& net, optim::Optimizer& optimizer, int first, int last) {
    for (int t = first; t < last; ++t) {
      fill_gradients(net, std::sin(t));
      optimizer.step();
    }
  };
  Net net;
  optim::RMSprop whole{net, {.momentum = 0.9, .centered = true}};
  train(net, whole, 0, 3);
  Net resumed = clone(net);
  optim::RMSprop second{resumed, whole.options};
  second.load_state(whole.state());
  train(net, whole, 3, 6);
  train(resumed, second, 3, 6);
  CHECK(same_bits(net.first.weight, resumed.first.weight));
  CHECK(same_bits(net.rest[1].bias, resumed.rest[1].bias));
}

TEST_CASE("the state is a copy") {
  Tensor p = number(1);
  optim::SGD sgd{p, {.momentum = 0.5}};
  p.set_grad(ones_like(p));
  sgd.step();
  const auto state = sgd.state();
  sgd.step();
  CHECK(state.at("momentum_buffer").item() == 1);
  CHECK(state.at("step").item<std::int64_t>() == 1);
  CHECK(sgd.state().at("momentum_buffer").item() == 1.5);
}

TEST_CASE("a state that does not fit is refused before anything is changed") {
  Tensor a = number(1), b = number(1);
  optim::SGD sgd{{a, b}, {.momentum = 0.5}};
  a.set_grad(ones_like(a));
  b.set_grad(ones_like(b));
  sgd.step();
  const auto good = sgd.state();

  auto missing = good;
  missing.erase("momentum_buffer.1");
  CHECK_THROWS_WITH_AS(sgd.load_state(missing),
                       "[load_state] \"momentum_buffer.1\" is missing: its parameter has other entries",
                       StructureError);
  auto reshaped = good;
  reshaped["momentum_buffer.1"] = zeros({2}, {.dtype = float64});
  CHECK_THROWS_WITH_AS(sgd.load_state(reshaped),
                       "[load_state] \"momentum_buffer.1\" is float64 [2], its parameter needs float64 []",
                       StructureError);
  auto unknown = good;
  unknown["momentum_buffer.2"] = zeros({}, {.dtype = float64});
  CHECK_THROWS_WITH_AS(
      sgd.load_state(unknown),
      "[load_state] 1 of the 5 entries belong to no parameter of this optimizer: the model or "
      "the rule is another one",
      StructureError);
  CHECK(sgd.state().at("momentum_buffer.0").item() == 1);
}

TEST_CASE("options that make no sense are refused when the optimizer is made") {
  Tensor p = number(1);
  CHECK_THROWS_WITH_AS(optim::SGD(p, {.lr = -0.1}), "[SGD] lr -0.1: expected at least 0", ValueError);
  CHECK_THROWS_WITH_AS(optim::SGD(p, {.nesterov = true}),
                       "[SGD] nesterov needs a momentum above 0 and a dampening of 0", ValueError);
  CHECK_THROWS_WITH_AS(optim::Adam(p, {.betas = {1, 0.9}}),
                       "[Adam] betas[0] 1: expected at least 0 and less than 1", ValueError);
  CHECK_THROWS_WITH_AS(optim::AdamW(p, {.weight_decay = NAN}),
                       "[AdamW] weight_decay nan: expected at least 0", ValueError);
  CHECK_THROWS_WITH_AS(optim::RMSprop(p, {.alpha = 1.5}),
                       "[RMSprop] alpha 1.5: expected at least 0 and less than 1", ValueError);
  CHECK_THROWS_WITH_AS(optim::SGD(p, {.lr = ones({1})}),
                       "[Hyper] float32 [1]: a hyper-parameter is a floating 0-d tensor, e.g. scalar(1e-3)",
                       ShapeError);
}

TEST_CASE("a rule checks what it is given") {
  const optim::Rule rule("half", {}, [](auto p, auto g, auto lr) { return p - 0.5 * lr * g; });
  Tensor p = number(1);
  CHECK_THROWS_WITH_AS(rule.write(p, p, p, {}, {}),
                       "[half] the lambda takes 0 states and 1 hyper-parameters, got 0 and 0", ValueError);
  const auto unnamed = [](auto p, auto g, auto m) { return std::tuple{p - g, m + g}; };
  CHECK_THROWS_WITH_AS(optim::Rule("carry", {}, unnamed),
                       "[carry] the lambda returns 2 results, for p and 0 named states: name each of them",
                       ValueError);
}
