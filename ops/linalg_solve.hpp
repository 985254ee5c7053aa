#pragma once
/// Linear systems, inverses and determinants by LU. The last two axes are a matrix, those before them a
/// batch. float32 and float64.

#include <array>

#include "../core/tensor.hpp"

namespace xg {

/// The x of a x = b.
/// Shapes  a [..., n, n]; b [..., n, k], the batches broadcast, or vectors: b [n], or a's shape without its
///         last axis.
/// Grad    a and b, any order, from the same factors; saves a, its LU and x.
/// Throws  ValueError "[solve] batch 3: the matrix is singular, pivot 2 of its LU is 0; ..."; ShapeError.
Tensor solve(const Tensor& a, const Tensor& b);
/// x^-1; solve() is quicker and more accurate for x^-1 b.
/// Shapes  x [..., n, n].
/// Grad    any order.
/// Throws  ValueError as solve().
Tensor inv(const Tensor& x);

/// The determinant.
/// Shapes  x [..., n, n]; returns [...].
/// Grad    any order. The cofactors, also where x is singular; derivatives of those come from the
///         Faddeev-LeVerrier recursion there, whose rounding errors grow with n.
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
