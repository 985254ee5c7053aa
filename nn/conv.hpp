#pragma once

#include <cstdint>

#include "../ops/conv.hpp"
#include "init.hpp"

namespace xg::nn {

struct Conv2dOptions {
  Size2d stride = 1;
  ConvPadding<2> padding = 0;  ///< zeros around each image
  Size2d dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  Dtype dtype = float32;
};

namespace detail {

/// [out, in / groups, height, width].
/// Throws  ValueError "[Conv2d] 3 input and 8 output channels do not divide into 2 groups".
Shape conv2d_weight_shape(std::int64_t in_channels, std::int64_t out_channels, Size2d kernel,
                          std::int64_t groups);

}  // namespace detail

/// Cross-correlation of images with learned kernels; `nn::Conv2d conv{1, 32, 3, {.padding = 1}};`. Weight and
/// bias start uniform within +-1/sqrt(in_channels / groups * kernel size).
/// Shapes  x [n, in_channels, h, w] or without n; as conv2d.
struct Conv2d {
  std::int64_t in_channels, out_channels;
  Size2d kernel_size;
  Conv2dOptions options = {};
  Tensor weight = init::default_weight(
      detail::conv2d_weight_shape(in_channels, out_channels, kernel_size, options.groups), options.dtype);
  Tensor bias = options.bias ? init::default_bias(weight) : Tensor();

  Tensor operator()(const Tensor& x) const {
    return conv2d(x, weight, bias,
                  {.stride = options.stride,
                   .padding = options.padding,
                   .dilation = options.dilation,
                   .groups = options.groups});
  }
};

}  // namespace xg::nn
