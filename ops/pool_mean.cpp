#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "../core/copy.hpp"
#include "../core/dispatch.hpp"
#include "../core/node.hpp"
#include "arithmetic.hpp"
#include "buffer.hpp"
#include "pool.hpp"
#include "pool_windows.hpp"

namespace xg {
namespace {

using detail::PoolAxis;
using detail::PoolWindows;

struct MeanWindows {
  const char* name;
  PoolWindows all;
};
using SharedWindows = std::shared_ptr<const MeanWindows>;

/// Calls f(rows, share of their sums) for all rows of windows.
template <class F> void for_each_outer(const PoolWindows& w, F f) {
  for (std::size_t i = 0; i < w.shares.size(); ++i)
    f(std::span(w.rows.data() + w.first[i], w.rows.data() + w.first[i + 1]), w.shares[i]);
}

/// y = the means of x's windows: sums down the rows first, which are vectors.
template <class T> void mean_image(const PoolWindows& w, const T* x, T* sums, T* y) {
  for_each_outer(w, [&](std::span<const std::int64_t> rows, double share) {
    std::fill_n(sums, w.x.in, T{});
    for (const std::int64_t row : rows)
      for (std::int64_t c = 0; c < w.x.in; ++c) sums[c] += x[row + c];
    for (const PoolAxis::Window& window : w.x.windows) {
      T sum{};
      for (std::int64_t c = window.begin; c < window.end; ++c) sum += sums[c];
      *y++ = sum * static_cast<T>(share * window.share);
    }
  });
}

/// dx = the adjoint of mean_image: each window's share of g for all its elements.
template <class T> void spread_image(const PoolWindows& w, const T* g, T* sums, T* dx) {
  std::fill_n(dx, w.image, T{});
  for_each_outer(w, [&](std::span<const std::int64_t> rows, double share) {
    std::fill_n(sums, w.x.in, T{});
    for (const PoolAxis::Window& window : w.x.windows) {
      const T part = *g++ * static_cast<T>(share * window.share);
      for (std::int64_t c = window.begin; c < window.end; ++c) sums[c] += part;
    }
    for (const std::int64_t row : rows)
      for (std::int64_t c = 0; c < w.x.in; ++c) dx[row + c] += sums[c];
  });
}

// One of the two maps, image by image.
template <class F>
Tensor map_images(const Tensor& x, const Shape& shape, const MeanWindows& w, std::int64_t from_size,
                  std::int64_t to_size, F f) {
  const Tensor dense = contiguous(x.detach());
  Tensor y = empty(shape, x.dtype());
  if (y.numel() == 0) return y;
  visit_floating(w.name, x.dtype(), [&]<class T>(std::type_identity<T>) {
    T* const to = y.mutable_data<T>();
    detail::for_each_image(y.numel() / to_size, std::max(from_size, to_size), [&](std::int64_t number) {
      const Buffer<T> sums(w.all.x.in);
      f(dense.data<T>() + number * from_size, sums.data(), to + number * to_size);
    });
  });
  return y;
}

Tensor spread_mean(const Tensor& g, const Shape& image_shape, const SharedWindows& windows);

Tensor pool_mean(const Tensor& x, const SharedWindows& windows) {
  const MeanWindows& w = *windows;
  Tensor y = map_images(x, detail::with_image(x.shape(), w.all.out), w, w.all.image, w.all.windows(),
                        [&](const auto* from, auto* sums, auto* to) {
                          dispatch([&](auto) { mean_image(w.all, from, sums, to); });
                        });
  return record(w.name, {&x}, std::move(y),
                [windows, shape = x.shape()](const Tensor& g) { return spread_mean(g, shape, windows); });
}

Tensor spread_mean(const Tensor& g, const Shape& image_shape, const SharedWindows& windows) {
  const MeanWindows& w = *windows;
  Tensor dx = map_images(g, image_shape, w, w.all.windows(), w.all.image,
                         [&](const auto* from, auto* sums, auto* to) {
                           dispatch([&](auto) { spread_image(w.all, from, sums, to); });
                         });
  return record(w.name, {&g}, std::move(dx), [windows](const Tensor& v) { return pool_mean(v, windows); });
}

Tensor pool_mean(const char* op, const Tensor& x, std::vector<PoolAxis> axes) {
  return pool_mean(x, std::make_shared<const MeanWindows>(MeanWindows{op, PoolWindows(std::move(axes))}));
}

template <std::size_t N>
Tensor avg_pool(const char* op, const Tensor& x, const SizeNd<N>& kernel, const AvgPoolOptions<N>& o) {
  detail::check_images(op, x, N);
  if (o.divisor_override == 0)
    throw ValueError(fmt::format("[{}] divisor_override 0: cannot divide by it", op));
  std::vector<PoolAxis> axes;
  axes.reserve(N);
  for (std::size_t i = 0; i < N; ++i) {
    const WindowAxis window = detail::moving_window(op, detail::image_length<N>(x, i), kernel[i], o.stride[i],
                                                    o.padding[i], 1, o.ceil_mode);
    axes.push_back(detail::cut_windows(window));
    std::int64_t start = -window.padding;
    for (PoolAxis::Window& w : axes[i].windows) {
      const std::int64_t padded = std::min(start + window.kernel, window.in + window.padding) - start;
      if (o.divisor_override)
        w.share = i == 0 ? 1 / static_cast<double>(*o.divisor_override) : 1;
      else if (o.count_include_pad)
        w.share = 1 / static_cast<double>(padded);
      start += window.stride;
    }
  }
  return pool_mean(op, x, std::move(axes));
}

template <std::size_t N>
Tensor adaptive_avg_pool(const char* op, const Tensor& x, const SizeNd<N>& output_size) {
  return pool_mean(op, x, detail::even_axes(op, x, output_size));
}

template <std::size_t N>
Tensor lp_pool(const char* op, const Tensor& x, double norm_type, const SizeNd<N>& kernel,
               const LpPoolOptions<N>& o) {
  if (norm_type == 0) throw ValueError(fmt::format("[{}] norm_type 0: there is no such root", op));
  double size = 1;
  for (std::size_t i = 0; i < N; ++i) size *= static_cast<double>(kernel[i]);
  const Tensor sum =
      avg_pool<N>(op, pow(x, norm_type), kernel, {.stride = o.stride, .ceil_mode = o.ceil_mode}) * size;
  // The root has no derivative at 0, and a 1 in its place none that reaches x.
  const Tensor is_zero = sum.detach() == 0;
  return where(is_zero, 0.0, pow(where(is_zero, 1.0, sum), 1 / norm_type));
}

}  // namespace

Tensor avg_pool1d(const Tensor& x, Size1d kernel_size, const AvgPool1dOptions& options) {
  return avg_pool("avg_pool1d", x, kernel_size, options);
}
Tensor avg_pool2d(const Tensor& x, Size2d kernel_size, const AvgPool2dOptions& options) {
  return avg_pool("avg_pool2d", x, kernel_size, options);
}
Tensor avg_pool3d(const Tensor& x, Size3d kernel_size, const AvgPool3dOptions& options) {
  return avg_pool("avg_pool3d", x, kernel_size, options);
}

Tensor adaptive_avg_pool1d(const Tensor& x, Size1d output_size) {
  return adaptive_avg_pool("adaptive_avg_pool1d", x, output_size);
}
Tensor adaptive_avg_pool2d(const Tensor& x, Size2d output_size) {
  return adaptive_avg_pool("adaptive_avg_pool2d", x, output_size);
}
Tensor adaptive_avg_pool3d(const Tensor& x, Size3d output_size) {
  return adaptive_avg_pool("adaptive_avg_pool3d", x, output_size);
}

Tensor lp_pool1d(const Tensor& x, double norm_type, Size1d kernel_size, const LpPool1dOptions& options) {
  return lp_pool("lp_pool1d", x, norm_type, kernel_size, options);
}
Tensor lp_pool2d(const Tensor& x, double norm_type, Size2d kernel_size, const LpPool2dOptions& options) {
  return lp_pool("lp_pool2d", x, norm_type, kernel_size, options);
}
Tensor lp_pool3d(const Tensor& x, double norm_type, Size3d kernel_size, const LpPool3dOptions& options) {
  return lp_pool("lp_pool3d", x, norm_type, kernel_size, options);
}

}  // namespace xg
