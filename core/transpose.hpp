#pragma once
/// A square of vectors, transposed in registers. Internal to kernels.

#include <cstddef>
#include <utility>

#include "simd.hpp"

namespace xg::detail {

/// a0 b0 a1 b1 ... of the first halves (Half 0) or the second halves (Half 1).
template <std::size_t Half, class L, std::size_t... I>
XGRAD_INLINE L interleave(const L& a, const L& b, std::index_sequence<I...>) {
  constexpr std::size_t n = L::size;
  return L::make(__builtin_shufflevector(a.v, b.v, (I / 2 + Half * n / 2 + I % 2 * n)...));
}

/// Transposes a square of vectors: interleaving the two halves of its rows log2(size) times.
template <class L, std::size_t... I> XGRAD_INLINE void transpose_square(L* x, std::index_sequence<I...> all) {
  for (std::size_t width = 1; width < L::size; width *= 2) {
    const L y[] = {(I % 2 == 0 ? interleave<0>(x[I / 2], x[I / 2 + L::size / 2], all)
                               : interleave<1>(x[I / 2], x[I / 2 + L::size / 2], all))...};
    ((x[I] = y[I]), ...);
  }
}

}  // namespace xg::detail
