#pragma once
/// What kernels that work on one dense row after the other are made of. Internal to ops.

#include <algorithm>
#include <cstdint>

#include "../core/dispatch.hpp"
#include "../core/parallel.hpp"
#include "../core/simd_math.hpp"
#include "../core/tensor.hpp"

namespace xg::rows {

inline constexpr std::int64_t grain = 1 << 15;

/// The rows of a dense tensor along its last axis.
struct RowLoop {
  std::int64_t rows, n;

  explicit RowLoop(const Tensor& x)
      : rows(x.numel() / std::max<std::int64_t>(1, x.shape().back())), n(x.shape().back()) {}

  /// Calls f(isa, row) for each row, in parallel where that pays.
  template <class F> void for_each(const F& f) const {
    const std::int64_t cut = std::max<std::int64_t>(1, grain / std::max<std::int64_t>(1, n));
    parallel_ranges(static_cast<std::size_t>(rows), static_cast<std::size_t>(cut),
                    [&](std::size_t begin, std::size_t end) {
                      dispatch([&](auto isa) {
                        for (std::size_t r = begin; r < end; ++r) f(isa, static_cast<std::int64_t>(r));
                      });
                    });
  }
};

/// Calls f(place, how many) for the whole lanes of n elements and for what is left.
template <class L, class F> XGRAD_INLINE void for_lanes(std::int64_t n, const F& f) {
  constexpr auto w = static_cast<std::int64_t>(L::size);
  std::int64_t i = 0;
  for (; i + w <= n; i += w) f(i, L::size);
  if (i < n) f(i, static_cast<std::size_t>(n - i));
}

template <class L, class T> XGRAD_INLINE L get(const T* p, std::size_t n) {
  return n == L::size ? L::load(p) : L::load_partial(p, n);
}
template <class L, class T> XGRAD_INLINE void put(T* p, std::size_t n, const L& v) {
  n == L::size ? v.store(p) : v.store_partial(p, n);
}
/// For sums: what lies beyond the row counts nothing.
template <class L> XGRAD_INLINE L only(const L& v, std::size_t n) {
  return n == L::size ? v : where(L::mask_type::first(n), v, L(0));
}

template <class L, class T> XGRAD_INLINE T largest(const T* x, std::int64_t n) {
  L top(x[0]);
  for_lanes<L>(n, [&](std::int64_t i, std::size_t k) { top = maximum(top, get<L>(x + i, k)); });
  return reduce_max(top);
}

/// The sum of f(place, how many), lanes, over n places.
template <class L, class F> XGRAD_INLINE typename L::value_type sum_lanes(std::int64_t n, const F& f) {
  L sum(0);
  for_lanes<L>(n, [&](std::int64_t i, std::size_t k) { sum += only(L(f(i, k)), k); });
  return reduce_add(sum);
}

template <class L, class T> XGRAD_INLINE T dot(const T* a, const T* b, std::int64_t n) {
  return sum_lanes<L>(n, [&](std::int64_t i, std::size_t k) { return get<L>(a + i, k) * get<L>(b + i, k); });
}

}  // namespace xg::rows
