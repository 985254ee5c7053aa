#pragma once
/// Products of a vector and a matrix, which are bound by memory: the matrix is read once, in order. Private
/// to gemm.cpp.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "../core/dispatch.hpp"
#include "gemm.hpp"

namespace xg::detail {

/// y[j * y_step] = sum over p of x[p * x_step] * m(p, j), or += if `adds`, for m [k, n].
template <class T> struct VectorProduct {
  std::int64_t n, k;
  const T* x;
  std::int64_t x_step;
  StridedMatrix<T> m;
  T* y;
  std::int64_t y_step;
  bool adds;
};

/// The dot products of x with R rows, which are `step` apart. Each has four sums, enough to hide the latency
/// of an addition, and the order of its additions depends on k alone.
template <class L, class T, std::size_t... R>
XGRAD_INLINE void dot_rows(std::index_sequence<R...>, std::int64_t k, const T* x, const T* rows,
                           std::int64_t step, T* sums) {
  constexpr auto size = static_cast<std::int64_t>(L::size);
  L s0[] = {(static_cast<void>(R), L(0))...}, s1[] = {s0[R]...}, s2[] = {s0[R]...}, s3[] = {s0[R]...};
  const auto row = [&](std::size_t r) __attribute__((always_inline)) {
    return rows + static_cast<std::int64_t>(r) * step;
  };
  std::int64_t p = 0;
  for (; p + 4 * size <= k; p += 4 * size) {
    const L x0 = L::load(x + p), x1 = L::load(x + p + size), x2 = L::load(x + p + 2 * size),
            x3 = L::load(x + p + 3 * size);
    ((s0[R] = fma(x0, L::load(row(R) + p), s0[R])), ...);
    ((s1[R] = fma(x1, L::load(row(R) + p + size), s1[R])), ...);
    ((s2[R] = fma(x2, L::load(row(R) + p + 2 * size), s2[R])), ...);
    ((s3[R] = fma(x3, L::load(row(R) + p + 3 * size), s3[R])), ...);
  }
  for (; p + size <= k; p += size) {
    const L x0 = L::load(x + p);
    ((s0[R] = fma(x0, L::load(row(R) + p), s0[R])), ...);
  }
  ((sums[R] = reduce_add((s0[R] + s1[R]) + (s2[R] + s3[R]))), ...);
  for (; p < k; ++p) ((sums[R] += x[p] * row(R)[p]), ...);
}

/// For a matrix whose columns are dense, and x dense.
template <class L, class T> XGRAD_INLINE void multiply_dense_columns(const VectorProduct<T>& v) {
  const auto put = [&](std::int64_t j, T sum) __attribute__((always_inline)) {
    T& y = v.y[j * v.y_step];
    y = v.adds ? y + sum : sum;
  };
  T sums[2];
  std::int64_t j = 0;
  for (; j + 2 <= v.n; j += 2) {
    dot_rows<L>(std::make_index_sequence<2>(), v.k, v.x, v.m.data + j * v.m.column_step, v.m.column_step,
                sums);
    put(j, sums[0]);
    put(j + 1, sums[1]);
  }
  if (j == v.n) return;
  dot_rows<L>(std::make_index_sequence<1>(), v.k, v.x, v.m.data + j * v.m.column_step, v.m.column_step, sums);
  put(j, sums[0]);
}

/// y += R rows of the matrix, each times its element of x, for n dense elements.
template <class L, class T, std::size_t... R>
XGRAD_INLINE void add_rows(std::index_sequence<R...>, std::int64_t n, const T* x, std::int64_t x_step,
                           const T* rows, std::int64_t step, T* y) {
  constexpr auto size = static_cast<std::int64_t>(L::size);
  const T factors[] = {x[static_cast<std::int64_t>(R) * x_step]...};
  const L spread[] = {L(factors[R])...};
  const auto row = [&](std::size_t r) __attribute__((always_inline)) {
    return rows + static_cast<std::int64_t>(r) * step;
  };
  std::int64_t j = 0;
  for (; j + size <= n; j += size) {
    L sum = L::load(y + j);
    ((sum = fma(spread[R], L::load(row(R) + j), sum)), ...);
    sum.store(y + j);
  }
  for (; j < n; ++j) ((y[j] += factors[R] * row(R)[j]), ...);
}

/// For a matrix whose rows are dense, and y dense.
template <class L, class T> XGRAD_INLINE void multiply_dense_rows(const VectorProduct<T>& v) {
  constexpr std::int64_t chunk = 2048;  // this much of y stays in the L1 cache
  for (std::int64_t j = 0; j < v.n; j += chunk) {
    const std::int64_t columns = std::min(chunk, v.n - j);
    T* y = v.y + j;
    if (!v.adds) std::fill_n(y, columns, T{});
    const auto rows = [&](std::int64_t p, auto count) __attribute__((always_inline)) {
      add_rows<L>(count, columns, v.x + p * v.x_step, v.x_step, v.m.data + p * v.m.row_step + j, v.m.row_step,
                  y);
    };
    std::int64_t p = 0;
    for (; p + 4 <= v.k; p += 4) rows(p, std::make_index_sequence<4>());
    for (; p < v.k; ++p) rows(p, std::make_index_sequence<1>());
  }
}

}  // namespace xg::detail
