#include "unfold.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "../core/copy.hpp"
#include "../core/node.hpp"
#include "../core/parallel.hpp"
#include "view.hpp"

namespace xg {
namespace {

struct Windows {
  WindowAxis y, x;

  std::int64_t image() const { return y.in * x.in; }
  std::int64_t taps() const { return y.kernel * x.kernel; }
  std::int64_t places() const { return y.out * x.out; }
};

Windows windows_of(const char* op, Size2d image, Size2d kernel, const UnfoldOptions& o) {
  return {window_axis(op, image[0], kernel[0], o.stride[0], o.padding[0], o.dilation[0]),
          window_axis(op, image[1], kernel[1], o.stride[1], o.padding[1], o.dilation[1])};
}

/// Calls f(place in the columns, element of the image, n) for all runs of n places of a row in which one tap
/// reads elements of one image, x.stride elements from one place to the next.
template <class F> void for_each_run(const Windows& w, F f) {
  for (std::int64_t tap = 0; tap < w.taps(); ++tap) {
    const std::int64_t i = tap / w.x.kernel, j = tap % w.x.kernel;
    const auto [top, bottom] = w.y.places_inside(i);
    const auto [left, right] = w.x.places_inside(j);
    for (std::int64_t row = top; row < bottom; ++row) {
      const std::int64_t y = row * w.y.stride + i * w.y.dilation - w.y.padding;
      const std::int64_t x = left * w.x.stride + j * w.x.dilation - w.x.padding;
      if (left < right) f((tap * w.y.out + row) * w.x.out + left, y * w.x.in + x, right - left);
    }
  }
}

// One of the two maps, channel by channel: f(from, to, place in the columns, element of the image, n).
template <class F>
Tensor map_channels(const char* op, const Tensor& x, const Shape& shape, std::int64_t channels,
                    const Windows& w, F f) {
  const Tensor dense = contiguous(x.detach());
  Tensor y = empty(shape, x.dtype());
  visit_floating(op, x.dtype(), [&]<class T>(std::type_identity<T>) {
    T* const to = y.mutable_data<T>();
    std::fill_n(to, y.numel(), T{});
    if (x.numel() == 0 || y.numel() == 0) return;
    constexpr std::int64_t grain = 1 << 15;
    const std::int64_t from_size = x.numel() / channels, to_size = y.numel() / channels;
    parallel_ranges(static_cast<std::size_t>(channels),
                    static_cast<std::size_t>(std::max<std::int64_t>(1, grain / std::max(from_size, to_size))),
                    [&](std::size_t begin, std::size_t end) {
                      for (auto c = static_cast<std::int64_t>(begin); c < static_cast<std::int64_t>(end); ++c)
                        for_each_run(w, [&](std::int64_t place, std::int64_t element, std::int64_t n) {
                          f(dense.data<T>() + c * from_size, to + c * to_size, place, element, n);
                        });
                    });
  });
  return y;
}

Tensor fold_batch(const Tensor& x, const Windows& w);

Tensor unfold_batch(const Tensor& x, const Windows& w) {
  Tensor y =
      map_channels("unfold", x, {x.size(0), x.size(1) * w.taps(), w.places()}, x.size(0) * x.size(1), w,
                   [&](const auto* from, auto* to, std::int64_t place, std::int64_t element, std::int64_t n) {
                     for (std::int64_t k = 0; k < n; ++k) to[place + k] = from[element + k * w.x.stride];
                   });
  return record("unfold", {&x}, std::move(y), [w](const Tensor& g) { return fold_batch(g, w); });
}

Tensor fold_batch(const Tensor& x, const Windows& w) {
  const std::int64_t channels = x.size(1) / w.taps();
  Tensor y =
      map_channels("fold", x, {x.size(0), channels, w.y.in, w.x.in}, x.size(0) * channels, w,
                   [&](const auto* from, auto* to, std::int64_t place, std::int64_t element, std::int64_t n) {
                     for (std::int64_t k = 0; k < n; ++k) to[element + k * w.x.stride] += from[place + k];
                   });
  return record("fold", {&x}, std::move(y), [w](const Tensor& g) { return unfold_batch(g, w); });
}

}  // namespace

Tensor unfold(const Tensor& x, Size2d kernel_size, const UnfoldOptions& options) {
  if (x.dim() == 3) return squeeze(unfold(unsqueeze(x, 0), kernel_size, options), 0);
  if (x.dim() != 4)
    throw ShapeError(fmt::format("[unfold] x {}: expected [n, c, h, w] or [c, h, w]", to_string(x.shape())));
  return unfold_batch(x, windows_of("unfold", {x.size(2), x.size(3)}, kernel_size, options));
}

Tensor fold(const Tensor& x, Size2d output_size, Size2d kernel_size, const UnfoldOptions& options) {
  if (x.dim() == 2) return squeeze(fold(unsqueeze(x, 0), output_size, kernel_size, options), 0);
  if (x.dim() != 3)
    throw ShapeError(fmt::format("[fold] x {}: expected [n, c * taps, windows] or [c * taps, windows]",
                                 to_string(x.shape())));
  const Windows w = windows_of("fold", output_size, kernel_size, options);
  if (x.size(1) % w.taps() != 0)
    throw ShapeError(fmt::format("[fold] x {}: its {} rows are no multiple of the {} taps of the kernel {}",
                                 to_string(x.shape()), x.size(1), w.taps(), to_string(kernel_size.dims())));
  if (x.size(2) != w.places())
    throw ShapeError(fmt::format("[fold] x {}: an image of {} has {} windows", to_string(x.shape()),
                                 to_string(output_size.dims()), w.places()));
  return fold_batch(x, w);
}

}  // namespace xg
