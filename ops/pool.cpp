#include "pool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

#include "../core/copy.hpp"
#include "../core/dispatch.hpp"
#include "../core/node.hpp"
#include "../core/parallel.hpp"
#include "../core/storage.hpp"
#include "buffer.hpp"

namespace xg {
namespace {

constexpr std::int64_t grain = 1 << 15;  // elements a piece

void check_images(const char* op, const Tensor& x) {
  if (x.dim() != 3 && x.dim() != 4)
    throw ShapeError(fmt::format("[{}] x {}: expected [n, c, h, w] or [c, h, w]", op, to_string(x.shape())));
}

Shape with_plane(const Shape& x, std::int64_t height, std::int64_t width) {
  Shape shape = x;
  shape[x.size() - 2] = height;
  shape[x.size() - 1] = width;
  return shape;
}

std::int64_t plane_size(const Shape& x) { return x[x.size() - 2] * x[x.size() - 1]; }

// Calls f(plane) for all of them, on several threads.
template <class F> void for_each_plane(std::int64_t planes, std::int64_t size, F&& f) {
  parallel_ranges(static_cast<std::size_t>(planes),
                  static_cast<std::size_t>(std::max<std::int64_t>(1, grain / size)),
                  [&](std::size_t begin, std::size_t end) {
                    for (std::size_t p = begin; p < end; ++p) f(static_cast<std::int64_t>(p));
                  });
}

WindowAxis pool_axis(const char* op, std::int64_t in, std::int64_t kernel, std::int64_t stride,
                     std::int64_t padding, std::int64_t dilation, bool ceil_mode) {
  if (padding > kernel / 2)
    throw ValueError(
        fmt::format("[{}] padding {} must be at most half of the kernel {}", op, padding, kernel));
  return window_axis(op, in, kernel, stride, padding, dilation, ceil_mode);
}

Size2d stride_or(Size2d stride, Size2d kernel) {
  return {stride.height == 0 ? kernel.height : stride.height,
          stride.width == 0 ? kernel.width : stride.width};
}

// ---- max ----

/// Where in its plane each window's largest element lies; -1 for a window of padding alone.
using Place = std::int32_t;
struct Places {
  Ref<Storage> storage;
  Shape pooled, image;

  Place* data() const { return reinterpret_cast<Place*>(storage->data()); }
};

/// The first tap of a window that lies in the image, as an element of the axis; -1 if there is none.
std::int64_t first_inside(const WindowAxis& a, std::int64_t place) {
  const std::int64_t start = place * a.stride - a.padding;
  const std::int64_t tap = std::max<std::int64_t>(0, ceil_div(-start, a.dilation));
  const std::int64_t at = start + tap * a.dilation;
  return tap < a.kernel && at < a.in ? at : -1;
}

/// One row of windows meets one row of the image with one tap: `step` elements lie between windows.
template <class T, class Step>
XGRAD_INLINE void take_larger(const T* row, Step step, std::int64_t place, std::int64_t n, T* best,
                              Place* places) {
  const auto first = static_cast<Place>(place);
  for (std::int64_t i = 0; i < n; ++i) {
    const T v = row[i * step];
    const bool takes = (v > best[i]) | (v != v);
    best[i] = takes ? v : best[i];
    places[i] = takes ? first + static_cast<Place>(i * step) : places[i];
  }
}

template <class T>
XGRAD_INLINE void pool_row(const WindowAxis& y, const WindowAxis& x, std::int64_t at, const T* plane, T* best,
                           Place* places) {
  const std::int64_t top = first_inside(y, at);
  for (std::int64_t i = 0; i < x.out; ++i) {
    const std::int64_t left = first_inside(x, i);
    best[i] = -std::numeric_limits<T>::infinity();
    places[i] = top < 0 || left < 0 ? -1 : static_cast<Place>(top * x.in + left);
  }
  for (std::int64_t k = 0; k < y.kernel; ++k) {
    const std::int64_t row = at * y.stride - y.padding + k * y.dilation;
    if (row < 0 || row >= y.in) continue;
    for (std::int64_t j = 0; j < x.kernel; ++j) {
      const std::int64_t shift = j * x.dilation - x.padding;
      const std::int64_t begin = std::max<std::int64_t>(0, ceil_div(-shift, x.stride));
      const std::int64_t n = std::min(x.out, ceil_div(x.in - shift, x.stride)) - begin;
      const std::int64_t place = row * x.in + shift + begin * x.stride;
      // Known steps let the compiler use vectors.
      if (x.stride == 1)
        take_larger(plane + place, std::integral_constant<std::int64_t, 1>(), place, n, best + begin,
                    places + begin);
      else if (x.stride == 2)
        take_larger(plane + place, std::integral_constant<std::int64_t, 2>(), place, n, best + begin,
                    places + begin);
      else
        take_larger(plane + place, x.stride, place, n, best + begin, places + begin);
    }
  }
}

/// g put back where the largest elements were; elements that won several windows get the sum.
Tensor scatter_places(const Tensor& g, const Places& places);
/// The elements at those places: the adjoint of the above.
Tensor gather_places(const Tensor& x, const Places& places);

Tensor scatter_places(const Tensor& g, const Places& places) {
  const Tensor from = contiguous(g.detach());
  Tensor x = empty(places.image, g.dtype());
  visit_floating("max_pool2d", g.dtype(), [&]<class T>(std::type_identity<T>) {
    const std::int64_t size = plane_size(places.image), windows = plane_size(places.pooled);
    T* const to = x.mutable_data<T>();
    if (x.numel() > 0)
      for_each_plane(x.numel() / size, size, [&](std::int64_t plane) {
        T* const image = to + plane * size;
        std::fill_n(image, size, T{});
        for (std::int64_t i = plane * windows; i < (plane + 1) * windows; ++i)
          if (const Place p = places.data()[i]; p >= 0) image[p] += from.data<T>()[i];
      });
  });
  return record("max_pool2d_scatter", {&g}, std::move(x),
                [places](const Tensor& v) { return gather_places(v, places); });
}

Tensor gather_places(const Tensor& x, const Places& places) {
  const Tensor from = contiguous(x.detach());
  Tensor y = empty(places.pooled, x.dtype());
  visit_floating("max_pool2d", x.dtype(), [&]<class T>(std::type_identity<T>) {
    const std::int64_t size = plane_size(places.image), windows = plane_size(places.pooled);
    T* const to = y.mutable_data<T>();
    if (y.numel() > 0)
      for_each_plane(y.numel() / windows, size, [&](std::int64_t plane) {
        for (std::int64_t i = plane * windows; i < (plane + 1) * windows; ++i) {
          const Place p = places.data()[i];
          to[i] = p < 0 ? T{} : from.data<T>()[plane * size + p];
        }
      });
  });
  return record("max_pool2d_gather", {&x}, std::move(y),
                [places](const Tensor& v) { return scatter_places(v, places); });
}

std::pair<Tensor, Places> pool_max(const Tensor& x, Size2d kernel, const MaxPool2dOptions& o) {
  check_images("max_pool2d", x);
  const Size2d stride = stride_or(o.stride, kernel);
  const WindowAxis rows = pool_axis("max_pool2d", x.size(-2), kernel.height, stride.height, o.padding.height,
                                    o.dilation.height, o.ceil_mode);
  const WindowAxis columns = pool_axis("max_pool2d", x.size(-1), kernel.width, stride.width, o.padding.width,
                                       o.dilation.width, o.ceil_mode);
  const Tensor dense = contiguous(x.detach());
  Tensor y = empty(with_plane(x.shape(), rows.out, columns.out), x.dtype());
  const Places places{Storage::make(static_cast<std::size_t>(y.numel()) * sizeof(Place)), y.shape(),
                      x.shape()};
  visit_floating("max_pool2d", x.dtype(), [&]<class T>(std::type_identity<T>) {
    const std::int64_t size = rows.in * columns.in;
    T* const to = y.mutable_data<T>();
    if (y.numel() > 0)
      for_each_plane(y.numel() / (rows.out * columns.out), size, [&](std::int64_t plane) {
        const T* const image = dense.data<T>() + plane * size;
        dispatch([&](auto) {
          for (std::int64_t r = 0; r < rows.out; ++r) {
            const std::int64_t at = (plane * rows.out + r) * columns.out;
            pool_row(rows, columns, r, image, to + at, places.data() + at);
          }
        });
      });
  });
  y = record("max_pool2d", {&x}, std::move(y),
             [places](const Tensor& g) { return scatter_places(g, places); });
  return {std::move(y), places};
}

// ---- mean ----

/// Window i of an axis reaches from begin[i] to end[i] inside of the image and divides by count[i].
struct MeanAxis {
  std::int64_t in;
  std::vector<std::int64_t> begin, end, count;

  void add(std::int64_t from, std::int64_t to, std::int64_t divisor) {
    begin.push_back(from);
    end.push_back(to);
    count.push_back(divisor);
  }
  std::int64_t out() const { return static_cast<std::int64_t>(begin.size()); }
  template <class T> T share(std::size_t i) const { return T{1} / static_cast<T>(count[i]); }
};

struct MeanWindows {
  const char* name;
  MeanAxis y, x;
};
using SharedWindows = std::shared_ptr<const MeanWindows>;

/// y = the means of x's windows: sums down the rows first, which are vectors.
template <class T> void mean_plane(const MeanWindows& w, const T* x, T* sums, T* y) {
  for (std::size_t i = 0; i < w.y.begin.size(); ++i) {
    std::fill_n(sums, w.x.in, T{});
    for (std::int64_t r = w.y.begin[i]; r < w.y.end[i]; ++r)
      for (std::int64_t c = 0; c < w.x.in; ++c) sums[c] += x[r * w.x.in + c];
    for (std::size_t j = 0; j < w.x.begin.size(); ++j) {
      T sum{};
      for (std::int64_t c = w.x.begin[j]; c < w.x.end[j]; ++c) sum += sums[c];
      *y++ = sum * (w.y.share<T>(i) * w.x.share<T>(j));
    }
  }
}

/// dx = the adjoint of mean_plane: each window's share of g for all its elements.
template <class T> void spread_plane(const MeanWindows& w, const T* g, T* sums, T* dx) {
  std::fill_n(dx, w.y.in * w.x.in, T{});
  for (std::size_t i = 0; i < w.y.begin.size(); ++i) {
    std::fill_n(sums, w.x.in, T{});
    for (std::size_t j = 0; j < w.x.begin.size(); ++j) {
      const T share = *g++ * (w.y.share<T>(i) * w.x.share<T>(j));
      for (std::int64_t c = w.x.begin[j]; c < w.x.end[j]; ++c) sums[c] += share;
    }
    for (std::int64_t r = w.y.begin[i]; r < w.y.end[i]; ++r)
      for (std::int64_t c = 0; c < w.x.in; ++c) dx[r * w.x.in + c] += sums[c];
  }
}

Tensor spread_mean(const Tensor& g, const SharedWindows& windows);

// One of the two maps, plane by plane.
template <class F>
Tensor map_planes(const Tensor& x, const MeanWindows& w, std::int64_t height, std::int64_t width, F f) {
  const Tensor dense = contiguous(x.detach());
  Tensor y = empty(with_plane(x.shape(), height, width), x.dtype());
  if (y.numel() == 0) return y;
  visit_floating(w.name, x.dtype(), [&]<class T>(std::type_identity<T>) {
    T* const to = y.mutable_data<T>();
    const std::int64_t from_size = plane_size(x.shape()), to_size = height * width;
    for_each_plane(y.numel() / to_size, std::max(from_size, to_size), [&](std::int64_t plane) {
      const Buffer<T> sums(w.x.in);
      f(dense.data<T>() + plane * from_size, sums.data(), to + plane * to_size);
    });
  });
  return y;
}

Tensor pool_mean(const Tensor& x, const SharedWindows& windows) {
  const MeanWindows& w = *windows;
  Tensor y = map_planes(x, w, w.y.out(), w.x.out(), [&](const auto* from, auto* sums, auto* to) {
    dispatch([&](auto) { mean_plane(w, from, sums, to); });
  });
  return record(w.name, {&x}, std::move(y), [windows](const Tensor& g) { return spread_mean(g, windows); });
}

Tensor spread_mean(const Tensor& g, const SharedWindows& windows) {
  const MeanWindows& w = *windows;
  Tensor dx = map_planes(g, w, w.y.in, w.x.in, [&](const auto* from, auto* sums, auto* to) {
    dispatch([&](auto) { spread_plane(w, from, sums, to); });
  });
  return record(w.name, {&g}, std::move(dx), [windows](const Tensor& v) { return pool_mean(v, windows); });
}

MeanAxis mean_axis(const WindowAxis& a, bool count_padding) {
  MeanAxis axis{a.in, {}, {}, {}};
  for (std::int64_t i = 0; i < a.out; ++i) {
    const std::int64_t start = i * a.stride - a.padding, stop = std::min(start + a.kernel, a.in + a.padding);
    const std::int64_t begin = std::max<std::int64_t>(0, start), end = std::min(stop, a.in);
    axis.add(begin, end, count_padding ? stop - start : end - begin);
  }
  return axis;
}

MeanAxis adaptive_axis(std::int64_t in, std::int64_t out) {
  MeanAxis axis{in, {}, {}, {}};
  for (std::int64_t i = 0; i < out; ++i) {
    const std::int64_t begin = i * in / out, end = ceil_div((i + 1) * in, out);
    axis.add(begin, end, end - begin);
  }
  return axis;
}

}  // namespace

Tensor max_pool2d(const Tensor& x, Size2d kernel_size, const MaxPool2dOptions& options) {
  return pool_max(x, kernel_size, options).first;
}

std::array<Tensor, 2> max_pool2d_with_indices(const Tensor& x, Size2d kernel_size,
                                              const MaxPool2dOptions& options) {
  auto [y, places] = pool_max(x, kernel_size, options);
  Tensor indices = empty(y.shape(), int64);
  std::copy_n(places.data(), indices.numel(), indices.mutable_data<std::int64_t>());
  return {std::move(y), std::move(indices)};
}

Tensor avg_pool2d(const Tensor& x, Size2d kernel_size, const AvgPool2dOptions& options) {
  check_images("avg_pool2d", x);
  const Size2d stride = stride_or(options.stride, kernel_size);
  const WindowAxis rows = pool_axis("avg_pool2d", x.size(-2), kernel_size.height, stride.height,
                                    options.padding.height, 1, options.ceil_mode);
  const WindowAxis columns = pool_axis("avg_pool2d", x.size(-1), kernel_size.width, stride.width,
                                       options.padding.width, 1, options.ceil_mode);
  MeanWindows windows{"avg_pool2d", mean_axis(rows, options.count_include_pad),
                      mean_axis(columns, options.count_include_pad)};
  if (options.divisor_override) {
    if (*options.divisor_override == 0)
      throw ValueError("[avg_pool2d] divisor_override 0: cannot divide by it");
    std::ranges::fill(windows.y.count, *options.divisor_override);
    std::ranges::fill(windows.x.count, 1);
  }
  return pool_mean(x, std::make_shared<const MeanWindows>(std::move(windows)));
}

Tensor adaptive_avg_pool2d(const Tensor& x, Size2d output_size) {
  check_images("adaptive_avg_pool2d", x);
  if (output_size.height < 0 || output_size.width < 0)
    throw ValueError(fmt::format("[adaptive_avg_pool2d] output_size [{}, {}] cannot be negative",
                                 output_size.height, output_size.width));
  if (x.size(-2) == 0 || x.size(-1) == 0)
    throw ShapeError(fmt::format("[adaptive_avg_pool2d] x {}: an image without elements has no mean",
                                 to_string(x.shape())));
  return pool_mean(x, std::make_shared<const MeanWindows>(
                          MeanWindows{"adaptive_avg_pool2d", adaptive_axis(x.size(-2), output_size.height),
                                      adaptive_axis(x.size(-1), output_size.width)}));
}

}  // namespace xg
