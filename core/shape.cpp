#include "shape.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dtype.hpp"
#include "error.hpp"

namespace xg {

void throw_not_floating(std::string_view op, Dtype d) {
  throw DtypeError(
      fmt::format("[{}] needs a floating tensor, got {}: convert it with to(x, float32)", op, to_string(d)));
}

void throw_rank_too_high(std::size_t rank) {
  throw ShapeError(
      fmt::format("[shape] {} axes, at most {} are supported: merge axes with reshape", rank, max_rank));
}

Strides contiguous_strides(const Shape& shape) {
  Strides strides = Strides::filled(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;)
    strides[i - 1] = strides[i] * std::max<std::int64_t>(shape[i], 1);
  return strides;
}

std::string to_string(const Dims& dims) {
  return fmt::format("[{}]", fmt::join(dims.begin(), dims.end(), ", "));
}

Shape broadcast_shapes(std::string_view op, const Shape& a, const Shape& b) {
  const std::size_t rank = std::max(a.size(), b.size());
  Shape out = Shape::filled(rank, 1);
  for (std::size_t i = 1; i <= rank; ++i) {
    const std::int64_t m = i <= a.size() ? a[a.size() - i] : 1;
    const std::int64_t n = i <= b.size() ? b[b.size() - i] : 1;
    if (m != n && m != 1 && n != 1)
      throw ShapeError(fmt::format("[{}] shapes {} and {} do not broadcast: axis -{} has sizes {} and {}", op,
                                   to_string(a), to_string(b), i, m, n));
    out[rank - i] = m == 1 ? n : m;
  }
  return out;
}

Strides broadcast_strides(const Shape& shape, const Strides& strides, const Shape& to) {
  Strides out = Strides::filled(to.size(), 0);
  const std::size_t lead = to.size() - shape.size();
  for (std::size_t i = 0; i < shape.size(); ++i) out[lead + i] = shape[i] == 1 ? 0 : strides[i];
  return out;
}

std::size_t normalize_axis(std::string_view op, std::int64_t axis, const Shape& shape) {
  const auto rank = static_cast<std::int64_t>(shape.size());
  if (axis < -rank || axis >= rank)
    throw IndexError(
        fmt::format("[{}] axis {} is out of range for a tensor of shape {}", op, axis, to_string(shape)));
  return static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
}

Axes normalize_axes(std::string_view op, const Axes& axes, const Shape& shape) {
  Axes out;
  if (axes.empty()) {
    for (std::size_t i = 0; i < shape.size(); ++i) out.push_back(static_cast<std::int64_t>(i));
    return out;
  }
  for (std::int64_t a : axes) {
    const auto axis = static_cast<std::int64_t>(normalize_axis(op, a, shape));
    if (out.contains(axis))
      throw IndexError(fmt::format("[{}] axis {} is named twice in {}", op, a, to_string(axes)));
    out.push_back(axis);
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace xg
