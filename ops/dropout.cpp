#include "dropout.hpp"

#include <fmt/format.h>

#include <cmath>
#include <span>

#include "../core/create.hpp"
#include "../core/elementwise.hpp"
#include "arithmetic.hpp"
#include "comparison.hpp"

namespace xg {
namespace {

// selu's scale times its alpha.
constexpr double saturation = 1.0507009873554805 * 1.6732632423543772;

void check_probability(const char* op, double p) {
  if (!(p >= 0 && p <= 1)) throw ValueError(fmt::format("[{}] p {}: a probability lies in [0, 1]", op, p));
}

// 1 with probability 1 - p, else 0.
Tensor drawn_mask(const char* op, const Shape& shape, Dtype dtype, double p, Generator& generator) {
  Tensor mask = empty(shape, dtype);
  visit_floating(op, dtype, [&]<class T>(std::type_identity<T>) {
    generator.fill_bernoulli(std::span<T>(mask.mutable_data<T>(), static_cast<std::size_t>(mask.numel())),
                             1 - p);
  });
  return mask;
}

// Its own adjoint.
Tensor masked(const Tensor& x, const Tensor& mask, double scale) {
  static const auto op = elementwise("dropout", [](auto x, auto m, auto s) { return x * m * s; });
  Tensor y = no_grad([&] { return op(x, mask, scale); });
  return record("dropout", {&x}, std::move(y),
                [mask = Saved(mask), scale](const Tensor& g) { return masked(g, mask.get(), scale); });
}

Tensor dropped(const char* op, const Tensor& x, const Shape& mask_shape, double p, bool training,
               Generator& generator) {
  check_probability(op, p);
  if (!training || p == 0) return x;
  return masked(x, drawn_mask(op, mask_shape, x.dtype(), p, generator), p < 1 ? 1 / (1 - p) : 0);
}

// x's shape with length 1 along all axes from this one on.
Shape without_extent(Shape shape, std::size_t from) {
  for (std::size_t axis = from; axis < shape.size(); ++axis) shape[axis] = 1;
  return shape;
}

Tensor dropped_channels(const char* op, const Tensor& x, std::size_t spatial, double p, bool training,
                        Generator& generator) {
  if (x.dim() != spatial + 1 && x.dim() != spatial + 2)
    throw ShapeError(fmt::format("[{}] x {}: expected [n, c, ...] with {} spatial {}, or the same without n",
                                 op, to_string(x.shape()), spatial, spatial == 1 ? "axis" : "axes"));
  return dropped(op, x, without_extent(x.shape(), x.dim() - spatial), p, training, generator);
}

Tensor alpha_dropped(const char* op, const Tensor& x, const Shape& mask_shape, double p, bool training,
                     Generator& generator) {
  static const auto rule = elementwise("alpha_dropout", [](auto x, auto m, auto a, auto p) {
    return a * (x * m + saturation * (m - 1.0 + p));
  });
  check_probability(op, p);
  if (!training || p == 0) return x;
  const Tensor mask = drawn_mask(op, mask_shape, x.dtype(), p, generator);
  if (p == 1) return x * mask;
  return rule(x, mask, 1 / std::sqrt((saturation * saturation * p + 1) * (1 - p)), p);
}

}  // namespace

Tensor dropout(const Tensor& x, double p, bool training, Generator& generator) {
  return dropped("dropout", x, x.shape(), p, training, generator);
}
Tensor dropout1d(const Tensor& x, double p, bool training, Generator& generator) {
  return dropped_channels("dropout1d", x, 1, p, training, generator);
}
Tensor dropout2d(const Tensor& x, double p, bool training, Generator& generator) {
  return dropped_channels("dropout2d", x, 2, p, training, generator);
}
Tensor dropout3d(const Tensor& x, double p, bool training, Generator& generator) {
  return dropped_channels("dropout3d", x, 3, p, training, generator);
}

Tensor alpha_dropout(const Tensor& x, double p, bool training, Generator& generator) {
  return alpha_dropped("alpha_dropout", x, x.shape(), p, training, generator);
}
Tensor feature_alpha_dropout(const Tensor& x, double p, bool training, Generator& generator) {
  if (x.dim() < 2)
    throw ShapeError(fmt::format("[feature_alpha_dropout] x {}: expected [n, c, ...]", to_string(x.shape())));
  return alpha_dropped("feature_alpha_dropout", x, without_extent(x.shape(), 2), p, training, generator);
}

}  // namespace xg
