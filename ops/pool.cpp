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

/// Where in its plane each window's largest element lies; -1 for a window of padding alone. As wide as the
/// elements, so that both fill vectors of one length.
template <class T> using Place = std::conditional_t<sizeof(T) == sizeof(float), std::int32_t, std::int64_t>;
struct Places {
  Ref<Storage> storage;
  Shape pooled, image;

  template <class T> Place<T>* data() const { return reinterpret_cast<Place<T>*>(storage->data()); }
};

struct PoolAxes {
  WindowAxis y, x;
};

/// The element of the axis that tap `k` of a window reads, which may lie outside.
std::int64_t tap_at(const WindowAxis& a, std::int64_t place, std::int64_t k) {
  return place * a.stride - a.padding + k * a.dilation;
}

template <class T>
void pool_one(const PoolAxes& a, std::int64_t row, std::int64_t column, const T* plane, T& best,
              Place<T>& place) {
  best = -std::numeric_limits<T>::infinity();
  place = -1;
  for (std::int64_t k = 0; k < a.y.kernel; ++k) {
    const std::int64_t y = tap_at(a.y, row, k);
    if (y < 0 || y >= a.y.in) continue;
    for (std::int64_t j = 0; j < a.x.kernel; ++j) {
      const std::int64_t x = tap_at(a.x, column, j);
      if (x < 0 || x >= a.x.in) continue;
      const T v = plane[y * a.x.in + x];
      if (place >= 0 && !(v > best || v != v)) continue;
      best = v;
      place = static_cast<Place<T>>(y * a.x.in + x);
    }
  }
}

template <class L, std::size_t... I>
XGRAD_INLINE L every_second(const L& a, const L& b, std::index_sequence<I...>) {
  return L::make(__builtin_shufflevector(a.v, b.v, (2 * I < L::size ? 2 * I : 2 * I + 1)...));
}

/// Elements p[0], p[step], ...; Step is the step where the compiler should know it, else 0.
template <class L, std::size_t Step>
XGRAD_INLINE L load_step(const typename L::value_type* p, std::int64_t step) {
  if constexpr (Step == 1) {
    return L::load(p);
  } else if constexpr (Step == 2) {
    // The second vector starts one early, so that nothing is read behind the last element.
    return every_second(L::load(p), L::load(p + L::size - 1), std::make_index_sequence<L::size>());
  } else {
    L x;
    for (std::size_t i = 0; i < L::size; ++i) x.v[i] = p[static_cast<std::int64_t>(i) * step];
    return x;
  }
}

/// As many windows as a vector has elements, none of which reaches over the sides of the image.
template <class L, std::size_t Step, class T>
XGRAD_INLINE void pool_block(const PoolAxes& a, std::int64_t row, std::int64_t column, const T* plane,
                             T* best, Place<T>* place) {
  typename L::mask_type::bits shifts, places{};
  for (std::size_t i = 0; i < L::size; ++i)
    shifts[i] = static_cast<Place<T>>(static_cast<std::int64_t>(i) * a.x.stride);
  L largest(-std::numeric_limits<T>::infinity());
  bool is_first = true;
  for (std::int64_t k = 0; k < a.y.kernel; ++k) {
    const std::int64_t y = tap_at(a.y, row, k);
    if (y < 0 || y >= a.y.in) continue;
    for (std::int64_t j = 0; j < a.x.kernel; ++j) {
      const std::int64_t at = y * a.x.in + tap_at(a.x, column, j);
      const L v = load_step<L, Step>(plane + at, a.x.stride);
      const auto takes = (v > largest) | (v != v) | typename L::mask_type(is_first);
      largest = where(takes, v, largest);
      places = takes.v ? shifts + static_cast<Place<T>>(at) : places;
      is_first = false;
    }
  }
  if (is_first) places -= 1;
  largest.store(best);
  __builtin_memcpy(place, &places, sizeof(places));
}

/// The windows of one row: [begin, end) stay within the sides of the image.
template <class L, std::size_t Step, class T>
XGRAD_INLINE void pool_row(const PoolAxes& a, std::int64_t begin, std::int64_t end, std::int64_t row,
                           const T* plane, T* best, Place<T>* places) {
  constexpr auto size = static_cast<std::int64_t>(L::size);
  const bool blocks = end - begin >= size;
  const std::int64_t left = blocks ? begin : a.x.out;
  for (std::int64_t i = 0; i < left; ++i) pool_one(a, row, i, plane, best[i], places[i]);
  if (!blocks) return;
  // The last block overlaps the one before it.
  for (std::int64_t i = begin; i < end; i += size) {
    const std::int64_t at = std::min(i, end - size);
    pool_block<L, Step>(a, row, at, plane, best + at, places + at);
  }
  for (std::int64_t i = end; i < a.x.out; ++i) pool_one(a, row, i, plane, best[i], places[i]);
}

template <class L, class T>
XGRAD_INLINE void pool_plane(const PoolAxes& a, const T* plane, T* best, Place<T>* places) {
  const WindowAxis& x = a.x;
  const std::int64_t begin = std::min(x.out, ceil_div(x.padding, x.stride));
  const std::int64_t end =
      std::clamp(ceil_div(x.in + x.padding - (x.kernel - 1) * x.dilation, x.stride), begin, x.out);
  for (std::int64_t r = 0; r < a.y.out; ++r, best += x.out, places += x.out) {
    if (x.stride == 1)
      pool_row<L, 1>(a, begin, end, r, plane, best, places);
    else if (x.stride == 2)
      pool_row<L, 2>(a, begin, end, r, plane, best, places);
    else
      pool_row<L, 0>(a, begin, end, r, plane, best, places);
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
          if (const Place<T> p = places.data<T>()[i]; p >= 0) image[p] += from.data<T>()[i];
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
          const Place<T> p = places.data<T>()[i];
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
  const PoolAxes axes{pool_axis("max_pool2d", x.size(-2), kernel.height, stride.height, o.padding.height,
                                o.dilation.height, o.ceil_mode),
                      pool_axis("max_pool2d", x.size(-1), kernel.width, stride.width, o.padding.width,
                                o.dilation.width, o.ceil_mode)};
  const Tensor dense = contiguous(x.detach());
  Tensor y = empty(with_plane(x.shape(), axes.y.out, axes.x.out), x.dtype());
  const Places places{Storage::make(static_cast<std::size_t>(y.numel()) * size_of(y.dtype())), y.shape(),
                      x.shape()};
  visit_floating("max_pool2d", x.dtype(), [&]<class T>(std::type_identity<T>) {
    const std::int64_t size = plane_size(x.shape()), windows = plane_size(y.shape());
    T* const to = y.mutable_data<T>();
    if (y.numel() > 0)
      for_each_plane(y.numel() / windows, size, [&](std::int64_t plane) {
        const T* const image = dense.data<T>() + plane * size;
        const std::int64_t at = plane * windows;
        dispatch([&](auto isa) {
          pool_plane<lane<T, decltype(isa)>>(axes, image, to + at, places.data<T>() + at);
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
  const auto pooled = pool_max(x, kernel_size, options);
  const Tensor& y = pooled.first;
  Tensor indices = empty(y.shape(), int64);
  visit_floating("max_pool2d", y.dtype(), [&]<class T>(std::type_identity<T>) {
    std::copy_n(pooled.second.data<T>(), indices.numel(), indices.mutable_data<std::int64_t>());
  });
  return {y, indices};
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
