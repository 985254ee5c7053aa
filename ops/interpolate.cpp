#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <utility>

#include "../core/copy.hpp"
#include "../core/dispatch.hpp"
#include "../core/node.hpp"
#include "../core/parallel.hpp"
#include "buffer.hpp"
#include "cubic.hpp"
#include "gemm_tile.hpp"
#include "pool.hpp"
#include "resample.hpp"
#include "row_loop.hpp"

namespace xg {
namespace {

/// A linear map along one axis: element i of the result is the sum of weight[k] times element from[k], for k
/// from first[i] to first[i + 1].
struct AxisMap {
  std::int64_t in;
  std::vector<std::size_t> first{0};
  std::vector<std::int64_t> from = {};
  std::vector<double> weight = {};

  std::int64_t out() const { return static_cast<std::int64_t>(first.size()) - 1; }
  void add(std::initializer_list<std::pair<double, double>> taps) {
    for (const auto& [at, w] : taps) {
      from.push_back(std::clamp<std::int64_t>(static_cast<std::int64_t>(at), 0, in - 1));
      weight.push_back(w);
    }
    first.push_back(from.size());
  }
};

AxisMap transposed(const AxisMap& map) {
  std::vector<std::vector<std::pair<std::int64_t, double>>> rows(static_cast<std::size_t>(map.in));
  for (std::size_t i = 0; i + 1 < map.first.size(); ++i)
    for (std::size_t k = map.first[i]; k < map.first[i + 1]; ++k)
      rows[static_cast<std::size_t>(map.from[k])].emplace_back(static_cast<std::int64_t>(i), map.weight[k]);
  AxisMap back{map.out()};
  for (const auto& row : rows) {
    for (const auto& [at, w] : row) {
      back.from.push_back(at);
      back.weight.push_back(w);
    }
    back.first.push_back(back.from.size());
  }
  return back;
}

/// A map and its adjoint.
struct MapPair {
  AxisMap there, back;
};
using SharedMaps = std::shared_ptr<const MapPair>;

/// One row of elements that lie side by side, the sum of weighted rows of x.
template <class T>
XGRAD_INLINE void map_row(const AxisMap& map, std::size_t i, const T* x, std::int64_t inner, T* y) {
  std::fill_n(y, inner, T{});
  for (std::size_t k = map.first[i]; k < map.first[i + 1]; ++k) {
    const T* const row = x + map.from[k] * inner;
    const T w = static_cast<T>(map.weight[k]);
    for (std::int64_t j = 0; j < inner; ++j) y[j] += w * row[j];
  }
}

/// Rows [begin, end) of the result, counted over all images.
template <class T>
XGRAD_INLINE void map_rows(const AxisMap& map, std::int64_t begin, std::int64_t end, const T* x,
                           std::int64_t inner, T* y) {
  std::int64_t i = begin % map.out();
  x += begin / map.out() * map.in * inner;
  for (std::int64_t r = begin; r < end; ++r) {
    map_row(map, static_cast<std::size_t>(i), x, inner, y + r * inner);
    if (++i < map.out()) continue;
    i = 0;
    x += map.in * inner;
  }
}

/// to[w][i] = from[i][w] for n rows of a vector.
template <class L, class T>
XGRAD_INLINE void turn_back(const T* from, std::int64_t n, std::int64_t lines, T* to) {
  constexpr std::make_index_sequence<L::size> all;
  rows::for_lanes<L>(n, [&](std::int64_t i, std::size_t k) {
    L square[L::size];
    for (std::size_t r = 0; r < L::size; ++r)
      square[r] = L::load(from + (i + static_cast<std::int64_t>(std::min(r, k - 1))) *
                                     static_cast<std::int64_t>(L::size));
    detail::transpose_square(square, all);
    for (std::int64_t w = 0; w < lines; ++w) rows::put(to + w * n + i, k, square[w]);
  });
}

/// Whole lines of an axis whose elements lie side by side, as many as a vector has elements at once: they are
/// turned into columns and back.
template <class L, class T>
XGRAD_INLINE void map_lines(const AxisMap& map, std::int64_t lines, const T* x, T* y) {
  constexpr auto size = static_cast<std::int64_t>(L::size);
  const ZeroBuffer<T> columns((map.in + size) * size), mapped(map.out() * size);
  for (std::int64_t line = 0; line < lines; line += size, x += size * map.in, y += size * map.out()) {
    const std::int64_t n = std::min(size, lines - line);
    detail::pack_strided<L, L::size>(StridedMatrix<T>{x, map.in, 1}, n, map.in, columns.data());
    map_rows(map, 0, map.out(), columns.data(), size, mapped.data());
    turn_back<L>(mapped.data(), map.out(), n, y);
  }
}

Tensor map_axis(const Tensor& x, std::size_t axis, const SharedMaps& maps, bool adjoint) {
  const AxisMap& map = adjoint ? maps->back : maps->there;
  Shape shape = x.shape();
  shape[axis] = map.out();
  const Tensor dense = contiguous(x.detach());
  Tensor y = empty(shape, x.dtype());
  std::int64_t inner = 1;
  for (std::size_t i = axis + 1; i < shape.size(); ++i) inner *= shape[i];
  visit_floating("interpolate", x.dtype(), [&]<class T>(std::type_identity<T>) {
    if (y.numel() == 0) return;
    T* const to = y.mutable_data<T>();
    const std::int64_t unit = inner == 1 ? map.out() : inner;
    constexpr std::int64_t grain = 1 << 14;
    parallel_ranges(static_cast<std::size_t>(y.numel() / unit),
                    static_cast<std::size_t>(std::max<std::int64_t>(inner == 1 ? 16 : 1, grain / unit)),
                    [&](std::size_t begin_unit, std::size_t end_unit) {
                      const auto begin = static_cast<std::int64_t>(begin_unit),
                                 end = static_cast<std::int64_t>(end_unit);
                      dispatch([&](auto isa) {
                        if (inner == 1)
                          map_lines<lane<T, decltype(isa)>>(
                              map, end - begin, dense.data<T>() + begin * map.in, to + begin * map.out());
                        else
                          map_rows(map, begin, end, dense.data<T>(), inner, to);
                      });
                    });
  });
  return record("interpolate", {&x}, std::move(y),
                [axis, maps, adjoint](const Tensor& g) { return map_axis(g, axis, maps, !adjoint); });
}

/// Where the places of an axis read: `scale` elements from one to the next.
AxisMap resampling(Interpolation mode, std::int64_t in, std::int64_t out, double scale, bool align_corners) {
  AxisMap map{in};
  const auto last = static_cast<double>(in - 1);
  for (std::int64_t i = 0; i < out; ++i) {
    const auto place = static_cast<double>(i);
    const double at = align_corners ? place * scale : (place + 0.5) * scale - 0.5;
    if (mode == Interpolation::nearest) {
      map.add({{std::floor(place * scale), 1}});
    } else if (mode == Interpolation::nearest_exact) {
      map.add({{std::floor((place + 0.5) * scale), 1}});
    } else if (mode == Interpolation::bicubic) {
      const double left = std::floor(at);
      const auto w = cubic_weights(at - left);
      map.add({{left - 1, w[0]}, {left, w[1]}, {left + 1, w[2]}, {left + 2, w[3]}});
    } else {
      const double inside = std::clamp(at, 0.0, last), left = std::floor(inside);
      map.add({{left, 1 - (inside - left)}, {left + 1, inside - left}});
    }
  }
  return map;
}

struct ModeName {
  const char* name;
  std::size_t axes;  // that an image must have; 0 for any number
};
constexpr std::array<ModeName, 7> mode_names{{{"nearest", 0},
                                              {"nearest_exact", 0},
                                              {"linear", 1},
                                              {"bilinear", 2},
                                              {"trilinear", 3},
                                              {"bicubic", 2},
                                              {"area", 0}}};

void check_options(const Tensor& x, const InterpolateOptions& o) {
  if (x.dim() < 3 || x.dim() > 5)
    throw ShapeError(fmt::format("[interpolate] x {}: expected [n, c, l], [n, c, h, w] or [n, c, d, h, w]",
                                 to_string(x.shape())));
  const std::size_t axes = x.dim() - 2;
  const ModeName& mode = mode_names[static_cast<std::size_t>(o.mode)];
  if (mode.axes != 0 && mode.axes != axes)
    throw ValueError(fmt::format("[interpolate] mode {} is for images of {} axes, x {} has {}", mode.name,
                                 mode.axes, to_string(x.shape()), axes));
  if (mode.axes == 0 && o.align_corners)
    throw ValueError(fmt::format("[interpolate] mode {} knows no align_corners", mode.name));
  if (o.size.empty() == o.scale_factor.empty())
    throw ValueError("[interpolate] expected either size or scale_factor");
  for (const double factor : o.scale_factor)
    if (!(factor > 0))
      throw ValueError(fmt::format("[interpolate] scale_factor {}: expected more than 0", factor));
  const std::size_t given = o.size.size() + o.scale_factor.size();
  if (given != 1 && given != axes)
    throw ValueError(fmt::format("[interpolate] {} numbers in {} for x {}: expected 1 or {}", given,
                                 o.size.empty() ? "scale_factor" : "size", to_string(x.shape()), axes));
}

Shape image_size(const Tensor& x, const InterpolateOptions& o) {
  Shape image;
  for (std::size_t i = 0; i + 2 < x.dim(); ++i) {
    const std::int64_t in = x.shape()[i + 2];
    image.push_back(o.size.empty() ? static_cast<std::int64_t>(
                                         std::floor(static_cast<double>(in) * o.scale_factor.along(i)))
                                   : o.size.along(i));
    if (in < 1 || image[i] < 1)
      throw ShapeError(
          fmt::format("[interpolate] axis {} of x {} would get {} elements from {}: both must be "
                      "at least 1",
                      i + 2, to_string(x.shape()), image[i], in));
  }
  return image;
}

Tensor area_means(const Tensor& x, const Shape& image) {
  if (image.size() == 1) return adaptive_avg_pool1d(x, image[0]);
  if (image.size() == 2) return adaptive_avg_pool2d(x, {image[0], image[1]});
  return adaptive_avg_pool3d(x, {image[0], image[1], image[2]});
}

}  // namespace

Tensor interpolate(const Tensor& x, const InterpolateOptions& options) {
  check_options(x, options);
  const Shape image = image_size(x, options);
  if (options.mode == Interpolation::area) return area_means(x, image);
  const bool by_factor = !options.scale_factor.empty() && !options.recompute_scale_factor;
  Tensor y = x;
  for (std::size_t i = 0; i < image.size(); ++i) {
    const auto in = static_cast<double>(x.shape()[i + 2]), out = static_cast<double>(image[i]);
    const double scale = options.align_corners ? (out > 1 ? (in - 1) / (out - 1) : 0)
                         : by_factor           ? 1 / options.scale_factor.along(i)
                                               : in / out;
    AxisMap map = resampling(options.mode, x.shape()[i + 2], image[i], scale, options.align_corners);
    AxisMap back = transposed(map);
    y = map_axis(y, i + 2, std::make_shared<const MapPair>(MapPair{std::move(map), std::move(back)}), false);
  }
  return y;
}

}  // namespace xg
