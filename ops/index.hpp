#pragma once
/// Elements found by int64 indices. Names, argument order and defaults are PyTorch's. Indices count from 0;
/// all of them are checked. Where several indices meet in one place, sums are taken in the order of the
/// indices, whatever the number of threads.

#include <cstdint>

#include "../core/operand.hpp"
#include "../core/tensor.hpp"

namespace xg {

/// y[i][j][k] = x[index[i][j][k]][j][k] for axis 0, and so on.
/// Shapes  index of x's rank, no longer than x along the other axes; y as index.
/// Grad    x, any order.
/// Throws  IndexError "[gather] index 4 at [0, 2] is out of range for axis 0 of [3, 5]".
Tensor gather(const Tensor& x, std::int64_t axis, const Tensor& index);
/// gather() in which index and x broadcast along the other axes.
/// Grad    x, any order.
Tensor take_along_dim(const Tensor& x, const Tensor& index, std::int64_t axis);
/// The same in the flattened tensor; y is a list.
Tensor take_along_dim(const Tensor& x, const Tensor& index);
/// The elements of the flattened tensor at these places, of which negative ones count from the end.
/// Shapes  y as index.
/// Grad    x, any order.
/// Throws  IndexError "[take] index 6 at [0] is out of range for axis 0 of [6]".
Tensor take(const Tensor& x, const Tensor& index);
/// x with src[i][j][k] added at [index[i][j][k]][j][k] for axis 0, and so on.
/// Shapes  index of x's rank, no longer than x along the other axes, nor than src along any.
/// Grad    x and src, any order.
/// Throws  IndexError as gather(); ShapeError.
Tensor scatter_add(const Tensor& x, std::int64_t axis, const Tensor& index, const Tensor& src);
/// The same, written instead of added; of equal indices the last one counts.
/// Grad    x and src, any order; nothing to what was overwritten.
Tensor scatter(const Tensor& x, std::int64_t axis, const Tensor& index, const Tensor& src);
Tensor scatter(const Tensor& x, std::int64_t axis, const Tensor& index, double value);

/// The slices of x at these places of one axis.
/// Shapes  index [n]; y as x with n in place of the axis.
/// Grad    x, any order.
/// Throws  IndexError "[index_select] index 4 at [2] is out of range for axis 0 of [3, 5]".
Tensor index_select(const Tensor& x, std::int64_t axis, const Tensor& index);
/// x with alpha * src's slices added at these places of one axis.
/// Shapes  index [n]; src as x with n in place of the axis.
/// Grad    x and src, any order.
/// Throws  IndexError as index_select(); ShapeError.
Tensor index_add(const Tensor& x, std::int64_t axis, const Tensor& index, const Tensor& src,
                 double alpha = 1);
/// x with src's slices written at these places of one axis; of equal indices the last one counts.
/// Shapes  as index_add().
/// Grad    x and src, any order; nothing to what was overwritten.
/// Throws  IndexError as index_select(); ShapeError.
Tensor index_copy(const Tensor& x, std::int64_t axis, const Tensor& index, const Tensor& src);
/// The same with one number, or 0-d tensor, everywhere.
/// Grad    x and value, any order.
Tensor index_fill(const Tensor& x, std::int64_t axis, const Tensor& index, const Operand& value);
/// Rows of a table: y[...] = weight[index[...]].
/// Shapes  weight [rows, n]; index any; y as index with n added.
/// Grad    weight, any order, but nothing to row padding_idx (-1: none).
/// Throws  IndexError "[embedding] index 7 at [0, 1] is out of range for axis 0 of [5, 8]".
Tensor embedding(const Tensor& weight, const Tensor& index, std::int64_t padding_idx = -1);
/// 1 at the index, 0 elsewhere along a new last axis of this many classes (-1: one more than the largest).
/// Throws  IndexError as gather(), for an index beyond the classes.
Tensor one_hot(const Tensor& index, std::int64_t num_classes = -1);

/// Row-major positions of the elements that are not 0.
/// Shapes  y [number of them, x.dim()], int64.
Tensor nonzero(const Tensor& x);
/// The elements at which the mask is true, in row-major order.
/// Shapes  x and mask broadcast; y [number of them].
/// Grad    x, any order.
/// Throws  DtypeError "[masked_select] the mask is float32, not bool: compare it, e.g. x != 0".
Tensor masked_select(const Tensor& x, const Tensor& mask);
/// x with src's elements, in row-major order, where the mask is true.
/// Shapes  mask broadcasts to x; src has at least as many elements as the mask is true for.
/// Grad    x and src, any order; nothing to what was overwritten.
/// Throws  DtypeError as masked_select(); ShapeError.
Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& src);

}  // namespace xg
