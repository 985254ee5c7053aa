#pragma once
/// Decompositions of matrices by LU, QR, eigenvalues and singular values. The last two axes are a matrix,
/// those before them a batch. float32 and float64. What a decomposition leaves open (signs, bases of equal
/// eigenvalues) is chosen by LAPACK; derivatives are those of functions that do not depend on the choice.

#include <array>

#include "../core/tensor.hpp"

namespace xg {

/// {P, L, U} of x = P L U with partial pivoting: a permutation, lower triangular with ones on the diagonal,
/// upper triangular.
/// Shapes  x [..., m, n], k = min(m, n); P [..., m, m], L [..., m, k], U [..., k, n].
/// Grad    through L and U, any order, where the leading k x k part of P^T x is regular.
std::array<Tensor, 3> lu(const Tensor& x);

enum class QrMode {
  reduced,   ///< k = min(m, n) columns of Q
  complete,  ///< all m of them
};
/// {Q, R} of x = Q R: orthonormal columns, upper triangular.
/// Shapes  x [..., m, n]; reduced Q [..., m, k], R [..., k, n]; complete Q [..., m, m], R [..., m, n].
/// Grad    any order, where the first k columns of x are independent; of the additional columns of a complete
///         Q through the space that they span.
/// Source  Walter and Lehmann 2010, arXiv:1001.1654; Liao et al. 2019, arXiv:1903.09650.
std::array<Tensor, 2> qr(const Tensor& x, QrMode mode = QrMode::reduced);

/// {w, V} of x = V diag(w) V^T for a symmetric x, of which the lower half is read: eigenvalues, ascending, and
/// eigenvectors as columns.
/// Shapes  x [..., n, n]; w [..., n], V [..., n, n].
/// Grad    any order; symmetric, as if both halves of x were one. For functions that do not change with the
///         signs of the eigenvectors. Where eigenvalues are equal, first derivatives of functions of w that are
///         symmetric in the equal ones, and of the projector on all their eigenvectors; V f(w) V^T has none
///         there, matrix_exp() has.
/// Throws  ValueError "[eigh] batch 3: the matrix holds NaN or an infinity; ...".
/// Source  Giles 2008.
std::array<Tensor, 2> eigh(const Tensor& x);
/// The eigenvalues alone, ascending.
/// Grad    any order, as eigh().
Tensor eigvalsh(const Tensor& x);

/// {U, s, Vh} of x = U diag(s) Vh: orthonormal columns, singular values, descending, orthonormal rows.
/// Shapes  x [..., m, n], k = min(m, n); U [..., m, m], s [..., k], Vh [..., n, n]; without full_matrices
///         U [..., m, k], Vh [..., k, n].
/// Grad    any order. For functions that do not change with the signs of the columns of U and V together; of
///         the additional columns through the space that they span. Where singular values are equal, or 0 in a
///         matrix that is not square: first derivatives, as eigh() has them.
/// Throws  ValueError as eigh().
/// Source  Townsend 2016, "Differentiating the singular value decomposition".
std::array<Tensor, 3> svd(const Tensor& x, bool full_matrices = true);
/// The singular values alone, descending.
/// Grad    any order, as svd().
Tensor svdvals(const Tensor& x);

}  // namespace xg
