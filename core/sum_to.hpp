#pragma once

#include "tensor.hpp"

namespace xg {

/// x seen with a larger shape, by NumPy's rules; a view with stride 0 along the new axes.
/// Grad    sum_to(g, x.shape), any order.
/// Throws  ShapeError "[broadcast_to] [3] does not broadcast to [4, 2]".
Tensor broadcast_to(const Tensor& x, const Shape& shape);

/// The adjoint of broadcasting: x summed over the axes along which `shape` would be broadcast to x.shape.
/// Grad    broadcast_to(g, x.shape), any order.
/// Throws  ShapeError "[sum_to] ...".
Tensor sum_to(const Tensor& x, const Shape& shape);

}  // namespace xg
