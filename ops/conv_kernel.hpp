#pragma once
/// Convolutions of raw images, read where they lie in a padded copy: no image is ever written out tap by tap.
/// Private to conv.cpp.

#include <cstdint>

#include "../core/tensor.hpp"
#include "window.hpp"

namespace xg::detail {

/// Sizes of a convolution; channels and filters are those of one group. Images have up to three axes, and
/// those that they lack are axes of one element.
struct ConvSizes {
  std::int64_t images, groups, channels, filters;
  WindowAxis z, y, x;

  std::int64_t kernel() const { return z.kernel * y.kernel * x.kernel; }
  std::int64_t taps() const { return channels * kernel(); }
  std::int64_t places() const { return z.out * y.out * x.out; }
  std::int64_t image() const { return z.in * y.in * x.in; }
};

/// y = convolution of x and weight, plus each filter's bias unless that is null; y and weight are dense, x
/// has any strides.
template <class T>
void convolve(const ConvSizes& s, const Tensor& x, const Tensor& weight, const T* bias, T* y);
/// The adjoint in x; dx and weight are dense.
template <class T> void convolve_input(const ConvSizes& s, const Tensor& g, const Tensor& weight, T* dx);
/// The adjoint in weight; dw and g are dense.
template <class T> void convolve_weight(const ConvSizes& s, const Tensor& g, const Tensor& x, T* dw);

}  // namespace xg::detail
