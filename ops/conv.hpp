#pragma once

#include "../core/tensor.hpp"
#include "window.hpp"

namespace xg {

struct Conv2dOptions {
  Size2d stride = 1;
  Size2d padding = 0;  ///< zeros around each image
  Size2d dilation = 1;
  std::int64_t groups = 1;
};

/// y[n, o] = bias[o] + sum over c of the cross-correlation of x[n, c] with weight[o, c]; the bias is
/// optional.
/// Shapes  x [n, c, h, w] or [c, h, w], weight [o, c / groups, kh, kw], bias [o]; returns [n, o, h', w'] or
///         [o, h', w'] with h' = floor((h + 2 padding - dilation (kh - 1) - 1) / stride) + 1.
/// Grad    x, weight, bias, any order; saves x and weight.
/// Throws  ShapeError "[conv2d] x [1, 3, 8, 8] and weight [4, 2, 3, 3]: x has 3 channels, weight expects 2
///         in 1 group(s)".
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const Conv2dOptions& options = {});

/// The adjoint of conv2d in x: the gradient of sum(g * conv2d(x, weight)) with respect to x.
/// Shapes  g [n, o, h', w'], weight [o, c / groups, kh, kw]; returns input_shape [n, c, h, w].
/// Grad    g, weight, any order.
Tensor conv2d_input(const Tensor& g, const Tensor& weight, const Shape& input_shape,
                    const Conv2dOptions& options = {});

/// The adjoint of conv2d in weight: the gradient of sum(g * conv2d(x, weight)) with respect to weight.
/// Shapes  g [n, o, h', w'], x [n, c, h, w]; returns weight_shape [o, c / groups, kh, kw].
/// Grad    g, x, any order.
Tensor conv2d_weight(const Tensor& g, const Tensor& x, const Shape& weight_shape,
                     const Conv2dOptions& options = {});

struct ConvTranspose2dOptions {
  Size2d stride = 1;
  Size2d padding = 0;         ///< taken off each side of the result
  Size2d output_padding = 0;  ///< added to the result's far sides, less than stride or dilation
  std::int64_t groups = 1;
  Size2d dilation = 1;
};

/// conv2d_input as a layer: each element of x spreads its weights over a window of the result.
/// Shapes  x [n, c, h, w], weight [c, o / groups, kh, kw], bias [o]; returns [n, o, h', w'] with
///         h' = (h - 1) stride - 2 padding + dilation (kh - 1) + output_padding + 1.
/// Grad    x, weight, bias, any order.
/// Throws  ShapeError "[conv_transpose2d] ..."; ValueError for an output_padding that is too large.
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                        const ConvTranspose2dOptions& options = {});

struct Conv1dOptions {
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t dilation = 1;
  std::int64_t groups = 1;
};

/// conv2d along one axis.
/// Shapes  x [n, c, l] or [c, l], weight [o, c / groups, k], bias [o]; returns [n, o, l'] or [o, l'].
/// Grad    x, weight, bias, any order.
Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const Conv1dOptions& options = {});

}  // namespace xg
