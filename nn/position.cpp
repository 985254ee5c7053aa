#include "position.hpp"

#include <fmt/format.h>

#include <cmath>

#include "../core/create.hpp"
#include "../core/elementwise.hpp"
#include "../ops/arithmetic.hpp"
#include "../ops/math.hpp"
#include "../ops/view.hpp"

namespace xg::nn {
namespace {

// [length, dim / 2]: each position times each of the falling frequencies.
Tensor angles(std::int64_t length, std::int64_t dim, std::int64_t offset, double base) {
  const auto start = static_cast<double>(offset);
  const Tensor positions = arange(start, start + static_cast<double>(length), 1, {.dtype = float64});
  const Tensor pairs = arange(0, static_cast<double>(dim / 2), 1, {.dtype = float64});
  return unsqueeze(positions, -1) * exp(pairs * (-2 * std::log(base) / static_cast<double>(dim)));
}

void check_steps(const char* layer, const Tensor& x) {
  if (x.dim() < 2)
    throw ShapeError(fmt::format("[{}] x {}: expected [..., steps, features]", layer, to_string(x.shape())));
}

}  // namespace

Tensor sinusoidal_positions(std::int64_t length, std::int64_t dim, std::int64_t offset, double base,
                            Dtype dtype) {
  if (dim % 2 != 0) throw ValueError(fmt::format("[sinusoidal_positions] dim {}: must be even", dim));
  const Tensor angle = angles(length, dim, offset, base);
  return to(flatten(stack({sin(angle), cos(angle)}, -1), 1), dtype);
}

Tensor SinusoidalPositions::operator()(const Tensor& x, std::int64_t offset) const {
  check_steps("SinusoidalPositions", x);
  return x + sinusoidal_positions(x.size(-2), x.size(-1), offset, base, x.dtype());
}

namespace detail {

Tensor position_table(std::int64_t max_length, std::int64_t dim, const LearnedPositionsOptions& options) {
  return normal({max_length, dim}, 0, options.std, {.dtype = options.dtype, .requires_grad = true});
}

}  // namespace detail

Tensor LearnedPositions::operator()(const Tensor& x, std::int64_t offset) const {
  check_steps("LearnedPositions", x);
  if (offset < 0 || offset + x.size(-2) > weight.size(0))
    throw ShapeError(fmt::format("[LearnedPositions] x {} from position {} on: the table {} is too short",
                                 to_string(x.shape()), offset, to_string(weight.shape())));
  return x + narrow(weight, 0, offset, x.size(-2));
}

Tensor RotaryEmbedding::operator()(const Tensor& x, std::int64_t offset) const {
  static const auto turn = elementwise("rotary_embedding", [](auto a, auto b, auto c, auto s) {
    return std::tuple{a * c - b * s, a * s + b * c};
  });
  if (x.dim() < 2 || x.size(-1) != dim || dim % 2 != 0)
    throw ShapeError(
        fmt::format("[RotaryEmbedding] x {}: expected [..., steps, {}] with an even number of features",
                    to_string(x.shape()), dim));
  const Tensor angle = angles(x.size(-2), dim, offset, options.base);
  const Tensor c = to(cos(angle), x.dtype()), s = to(sin(angle), x.dtype());
  if (options.interleaved) {
    const auto [a, b] = turn(slice(x, -1, 0, {}, 2), slice(x, -1, 1, {}, 2), c, s);
    return flatten(stack({a, b}, -1), -2);
  }
  const std::vector<Tensor> halves = split(x, std::vector<std::int64_t>{dim / 2, dim / 2}, -1);
  const auto [a, b] = turn(halves[0], halves[1], c, s);
  return cat({a, b}, -1);
}

}  // namespace xg::nn
