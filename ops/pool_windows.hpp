#pragma once
/// Internal to the pools: which elements of an image each window reads.

#include <algorithm>
#include <array>
#include <vector>

#include "../core/parallel.hpp"
#include "../core/tensor.hpp"
#include "window.hpp"

namespace xg::detail {

/// Windows along one axis, cut off at the sides of the image: each one reads elements begin, begin + step, ...,
/// all below end, and has this share in a mean.
struct PoolAxis {
  struct Window {
    std::int64_t begin, end;
    double share;
  };

  PoolAxis(std::int64_t length, std::int64_t tap_step, std::int64_t expected) : in(length), step(tap_step) {
    windows.reserve(static_cast<std::size_t>(expected));
  }
  std::int64_t out() const { return static_cast<std::int64_t>(windows.size()); }
  void add(std::int64_t begin, std::int64_t end) {
    const std::int64_t read = step == 1 ? end - begin : ceil_div(end - begin, step);
    windows.push_back({begin, end, 1 / static_cast<double>(read)});
    taps += static_cast<std::size_t>(std::max<std::int64_t>(0, read));
  }

  std::int64_t in, step;
  std::size_t taps = 0;  ///< elements that all windows read
  std::vector<Window> windows;
};

/// Windows that move by a stride; 0 stands for the kernel's size.
/// Throws  as window_axis(); ValueError for a padding above half of the kernel.
WindowAxis moving_window(const char* op, std::int64_t in, std::int64_t kernel, std::int64_t stride,
                         std::int64_t padding, std::int64_t dilation, bool ceil_mode);
PoolAxis cut_windows(const WindowAxis& window);
/// `out` windows that cover the axis.
PoolAxis even_windows(std::int64_t in, std::int64_t out);

/// Windows over a whole image: all axes but the last one are read as a list of rows. Rows of outer window i
/// start at the offsets rows[first[i]], ..., rows[first[i + 1] - 1].
struct PoolWindows {
  explicit PoolWindows(std::vector<PoolAxis> axes);

  std::int64_t outer() const { return static_cast<std::int64_t>(first.size()) - 1; }
  std::int64_t windows() const { return outer() * x.out(); }

  std::vector<std::int64_t> first{0, 1}, rows{0};
  std::vector<double> shares{1};  ///< of the outer windows
  PoolAxis x;
  std::int64_t image;
  Shape out;  ///< windows along each axis
};

/// Throws  ShapeError "[max_pool2d] x [4, 4]: expected [n, c, h, w] or [c, h, w]".
void check_images(const char* op, const Tensor& x, std::size_t axes);
/// Throws  ValueError for a negative size; ShapeError for an image without elements.
template <std::size_t N>
std::vector<PoolAxis> even_axes(const char* op, const Tensor& x, const SizeNd<N>& output_size);

/// Length of axis number `axis` of an image with N of them.
template <std::size_t N> std::int64_t image_length(const Tensor& x, std::size_t axis) {
  return x.shape()[x.dim() - N + axis];
}
/// x's shape with other last axes.
inline Shape with_image(const Shape& x, const Shape& image) {
  Shape shape = x;
  std::copy(image.begin(), image.end(), shape.end() - image.size());
  return shape;
}

/// Calls f(image) for all of them, on several threads; `size` is the work that one makes.
template <class F> void for_each_image(std::int64_t images, std::int64_t size, F&& f) {
  constexpr std::int64_t grain = 1 << 15;
  parallel_ranges(
      static_cast<std::size_t>(images),
      static_cast<std::size_t>(std::max<std::int64_t>(1, grain / std::max<std::int64_t>(1, size))),
      [&](std::size_t begin, std::size_t end) {
        for (std::size_t p = begin; p < end; ++p) f(static_cast<std::int64_t>(p));
      });
}

}  // namespace xg::detail
