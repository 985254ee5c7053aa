#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "../ops/conv.hpp"
#include "../ops/view.hpp"
#include "init.hpp"

namespace xg::nn {

template <std::size_t N> struct ConvOptions {
  SizeNd<N> stride = 1;
  ConvPadding<N> padding = 0;
  SizeNd<N> dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  PadMode padding_mode = PadMode::constant;  ///< what the padding is made of; zeros for constant
  Dtype dtype = float32;
};
using Conv1dOptions = ConvOptions<1>;
using Conv2dOptions = ConvOptions<2>;
using Conv3dOptions = ConvOptions<3>;

template <std::size_t N> struct ConvTransposeOptions {
  SizeNd<N> stride = 1;
  SizeNd<N> padding = 0;         ///< taken off each side of the result
  SizeNd<N> output_padding = 0;  ///< added to the result's far sides, less than stride or dilation
  std::int64_t groups = 1;
  bool bias = true;
  SizeNd<N> dilation = 1;
  Dtype dtype = float32;
};
using ConvTranspose1dOptions = ConvTransposeOptions<1>;
using ConvTranspose2dOptions = ConvTransposeOptions<2>;
using ConvTranspose3dOptions = ConvTransposeOptions<3>;

namespace detail {

/// [out, in / groups, kernel...], or of a transposed convolution [in, out / groups, kernel...].
Shape conv_weight_shape(const char* layer, std::int64_t in_channels, std::int64_t out_channels,
                        const Dims& kernel, std::int64_t groups, bool transposed);

}  // namespace detail

/// Cross-correlation of images with learned kernels; `nn::Conv2d conv{1, 32, 3, {.padding = 1}};`. Weight and
/// bias start uniform within +-1/sqrt(in_channels / groups * kernel size).
/// Shapes  x [n, in_channels, h, w] or without n; as conv2d.
/// Throws  ValueError "[Conv2d] 3 input and 8 output channels do not divide into 2 groups"; as conv2d and pad.
template <std::size_t N> struct Conv {
  std::int64_t in_channels, out_channels;
  SizeNd<N> kernel_size;
  ConvOptions<N> options = {};
  Tensor weight = init::default_weight(
      detail::conv_weight_shape("Conv", in_channels, out_channels, kernel_size.dims(), options.groups, false),
      options.dtype);
  Tensor bias = options.bias ? init::default_bias(weight, out_channels) : Tensor();

  Tensor operator()(const Tensor& x) const;
};
using Conv1d = Conv<1>;
using Conv2d = Conv<2>;
using Conv3d = Conv<3>;

/// The adjoint of a convolution with learned kernels; `nn::ConvTranspose2d up{32, 16, 2, {.stride = 2}};`.
/// Weight and bias start uniform within +-1/sqrt(out_channels / groups * kernel size). An output_size chooses
/// among the sizes that a convolution would take to x's, instead of output_padding.
/// Shapes  x [n, in_channels, h, w] or without n; as conv_transpose2d.
/// Throws  as Conv and conv_transpose2d.
template <std::size_t N> struct ConvTranspose {
  std::int64_t in_channels, out_channels;
  SizeNd<N> kernel_size;
  ConvTransposeOptions<N> options = {};
  Tensor weight = init::default_weight(detail::conv_weight_shape("ConvTranspose", in_channels, out_channels,
                                                                 kernel_size.dims(), options.groups, true),
                                       options.dtype);
  Tensor bias = options.bias ? init::default_bias(weight, out_channels) : Tensor();

  Tensor operator()(const Tensor& x, const std::optional<SizeNd<N>>& output_size = {}) const;
};
using ConvTranspose1d = ConvTranspose<1>;
using ConvTranspose2d = ConvTranspose<2>;
using ConvTranspose3d = ConvTranspose<3>;

}  // namespace xg::nn
