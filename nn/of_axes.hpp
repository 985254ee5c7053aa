#pragma once

#include <cstddef>

namespace xg::nn::detail {

/// The one of three functions that is for images of N axes.
template <std::size_t N, class One, class Two, class Three>
constexpr auto of_axes(One one, Two two, Three three) {
  static_assert(N >= 1 && N <= 3);
  if constexpr (N == 1)
    return one;
  else if constexpr (N == 2)
    return two;
  else
    return three;
}

}  // namespace xg::nn::detail
