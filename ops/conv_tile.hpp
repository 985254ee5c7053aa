#pragma once
/// Internal to the convolutions: their innermost loops. Vectors are neighbouring places on the canvas, read
/// where they lie, tap by tap.

#include <algorithm>
#include <span>
#include <type_traits>
#include <utility>

#include "../core/dispatch.hpp"
#include "conv_canvas.hpp"
#include "gemm_tile.hpp"
#include "row_loop.hpp"

namespace xg::detail {

/// How much of a convolution's result stays in registers.
template <class L> struct ConvTile {
  static constexpr std::size_t max_filters = std::is_same_v<typename L::isa_type, isa::avx512> ? 12 : 6;
  /// Vectors of places beside this many filters.
  static constexpr std::size_t vectors(std::size_t filters) {
    return std::min<std::size_t>(4, 2 * max_filters / filters);
  }
  /// Taps whose sums with two vectors of filters stay in registers.
  static constexpr std::size_t max_taps = max_filters;
};

/// Elements of a vector of the best instruction set.
template <class T> std::size_t vector_size() {
  return dispatch([](auto isa) { return lane<T, decltype(isa)>::size; });
}

/// Copies at most a vector.
template <class L, class T> XGRAD_INLINE void copy_run(const T* from, std::int64_t n, T* to) {
  const auto count = static_cast<std::size_t>(n);
  rows::put(to, count, rows::get<L>(from, count));
}

/// to[f][v] = start[f] + the sum over t of weight[t][f] * from[v][taps[t] ...].
template <class L, std::size_t... V, std::size_t... F, class T>
XGRAD_INLINE void sum_taps(std::index_sequence<V...>, std::index_sequence<F...>, const Offsets& taps,
                           const T* weight, const T* start, const T* const* from, T* to) {
  struct Row {
    L sums[sizeof...(V)];
  };
  Row rows[sizeof...(F)];
  const auto fill = [](Row & row, T value) __attribute__((always_inline)) {
    ((row.sums[V] = L(value)), ...);
  };
  (fill(rows[F], start[F]), ...);
  for (const std::int64_t tap : taps) {
    const L x[] = {L::load(from[V] + tap)...};
    const auto add = [&](Row & row, T w) __attribute__((always_inline)) {
      const L factor(w);
      ((row.sums[V] = fma(factor, x[V], row.sums[V])), ...);
    };
    (add(rows[F], weight[F]), ...);
    weight += sizeof...(F);
  }
  const auto store = [&](const Row& row, T* p) __attribute__((always_inline)) {
    (row.sums[V].store(p + V * L::size), ...);
  };
  (store(rows[F], to + F * sizeof...(V) * L::size), ...);
}

/// sums[r][v] += the sum over the places of `lines` of what tap r reads there times g[place][v].
template <class L, std::size_t... V, std::size_t... R, class T>
XGRAD_INLINE void add_outer_products(std::index_sequence<V...>, std::index_sequence<R...>,
                                     std::span<const std::int64_t> lines, std::int64_t columns,
                                     const T* drawn, const std::int64_t* taps, const T* g, T* sums) {
  constexpr std::size_t width = sizeof...(V) * L::size;
  struct Row {
    L sums[sizeof...(V)];
  };
  Row rows[sizeof...(R)];
  const auto load = [](Row & row, const T* p) __attribute__((always_inline)) {
    ((row.sums[V] = L::load(p + V * L::size)), ...);
  };
  (load(rows[R], sums + R * width), ...);
  for (const std::int64_t line : lines) {
    const T* const from[] = {drawn + line + taps[R]...};
    for (std::int64_t i = 0; i < columns; ++i, g += width) {
      const L x[] = {L::load(g + V * L::size)...};
      const auto add = [&](Row & row, T w) __attribute__((always_inline)) {
        const L factor(w);
        ((row.sums[V] = fma(factor, x[V], row.sums[V])), ...);
      };
      (add(rows[R], from[R][i]), ...);
    }
  }
  const auto store = [&](const Row& row, T* p) __attribute__((always_inline)) {
    (row.sums[V].store(p + V * L::size), ...);
  };
  (store(rows[R], sums + R * width), ...);
}

/// sums[f][p] += g[f] times what tap p reads, for vectors of places; only where `inside` is not 0, since
/// what lies between places may be infinite.
template <class L, std::size_t... F, std::size_t... P, class T>
XGRAD_INLINE void add_dot_products(std::index_sequence<F...>, std::index_sequence<P...>, const Offsets& start,
                                   const T* inside, const T* g, std::int64_t g_step, const T* drawn,
                                   const std::int64_t* taps, T* sums, std::int64_t sums_step) {
  struct Row {
    L sums[sizeof...(P)];
  };
  Row rows[sizeof...(F)];
  const auto load = [](Row & row, const T* p) __attribute__((always_inline)) {
    ((row.sums[P] = L::load(p + P * L::size)), ...);
  };
  (load(rows[F], sums + static_cast<std::int64_t>(F) * sums_step), ...);
  const T* const from[] = {drawn + taps[P]...};
  for (const std::int64_t at : start) {
    const auto counts = L::load(inside) != L(0);
    const L factors[] = {L::load(g + static_cast<std::int64_t>(F) * g_step)...};
    const auto add = [&](std::size_t p, const T* place) __attribute__((always_inline)) {
      const L x = where(counts, L::load(place), L(0));
      ((rows[F].sums[p] = fma(factors[F], x, rows[F].sums[p])), ...);
    };
    (add(P, from[P] + at), ...);
    g += L::size;
    inside += L::size;
  }
  const auto store = [](const Row& row, T* p) __attribute__((always_inline)) {
    (row.sums[P].store(p + P * L::size), ...);
  };
  (store(rows[F], sums + static_cast<std::int64_t>(F) * sums_step), ...);
}

}  // namespace xg::detail
