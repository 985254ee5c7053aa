#include "sum_to.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fold.hpp"
#include "node.hpp"

namespace xg {
namespace {

void check_broadcasts(const char* op, const Shape& small, const Shape& large) {
  const bool negative = std::ranges::any_of(large, [](std::int64_t s) { return s < 0; });
  if (!negative && small.size() <= large.size() && broadcast_shapes(op, small, large) == large) return;
  throw ShapeError(fmt::format("[{}] {} does not broadcast to {}", op, to_string(small), to_string(large)));
}

// The axes of `large` along which a tensor of shape `small` is repeated.
Axes repeated_axes(const Shape& small, const Shape& large) {
  const std::size_t missing = large.size() - small.size();
  Axes axes;
  for (std::size_t i = 0; i < large.size(); ++i)
    if (i < missing || small[i - missing] != large[i]) axes.push_back(static_cast<std::int64_t>(i));
  return axes;
}

}  // namespace

Tensor broadcast_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  check_broadcasts("broadcast_to", x.shape(), shape);
  return record("broadcast_to", {&x}, as_strided(x, shape, broadcast_strides(x.shape(), x.strides(), shape)),
                [from = x.shape()](const Tensor& g) { return sum_to(g, from); });
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  check_broadcasts("sum_to", shape, x.shape());
  if (!is_floating(x.dtype())) throw_not_floating("sum_to", x.dtype());
  const Tensor sums = folding::along(x, repeated_axes(shape, x.shape()), folding::Kind::add);
  Tensor y = as_strided(sums, shape, contiguous_strides(shape));
  return record("sum_to", {&x}, std::move(y),
                [from = x.shape()](const Tensor& g) { return broadcast_to(g, from); });
}

}  // namespace xg
