#pragma once

#include <array>
#include <optional>

#include "../core/tensor.hpp"
#include "window.hpp"

namespace xg {

struct MaxPool2dOptions {
  Size2d stride = 0;   ///< 0 stands for the kernel's size
  Size2d padding = 0;  ///< read as -infinity; at most half of the kernel
  Size2d dilation = 1;
  bool ceil_mode = false;  ///< keeps windows that reach beyond the end
};

/// The largest element of each window of the last two axes; NaN if the window holds one.
/// Shapes  x [..., h, w] with 1 or 2 leading axes; returns [..., h', w'] as conv2d does.
/// Grad    any order; each window's goes to its first largest element. Saves the places of those, not x.
/// Throws  ShapeError "[max_pool2d] ..."; ValueError for a padding above half of the kernel.
Tensor max_pool2d(const Tensor& x, Size2d kernel_size, const MaxPool2dOptions& options = {});
/// max_pool2d, and the places of the largest elements as int64, row * w + column.
std::array<Tensor, 2> max_pool2d_with_indices(const Tensor& x, Size2d kernel_size,
                                              const MaxPool2dOptions& options = {});

struct AvgPool2dOptions {
  Size2d stride = 0;   ///< 0 stands for the kernel's size
  Size2d padding = 0;  ///< zeros; at most half of the kernel
  bool ceil_mode = false;
  bool count_include_pad = true;                      ///< divide by the window's size, padding included
  std::optional<std::int64_t> divisor_override = {};  ///< divide by this instead
};

/// The mean of each window of the last two axes.
/// Shapes  x [..., h, w] with 1 or 2 leading axes; returns [..., h', w'] as conv2d does.
/// Grad    any order.
/// Throws  ShapeError "[avg_pool2d] ..."; ValueError for a padding above half of the kernel, a divisor of 0.
Tensor avg_pool2d(const Tensor& x, Size2d kernel_size, const AvgPool2dOptions& options = {});

/// The means of output_size windows that cover the image evenly: along each axis from floor(i in / out) to
/// ceil((i + 1) in / out).
/// Shapes  x [..., h, w] with 1 or 2 leading axes; returns [..., output_size].
/// Grad    any order.
Tensor adaptive_avg_pool2d(const Tensor& x, Size2d output_size);

}  // namespace xg
