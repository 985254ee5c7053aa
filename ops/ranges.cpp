#include "ranges.hpp"

#include <algorithm>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/node.hpp"

namespace xg::ranges {

Ranges along(const Tensor& x, std::size_t axis, Range range) {
  Ranges all;
  all.reserve(x.dim());
  for (std::int64_t length : x.shape()) all.push_back({.length = length});
  all[axis] = range;
  return all;
}

Tensor window(const Tensor& x, const Ranges& r) {
  Shape shape;
  Strides strides;
  std::int64_t offset = 0;
  std::size_t axis = 0;
  for (const Range& range : r) {
    const std::int64_t stride = range.fresh ? 0 : x.strides()[axis++];
    offset += range.start * stride;
    if (!range.kept) continue;
    shape.push_back(range.length);
    strides.push_back(range.step * stride);
  }
  return as_strided(x, shape, strides, count(shape) == 0 ? 0 : offset);
}

Tensor take(const char* name, const Tensor& x, const Ranges& r) {
  Tensor y = window(x, r);
  if (std::ranges::any_of(r, [](const Range& range) { return range.step < 0; })) y = clone(y);
  return record(name, {&x}, std::move(y),
                [r, shape = x.shape()](const Tensor& g) { return put(g, r, shape); });
}

Tensor put(const Tensor& x, const Ranges& r, const Shape& shape) {
  Tensor y = zeros(shape, {.dtype = x.dtype()});
  copy_elements(x, window(y, r));
  return record("slice_scatter", {&x}, std::move(y), [r](const Tensor& g) { return take("slice", g, r); });
}

Tensor replace(const Tensor& x, const Ranges& r, const Tensor& values) {
  Tensor y = empty(x.shape(), x.dtype());
  copy_elements(x, y);
  copy_elements(values, window(y, r));
  return record("index_put", {&x, &values}, std::move(y), [r](const Tensor& g, Wanted wanted) {
    const Tensor taken = take("slice", g, r);
    return std::array<Tensor, 2>{wanted[0] ? replace(g, r, zeros_like(taken)) : Tensor(), taken};
  });
}

}  // namespace xg::ranges
