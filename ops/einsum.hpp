#pragma once
/// Products of tensors summed over axes: each pair of tensors becomes one batched matrix product, or one
/// elementwise product where nothing is summed.

#include <cstdint>
#include <string_view>
#include <vector>

#include "../core/tensor.hpp"

namespace xg {

/// Einstein's sum, e.g. einsum("bij,bjk->bik", {a, b}): a letter for each axis, the same letter for axes that
/// run together, and the sum over all letters that the result does not have. "..." stands for any further
/// axes, which broadcast; a letter twice in one operand is its diagonal; without "->" the result has "..." and
/// then, in alphabetical order, the letters that stand there once. Operands are multiplied in the order that
/// takes the fewest operations, up to eight of them; of more, the pair whose product is smallest beside its factors goes
/// first.
/// Shapes  axes of length 1 broadcast.
/// Grad    all operands, any order.
/// Throws  ValueError "[einsum] "ij,jk->il": the result's 'l' is in no operand"; ShapeError
///         "[einsum] "ij,jk": 'j' has lengths 3 and 4".
Tensor einsum(std::string_view equation, const std::vector<Tensor>& operands);

/// The sum of products over the last n axes of a and the first n of b.
/// Shapes  returns a's other axes, then b's.
/// Grad    a and b, any order.
/// Throws  ShapeError "[tensordot] a [2, 3] and b [4, 5]: axis 1 of a and axis 0 of b have lengths 3 and 4".
Tensor tensordot(const Tensor& a, const Tensor& b, std::int64_t n = 2);
/// The same over axes_a[i] of a together with axes_b[i] of b.
Tensor tensordot(const Tensor& a, const Tensor& b, const Axes& axes_a, const Axes& axes_b);
/// The sum of products over both last axes; a * b if one has no axes.
/// Grad    a and b, any order.
/// Throws  ShapeError "[inner] a [2, 3] and b [4]: last axes of 3 and 4".
Tensor inner(const Tensor& a, const Tensor& b);
/// y_k = x1^T W_k x2 + b_k; the bias is optional.
/// Shapes  x1 [..., m], x2 [..., n], weight [k, m, n], bias [k]; returns [..., k].
/// Grad    all four, any order.
/// Throws  ShapeError "[bilinear] x1 [5, 3], x2 [5, 4] and weight [2, 4, 3]: expected [..., m], [..., n] and
///         [k, m, n]".
Tensor bilinear(const Tensor& x1, const Tensor& x2, const Tensor& weight, const Tensor& bias = {});

}  // namespace xg
