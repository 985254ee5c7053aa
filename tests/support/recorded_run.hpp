#pragma once
/// What tests ask of any optimizer that records its steps.

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <vector>
#include <xgrad/core/create.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/view.hpp>
#include <xgrad/optim/optimizer.hpp>

namespace xg::test {

struct Net {
  Tensor weight = tensor({{0.5, -1, 2}, {1, 0.25, -0.5}}, {.dtype = float64, .requires_grad = true});
  Tensor bias = tensor({0.5, -0.25}, {.dtype = float64, .requires_grad = true});
  Tensor idle = tensor({1, 2}, {.dtype = float64});
  Tensor none{};
};

/// Not quadratic, so that gradients depend on where the steps lead.
inline Tensor loss(const Net& net) {
  return sum(square(net.weight)) * 0.5 + sum(exp(net.bias) - net.bias) +
         sum(tanh(net.weight)) * sum(net.bias);
}

inline Net gradients_of(const Net& net) { return grad(loss(net), net, {.create_graph = true}); }

/// The loss after twenty recorded steps.
template <class Optimizer> Tensor loss_after_training(decltype(Optimizer::options) options) {
  Net net;
  Optimizer optimizer{net, options};
  for (int t = 0; t < 20; ++t) net = optimizer.recorded_step(net, gradients_of(net));
  return loss(net);
}

/// Whether the derivative by a hyper-parameter, through twenty steps, is that of the whole run.
inline bool is_meta_gradient(double at, const std::function<Tensor(const optim::Hyper&)>& run) {
  const Tensor hyper = scalar(at, {.dtype = float64, .requires_grad = true});
  const double analytic = grad(run(hyper), hyper).item();
  const double h = 1e-4 * std::abs(at);
  const auto slope = [&](double step) {
    return (run(at + step).item() - run(at - step).item()) / (2 * step);
  };
  const double numeric = (4 * slope(h) - slope(2 * h)) / 3;
  CAPTURE(analytic);
  CAPTURE(numeric);
  CHECK(std::abs(analytic - numeric) <= 1e-6 * std::abs(numeric) + 1e-9);
  return analytic != 0;
}

inline bool same_bits(const Tensor& a, const Tensor& b) {
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) return false;
  const Tensor x = reshape(a.detach(), {-1}), y = reshape(b.detach(), {-1});
  for (std::int64_t i = 0; i < x.numel(); ++i)
    if (x.at({i}) != y.at({i})) return false;
  return true;
}

/// Twenty steps with the same gradients in place and on the tape.
template <class Optimizer> void check_same_bits(decltype(Optimizer::options) options, Dtype dtype = float32) {
  struct Pair {
    Tensor weight, bias;
  };
  Generator random(1);
  const Tensor w = randn({5, 7}, {.dtype = dtype}, random), b = randn({}, {.dtype = dtype}, random);
  Pair in_place{clone(w).requires_grad(true), clone(b).requires_grad(true)};
  Pair recorded{clone(w).requires_grad(true), clone(b).requires_grad(true)};
  Optimizer writer{in_place, options}, recorder{recorded, options};
  for (int t = 0; t < 20; ++t) {
    const Pair g{randn({5, 7}, {.dtype = dtype}, random), randn({}, {.dtype = dtype}, random)};
    in_place.weight.set_grad(g.weight);
    in_place.bias.set_grad(g.bias);
    writer.step();
    recorded = recorder.recorded_step(recorded, g);
  }
  CHECK(recorded.weight.requires_grad());
  CHECK_FALSE(recorded.weight.is_leaf());
  CHECK(same_bits(in_place.weight, recorded.weight));
  CHECK(same_bits(in_place.bias, recorded.bias));
}

inline Tensor leaf(std::initializer_list<NestedValues> values) { return tensor(values, {.dtype = float64}); }
inline Tensor leaf(double value) { return scalar(value, {.dtype = float64}); }

/// One recorded step of one parameter as a function of it and of its gradient.
template <class Optimizer>
Tensor one_step(const Tensor& p, const Tensor& g, decltype(Optimizer::options) options) {
  Optimizer optimizer{p, options};
  const Tensor after = optimizer.recorded_step(p, g);
  return optimizer.recorded_step(after, g * after);
}

/// Two steps pass gradcheck of first and second order, by parameter, gradient and hyper-parameter x.
template <class Optimizer> void check_derivatives(decltype(Optimizer::options) (*options)(const Tensor& x)) {
  const auto step = [&](const Tensor& p, const Tensor& g, const Tensor& x) {
    return one_step<Optimizer>(p, g, options(x));
  };
  const std::vector<Tensor> inputs = {leaf({0.5, -1.5}), leaf({0.75, -0.25}), leaf(0.3)};
  CHECK(gradcheck(step, inputs));
  CHECK(gradgradcheck(step, inputs));
}

/// First and second derivatives of a first step are finite where the gradient is 0.
template <class Optimizer> void check_finite_at_zero(decltype(Optimizer::options) options) {
  Tensor p = leaf({1, 2}).requires_grad(true), g = leaf({0, 0.5}).requires_grad(true);
  Tensor lr = leaf(0.1).requires_grad(true);
  options.lr = lr;
  const Tensor next = Optimizer{p, options}.recorded_step(p, g);
  const std::vector<Tensor> first = grad({sum(next)}, {p, g, lr}, {.create_graph = true});
  std::vector<Tensor> outputs;
  for (const Tensor& x : first)
    if (x.requires_grad()) outputs.push_back(sum(x));
  std::vector<Tensor> all = first;
  if (!outputs.empty())
    for (const Tensor& x : grad(outputs, {p, g, lr}, {.allow_unused = true})) all.push_back(x);
  for (const Tensor& x : all)
    if (x.defined()) CHECK(std::isfinite(sum(x).item()));
  CHECK(first[0].at({0}) != 0);
}

}  // namespace xg::test
