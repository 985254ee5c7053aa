#pragma once
/// Windows that move over images, or cover them evenly, and one number for each of them. The ops end in the
/// number of an image's axes: 1d takes x [n, c, l], 2d [n, c, h, w], 3d [n, c, d, h, w], all of them without
/// n, too.

#include <array>
#include <optional>

#include "../core/tensor.hpp"
#include "window.hpp"

namespace xg {

template <std::size_t N> struct MaxPoolOptions {
  SizeNd<N> stride = 0;   ///< 0 stands for the kernel's size
  SizeNd<N> padding = 0;  ///< read as -infinity; at most half of the kernel
  SizeNd<N> dilation = 1;
  bool ceil_mode = false;  ///< keeps windows that reach beyond the end
};
using MaxPool1dOptions = MaxPoolOptions<1>;
using MaxPool2dOptions = MaxPoolOptions<2>;
using MaxPool3dOptions = MaxPoolOptions<3>;

/// The largest element of each window; NaN if the window holds one.
/// Shapes  x [n, c, h, w] or [c, h, w]; returns h' and w' as conv2d does.
/// Grad    any order; each window's goes to its first largest element. Saves the places of those, not x.
/// Throws  ShapeError "[max_pool2d] ..."; ValueError for a padding above half of the kernel.
Tensor max_pool1d(const Tensor& x, Size1d kernel_size, const MaxPool1dOptions& options = {});
Tensor max_pool2d(const Tensor& x, Size2d kernel_size, const MaxPool2dOptions& options = {});
Tensor max_pool3d(const Tensor& x, Size3d kernel_size, const MaxPool3dOptions& options = {});
/// max_pool, and the places of the largest elements in their image as int64, (z * h + y) * w + x; -1 for a
/// window of padding alone.
std::array<Tensor, 2> max_pool1d_with_indices(const Tensor& x, Size1d kernel_size,
                                              const MaxPool1dOptions& options = {});
std::array<Tensor, 2> max_pool2d_with_indices(const Tensor& x, Size2d kernel_size,
                                              const MaxPool2dOptions& options = {});
std::array<Tensor, 2> max_pool3d_with_indices(const Tensor& x, Size3d kernel_size,
                                              const MaxPool3dOptions& options = {});

/// The largest elements of output_size windows that cover the image evenly: along each axis from
/// floor(i in / out) to ceil((i + 1) in / out).
/// Shapes  x [n, c, h, w] or [c, h, w]; returns output_size in place of h and w.
/// Grad    as max_pool.
Tensor adaptive_max_pool1d(const Tensor& x, Size1d output_size);
Tensor adaptive_max_pool2d(const Tensor& x, Size2d output_size);
Tensor adaptive_max_pool3d(const Tensor& x, Size3d output_size);
/// adaptive_max_pool, and the places of the largest elements as max_pool gives them.
std::array<Tensor, 2> adaptive_max_pool1d_with_indices(const Tensor& x, Size1d output_size);
std::array<Tensor, 2> adaptive_max_pool2d_with_indices(const Tensor& x, Size2d output_size);
std::array<Tensor, 2> adaptive_max_pool3d_with_indices(const Tensor& x, Size3d output_size);

template <std::size_t N> struct MaxUnpoolOptions {
  SizeNd<N> stride = 0;  ///< 0 stands for the kernel's size
  SizeNd<N> padding = 0;
  std::optional<SizeNd<N>> output_size = {};  ///< the pooled image's, where several sizes pool to x's
};
using MaxUnpool1dOptions = MaxUnpoolOptions<1>;
using MaxUnpool2dOptions = MaxUnpoolOptions<2>;
using MaxUnpool3dOptions = MaxUnpoolOptions<3>;

/// The elements of x put where max_pool found them, zeros elsewhere; of equal places the last one counts.
/// Shapes  indices as x; the result has output_size, or (h - 1) stride - 2 padding + kernel along each axis.
/// Grad    x, any order.
/// Throws  ShapeError, IndexError "[max_unpool2d] ..."; ValueError for an output_size that is not within a
///         stride of that.
Tensor max_unpool1d(const Tensor& x, const Tensor& indices, Size1d kernel_size,
                    const MaxUnpool1dOptions& options = {});
Tensor max_unpool2d(const Tensor& x, const Tensor& indices, Size2d kernel_size,
                    const MaxUnpool2dOptions& options = {});
Tensor max_unpool3d(const Tensor& x, const Tensor& indices, Size3d kernel_size,
                    const MaxUnpool3dOptions& options = {});

template <std::size_t N> struct AvgPoolOptions {
  SizeNd<N> stride = 0;   ///< 0 stands for the kernel's size
  SizeNd<N> padding = 0;  ///< zeros; at most half of the kernel
  bool ceil_mode = false;
  bool count_include_pad = true;                      ///< divide by the window's size, padding included
  std::optional<std::int64_t> divisor_override = {};  ///< divide by this instead
};
using AvgPool1dOptions = AvgPoolOptions<1>;
using AvgPool2dOptions = AvgPoolOptions<2>;
using AvgPool3dOptions = AvgPoolOptions<3>;

/// The mean of each window.
/// Shapes  x [n, c, h, w] or [c, h, w]; returns h' and w' as conv2d does.
/// Grad    any order.
/// Throws  ShapeError "[avg_pool2d] ..."; ValueError for a padding above half of the kernel, a divisor of 0.
Tensor avg_pool1d(const Tensor& x, Size1d kernel_size, const AvgPool1dOptions& options = {});
Tensor avg_pool2d(const Tensor& x, Size2d kernel_size, const AvgPool2dOptions& options = {});
Tensor avg_pool3d(const Tensor& x, Size3d kernel_size, const AvgPool3dOptions& options = {});

/// The means of output_size windows that cover the image evenly, as adaptive_max_pool has them.
/// Shapes  x [n, c, h, w] or [c, h, w]; returns output_size in place of h and w.
/// Grad    any order.
Tensor adaptive_avg_pool1d(const Tensor& x, Size1d output_size);
Tensor adaptive_avg_pool2d(const Tensor& x, Size2d output_size);
Tensor adaptive_avg_pool3d(const Tensor& x, Size3d output_size);

template <std::size_t N> struct LpPoolOptions {
  SizeNd<N> stride = 0;    ///< 0 stands for the kernel's size
  bool ceil_mode = false;  ///< a window that reaches beyond the end counts as a whole one of the same mean
};
using LpPool1dOptions = LpPoolOptions<1>;
using LpPool2dOptions = LpPoolOptions<2>;
using LpPool3dOptions = LpPoolOptions<3>;

/// (sum of x^p over each window)^(1 / p), without absolute values, as PyTorch has it.
/// Shapes  x [n, c, h, w] or [c, h, w]; returns h' and w' as conv2d does.
/// Grad    0 where the sum is 0; any order elsewhere.
/// Throws  ShapeError "[lp_pool2d] ..."; ValueError for norm_type 0.
Tensor lp_pool1d(const Tensor& x, double norm_type, Size1d kernel_size, const LpPool1dOptions& options = {});
Tensor lp_pool2d(const Tensor& x, double norm_type, Size2d kernel_size, const LpPool2dOptions& options = {});
Tensor lp_pool3d(const Tensor& x, double norm_type, Size3d kernel_size, const LpPool3dOptions& options = {});

}  // namespace xg
