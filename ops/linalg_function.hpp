#pragma once
/// Functions of square matrices. The last two axes are a matrix, those before them a batch.

#include <cstdint>

#include "../core/tensor.hpp"

namespace xg {

/// I + x + x^2 / 2! + x^3 / 3! + ..., by scaling and squaring.
/// Shapes  x [..., n, n].
/// Grad    any order, from the exponential of [[x^T, g], [0, x^T]].
/// Source  Higham 2005, "The scaling and squaring method for the matrix exponential revisited"; Al-Mohy and
///         Higham 2009.
Tensor matrix_exp(const Tensor& x);
/// x x ... x, n factors, by squaring; the identity for n = 0, powers of the inverse for n < 0.
/// Shapes  x [..., n, n].
/// Grad    any order.
/// Throws  ValueError where x is singular and n < 0.
Tensor matrix_power(const Tensor& x, std::int64_t n);
/// The sum of the diagonal of a matrix.
/// Grad    any order.
/// Throws  ShapeError "[trace] x [2, 3, 3]: expected a matrix; sum diagonal() over batches".
Tensor trace(const Tensor& x);
/// The matrix of powers x^0, x^1, ..., x^(n-1) as columns.
/// Shapes  x [..., m]; returns [..., m, n], n = m if it is -1.
/// Grad    any order.
Tensor vander(const Tensor& x, std::int64_t n = -1);

}  // namespace xg
