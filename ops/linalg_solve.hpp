#pragma once
/// Linear systems, inverses and determinants by LU. The last two axes are a matrix, those before them a
/// batch. float32 and float64.

#include <array>

#include "../core/tensor.hpp"

namespace xg {

struct SolveOptions {
  bool left = true;  ///< a x = b, else x a = b
};
/// The x of a x = b or x a = b.
/// Shapes  a [..., n, n]; b [..., n, k], or [..., k, n] on the right, the batches broadcast; or vectors: b [n],
///         or a's shape without its last axis.
/// Grad    a and b, any order, from the same factors; saves a, its LU and x.
/// Throws  ValueError "[solve] batch 3: the matrix is singular, pivot 2 of its LU is 0; ..."; ShapeError.
Tensor solve(const Tensor& a, const Tensor& b, SolveOptions options = {});
/// x^-1; solve() is quicker and more accurate for x^-1 b.
/// Shapes  x [..., n, n].
/// Grad    any order.
/// Throws  ValueError as solve().
Tensor inv(const Tensor& x);

/// The determinant.
/// Shapes  x [..., n, n]; returns [...].
/// Grad    any order. The cofactors, also where x is singular; for a batch that holds such a matrix,
///         their derivatives come from the Faddeev-LeVerrier recursion, whose rounding errors grow with n.
Tensor det(const Tensor& x);
/// sign(det x) and log |det x|, without overflow; 0 and -inf where x is singular.
/// Shapes  x [..., n, n]; returns {[...], [...]}.
/// Grad    through the second, any order; the sign is off the tape.
/// Throws  ValueError in backward where x is singular.
std::array<Tensor, 2> slogdet(const Tensor& x);
/// log det x; NaN where det x < 0.
/// Grad    any order.
Tensor logdet(const Tensor& x);

}  // namespace xg
