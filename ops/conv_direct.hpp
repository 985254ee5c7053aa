#pragma once
/// Internal to the convolutions: products with a single filter, tap by tap over runs of neighbouring places.

#include <array>
#include <utility>
#include <vector>

#include "../core/dispatch.hpp"

namespace xg::detail {

using Offsets = std::vector<std::int64_t>;

// Vectors number 0, 1, ... of a weighted sum of runs: to[i] (+)= sum over t of weight[t] * from[taps[t] + i].
// Several of them at once, since each one is a chain of dependent operations.
template <class L, class T, std::size_t... V>
XGRAD_INLINE void sum_taps(const T* from, const Offsets& taps, const T* weight, T* to, bool adds,
                           std::index_sequence<V...>) {
  std::array<L, sizeof...(V)> sums{(adds ? L::load(to + V * L::size) : L(0))...};
  for (std::size_t t = 0; t < taps.size(); ++t)
    ((sums[V] = fma(L(weight[t]), L::load(from + taps[t] + V * L::size), sums[V])), ...);
  (sums[V].store(to + V * L::size), ...);
}

// A run of any length; up to a vector is read beyond its end.
template <class L, class T>
XGRAD_INLINE void sum_taps(const T* from, const Offsets& taps, const T* weight, std::int64_t n, T* to,
                           bool adds) {
  constexpr auto size = static_cast<std::int64_t>(L::size);
  std::int64_t i = 0;
  for (; i + 4 * size <= n; i += 4 * size)
    sum_taps<L>(from + i, taps, weight, to + i, adds, std::make_index_sequence<4>());
  for (; i + size <= n; i += size)
    sum_taps<L>(from + i, taps, weight, to + i, adds, std::make_index_sequence<1>());
  if (i == n) return;
  const auto rest = static_cast<std::size_t>(n - i);
  L last = adds ? L::load_partial(to + i, rest) : L(0);
  for (std::size_t t = 0; t < taps.size(); ++t) last = fma(L(weight[t]), L::load(from + taps[t] + i), last);
  last.store_partial(to + i, rest);
}

// The sum over all places of g times the element that one tap reads there; g's places come in runs.
template <class L, class T>
XGRAD_INLINE T sum_places(const T* g, const T* from, const Offsets& places, std::int64_t run) {
  constexpr auto size = static_cast<std::int64_t>(L::size);
  L a(0), b(0);
  T rest{};
  for (std::size_t r = 0; r < places.size(); r += static_cast<std::size_t>(run), g += run) {
    const T* const x = from + places[r];
    std::int64_t i = 0;
    for (; i + 2 * size <= run; i += 2 * size) {
      a = fma(L::load(g + i), L::load(x + i), a);
      b = fma(L::load(g + i + size), L::load(x + i + size), b);
    }
    for (; i + size <= run; i += size) a = fma(L::load(g + i), L::load(x + i), a);
    for (; i < run; ++i) rest += g[i] * x[i];
  }
  return reduce_add(a + b) + rest;
}

}  // namespace xg::detail
