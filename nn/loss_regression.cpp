#include "loss_regression.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "../core/elementwise.hpp"
#include "../ops/arithmetic.hpp"
#include "../ops/comparison.hpp"
#include "../ops/math.hpp"
#include "../ops/reduce.hpp"
#include "../ops/view.hpp"
#include "loss_checks.hpp"

namespace xg::nn {
namespace {

template <class Op>
Tensor difference_loss(const Op& op, const Tensor& input, const Tensor& target, Reduction reduction) {
  check_same_shape(op.name(), input, target);
  return reduced(op.name(), op(input, target), reduction);
}

// The variances in a shape that broadcasts to the input's.
Tensor fitting_variance(const Tensor& var, const Tensor& input) {
  if (var.shape() == input.shape()) return var;
  Shape rows = input.shape();
  if (!rows.empty()) {
    rows.erase(rows.size() - 1);
    if (var.shape() == rows) return unsqueeze(var, -1);
    rows.push_back(1);
    if (var.shape() == rows) return var;
  }
  throw ShapeError(fmt::format(
      "[gaussian_nll_loss] var {} does not fit the input {}: expected its shape, or one variance a row",
      to_string(var.shape()), to_string(input.shape())));
}

}  // namespace

Tensor mse_loss(const Tensor& input, const Tensor& target, LossOptions options) {
  static const auto op = elementwise("mse_loss", [](auto x, auto t) {
    const auto d = x - t;
    return d * d;
  });
  return difference_loss(op, input, target, options.reduction);
}

Tensor l1_loss(const Tensor& input, const Tensor& target, LossOptions options) {
  static const auto op = elementwise("l1_loss", [](auto x, auto t) { return abs(x - t); });
  return difference_loss(op, input, target, options.reduction);
}

Tensor huber_loss(const Tensor& input, const Tensor& target, HuberLossOptions options) {
  if (!(options.delta > 0))
    throw ValueError(fmt::format("[huber_loss] delta {}: must be positive", options.delta));
  const auto op = elementwise("huber_loss", [delta = options.delta](auto x, auto t) {
    const auto d = x - t;
    const auto a = abs(d);
    return where(a < delta, 0.5 * d * d, delta * (a - 0.5 * delta));
  });
  return difference_loss(op, input, target, options.reduction);
}

Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, SmoothL1LossOptions options) {
  if (!(options.beta >= 0))
    throw ValueError(fmt::format("[smooth_l1_loss] beta {}: must not be negative", options.beta));
  if (options.beta == 0) return l1_loss(input, target, {.reduction = options.reduction});
  const auto op = elementwise("smooth_l1_loss", [beta = options.beta](auto x, auto t) {
    const auto d = x - t;
    const auto a = abs(d);
    return where(a < beta, 0.5 * d * d / beta, a - 0.5 * beta);
  });
  return difference_loss(op, input, target, options.reduction);
}

Tensor poisson_nll_loss(const Tensor& input, const Tensor& target, PoissonNllLossOptions options) {
  const auto op = elementwise("poisson_nll_loss", [options](auto x, auto t) {
    const auto loss = options.log_input ? exp(x) - t * x : x - t * log(x + options.eps);
    if (!options.full) return loss;
    return loss + where(t > 1.0, t * log(t) - t + 0.5 * log(2 * std::numbers::pi * t), 0.0);
  });
  return difference_loss(op, input, target, options.reduction);
}

Tensor gaussian_nll_loss(const Tensor& input, const Tensor& target, const Tensor& var,
                         GaussianNllLossOptions options) {
  constexpr const char* name = "gaussian_nll_loss";
  static const auto op = elementwise(name, [](auto x, auto t, auto v, auto constant) {
    const auto d = x - t;
    return 0.5 * (log(v) + d * d / v) + constant;
  });
  check_same_shape(name, input, target);
  const Tensor v = fitting_variance(var, input);
  if (any(v < 0.0).item<bool>())
    throw ValueError(fmt::format("[{}] var {} holds a negative variance", name, to_string(var.shape())));
  // The gradient passes through as if nothing had been clamped.
  const Tensor clamped = v + no_grad([&] { return clamp_min(v, options.eps) - v; });
  const double constant = options.full ? 0.5 * std::log(2 * std::numbers::pi) : 0;
  return reduced(name, op(input, target, clamped, constant), options.reduction);
}

}  // namespace xg::nn
