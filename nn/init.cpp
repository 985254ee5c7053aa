#include "init.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <span>
#include <vector>

#include "../core/copy.hpp"
#include "../core/create.hpp"

namespace xg::nn::init {
namespace {

double fan(const Tensor& weight, FanMode mode) {
  const Fans fans = calculate_fans(weight);
  return static_cast<double>(mode == FanMode::fan_in ? fans.in : fans.out);
}

// A weight without connections has no elements to draw: any scale will do.
double over(double numerator, double fan) { return fan > 0 ? numerator / fan : 0; }

double sum_of_fans(const Tensor& weight) {
  const Fans fans = calculate_fans(weight);
  return static_cast<double>(fans.in + fans.out);
}

double kaiming_gain(const KaimingOptions& options) { return calculate_gain(options.nonlinearity, options.a); }

// The probability that a standard normal value is less than x.
double normal_cdf(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }

// Rows made orthonormal one after the other. What is left of a row after the projections is projected again:
// once is not accurate enough where little is left.
void orthonormalize_rows(std::vector<double>& matrix, std::size_t rows, std::size_t columns) {
  const auto row = [&](std::size_t i) { return std::span(matrix).subspan(i * columns, columns); };
  const auto dot = [](auto a, auto b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); };
  for (std::size_t i = 0; i < rows; ++i) {
    const auto target = row(i);
    for (int pass = 0; pass < 2; ++pass)
      for (std::size_t j = 0; j < i; ++j) {
        const double along = dot(target, row(j));
        for (std::size_t k = 0; k < columns; ++k) target[k] -= along * row(j)[k];
      }
    const double length = std::sqrt(dot(target, target));
    for (double& x : target) x /= length;
  }
}

}  // namespace

Fans calculate_fans(const Tensor& weight) {
  const Shape& shape = weight.shape();
  if (shape.size() < 2)
    throw ShapeError(fmt::format(
        "[calculate_fans] a weight {} has fewer than 2 axes: use uniform_ or normal_", to_string(shape)));
  std::int64_t receptive_field = 1;
  for (std::size_t i = 2; i < shape.size(); ++i) receptive_field *= shape[i];
  return {shape[1] * receptive_field, shape[0] * receptive_field};
}

double calculate_gain(Nonlinearity nonlinearity, double negative_slope) {
  switch (nonlinearity) {
    case Nonlinearity::tanh:
      return 5.0 / 3;
    case Nonlinearity::relu:
      return std::numbers::sqrt2;
    case Nonlinearity::leaky_relu:
      return std::sqrt(2 / (1 + negative_slope * negative_slope));
    case Nonlinearity::selu:
      return 0.75;
    default:
      return 1;
  }
}

Tensor& constant_(Tensor& weight, double value) {
  assign(weight, scalar(value, {.dtype = weight.dtype()}));
  return weight;
}
Tensor& zeros_(Tensor& weight) { return constant_(weight, 0); }
Tensor& ones_(Tensor& weight) { return constant_(weight, 1); }

Tensor& eye_(Tensor& weight) {
  if (weight.dim() != 2)
    throw ShapeError(fmt::format("[eye_] a weight {} is not a matrix", to_string(weight.shape())));
  assign(weight, eye(weight.size(0), weight.size(1), {.dtype = weight.dtype()}));
  return weight;
}

Tensor& uniform_(Tensor& weight, double low, double high, Generator& generator) {
  assign(weight, uniform(weight.shape(), low, high, {.dtype = weight.dtype()}, generator));
  return weight;
}

Tensor& normal_(Tensor& weight, double mean, double std, Generator& generator) {
  assign(weight, normal(weight.shape(), mean, std, {.dtype = weight.dtype()}, generator));
  return weight;
}

Tensor& trunc_normal_(Tensor& weight, TruncNormalOptions options, Generator& generator) {
  // Less than one draw in a thousand inside would make the loop below long.
  constexpr double least_weight = 1e-3;
  const auto cdf = [&](double x) { return normal_cdf((x - options.mean) / options.std); };
  if (!(options.std > 0) || !(options.low < options.high) ||
      !(cdf(options.high) - cdf(options.low) > least_weight))
    throw ValueError(
        fmt::format("[trunc_normal_] mean {}, std {}, low {}, high {}: std must be positive, and the "
                    "interval must hold at least {} of the distribution",
                    options.mean, options.std, options.low, options.high, least_weight));
  Tensor drawn = empty(weight.shape(), weight.dtype());
  visit_floating("trunc_normal_", weight.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto n = static_cast<std::size_t>(drawn.numel());
    const auto low = static_cast<T>(options.low), high = static_cast<T>(options.high);
    T* const out = drawn.mutable_data<T>();
    std::vector<T> candidates(std::max<std::size_t>(n, 64));
    for (std::size_t filled = 0; filled < n;) {
      generator.fill_normal(std::span<T>(candidates), static_cast<T>(options.mean),
                            static_cast<T>(options.std));
      for (std::size_t i = 0; i < candidates.size() && filled < n; ++i)
        if (candidates[i] >= low && candidates[i] <= high) out[filled++] = candidates[i];
    }
  });
  assign(weight, drawn);
  return weight;
}

Tensor& xavier_uniform_(Tensor& weight, double gain, Generator& generator) {
  const double bound = gain * std::sqrt(over(6, sum_of_fans(weight)));
  return uniform_(weight, -bound, bound, generator);
}

Tensor& xavier_normal_(Tensor& weight, double gain, Generator& generator) {
  return normal_(weight, 0, gain * std::sqrt(over(2, sum_of_fans(weight))), generator);
}

Tensor& kaiming_uniform_(Tensor& weight, KaimingOptions options, Generator& generator) {
  const double bound = kaiming_gain(options) * std::sqrt(over(3, fan(weight, options.mode)));
  return uniform_(weight, -bound, bound, generator);
}

Tensor& kaiming_normal_(Tensor& weight, KaimingOptions options, Generator& generator) {
  return normal_(weight, 0, kaiming_gain(options) * std::sqrt(over(1, fan(weight, options.mode))), generator);
}

Tensor& orthogonal_(Tensor& weight, double gain, Generator& generator) {
  const Fans fans = calculate_fans(weight);
  if (weight.numel() == 0) return weight;
  const std::int64_t height = weight.size(0), width = fans.in;
  const std::int64_t rows = std::min(height, width), columns = std::max(height, width);
  std::vector<double> matrix(static_cast<std::size_t>(rows * columns));
  generator.fill_normal(std::span<double>(matrix));
  orthonormalize_rows(matrix, static_cast<std::size_t>(rows), static_cast<std::size_t>(columns));
  for (double& x : matrix) x *= gain;
  const Tensor flat = from_values(std::span<const double>(matrix), {rows, columns}, {.dtype = float64});
  const Tensor turned = height <= width ? flat : contiguous(as_strided(flat, {height, width}, {1, height}));
  assign(weight, as_strided(turned, weight.shape(), contiguous_strides(weight.shape())));
  return weight;
}

Tensor& sparse_(Tensor& weight, double sparsity, double std, Generator& generator) {
  if (weight.dim() != 2)
    throw ShapeError(fmt::format("[sparse_] a weight {} is not a matrix", to_string(weight.shape())));
  if (!(sparsity >= 0 && sparsity <= 1))
    throw ValueError(fmt::format("[sparse_] sparsity {}: a share lies in [0, 1]", sparsity));
  const std::int64_t rows = weight.size(0), columns = weight.size(1);
  const auto zeros = static_cast<std::int64_t>(std::ceil(sparsity * static_cast<double>(rows)));
  Tensor drawn = normal(weight.shape(), 0, std, {.dtype = float64}, generator);
  double* const values = drawn.mutable_data<double>();
  for (std::int64_t column = 0; column < columns; ++column) {
    const std::vector<std::int64_t> order = generator.permutation(rows);
    for (std::int64_t i = 0; i < zeros; ++i)
      values[order[static_cast<std::size_t>(i)] * columns + column] = 0;
  }
  assign(weight, drawn);
  return weight;
}

Tensor& dirac_(Tensor& weight, std::int64_t groups) {
  const Shape& shape = weight.shape();
  if (shape.size() < 3 || shape.size() > 5)
    throw ShapeError(fmt::format("[dirac_] a weight {} has no 3 to 5 axes", to_string(shape)));
  if (groups < 1 || shape[0] % groups != 0)
    throw ValueError(
        fmt::format("[dirac_] {} output channels do not divide into {} groups", shape[0], groups));
  const Strides strides = contiguous_strides(shape);
  std::int64_t centre = 0;
  for (std::size_t axis = 2; axis < shape.size(); ++axis) centre += shape[axis] / 2 * strides[axis];
  Tensor kernels = zeros(shape, {.dtype = float64});
  double* const values = kernels.mutable_data<double>();
  const std::int64_t each = shape[0] / groups;
  for (std::int64_t group = 0; group < groups && kernels.numel() > 0; ++group)
    for (std::int64_t i = 0; i < std::min(each, shape[1]); ++i)
      values[(group * each + i) * strides[0] + i * strides[1] + centre] = 1;
  assign(weight, kernels);
  return weight;
}

Tensor uniform_parameter(const Shape& shape, std::int64_t fan_in, Dtype dtype) {
  const double bound = std::sqrt(over(1, static_cast<double>(fan_in)));
  return uniform(shape, -bound, bound, {.dtype = dtype, .requires_grad = true});
}

Tensor default_weight(const Shape& shape, Dtype dtype) {
  return uniform_parameter(shape, calculate_fans(empty(shape, dtype)).in, dtype);
}

Tensor default_bias(const Tensor& weight, std::optional<std::int64_t> size) {
  return uniform_parameter({size.value_or(weight.size(0))}, calculate_fans(weight).in, weight.dtype());
}

}  // namespace xg::nn::init
