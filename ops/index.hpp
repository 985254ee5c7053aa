#pragma once
/// Elements found by int64 indices. Names, argument order and defaults are PyTorch's. Indices count from 0;
/// all of them are checked. Where several indices meet in one place, sums are taken in the order of the
/// indices, whatever the number of threads.

#include <array>
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

/// The order that sorts x along one axis; equal elements keep theirs, NaN counts as largest.
Tensor argsort(const Tensor& x, std::int64_t axis = -1, bool descending = false);
/// Values in that order, and the order.
/// Grad    x through the values, any order.
std::array<Tensor, 2> sort(const Tensor& x, std::int64_t axis = -1, bool descending = false);
/// The k largest or smallest values along one axis, sorted, and their indices.
/// Grad    x through the values, any order.
/// Throws  ValueError "[topk] k 5: expected 0 to 4, the length of axis -1 of [3, 4]".
std::array<Tensor, 2> topk(const Tensor& x, std::int64_t k, std::int64_t axis = -1, bool largest = true);

}  // namespace xg
