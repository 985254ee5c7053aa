#include "pool_windows.hpp"

#include <fmt/format.h>

#include <utility>

namespace xg::detail {

WindowAxis moving_window(const char* op, std::int64_t in, std::int64_t kernel, std::int64_t stride,
                         std::int64_t padding, std::int64_t dilation, bool ceil_mode) {
  if (kernel > 0 && padding > kernel / 2)
    throw ValueError(
        fmt::format("[{}] padding {} must be at most half of the kernel {}", op, padding, kernel));
  return window_axis(op, in, kernel, stride == 0 ? kernel : stride, padding, dilation, ceil_mode);
}

PoolAxis cut_windows(const WindowAxis& w) {
  PoolAxis axis(w.in, w.dilation, w.out);
  for (std::int64_t i = 0; i < w.out; ++i) {
    const std::int64_t start = i * w.stride - w.padding;
    const std::int64_t skipped = start < 0 ? ceil_div(-start, w.dilation) : 0;
    axis.add(start + skipped * w.dilation, std::min(start + (w.kernel - 1) * w.dilation + 1, w.in));
  }
  return axis;
}

PoolAxis even_windows(std::int64_t in, std::int64_t out) {
  PoolAxis axis(in, 1, out);
  for (std::int64_t i = 0; i < out; ++i) axis.add(i * in / out, ceil_div((i + 1) * in, out));
  return axis;
}

PoolWindows::PoolWindows(std::vector<PoolAxis> axes) : x(std::move(axes.back())), image(x.in) {
  axes.pop_back();
  for (const PoolAxis& axis : axes) {
    std::vector<std::int64_t> next_first{0}, next_rows;
    std::vector<double> next_shares;
    next_first.reserve(1 + (first.size() - 1) * axis.windows.size());
    next_rows.reserve(rows.size() * axis.taps);
    next_shares.reserve((first.size() - 1) * axis.windows.size());
    for (std::size_t outer = 0; outer + 1 < first.size(); ++outer)
      for (const PoolAxis::Window& window : axis.windows) {
        for (auto r = first[outer]; r < first[outer + 1]; ++r)
          for (std::int64_t k = window.begin; k < window.end; k += axis.step)
            next_rows.push_back(rows[static_cast<std::size_t>(r)] * axis.in + k);
        next_first.push_back(static_cast<std::int64_t>(next_rows.size()));
        next_shares.push_back(shares[outer] * window.share);
      }
    first = std::move(next_first);
    rows = std::move(next_rows);
    shares = std::move(next_shares);
    image *= axis.in;
    out.push_back(axis.out());
  }
  for (std::int64_t& row : rows) row *= x.in;
  out.push_back(x.out());
}

void check_images(const char* op, const Tensor& x, std::size_t axes) {
  constexpr std::array<const char*, 3> names{"l", "h, w", "d, h, w"};
  if (x.dim() != axes + 1 && x.dim() != axes + 2)
    throw ShapeError(fmt::format("[{}] x {}: expected [n, c, {}] or [c, {}]", op, to_string(x.shape()),
                                 names[axes - 1], names[axes - 1]));
}

template <std::size_t N>
std::vector<PoolAxis> even_axes(const char* op, const Tensor& x, const SizeNd<N>& output_size) {
  check_images(op, x, N);
  std::vector<PoolAxis> axes;
  for (std::size_t i = 0; i < N; ++i) {
    if (output_size[i] < 0)
      throw ValueError(
          fmt::format("[{}] output_size {} cannot be negative", op, to_string(output_size.dims())));
    if (image_length<N>(x, i) == 0)
      throw ShapeError(fmt::format("[{}] x {}: an image without elements has no mean and no maximum", op,
                                   to_string(x.shape())));
    axes.push_back(even_windows(image_length<N>(x, i), output_size[i]));
  }
  return axes;
}
template std::vector<PoolAxis> even_axes(const char*, const Tensor&, const Size1d&);
template std::vector<PoolAxis> even_axes(const char*, const Tensor&, const Size2d&);
template std::vector<PoolAxis> even_axes(const char*, const Tensor&, const Size3d&);

}  // namespace xg::detail
