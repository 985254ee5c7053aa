#pragma once
/// Convolutions of raw images as products with matrices whose elements lie scattered in a padded copy of the
/// image (OffsetMatrix), so that no image is ever written out tap by tap. Private to conv.cpp.

#include <cstdint>

#include "../core/tensor.hpp"
#include "window.hpp"

namespace xg::detail {

/// Sizes of a convolution; channels and filters are those of one group.
struct ConvSizes {
  std::int64_t images, groups, channels, filters;
  WindowAxis y, x;

  std::int64_t taps() const { return channels * y.kernel * x.kernel; }
  std::int64_t places() const { return y.out * x.out; }
};

/// y += conv2d(x, weight), or = if not `adds`; y and weight are dense, x has any strides.
template <class T> void convolve(const ConvSizes& s, const Tensor& x, const Tensor& weight, T* y, bool adds);
/// dx = conv2d_input(g, weight); dx and weight are dense.
template <class T> void convolve_input(const ConvSizes& s, const Tensor& g, const Tensor& weight, T* dx);
/// dw = conv2d_weight(g, x); dw and g are dense.
template <class T> void convolve_weight(const ConvSizes& s, const Tensor& g, const Tensor& x, T* dw);

}  // namespace xg::detail
