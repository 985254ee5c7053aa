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

/// Each window's sum is multiplied by outer[row of windows] * x[column].
struct MeanWindows {
  const char* name;
  PoolWindows all;
  std::vector<double> outer, x;
};
using SharedWindows = std::shared_ptr<const MeanWindows>;

SharedWindows mean_windows(const char* name, std::vector<PoolAxis> axes,
                           const std::vector<std::vector<double>>& shares) {
  std::vector<double> outer{1};
  for (std::size_t i = 0; i + 1 < shares.size(); ++i) {
    std::vector<double> next;
    for (const double before : outer)
      for (const double share : shares[i]) next.push_back(before * share);
    outer = std::move(next);
  }
  return std::make_shared<const MeanWindows>(
      MeanWindows{name, PoolWindows(std::move(axes)), std::move(outer), shares.back()});
}

/// Calls f(rows, row of windows, share of its sums) for all rows of windows.
template <class F> void for_each_outer(const MeanWindows& w, F f) {
  for (std::size_t i = 0; i < w.outer.size(); ++i) {
    const std::int64_t* const rows = w.all.rows.data();
    f(std::span(rows + w.all.first[i], rows + w.all.first[i + 1]), w.outer[i]);
  }
}

/// y = the means of x's windows: sums down the rows first, which are vectors.
template <class T> void mean_image(const MeanWindows& w, const T* x, T* sums, T* y) {
  const PoolAxis& columns = w.all.x;
  for_each_outer(w, [&](std::span<const std::int64_t> rows, double share) {
    std::fill_n(sums, columns.in, T{});
    for (const std::int64_t row : rows)
      for (std::int64_t c = 0; c < columns.in; ++c) sums[c] += x[row + c];
    for (std::size_t j = 0; j < columns.begin.size(); ++j) {
      T sum{};
      for (std::int64_t c = columns.begin[j]; c < columns.end[j]; ++c) sum += sums[c];
      *y++ = sum * static_cast<T>(share * w.x[j]);
    }
  });
}

/// dx = the adjoint of mean_image: each window's share of g for all its elements.
template <class T> void spread_image(const MeanWindows& w, const T* g, T* sums, T* dx) {
  const PoolAxis& columns = w.all.x;
  std::fill_n(dx, w.all.image, T{});
  for_each_outer(w, [&](std::span<const std::int64_t> rows, double share) {
    std::fill_n(sums, columns.in, T{});
    for (std::size_t j = 0; j < columns.begin.size(); ++j) {
      const T part = *g++ * static_cast<T>(share * w.x[j]);
      for (std::int64_t c = columns.begin[j]; c < columns.end[j]; ++c) sums[c] += part;
    }
    for (const std::int64_t row : rows)
      for (std::int64_t c = 0; c < columns.in; ++c) dx[row + c] += sums[c];
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
                          dispatch([&](auto) { mean_image(w, from, sums, to); });
                        });
  return record(w.name, {&x}, std::move(y),
                [windows, shape = x.shape()](const Tensor& g) { return spread_mean(g, shape, windows); });
}

Tensor spread_mean(const Tensor& g, const Shape& image_shape, const SharedWindows& windows) {
  const MeanWindows& w = *windows;
  Tensor dx = map_images(g, image_shape, w, w.all.windows(), w.all.image,
                         [&](const auto* from, auto* sums, auto* to) {
                           dispatch([&](auto) { spread_image(w, from, sums, to); });
                         });
  return record(w.name, {&g}, std::move(dx), [windows](const Tensor& v) { return pool_mean(v, windows); });
}

std::vector<double> shares_of(const WindowAxis& w, const PoolAxis& cut, bool count_padding) {
  std::vector<double> shares;
  for (std::size_t i = 0; i < cut.begin.size(); ++i) {
    const std::int64_t start = static_cast<std::int64_t>(i) * w.stride - w.padding;
    const std::int64_t padded = std::min(start + w.kernel, w.in + w.padding) - start;
    shares.push_back(1 / static_cast<double>(count_padding ? padded : cut.end[i] - cut.begin[i]));
  }
  return shares;
}

template <std::size_t N>
Tensor avg_pool(const char* op, const Tensor& x, const SizeNd<N>& kernel, const AvgPoolOptions<N>& o) {
  detail::check_images(op, x, N);
  if (o.divisor_override == 0)
    throw ValueError(fmt::format("[{}] divisor_override 0: cannot divide by it", op));
  std::vector<PoolAxis> axes;
  std::vector<std::vector<double>> shares;
  for (std::size_t i = 0; i < N; ++i) {
    const WindowAxis window = detail::moving_window(op, detail::image_length<N>(x, i), kernel[i], o.stride[i],
                                                    o.padding[i], 1, o.ceil_mode);
    axes.push_back(detail::cut_windows(window));
    shares.push_back(o.divisor_override ? std::vector<double>(axes[i].begin.size(), 1)
                                        : shares_of(window, axes[i], o.count_include_pad));
  }
  if (o.divisor_override)
    for (double& share : shares.back()) share /= static_cast<double>(*o.divisor_override);
  return pool_mean(x, mean_windows(op, std::move(axes), shares));
}

template <std::size_t N>
Tensor adaptive_avg_pool(const char* op, const Tensor& x, const SizeNd<N>& output_size) {
  std::vector<PoolAxis> axes = detail::even_axes(op, x, output_size);
  std::vector<std::vector<double>> shares;
  for (const PoolAxis& axis : axes) {
    shares.emplace_back();
    for (std::size_t i = 0; i < axis.begin.size(); ++i)
      shares.back().push_back(1 / static_cast<double>(axis.end[i] - axis.begin[i]));
  }
  return pool_mean(x, mean_windows(op, std::move(axes), shares));
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
