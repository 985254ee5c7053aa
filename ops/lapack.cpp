#include "lapack.hpp"

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>

#include "blas.hpp"
#include "buffer.hpp"

// Fortran passes the length of each string behind the other arguments.
extern "C" {
#define XGRAD_DECLARE(T, p)                                                                                \
  void p##getrf_(const int* m, const int* n, T* a, const int* lda, int* pivots, int* info);                \
  void p##getrs_(const char* trans, const int* n, const int* columns, const T* a, const int* lda,          \
                 const int* pivots, T* b, const int* ldb, int* info, std::size_t);                         \
  void p##potrf_(const char* triangle, const int* n, T* a, const int* lda, int* info, std::size_t);        \
  void p##geqrf_(const int* m, const int* n, T* a, const int* lda, T* tau, T* work, const int* size,       \
                 int* info);                                                                               \
  void p##orgqr_(const int* m, const int* n, const int* k, T* a, const int* lda, const T* tau, T* work,    \
                 const int* size, int* info);                                                              \
  void p##syevd_(const char* job, const char* triangle, const int* n, T* a, const int* lda, T* w, T* work, \
                 const int* size, int* iwork, const int* isize, int* info, std::size_t, std::size_t);      \
  void p##gesdd_(const char* job, const int* m, const int* n, T* a, const int* lda, T* s, T* u,            \
                 const int* ldu, T* vt, const int* ldvt, T* work, const int* size, int* iwork, int* info,  \
                 std::size_t);
XGRAD_DECLARE(float, s)
XGRAD_DECLARE(double, d)
#undef XGRAD_DECLARE
}

namespace xg::lapack {
namespace {

template <class T, class S, class D> auto pick(S* single, D* twice) {
  hold_blas_at_one_thread();
  if constexpr (std::same_as<T, float>)
    return single;
  else
    return twice;
}

int narrow(std::int64_t n) { return static_cast<int>(n); }
int leading(std::int64_t rows) { return narrow(std::max<std::int64_t>(1, rows)); }

// Calls f(work, size) first to ask how much memory it wants, then with that.
template <class T, class F> void with_workspace(const F& f) {
  T wanted{};
  f(&wanted, -1);
  // A float holds large sizes in part only.
  const auto size = std::max<std::int64_t>(1, std::llround(static_cast<double>(wanted) * (1 + 1e-6)));
  const Buffer<T> work(size);
  f(work.data(), narrow(size));
}

}  // namespace

template <class T> int getrf(std::int64_t m, std::int64_t n, T* a, int* pivots) {
  const int rows = narrow(m), columns = narrow(n), lda = leading(m);
  int info = 0;
  pick<T>(sgetrf_, dgetrf_)(&rows, &columns, a, &lda, pivots, &info);
  return info;
}

template <class T>
void getrs(bool transposed, std::int64_t n, std::int64_t columns, const T* lu, const int* pivots, T* b) {
  const int rows = narrow(n), right = narrow(columns), lda = leading(n);
  int info = 0;
  pick<T>(sgetrs_, dgetrs_)(transposed ? "T" : "N", &rows, &right, lu, &lda, pivots, b, &lda, &info, 1);
}

template <class T> int potrf(std::int64_t n, T* a) {
  const int rows = narrow(n), lda = leading(n);
  int info = 0;
  pick<T>(spotrf_, dpotrf_)("U", &rows, a, &lda, &info, 1);
  return info;
}

template <class T> void geqrf(std::int64_t m, std::int64_t n, T* a, T* tau) {
  const int rows = narrow(m), columns = narrow(n), lda = leading(m);
  int info = 0;
  with_workspace<T>([&](T* work, int size) {
    pick<T>(sgeqrf_, dgeqrf_)(&rows, &columns, a, &lda, tau, work, &size, &info);
  });
}

template <class T> void orgqr(std::int64_t m, std::int64_t columns, std::int64_t k, T* q, const T* tau) {
  const int rows = narrow(m), width = narrow(columns), reflectors = narrow(k), lda = leading(m);
  int info = 0;
  with_workspace<T>([&](T* work, int size) {
    pick<T>(sorgqr_, dorgqr_)(&rows, &width, &reflectors, q, &lda, tau, work, &size, &info);
  });
}

template <class T> int syevd(bool vectors, std::int64_t n, T* a, T* w) {
  const int rows = narrow(n), lda = leading(n);
  const int whole = narrow(vectors ? 3 + 5 * n : 1);
  const Buffer<int> iwork(whole);
  int info = 0;
  with_workspace<T>([&](T* work, int size) {
    pick<T>(ssyevd_, dsyevd_)(vectors ? "V" : "N", "U", &rows, a, &lda, w, work, &size, iwork.data(), &whole,
                              &info, 1, 1);
  });
  return info;
}

template <class T> int gesdd(char job, std::int64_t m, std::int64_t n, T* a, T* s, T* u, T* vt) {
  const std::int64_t k = std::min(m, n);
  const int rows = narrow(m), columns = narrow(n), lda = leading(m), ldvt = leading(job == 'A' ? n : k);
  const Buffer<int> iwork(std::max<std::int64_t>(1, 8 * k));
  int info = 0;
  with_workspace<T>([&](T* work, int size) {
    pick<T>(sgesdd_, dgesdd_)(&job, &rows, &columns, a, &lda, s, u, &lda, vt, &ldvt, work, &size,
                              iwork.data(), &info, 1);
  });
  return info;
}

#define XGRAD_INSTANTIATE(T)                                                       \
  template int getrf(std::int64_t, std::int64_t, T*, int*);                        \
  template void getrs(bool, std::int64_t, std::int64_t, const T*, const int*, T*); \
  template int potrf(std::int64_t, T*);                                            \
  template void geqrf(std::int64_t, std::int64_t, T*, T*);                         \
  template void orgqr(std::int64_t, std::int64_t, std::int64_t, T*, const T*);     \
  template int syevd(bool, std::int64_t, T*, T*);                                  \
  template int gesdd(char, std::int64_t, std::int64_t, T*, T*, T*, T*);
XGRAD_INSTANTIATE(float)
XGRAD_INSTANTIATE(double)
#undef XGRAD_INSTANTIATE

}  // namespace xg::lapack
