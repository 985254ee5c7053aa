#pragma once
/// Triangular systems and Cholesky's factorisation. The last two axes are a matrix, those before them a batch.
/// float32 and float64.

#include "../core/tensor.hpp"

namespace xg {

struct SolveTriangularOptions {
  bool upper;                  ///< which triangle of a is read
  bool left = true;            ///< a x = b, else x a = b
  bool unitriangular = false;  ///< a's diagonal counts as ones and is not read
};
/// The x of a x = b or x a = b for a triangular a, whose other half is not read.
/// Shapes  a [..., n, n]; b [..., n, k], or [..., k, n] on the right; batches broadcast.
/// Grad    a (in its triangle) and b, any order; saves a and x.
/// Throws  ValueError "[solve_triangular] batch 3: element [1, 1] of the diagonal is 0; ..."; ShapeError.
Tensor solve_triangular(const Tensor& a, const Tensor& b, SolveTriangularOptions options);

/// The lower triangular L of x = L L^T, or the upper one of x = R^T R. Only that half of x is read.
/// Shapes  x [..., n, n], symmetric and positive definite.
/// Grad    any order; symmetric, as if both halves of x were one.
/// Throws  ValueError "[cholesky] batch 3: the leading minor of order 2 is not positive definite; ...".
/// Source  Murray 2016, arXiv:1602.07527.
Tensor cholesky(const Tensor& x, bool upper = false);
/// (L L^T)^-1 b, or (R^T R)^-1 b if `upper`.
/// Shapes  b [..., n, k], factor [..., n, n]; batches broadcast.
/// Grad    b and factor, any order.
Tensor cholesky_solve(const Tensor& b, const Tensor& factor, bool upper = false);
/// (L L^T)^-1, or (R^T R)^-1 if `upper`.
/// Grad    any order.
Tensor cholesky_inverse(const Tensor& factor, bool upper = false);

}  // namespace xg
