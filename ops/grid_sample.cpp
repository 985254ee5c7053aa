#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/node.hpp"
#include "../core/parallel.hpp"
#include "arithmetic.hpp"
#include "cubic.hpp"
#include "math.hpp"
#include "matmul.hpp"
#include "resample.hpp"
#include "view.hpp"

namespace xg {
namespace {

/// y[n, c, p] = x[n, c, at[n, p]], 0 where that is negative. Made for many channels that are read at the same
/// places, which gather would need once for each of them.
Tensor pick(const Tensor& x, const Tensor& at);
/// Its adjoint: each element of g added to its place among `length`.
Tensor put_back(const Tensor& g, const Tensor& at, std::int64_t length);

/// Calls f(places, a channel of `from`, the same channel of `to`) for all channels; `at` is dense.
template <class T, class F> void for_each_channel(const Tensor& at, const Tensor& from, Tensor& to, F f) {
  constexpr std::int64_t grain = 1 << 15;
  const std::int64_t channels = from.size(1), places = at.size(1), from_size = from.size(2),
                     to_size = to.size(2);
  const Tensor dense = contiguous(from.detach());
  T* const first = to.mutable_data<T>();
  parallel_ranges(
      static_cast<std::size_t>(from.size(0) * channels),
      static_cast<std::size_t>(std::max<std::int64_t>(1, grain / std::max<std::int64_t>(1, places))),
      [&](std::size_t begin, std::size_t end) {
        for (auto c = static_cast<std::int64_t>(begin); c < static_cast<std::int64_t>(end); ++c)
          f(std::span(at.data<std::int64_t>() + c / channels * places, static_cast<std::size_t>(places)),
            dense.data<T>() + c * from_size, first + c * to_size);
      });
}

Tensor pick(const Tensor& x, const Tensor& at) {
  Tensor y = empty({x.size(0), x.size(1), at.size(1)}, x.dtype());
  visit_floating("grid_sample", x.dtype(), [&]<class T>(std::type_identity<T>) {
    for_each_channel<T>(at, x, y, [](std::span<const std::int64_t> places, const T* from, T* to) {
      for (const std::int64_t place : places) *to++ = place < 0 ? T{} : from[place];
    });
  });
  return record("grid_sample_pick", {&x}, std::move(y),
                [at, length = x.size(2)](const Tensor& g) { return put_back(g, at, length); });
}

Tensor put_back(const Tensor& g, const Tensor& at, std::int64_t length) {
  Tensor x = empty({g.size(0), g.size(1), length}, g.dtype());
  visit_floating("grid_sample", g.dtype(), [&]<class T>(std::type_identity<T>) {
    for_each_channel<T>(at, g, x, [length](std::span<const std::int64_t> places, const T* from, T* to) {
      std::fill_n(to, length, T{});
      for (const std::int64_t place : places) {
        if (place >= 0) to[place] += *from;
        ++from;
      }
    });
  });
  return record("grid_sample_put_back", {&g}, std::move(x), [at](const Tensor& v) { return pick(v, at); });
}

/// One neighbour along one axis for each place of the grid.
struct Tap {
  Tensor index;   // within the image
  Tensor inside;  // where there is such an element; undefined if everywhere
  Tensor weight;  // undefined for 1
};

/// Elements of an axis of this length from numbers in [-1, 1].
Tensor to_elements(const Tensor& place, std::int64_t length, bool align_corners) {
  const auto n = static_cast<double>(length);
  return align_corners ? (place + 1) * ((n - 1) / 2) : (place + 1) * (n / 2) - 0.5;
}

/// Back and forth between the first and the last element, or their outer borders.
Tensor reflect(const Tensor& at, std::int64_t length, bool align_corners) {
  const double low = align_corners ? 0 : -0.5;
  const double span = static_cast<double>(length) - (align_corners ? 1 : 0);
  if (span == 0) return zeros_like(at);
  const Tensor round_trip = remainder(where(at < low, low - at, at - low), 2 * span);
  return where(round_trip < span, round_trip, 2 * span - round_trip) + low;
}

/// What lies outside read at the border, where it moves no more.
Tensor stay_inside(const Tensor& at, std::int64_t length) {
  const auto last = static_cast<double>(length - 1);
  return where((at > 0) & (at < last), at, clamp(at.detach(), 0, last));
}

Tensor padded(const Tensor& at, std::int64_t length, const GridSampleOptions& o) {
  if (o.padding_mode == GridPadding::zeros) return at;
  if (o.padding_mode == GridPadding::border) return stay_inside(at, length);
  return stay_inside(reflect(at, length, o.align_corners), length);
}

Tap tap(const Tensor& at, std::int64_t length, const GridSampleOptions& o, Tensor weight) {
  const auto last = static_cast<double>(length - 1);
  return {to(clamp(at, 0, last), int64),
          o.padding_mode == GridPadding::zeros ? (at >= 0) & (at <= last) : Tensor(), std::move(weight)};
}

std::vector<Tap> taps(const Tensor& place, std::int64_t length, const GridSampleOptions& o) {
  const Tensor at = to_elements(place, length, o.align_corners);
  if (o.mode == Interpolation::bicubic) {
    const Tensor left = floor(at.detach());
    const auto weights = cubic_weights(at - left);
    std::vector<Tap> all;
    for (std::size_t k = 0; k < 4; ++k)
      all.push_back(tap(padded(left + (static_cast<double>(k) - 1), length, o), length, o, weights[k]));
    return all;
  }
  const Tensor inside = padded(at, length, o);
  if (o.mode == Interpolation::nearest) return {tap(round(inside.detach()), length, o, {})};
  const Tensor left = floor(inside.detach()), part = inside - left;
  return {tap(left, length, o, 1 - part), tap(left + 1, length, o, part)};
}

/// A neighbour along several axes from one along each.
Tap joined(const Tap& outer, const Tap& inner, std::int64_t inner_length) {
  const auto both = [](const Tensor& a, const Tensor& b, auto f) { return a.defined() ? f(a, b) : a; };
  return {outer.index * inner_length + inner.index,
          both(outer.inside, inner.inside, [](const Tensor& a, const Tensor& b) { return a & b; }),
          both(outer.weight, inner.weight, [](const Tensor& a, const Tensor& b) { return a * b; })};
}

void check_arguments(const Tensor& x, const Tensor& grid, const GridSampleOptions& o) {
  const std::size_t axes = x.dim() - 2;
  if ((x.dim() != 4 && x.dim() != 5) || grid.dim() != x.dim() || grid.size(0) != x.size(0) ||
      grid.size(-1) != static_cast<std::int64_t>(axes))
    throw ShapeError(
        fmt::format("[grid_sample] x {} and grid {}: expected [n, c, h, w] and [n, h', w', 2], or "
                    "[n, c, d, h, w] and [n, d', h', w', 3]",
                    to_string(x.shape()), to_string(grid.shape())));
  for (std::size_t i = 2; i < x.dim(); ++i)
    if (x.shape()[i] < 1)
      throw ShapeError(fmt::format(
          "[grid_sample] x {}: there is nothing to read in an image without elements", to_string(x.shape())));
  const bool known = o.mode == Interpolation::bilinear || o.mode == Interpolation::nearest ||
                     (o.mode == Interpolation::bicubic && axes == 2);
  if (!known)
    throw ValueError(
        fmt::format("[grid_sample] x {}: the mode must be bilinear or nearest, or bicubic for "
                    "images of 2 axes",
                    to_string(x.shape())));
}

Shape joined(Shape first, const Shape& last) {
  for (const std::int64_t length : last) first.push_back(length);
  return first;
}

/// -1 and 1 at the borders of `length` elements, or at the first and the last one.
Tensor own_places(std::int64_t length, bool align_corners, Dtype dtype) {
  const auto n = static_cast<double>(length);
  const double end = length == 1 ? 0 : align_corners ? 1 : (n - 1) / n;
  return linspace(-end, end, length, {.dtype = dtype});
}

}  // namespace

Tensor grid_sample(const Tensor& x, const Tensor& grid, const GridSampleOptions& options) {
  check_arguments(x, grid, options);
  // Places as far outside as this are like any other there; infinities would make weights of NaN.
  constexpr double far = 1e6;
  const Tensor numbers = clamp(nan_to_num(grid, -1), -far, far);
  const std::size_t axes = x.dim() - 2;
  const std::int64_t n = x.size(0);
  const Shape result(std::span(grid.shape().begin() + 1, axes));
  const std::int64_t places = count(result);
  std::vector<Tap> all;
  for (std::size_t i = 0; i < axes; ++i) {
    const std::int64_t length = x.shape()[i + 2];
    // The grid has the last axis first.
    const Tensor place =
        reshape(select(numbers, -1, static_cast<std::int64_t>(axes - 1 - i)), {n, 1, places});
    const std::vector<Tap> along = taps(place, length, options);
    std::vector<Tap> next;
    for (const Tap& outer : all)
      for (const Tap& inner : along) next.push_back(joined(outer, inner, length));
    all = i == 0 ? along : next;
  }
  const Tensor image = flatten(x, 2);
  Tensor sum;
  for (const Tap& t : all) {
    const Tensor at = t.inside.defined() ? where(t.inside, t.index, -1) : t.index;
    Tensor part = pick(image, contiguous(reshape(at, {n, places})));
    if (t.weight.defined()) part = part * t.weight;
    sum = sum.defined() ? sum + part : part;
  }
  return reshape(sum, joined({n, x.size(1)}, result));
}

Tensor affine_grid(const Tensor& theta, const Shape& size, bool align_corners) {
  const std::size_t axes = size.size() - 2;
  const auto rows = static_cast<std::int64_t>(axes);
  if ((size.size() != 4 && size.size() != 5) || theta.shape() != Shape{size[0], rows, rows + 1})
    throw ShapeError(
        fmt::format("[affine_grid] theta {} and size {}: expected [n, 2, 3] and [n, c, h, w], or "
                    "[n, 3, 4] and [n, c, d, h, w]",
                    to_string(theta.shape()), to_string(size)));
  for (std::size_t i = 2; i < size.size(); ++i)
    if (size[i] < 1)
      throw ValueError(fmt::format("[affine_grid] size {}: images must have elements", to_string(size)));
  if (!is_floating(theta.dtype())) throw_not_floating("affine_grid", theta.dtype());
  const Shape image(std::span(size.begin() + 2, axes));
  std::vector<Tensor> columns;
  for (std::size_t i = axes; i-- > 0;) {
    Shape along = Dims::filled(axes, 1);
    along[i] = image[i];
    columns.push_back(expand(reshape(own_places(image[i], align_corners, theta.dtype()), along), image));
  }
  columns.push_back(ones(image, {.dtype = theta.dtype()}));
  const Tensor base = reshape(stack(columns, -1), {count(image), rows + 1});
  return reshape(matmul(base, transpose(theta, 1, 2)), joined(joined({size[0]}, image), {rows}));
}

}  // namespace xg
