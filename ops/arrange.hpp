#pragma once
/// Arrangements made of the ops of view.hpp and index.hpp. Names, argument order and defaults are PyTorch's.

#include <cstdint>
#include <optional>
#include <vector>

#include "../core/tensor.hpp"

namespace xg {

/// x turned k times by 90 degrees, from the first of two axes towards the second.
/// Grad    any order.
/// Throws  ShapeError "[rot90] 3 axes: expected 2".
Tensor rot90(const Tensor& x, std::int64_t k = 1, const Axes& axes = {0, 1});

/// The windows of `size` elements along one axis that begin at every `step`-th place; a view.
/// Shapes  y as x with the number of windows in place of the axis, and a last axis of `size`.
/// Grad    elements in several windows get the sum; any order.
/// Throws  ShapeError "[unfold] windows of 5 on axis 0 of [4, 2]: expected 0 to 4"; ValueError for a step
///         below 1.
Tensor unfold(const Tensor& x, std::int64_t axis, std::int64_t size, std::int64_t step);

/// Each element, or slice along one axis, `repeats` times; without an axis of the flattened tensor.
/// Grad    any order.
/// Throws  ValueError "[repeat_interleave] repeats -1: expected 0 or more".
Tensor repeat_interleave(const Tensor& x, std::int64_t repeats, std::optional<std::int64_t> axis = {});
/// Slice i repeats[i] times.
/// Shapes  repeats [length of the axis], or one number for all.
Tensor repeat_interleave(const Tensor& x, const Tensor& repeats, std::optional<std::int64_t> axis = {});

/// All tensors broadcast to one shape; views.
/// Grad    any order.
/// Throws  ShapeError "[broadcast_tensors] shapes [2] and [3] do not broadcast: ...".
std::vector<Tensor> broadcast_tensors(const std::vector<Tensor>& tensors);

/// Whether the first list of a grid runs along its first axis (ij) or along its second (xy).
enum class GridIndexing { ij, xy };
/// The coordinates of the grid that lists span: tensor k holds list k's value at each of its points.
/// Shapes  lists [n0], [n1], ..., or 0-d; each result [n0, n1, ...], for xy [n1, n0, ...].
/// Grad    any order.
/// Throws  ShapeError "[meshgrid] list 1 has shape [2, 3]: expected one axis".
std::vector<Tensor> meshgrid(const std::vector<Tensor>& lists, GridIndexing indexing = GridIndexing::ij);
/// All combinations of one element of each list, as rows; one list stays as it is.
/// Grad    any order.
/// Throws  ShapeError as meshgrid().
Tensor cartesian_prod(const std::vector<Tensor>& lists);

/// Lists one after the other; other tensors side by side, along axis 1.
/// Grad    any order.
Tensor hstack(const std::vector<Tensor>& tensors);
/// Tensors below each other, along axis 0; lists are rows.
/// Grad    any order.
Tensor vstack(const std::vector<Tensor>& tensors);
/// Matrices along the diagonal of a matrix of zeros; lists are rows.
/// Grad    any order.
/// Throws  ShapeError "[block_diag] tensor 0 has shape [2, 3, 4]: expected a matrix".
Tensor block_diag(const std::vector<Tensor>& tensors);

}  // namespace xg
