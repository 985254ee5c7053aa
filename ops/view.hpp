#pragma once
/// Other shapes and orders of the same elements. Names, argument order and defaults are PyTorch's. What can
/// be a view shares memory with its argument; the others copy.

#include <cstdint>
#include <optional>
#include <vector>

#include "../core/copy.hpp"
#include "../core/sum_to.hpp"
#include "../core/tensor.hpp"

namespace xg {

/// The elements of x in row-major order under another shape; one size may be -1 and follows from the others.
/// A view where x's strides allow it.
/// Grad    any order.
/// Throws  ShapeError "[reshape] [2, 3] has 6 elements, the shape [4, -1] does not fit them".
Tensor reshape(const Tensor& x, const Shape& shape);
/// The axes from start_axis to end_axis, both included, merged into one; a 0-d tensor becomes [1].
/// Grad    any order.
Tensor flatten(const Tensor& x, std::int64_t start_axis = 0, std::int64_t end_axis = -1);
/// One axis split into several; one size may be -1.
/// Grad    any order.
Tensor unflatten(const Tensor& x, std::int64_t axis, const Shape& sizes);
/// Without its axes of length 1.
/// Grad    any order.
Tensor squeeze(const Tensor& x);
/// Without this axis if its length is 1, else x unchanged.
/// Grad    any order.
Tensor squeeze(const Tensor& x, std::int64_t axis);
/// With a new axis of length 1 in this place; -1 puts it last.
/// Grad    any order.
Tensor unsqueeze(const Tensor& x, std::int64_t axis);

/// Axis i of the result is axis axes[i] of x.
/// Grad    any order.
/// Throws  ShapeError "[permute] axes [0, 0] are no order of the axes of [2, 3]".
Tensor permute(const Tensor& x, const Axes& axes);
/// Two axes exchanged.
/// Grad    any order.
Tensor transpose(const Tensor& x, std::int64_t axis0, std::int64_t axis1);
/// The transpose of a matrix.
/// Grad    any order.
/// Throws  ShapeError "[t] expects a matrix, got [2, 3, 4]: use transpose".
Tensor t(const Tensor& x);
/// One axis moved to another place, the others keep their order.
/// Grad    any order.
Tensor movedim(const Tensor& x, std::int64_t source, std::int64_t destination);
/// broadcast_to in which a size of -1 keeps x's size.
/// Grad    any order.
Tensor expand(const Tensor& x, const Shape& shape);

/// x[start:stop:step] along one axis, as in Python: negative numbers count from the end, what lies outside is
/// cut off, nothing stands for the end. step > 0; flip() turns an axis round.
/// Grad    any order.
/// Throws  ValueError "[slice] step 0: expected a positive step; ...".
Tensor slice(const Tensor& x, std::int64_t axis, std::optional<std::int64_t> start = {},
             std::optional<std::int64_t> stop = {}, std::int64_t step = 1);
/// x[index] along one axis, which disappears.
/// Grad    any order.
/// Throws  IndexError "[select] index 3 is out of range for axis 0 of [3, 2]".
Tensor select(const Tensor& x, std::int64_t axis, std::int64_t index);
/// `length` elements of one axis from `start` on.
/// Grad    any order.
/// Throws  IndexError "[narrow] 2 elements from 3 on reach beyond axis 0 of [4, 2]".
Tensor narrow(const Tensor& x, std::int64_t axis, std::int64_t start, std::int64_t length);
/// Pieces of `size` along one axis, the last one shorter if need be.
/// Grad    any order.
std::vector<Tensor> split(const Tensor& x, std::int64_t size, std::int64_t axis = 0);
/// Pieces of these sizes.
/// Grad    any order.
/// Throws  ShapeError "[split] sizes [1, 2] do not add up to 4, the length of axis 0 of [4, 2]".
std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& sizes, std::int64_t axis = 0);
/// At most `chunks` pieces of equal size along one axis, the last one shorter if need be.
/// Grad    any order.
std::vector<Tensor> chunk(const Tensor& x, std::int64_t chunks, std::int64_t axis = 0);
/// All x[i] along one axis, which disappears.
/// Grad    any order.
std::vector<Tensor> unbind(const Tensor& x, std::int64_t axis = 0);
/// The diagonal i + offset of two axes, as the last axis.
/// Grad    any order.
Tensor diagonal(const Tensor& x, std::int64_t offset = 0, std::int64_t axis0 = 0, std::int64_t axis1 = 1);

/// Tensors of zeros whose diagonals i + offset, in these two axes of the result, are the last axis of x.
/// Grad    any order.
/// Throws  ShapeError "[diag_embed] axes 1 and -1 of [2, 3, 3] are the same".
Tensor diag_embed(const Tensor& x, std::int64_t offset = 0, std::int64_t axis0 = -2, std::int64_t axis1 = -1);
/// The diagonal of a matrix, or the matrix with this diagonal.
/// Grad    any order.
/// Throws  ShapeError "[diag] expects a list or a matrix, got [2, 3, 4]: use diagonal or diag_embed".
Tensor diag(const Tensor& x, std::int64_t diagonal = 0);

/// Tensors one after the other along one axis; 1-d empty ones are skipped.
/// Shapes  equal but for this axis; dtypes are promoted.
/// Grad    any order.
/// Throws  ShapeError "[cat] tensor 1 has shape [2, 4]: it must match [2, 3] but for axis 0".
Tensor cat(const std::vector<Tensor>& tensors, std::int64_t axis = 0);
/// Tensors of one shape along a new axis.
/// Grad    any order.
/// Throws  ShapeError "[stack] tensor 1 has shape [3], tensor 0 has [2]".
Tensor stack(const std::vector<Tensor>& tensors, std::int64_t axis = 0);
/// x between borders of `value`: widths {before, after} of the last axis, then of the one before it, ...;
/// negative widths cut off.
/// Grad    any order.
/// Throws  ShapeError "[pad] ...".
Tensor pad(const Tensor& x, const std::vector<std::int64_t>& widths, double value = 0);
/// What stands in a border: the value; x mirrored at its first and last element; these themselves; or x again,
/// as if it went round.
enum class PadMode { constant, reflect, replicate, circular };
/// pad() with such a border; the value is for the constant one.
/// Grad    any order.
/// Throws  ShapeError "[pad] widths 3 and 0 in mode reflect: axis 1 of [2, 3] has elements for at most 2".
Tensor pad(const Tensor& x, const std::vector<std::int64_t>& widths, PadMode mode, double value = 0);
/// The order of elements turned round along these axes.
/// Grad    any order.
Tensor flip(const Tensor& x, const Axes& axes);
/// Elements moved forward along each axis, those beyond the end come back at the start; without axes along
/// the flattened tensor.
/// Grad    any order.
Tensor roll(const Tensor& x, const std::vector<std::int64_t>& shifts, const Axes& axes = {});
/// x laid out repeats[i] times along axis i; further leading repeats make new axes.
/// Grad    any order.
/// Throws  ShapeError "[repeat] 1 repeats for a tensor of shape [2, 3]: ...".
Tensor repeat(const Tensor& x, const std::vector<std::int64_t>& repeats);
/// repeat() in which missing leading repeats are 1.
/// Grad    any order.
Tensor tile(const Tensor& x, const std::vector<std::int64_t>& repeats);
/// The lower triangle of the last two axes up to this diagonal, 0 above.
/// Grad    any order.
Tensor tril(const Tensor& x, std::int64_t diagonal = 0);
/// The upper triangle of the last two axes from this diagonal on, 0 below.
/// Grad    any order.
Tensor triu(const Tensor& x, std::int64_t diagonal = 0);

}  // namespace xg
