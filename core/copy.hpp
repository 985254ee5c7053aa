#pragma once

#include "tensor.hpp"

namespace xg {

/// Writes src, broadcast and converted, over dst's elements, whatever their strides. Not recorded, no version
/// bump: the building block of the ops below. The caller has checked that src broadcasts to dst.
void copy_elements(const Tensor& src, const Tensor& dst);

/// x itself if it is dense and row-major, else a dense copy.
/// Grad    any order.
Tensor contiguous(const Tensor& x);
/// A dense copy with memory of its own.
/// Grad    any order.
Tensor clone(const Tensor& x);
/// x converted to another dtype, x itself if it has it already. Floating to integer truncates, to bool tests
/// != 0.
/// Grad    between floating dtypes, any order.
Tensor to(const Tensor& x, Dtype dtype);

/// Overwrites a leaf's values in place, broadcasting and converting; a write, so it bumps dst's version.
/// Throws  GraphError if dst is on the tape; ShapeError if src does not broadcast to dst's shape.
void assign(Tensor& dst, const Tensor& src);

}  // namespace xg
