#pragma once

#include "../core/tensor.hpp"
#include "window.hpp"

namespace xg {

/// What padding may be besides a number of zeros: none, or as many zeros as keep the size of the image, of
/// which the odd one stands behind it.
enum class Padding : std::uint8_t { valid, same };

/// Zeros around each image: {.padding = 1}, {.padding = {1, 2}} or {.padding = Padding::same}.
template <std::size_t N> struct ConvPadding {
  SizeNd<N> size = 0;
  bool same = false;

  constexpr ConvPadding(Padding padding) : same(padding == Padding::same) {}
  constexpr ConvPadding(const SizeNd<N>& each) : size(each) {}
  template <std::integral... T>
  requires(sizeof...(T) == 1 || sizeof...(T) == N) constexpr ConvPadding(T... each) : size(each...) {}
};
template <std::size_t N> inline constexpr bool is_opaque<ConvPadding<N>> = true;

template <std::size_t N> struct ConvOptions {
  SizeNd<N> stride = 1;
  ConvPadding<N> padding = 0;
  SizeNd<N> dilation = 1;
  std::int64_t groups = 1;
};
using Conv1dOptions = ConvOptions<1>;
using Conv2dOptions = ConvOptions<2>;
using Conv3dOptions = ConvOptions<3>;

/// y[n, o] = bias[o] + sum over c of the cross-correlation of x[n, c] with weight[o, c]; the bias is
/// optional.
/// Shapes  x [n, c, h, w] or [c, h, w], weight [o, c / groups, kh, kw], bias [o]; returns [n, o, h', w'] or
///         [o, h', w'] with h' = floor((h + 2 padding - dilation (kh - 1) - 1) / stride) + 1; conv1d has one
///         axis in place of h and w, conv3d three.
/// Grad    x, weight, bias, any order; saves x and weight.
/// Large float32 convolutions with a kernel of 3 x 3 are computed in tiles of 2 x 2 places, where an infinity
/// or a NaN reaches its whole tile.
/// Throws  ShapeError "[conv2d] x [1, 3, 8, 8] and weight [4, 2, 3, 3]: x has 3 channels, weight expects 2
///         in 1 group(s)"; ValueError for Padding::same with a stride.
Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const Conv1dOptions& options = {});
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const Conv2dOptions& options = {});
Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const Conv3dOptions& options = {});

/// The adjoint of a convolution in x: the gradient of sum(g * conv2d(x, weight)) with respect to x.
/// Shapes  g [n, o, h', w'], weight [o, c / groups, kh, kw]; returns input_shape [n, c, h, w].
/// Grad    g, weight, any order.
Tensor conv1d_input(const Tensor& g, const Tensor& weight, const Shape& input_shape,
                    const Conv1dOptions& options = {});
Tensor conv2d_input(const Tensor& g, const Tensor& weight, const Shape& input_shape,
                    const Conv2dOptions& options = {});
Tensor conv3d_input(const Tensor& g, const Tensor& weight, const Shape& input_shape,
                    const Conv3dOptions& options = {});

/// The adjoint of a convolution in weight: the gradient of sum(g * conv2d(x, weight)) with respect to weight.
/// Shapes  g [n, o, h', w'], x [n, c, h, w]; returns weight_shape [o, c / groups, kh, kw].
/// Grad    g, x, any order.
Tensor conv1d_weight(const Tensor& g, const Tensor& x, const Shape& weight_shape,
                     const Conv1dOptions& options = {});
Tensor conv2d_weight(const Tensor& g, const Tensor& x, const Shape& weight_shape,
                     const Conv2dOptions& options = {});
Tensor conv3d_weight(const Tensor& g, const Tensor& x, const Shape& weight_shape,
                     const Conv3dOptions& options = {});

template <std::size_t N> struct ConvTransposeOptions {
  SizeNd<N> stride = 1;
  SizeNd<N> padding = 0;         ///< taken off each side of the result
  SizeNd<N> output_padding = 0;  ///< added to the result's far sides, less than stride or dilation
  std::int64_t groups = 1;
  SizeNd<N> dilation = 1;
};
using ConvTranspose1dOptions = ConvTransposeOptions<1>;
using ConvTranspose2dOptions = ConvTransposeOptions<2>;
using ConvTranspose3dOptions = ConvTransposeOptions<3>;

/// conv2d_input as a layer: each element of x spreads its weights over a window of the result.
/// Shapes  x [n, c, h, w] or [c, h, w], weight [c, o / groups, kh, kw], bias [o]; returns [n, o, h', w'] or
///         [o, h', w'] with h' = (h - 1) stride - 2 padding + dilation (kh - 1) + output_padding + 1.
/// Grad    x, weight, bias, any order.
/// Throws  ShapeError "[conv_transpose2d] ..."; ValueError for an output_padding that is too large.
Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                        const ConvTranspose1dOptions& options = {});
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                        const ConvTranspose2dOptions& options = {});
Tensor conv_transpose3d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                        const ConvTranspose3dOptions& options = {});

}  // namespace xg
