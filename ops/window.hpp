#pragma once
/// What convolutions and pools share: windows that move over images of one to three axes.

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "../core/reflect.hpp"
#include "../core/shape.hpp"

namespace xg {

/// A number for each of an image's N axes, e.g. height and width; one number stands for all of them:
/// {.stride = 2} or {.stride = {2, 1}}.
template <std::size_t N> class SizeNd {
 public:
  template <std::integral... T>
  requires(sizeof...(T) == 1 || sizeof...(T) == N) constexpr SizeNd(T... each) {
    const std::array<std::int64_t, sizeof...(T)> given{static_cast<std::int64_t>(each)...};
    for (std::size_t i = 0; i < N; ++i) values_[i] = given[sizeof...(T) == 1 ? 0 : i];
  }
  constexpr SizeNd(const std::array<std::int64_t, N>& each) : values_(each) {}

  constexpr std::int64_t& operator[](std::size_t axis) { return values_[axis]; }
  constexpr std::int64_t operator[](std::size_t axis) const { return values_[axis]; }
  constexpr Dims dims() const { return Dims(std::span<const std::int64_t>(values_)); }
  friend constexpr bool operator==(const SizeNd&, const SizeNd&) = default;

 private:
  std::array<std::int64_t, N> values_{};
};
using Size1d = SizeNd<1>;
using Size2d = SizeNd<2>;
using Size3d = SizeNd<3>;
template <std::size_t N> inline constexpr bool is_opaque<SizeNd<N>> = true;

/// a / b rounded up, for b > 0.
constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return a > 0 ? (a + b - 1) / b : -(-a / b);
}

/// A window along one axis of an image: position number `place` of tap `tap` reads element
/// place * stride + tap * dilation - padding, which lies outside of the image where padding is read.
struct WindowAxis {
  std::int64_t in, kernel, out, stride, padding, dilation;

  /// The places [first, second) at which this tap reads an element of the image.
  std::pair<std::int64_t, std::int64_t> places_inside(std::int64_t tap) const;
};

/// The axis of size `in` with the number of places that the window has on it: floor((in + 2 padding -
/// dilation (kernel - 1) - 1) / stride) + 1. `ceil_mode` rounds up, without windows that start in the padding
/// behind the image.
/// Throws  ValueError for a kernel, stride or dilation below 1 and a padding below 0; ShapeError
///         "[conv2d] a kernel of 5 with dilation 1 does not fit an axis of 3 with padding 0".
WindowAxis window_axis(std::string_view op, std::int64_t in, std::int64_t kernel, std::int64_t stride,
                       std::int64_t padding, std::int64_t dilation, bool ceil_mode = false);

}  // namespace xg
