#pragma once
/// The routines of LAPACK that the ops on matrices stand on, for float and double. OpenBLAS carries them, so
/// they cost no further dependency. Matrices lie dense and column by column. Internal to ops.

#include <cstdint>

namespace xg::lapack {

/// a [m, n] becomes L and U of P L U; row i was exchanged with row pivots[i] - 1. Returns the order of the
/// first pivot that is 0, or 0 if there is none.
template <class T> int getrf(std::int64_t m, std::int64_t n, T* a, int* pivots);
/// b [n, columns] becomes A^-1 b, or A^-T b if `transposed`, from getrf's results.
template <class T>
void getrs(bool transposed, std::int64_t n, std::int64_t columns, const T* lu, const int* pivots, T* b);

/// The upper triangle of a [n, n] becomes R of R^T R. Returns the order of the first leading minor that is
/// not positive definite, or 0.
template <class T> int potrf(std::int64_t n, T* a);

/// a [m, n] becomes R, and below it, with the k = min(m, n) numbers of `tau`, the reflectors that make Q.
template <class T> void geqrf(std::int64_t m, std::int64_t n, T* a, T* tau);
/// q [m, columns] becomes the first columns of Q from the k reflectors in it.
template <class T> void orgqr(std::int64_t m, std::int64_t columns, std::int64_t k, T* q, const T* tau);

/// Eigenvalues, ascending, of the symmetric matrix whose upper triangle is a's; a [n, n] becomes the
/// eigenvectors if they are asked for. Returns 0 if it converged.
template <class T> int syevd(bool vectors, std::int64_t n, T* a, T* w);
/// Singular values, descending, of a [m, n], which is destroyed. job 'A' gives u [m, m] and vt [n, n], 'S'
/// their first min(m, n) columns and rows, 'N' neither. Returns 0 if it converged.
template <class T> int gesdd(char job, std::int64_t m, std::int64_t n, T* a, T* s, T* u, T* vt);

}  // namespace xg::lapack
