#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <span>
#include <vector>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/dispatch.hpp"
#include "../core/node.hpp"
#include "../core/storage.hpp"
#include "index.hpp"
#include "load_step.hpp"
#include "pool.hpp"
#include "pool_windows.hpp"
#include "row_loop.hpp"
#include "view.hpp"

namespace xg {
namespace {

using detail::for_each_image;
using detail::PoolAxis;
using detail::PoolWindows;

/// Where in its image each window's largest element lies; -1 for a window of padding alone. As wide as the
/// elements, so that both fill vectors of one length.
template <class T> using Place = std::conditional_t<sizeof(T) == sizeof(float), std::int32_t, std::int64_t>;
struct Places {
  Ref<Storage> storage;
  Shape pooled_shape, image_shape;
  std::int64_t windows, image;  // elements of one image after and before

  template <class T> Place<T>* data() const { return reinterpret_cast<Place<T>*>(storage->data()); }
};

/// The windows [begin, end) of an axis have all `taps`, `stride` elements from one window to the next: they
/// go into vectors.
struct WholeWindows {
  std::int64_t begin = 0, end = 0, stride = 1, taps = 0;
};

WholeWindows whole_windows(const WindowAxis& w) {
  const std::int64_t begin = std::min(w.out, ceil_div(w.padding, w.stride));
  const std::int64_t end =
      std::clamp(ceil_div(w.in + w.padding - (w.kernel - 1) * w.dilation, w.stride), begin, w.out);
  return {begin, end, w.stride, w.kernel};
}

struct MaxWindows {
  PoolWindows all;
  WholeWindows whole;
};

using Rows = std::span<const std::int64_t>;

template <class T>
void pool_one(Rows rows, PoolAxis::Window columns, std::int64_t step, const T* image, T& best,
              Place<T>& place) {
  best = -std::numeric_limits<T>::infinity();
  place = -1;
  for (const std::int64_t row : rows)
    for (std::int64_t at = row + columns.begin; at < row + columns.end; at += step) {
      const T v = image[at];
      if (place >= 0 && !(v > best || v != v)) continue;
      best = v;
      place = static_cast<Place<T>>(at);
    }
}

/// n neighbouring windows, at most as many as a vector has elements, all of them whole; the first one starts
/// at `start`.
template <class L, std::size_t Step, class T>
XGRAD_INLINE void pool_block(Rows rows, const WholeWindows& w, std::int64_t start, std::int64_t step,
                             const T* image, std::size_t n, T* best, Place<T>* place) {
  using Bits = typename detail::vectors<T, typename L::isa_type>::bits;  // integers as wide as T
  const auto lane_of = [](const Bits& places) { return L::make(reinterpret_cast<typename L::vec>(places)); };
  Bits shifts;
  for (std::size_t i = 0; i < L::size; ++i)
    shifts[i] = static_cast<Place<T>>(static_cast<std::int64_t>(i) * w.stride);
  L largest(-std::numeric_limits<T>::infinity()), places = lane_of(Bits{} - 1);
  bool is_first = true;
  for (const std::int64_t row : rows)
    for (std::int64_t j = 0; j < w.taps; ++j) {
      const std::int64_t at = row + start + j * step;
      const L v = load_step<L, Step>(image + at, w.stride, n),
              here = lane_of(shifts + static_cast<Place<T>>(at));
      if (is_first) {
        largest = v;
        places = here;
        is_first = false;
        continue;
      }
      const auto takes = (v > largest) | (v != v);
      largest = where(takes, v, largest);
      places = where(takes, here, places);
    }
  rows::put(best, n, largest);
  rows::put(reinterpret_cast<T*>(place), n, places);
}

/// The windows of one row.
template <class L, std::size_t Step, class T>
XGRAD_INLINE void pool_row(Rows rows, const PoolAxis& x, const WholeWindows& w, const T* image, T* best,
                           Place<T>* places) {
  const auto one_by_one = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      pool_one(rows, x.windows[static_cast<std::size_t>(i)], x.step, image, best[i], places[i]);
  };
  one_by_one(0, w.begin);
  for (std::int64_t i = w.begin; i < w.end; i += static_cast<std::int64_t>(L::size)) {
    const std::size_t n = std::min(L::size, static_cast<std::size_t>(w.end - i));
    pool_block<L, Step>(rows, w, x.windows[static_cast<std::size_t>(i)].begin, x.step, image, n, best + i,
                        places + i);
  }
  one_by_one(w.end, x.out());
}

template <class L, class T>
XGRAD_INLINE void pool_image(const MaxWindows& w, const T* image, T* best, Place<T>* places) {
  const PoolAxis& x = w.all.x;
  for (std::size_t r = 0; r + 1 < w.all.first.size(); ++r, best += x.out(), places += x.out()) {
    const Rows rows(w.all.rows.data() + w.all.first[r], w.all.rows.data() + w.all.first[r + 1]);
    if (w.whole.stride == 1)
      pool_row<L, 1>(rows, x, w.whole, image, best, places);
    else if (w.whole.stride == 2)
      pool_row<L, 2>(rows, x, w.whole, image, best, places);
    else
      pool_row<L, 0>(rows, x, w.whole, image, best, places);
  }
}

/// g put back where the largest elements were; elements that won several windows get the sum.
Tensor scatter_places(const Tensor& g, const Places& places);
/// The elements at those places: the adjoint of the above.
Tensor gather_places(const Tensor& x, const Places& places);

Tensor scatter_places(const Tensor& g, const Places& places) {
  const Tensor from = contiguous(g.detach());
  Tensor x = empty(places.image_shape, g.dtype());
  visit_floating("max_pool", g.dtype(), [&]<class T>(std::type_identity<T>) {
    const std::int64_t size = places.image, windows = places.windows;
    T* const to = x.mutable_data<T>();
    if (x.numel() > 0)
      for_each_image(x.numel() / size, size, [&](std::int64_t number) {
        T* const image = to + number * size;
        const T* const values = from.data<T>() + number * windows;
        const Place<T>* const at = places.data<T>() + number * windows;
        std::fill_n(image, size, T{});
        for (std::int64_t i = 0; i < windows; ++i)
          if (at[i] >= 0) image[at[i]] += values[i];
      });
  });
  return record("max_pool_scatter", {&g}, std::move(x),
                [places](const Tensor& v) { return gather_places(v, places); });
}

Tensor gather_places(const Tensor& x, const Places& places) {
  const Tensor from = contiguous(x.detach());
  Tensor y = empty(places.pooled_shape, x.dtype());
  visit_floating("max_pool", x.dtype(), [&]<class T>(std::type_identity<T>) {
    T* const to = y.mutable_data<T>();
    if (y.numel() > 0)
      for_each_image(y.numel() / places.windows, places.windows, [&](std::int64_t number) {
        const T* const image = from.data<T>() + number * places.image;
        const Place<T>* const at = places.data<T>() + number * places.windows;
        T* const values = to + number * places.windows;
        for (std::int64_t i = 0; i < places.windows; ++i) values[i] = at[i] < 0 ? T{} : image[at[i]];
      });
  });
  return record("max_pool_gather", {&x}, std::move(y),
                [places](const Tensor& v) { return scatter_places(v, places); });
}

struct Pooled {
  Tensor values;
  Places places;

  std::array<Tensor, 2> with_indices() const {
    Tensor indices = empty(values.shape(), int64);
    visit_floating("max_pool", values.dtype(), [&]<class T>(std::type_identity<T>) {
      std::copy_n(places.data<T>(), indices.numel(), indices.mutable_data<std::int64_t>());
    });
    return {values, indices};
  }
};

Pooled pool_max(const char* op, const Tensor& x, const MaxWindows& w) {
  const Tensor dense = contiguous(x.detach());
  Tensor y = empty(detail::with_image(x.shape(), w.all.out), x.dtype());
  const Places places{Storage::make(static_cast<std::size_t>(y.numel()) * size_of(y.dtype())), y.shape(),
                      x.shape(), w.all.windows(), w.all.image};
  visit_floating(op, x.dtype(), [&]<class T>(std::type_identity<T>) {
    T* const to = y.mutable_data<T>();
    if (y.numel() > 0)
      for_each_image(y.numel() / places.windows, places.image, [&](std::int64_t number) {
        const T* const image = dense.data<T>() + number * places.image;
        const std::int64_t at = number * places.windows;
        dispatch(
            [&](auto isa) { pool_image<lane<T, decltype(isa)>>(w, image, to + at, places.data<T>() + at); });
      });
  });
  y = record(op, {&x}, std::move(y), [places](const Tensor& g) { return scatter_places(g, places); });
  return {std::move(y), places};
}

template <std::size_t N>
Pooled pool_max(const char* op, const Tensor& x, const SizeNd<N>& kernel, const MaxPoolOptions<N>& o) {
  detail::check_images(op, x, N);
  std::vector<PoolAxis> axes;
  axes.reserve(N);
  WholeWindows whole;
  for (std::size_t i = 0; i < N; ++i) {
    const WindowAxis window = detail::moving_window(op, detail::image_length<N>(x, i), kernel[i], o.stride[i],
                                                    o.padding[i], o.dilation[i], o.ceil_mode);
    axes.push_back(detail::cut_windows(window));
    whole = whole_windows(window);
  }
  return pool_max(op, x, {PoolWindows(std::move(axes)), whole});
}

template <std::size_t N> Pooled adaptive_max(const char* op, const Tensor& x, const SizeNd<N>& output_size) {
  return pool_max(op, x, {PoolWindows(detail::even_axes(op, x, output_size)), {}});
}

void check_places(const char* op, const Tensor& indices, std::int64_t image) {
  const Tensor dense = contiguous(indices);
  for (std::int64_t i = 0; i < dense.numel(); ++i)
    if (const std::int64_t place = dense.data<std::int64_t>()[i]; place < 0 || place >= image)
      throw IndexError(
          fmt::format("[{}] index {} is out of range for an image of {} elements: give the output_size of "
                      "the image that was pooled",
                      op, place, image));
}

template <std::size_t N>
Shape unpooled_image(const char* op, const Tensor& x, const SizeNd<N>& kernel, const MaxUnpoolOptions<N>& o) {
  Shape image;
  for (std::size_t i = 0; i < N; ++i) {
    const std::int64_t stride = o.stride[i] == 0 ? kernel[i] : o.stride[i];
    if (kernel[i] < 1 || stride < 1 || o.padding[i] < 0)
      throw ValueError(
          fmt::format("[{}] kernel {}, stride {}, padding {}: kernel and stride must be at least 1, "
                      "padding at least 0",
                      op, kernel[i], stride, o.padding[i]));
    const std::int64_t usual = (detail::image_length<N>(x, i) - 1) * stride - 2 * o.padding[i] + kernel[i];
    image.push_back(o.output_size ? (*o.output_size)[i] : usual);
    if (std::abs(image[i] - usual) >= stride || image[i] < 1)
      throw ValueError(
          fmt::format("[{}] output_size {}: axis {} of the pooled image had between {} and {} elements", op,
                      image[i], i, std::max<std::int64_t>(1, usual - stride + 1), usual + stride - 1));
  }
  return image;
}

template <std::size_t N>
Tensor unpool_max(const char* op, const Tensor& x, const Tensor& indices, const SizeNd<N>& kernel,
                  const MaxUnpoolOptions<N>& o) {
  detail::check_images(op, x, N);
  if (indices.dtype() != int64)
    throw DtypeError(fmt::format("[{}] the indices are {}, not int64: take those of max_pool{}d_with_indices",
                                 op, to_string(indices.dtype()), N));
  if (indices.shape() != x.shape())
    throw ShapeError(fmt::format("[{}] indices {} must have the shape of x, {}", op,
                                 to_string(indices.shape()), to_string(x.shape())));
  const Shape image = unpooled_image(op, x, kernel, o);
  check_places(op, indices, count(image));
  const auto first = static_cast<std::int64_t>(x.dim() - N);
  Tensor y = zeros(detail::with_image(x.shape(), image), {.dtype = x.dtype()});
  y = scatter(flatten(y, first), first, flatten(indices, first), flatten(x, first));
  return reshape(y, detail::with_image(x.shape(), image));
}

}  // namespace

Tensor max_pool1d(const Tensor& x, Size1d kernel_size, const MaxPool1dOptions& options) {
  return pool_max("max_pool1d", x, kernel_size, options).values;
}
Tensor max_pool2d(const Tensor& x, Size2d kernel_size, const MaxPool2dOptions& options) {
  return pool_max("max_pool2d", x, kernel_size, options).values;
}
Tensor max_pool3d(const Tensor& x, Size3d kernel_size, const MaxPool3dOptions& options) {
  return pool_max("max_pool3d", x, kernel_size, options).values;
}

std::array<Tensor, 2> max_pool1d_with_indices(const Tensor& x, Size1d kernel_size,
                                              const MaxPool1dOptions& options) {
  return pool_max("max_pool1d", x, kernel_size, options).with_indices();
}
std::array<Tensor, 2> max_pool2d_with_indices(const Tensor& x, Size2d kernel_size,
                                              const MaxPool2dOptions& options) {
  return pool_max("max_pool2d", x, kernel_size, options).with_indices();
}
std::array<Tensor, 2> max_pool3d_with_indices(const Tensor& x, Size3d kernel_size,
                                              const MaxPool3dOptions& options) {
  return pool_max("max_pool3d", x, kernel_size, options).with_indices();
}

Tensor adaptive_max_pool1d(const Tensor& x, Size1d output_size) {
  return adaptive_max("adaptive_max_pool1d", x, output_size).values;
}
Tensor adaptive_max_pool2d(const Tensor& x, Size2d output_size) {
  return adaptive_max("adaptive_max_pool2d", x, output_size).values;
}
Tensor adaptive_max_pool3d(const Tensor& x, Size3d output_size) {
  return adaptive_max("adaptive_max_pool3d", x, output_size).values;
}

std::array<Tensor, 2> adaptive_max_pool1d_with_indices(const Tensor& x, Size1d output_size) {
  return adaptive_max("adaptive_max_pool1d", x, output_size).with_indices();
}
std::array<Tensor, 2> adaptive_max_pool2d_with_indices(const Tensor& x, Size2d output_size) {
  return adaptive_max("adaptive_max_pool2d", x, output_size).with_indices();
}
std::array<Tensor, 2> adaptive_max_pool3d_with_indices(const Tensor& x, Size3d output_size) {
  return adaptive_max("adaptive_max_pool3d", x, output_size).with_indices();
}

Tensor max_unpool1d(const Tensor& x, const Tensor& indices, Size1d kernel_size,
                    const MaxUnpool1dOptions& options) {
  return unpool_max("max_unpool1d", x, indices, kernel_size, options);
}
Tensor max_unpool2d(const Tensor& x, const Tensor& indices, Size2d kernel_size,
                    const MaxUnpool2dOptions& options) {
  return unpool_max("max_unpool2d", x, indices, kernel_size, options);
}
Tensor max_unpool3d(const Tensor& x, const Tensor& indices, Size3d kernel_size,
                    const MaxUnpool3dOptions& options) {
  return unpool_max("max_unpool3d", x, indices, kernel_size, options);
}

}  // namespace xg
