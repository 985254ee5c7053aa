#pragma once
/// Internal to the resampling ops: cubic convolution.

#include <array>

namespace xg {

/// The weights of four neighbours at distances 1 + t, t, 1 - t and 2 - t, for numbers and tensors.
/// Source  Keys 1981, with a = -3/4.
template <class X> std::array<X, 4> cubic_weights(const X& t) {
  constexpr double a = -0.75;
  const auto near = [](const X& d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
  const auto far = [](const X& d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
  return {far(t + 1.0), near(t), near(1.0 - t), far(2.0 - t)};
}

}  // namespace xg
