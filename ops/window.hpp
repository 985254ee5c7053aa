#pragma once
/// What convolutions and pools share: windows that move over images.

#include <cstdint>
#include <string_view>

#include "../core/reflect.hpp"

namespace xg {

/// Height and width; one number stands for both: {.stride = 2} or {.stride = {2, 1}}.
struct Size2d {
  std::int64_t height;
  std::int64_t width;

  constexpr Size2d(std::int64_t both) : height(both), width(both) {}
  constexpr Size2d(std::int64_t h, std::int64_t w) : height(h), width(w) {}
  friend constexpr bool operator==(const Size2d&, const Size2d&) = default;
};
template <> inline constexpr bool is_opaque<Size2d> = true;

/// a / b rounded up, for b > 0.
constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return a > 0 ? (a + b - 1) / b : -(-a / b);
}

/// A window along one axis of an image: position number `place` of tap `tap` reads element
/// place * stride + tap * dilation - padding, which lies outside of the image where padding is read.
struct WindowAxis {
  std::int64_t in, kernel, out, stride, padding, dilation;
};

/// The axis of size `in` with the number of places that the window has on it: floor((in + 2 padding -
/// dilation (kernel - 1) - 1) / stride) + 1. `ceil_mode` rounds up, without windows that start in the padding
/// behind the image.
/// Throws  ValueError for a kernel, stride or dilation below 1 and a padding below 0; ShapeError
///         "[conv2d] a kernel of 5 with dilation 1 does not fit an axis of 3 with padding 0".
WindowAxis window_axis(std::string_view op, std::int64_t in, std::int64_t kernel, std::int64_t stride,
                       std::int64_t padding, std::int64_t dilation, bool ceil_mode = false);

}  // namespace xg
