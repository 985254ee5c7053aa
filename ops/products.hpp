#pragma once
/// Products of vectors, of blocks and of chains of matrices.

#include <cstdint>
#include <vector>

#include "../core/tensor.hpp"

namespace xg {

/// sum(a * b) along one axis.
/// Shapes  broadcast; the axis disappears.
/// Grad    a and b, any order.
Tensor vecdot(const Tensor& a, const Tensor& b, std::int64_t axis = -1);
/// The cross product along an axis of length 3.
/// Shapes  broadcast.
/// Grad    a and b, any order.
/// Throws  ShapeError "[cross] a [2, 4] and b [2, 4]: axis -1 must have length 3 in both".
Tensor cross(const Tensor& a, const Tensor& b, std::int64_t axis = -1);
/// Each element of a times the whole of b, laid out in blocks.
/// Shapes  a [m, n, ...], b [p, q, ...]; returns [m p, n q, ...]; missing leading axes count 1.
/// Grad    a and b, any order.
Tensor kron(const Tensor& a, const Tensor& b);

/// The product of a chain of matrices, in the order that takes the fewest multiplications; the first may be a
/// row vector and the last a column vector.
/// Grad    all of them, any order.
/// Throws  ShapeError "[multi_dot] matrices 0 [2, 3] and 1 [4, 5]: inner dimensions 3 and 4 differ".
Tensor multi_dot(const std::vector<Tensor>& matrices);
/// multi_dot() of matrices.
Tensor chain_matmul(const std::vector<Tensor>& matrices);

}  // namespace xg
