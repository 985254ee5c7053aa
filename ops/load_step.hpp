#pragma once
/// Vectors of elements that lie a step apart. Internal to ops.

#include <algorithm>
#include <cstdint>
#include <utility>

#include "row_loop.hpp"

namespace xg {

template <class L, std::size_t... I>
XGRAD_INLINE L every_second(const L& a, const L& b, std::index_sequence<I...>) {
  return L::make(__builtin_shufflevector(a.v, b.v, (2 * I < L::size ? 2 * I : 2 * I + 1)...));
}

/// n elements p[0], p[step], ...; Step is the step where the compiler should know it, else 0. Nothing is read
/// behind the last one.
template <class L, std::size_t Step>
XGRAD_INLINE L load_step(const typename L::value_type* p, std::int64_t step, std::size_t n) {
  if constexpr (Step == 1) {
    return rows::get<L>(p, n);
  } else if constexpr (Step == 2) {
    // The second vector starts one early, so that it ends with the last element.
    if (n == L::size)
      return every_second(L::load(p), L::load(p + L::size - 1), std::make_index_sequence<L::size>());
    const L low = L::load_partial(p, std::min(L::size, 2 * n - 1));
    if (2 * n <= L::size) return every_second(low, low, std::make_index_sequence<L::size>());
    const L high = L::load_partial(p + L::size - 1, 2 * n - L::size);
    return every_second(low, high, std::make_index_sequence<L::size>());
  } else {
    L x(p[0]);
    for (std::size_t i = 1; i < n; ++i) x.v[i] = p[static_cast<std::int64_t>(i) * step];
    return x;
  }
}

}  // namespace xg
