#pragma once
/// Matrix products on raw memory, float and double: what matmul and the convolutions stand on. Internal to
/// ops.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "../core/parallel.hpp"

namespace xg {

/// A matrix in memory: element (i, j) lies at data[i * row_step + j * column_step].
template <class T> struct StridedMatrix {
  const T* data;
  std::int64_t row_step;
  std::int64_t column_step;

  StridedMatrix transposed() const { return {data, column_step, row_step}; }
};

/// What a product is added to: row i lies at data + i * row_step, so that one row can stand for all; zeros if
/// there is no data.
template <class T> struct Start {
  const T* data = nullptr;
  std::int64_t row_step = 0;
};

/// c = start + a b for a [m, k] and b [k, n]; c is row-major with `c_step` elements from one row to the next, and
/// may be the start. An element of c is summed in an order that depends on k alone.
template <class T>
void gemm(std::int64_t m, std::int64_t n, std::int64_t k, const StridedMatrix<T>& a,
          const StridedMatrix<T>& b, T* c, std::int64_t c_step, Start<T> start = {});

/// c = a b, or c += a b if `adds`.
template <class T>
void gemm(std::int64_t m, std::int64_t n, std::int64_t k, const StridedMatrix<T>& a,
          const StridedMatrix<T>& b, T* c, std::int64_t c_step, bool adds) {
  gemm(m, n, k, a, b, c, c_step, adds ? Start<T>{c, c_step} : Start<T>());
}

/// Calls f(begin, end) until n products are done that take `work` multiplications each: small ones and long
/// lists of them are handed to threads together, a few large ones are left to gemm to be cut inside.
template <class F> void for_each_product(std::int64_t n, std::int64_t work, F&& f) {
  constexpr std::int64_t enough = 1 << 20;
  if (n < 2 || (n < 8 && work > enough)) return f(0, n);
  const std::int64_t grain = std::max<std::int64_t>(1, enough / std::max<std::int64_t>(1, work));
  parallel_ranges(static_cast<std::size_t>(n), static_cast<std::size_t>(grain),
                  [&](std::size_t begin, std::size_t end) {
                    f(static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end));
                  });
}

}  // namespace xg
