#pragma once
/// Windows of a tensor that evenly spaced places along each axis make: what slices and numbers in an index
/// stand for. Internal to ops.

#include <cstdint>
#include <vector>

#include "../core/tensor.hpp"

namespace xg::ranges {

/// Places start, start + step, ... of one axis.
struct Range {
  std::int64_t start = 0, length = 1, step = 1;
  bool kept = true;    ///< false: a single place, whose axis disappears
  bool fresh = false;  ///< a new axis of length 1, which reads no axis of the tensor
};
/// One for each axis, in order, and one for each fresh axis.
using Ranges = std::vector<Range>;

/// All of x, but for one axis.
Ranges along(const Tensor& x, std::size_t axis, Range range);

/// The view itself, not recorded; strides are negative where steps are.
Tensor window(const Tensor& x, const Ranges& r);
/// The window as an op of this name; a copy where steps are negative.
/// Grad    any order.
Tensor take(const char* name, const Tensor& x, const Ranges& r);
/// The adjoint of take(): x as the window of a tensor of zeros.
/// Grad    any order.
Tensor put(const Tensor& x, const Ranges& r, const Shape& shape);
/// x with other values in the window; they have its shape and x's dtype.
/// Grad    x and values, any order.
Tensor replace(const Tensor& x, const Ranges& r, const Tensor& values);

}  // namespace xg::ranges
