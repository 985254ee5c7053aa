#include "op_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/resample.hpp>
#include <xgrad/ops/shuffle.hpp>
#include <xgrad/ops/unfold.hpp>

namespace xg::test {
namespace {

// ---- values between elements ----

double hat(double distance) { return std::max(0.0, 1 - std::abs(distance)); }
// Keys' cubic convolution.
double cubic(double distance) {
  const double d = std::abs(distance), a = -0.75;
  if (d < 1) return (a + 2) * d * d * d - (a + 3) * d * d + 1;
  return d < 2 ? a * (d * d * d - 5 * d * d + 8 * d - 4) : 0;
}

// The elements that one axis is read at, with their weights.
using Taps = std::vector<std::pair<std::int64_t, double>>;

// The sum over all combinations of taps, one along each axis of image number `image` of x.
double read(const Tensor& x, std::int64_t image, const std::vector<Taps>& taps) {
  Taps all{{image, 1}};
  for (std::size_t i = 0; i < taps.size(); ++i) {
    Taps next;
    for (const auto& [at, weight] : all)
      for (const auto& [k, w] : taps[i]) next.emplace_back(at * x.shape()[i + 2] + k, weight * w);
    all = next;
  }
  double sum = 0;
  for (const auto& [at, weight] : all) sum += weight * element(x, at);
  return sum;
}

// Row-major index of element i.
std::vector<std::int64_t> index_of(std::int64_t i, const Shape& shape) {
  std::vector<std::int64_t> index(shape.size());
  for (std::size_t a = shape.size(); a-- > 0; i /= shape[a]) index[a] = i % shape[a];
  return index;
}

// ---- interpolate ----

// Where an axis of `in` elements is read for place i.
using Places = double (*)(double i, double in, double out);
constexpr Places by_borders = [](double i, double in, double out) { return (i + 0.5) * in / out - 0.5; };
constexpr Places by_corners = [](double i, double in, double out) { return i * (in - 1) / (out - 1); };

Taps lines(double at, std::int64_t in) {
  at = std::clamp(at, 0.0, static_cast<double>(in - 1));
  Taps taps;
  for (std::int64_t k = 0; k < in; ++k) taps.emplace_back(k, hat(at - static_cast<double>(k)));
  return taps;
}
Taps curves(double at, std::int64_t in) {
  Taps taps;
  for (std::int64_t k = -3; k < in + 3; ++k)
    taps.emplace_back(std::clamp<std::int64_t>(k, 0, in - 1), cubic(at - static_cast<double>(k)));
  return taps;
}
// The element whose left border is the last one at or before it.
Taps steps(double at, std::int64_t in) {
  Taps taps;
  for (std::int64_t k = 0; k < in; ++k)
    if (static_cast<double>(k) <= at && at < static_cast<double>(k + 1)) taps = {{k, 1.0}};
  return taps;
}

OpRow interpolate_row(std::string name, const Shape& x, const Shape& image, const InterpolateOptions& options,
                      Taps (*taps)(double, std::int64_t), Places places) {
  return {.name = std::move(name),
          .run = [=](const Inputs& in) { return interpolate(in[0], options); },
          .args = {{.shape = x}},
          .reference =
              [=](const Inputs& in) {
                Shape shape{x[0], x[1]};
                for (const std::int64_t length : image) shape.push_back(length);
                return generate(shape, [&](std::int64_t i) {
                  const auto index = index_of(i, shape);
                  std::vector<Taps> along;
                  for (std::size_t a = 2; a < shape.size(); ++a)
                    along.push_back(taps(places(static_cast<double>(index[a]), static_cast<double>(x[a]),
                                                static_cast<double>(shape[a])),
                                         x[a]));
                  return read(in[0], index[0] * x[1] + index[1], along);
                });
              }};
}

std::vector<OpRow> interpolations() {
  constexpr Places by_steps = [](double i, double in, double out) { return i * in / out; };
  constexpr Places by_centres = [](double i, double in, double out) { return (i + 0.5) * in / out; };
  constexpr Places by_factor = [](double i, double, double) { return (i + 0.5) / 1.75 - 0.5; };
  return {
      interpolate_row("interpolate", {2, 2, 3}, {7}, {.size = 7}, steps, by_steps),
      interpolate_row("interpolate/nearest exact", {1, 2, 5, 4}, {3, 6},
                      {.size = {3, 6}, .mode = Interpolation::nearest_exact}, steps, by_centres),
      interpolate_row("interpolate/linear", {2, 1, 6}, {4},
                      {.size = 4, .mode = Interpolation::linear, .align_corners = true}, lines, by_corners),
      interpolate_row("interpolate/bilinear", {2, 3, 3, 5}, {5, 4},
                      {.size = {5, 4}, .mode = Interpolation::bilinear}, lines, by_borders),
      interpolate_row("interpolate/bilinear by a factor", {1, 2, 4, 5}, {7, 8},
                      {.scale_factor = 1.75, .mode = Interpolation::bilinear}, lines, by_factor),
      interpolate_row("interpolate/bilinear by the sizes that follow from a factor", {1, 1, 3, 5}, {5, 8},
                      {.scale_factor = 1.75, .mode = Interpolation::bilinear, .recompute_scale_factor = true},
                      lines, by_borders),
      interpolate_row("interpolate/trilinear", {1, 2, 2, 3, 3}, {3, 2, 5},
                      {.size = {3, 2, 5}, .mode = Interpolation::trilinear, .align_corners = true}, lines,
                      by_corners),
      interpolate_row("interpolate/bicubic", {1, 2, 4, 3}, {6, 5},
                      {.size = {6, 5}, .mode = Interpolation::bicubic}, curves, by_borders),
      interpolate_row("interpolate/bicubic corners", {1, 1, 3, 5}, {4, 3},
                      {.size = {4, 3}, .mode = Interpolation::bicubic, .align_corners = true}, curves,
                      by_corners),
      {.name = "interpolate/area",
       .run =
           [](const Inputs& in) {
             return interpolate(in[0], {.size = {2, 1, 3}, .mode = Interpolation::area});
           },
       .args = {{.shape = {1, 2, 4, 2, 3}}},
       .reference =
           [](const Inputs& in) {
             return generate({1, 2, 2, 1, 3}, [&](std::int64_t i) {
               double sum = 0;
               for (std::int64_t k = 0; k < 4; ++k)
                 sum += element(in[0], i / 6 * 24 + (i / 3 % 2 * 2 + k / 2) * 6 + k % 2 * 3 + i % 3);
               return sum / 4;
             });
           }},
  };
}

// ---- grid_sample ----

// Where the image continues beyond its borders; nothing for zeros.
double mirrored(double at, double low, double high) {
  while (at < low || at > high) at = at < low ? 2 * low - at : 2 * high - at;
  return at;
}
double continued(double at, std::int64_t length, const GridSampleOptions& o) {
  const auto last = static_cast<double>(length - 1);
  if (o.padding_mode == GridPadding::zeros) return at;
  if (o.padding_mode == GridPadding::reflection)
    at = o.align_corners ? mirrored(at, 0, last) : mirrored(at, -0.5, last + 0.5);
  return std::clamp(at, 0.0, last);
}

Taps grid_taps(double at, std::int64_t length, const GridSampleOptions& o) {
  Taps taps;
  const auto add = [&](double place, double weight) {
    const double inside = continued(place, length, o);
    if (inside >= 0 && inside < static_cast<double>(length))
      taps.emplace_back(static_cast<std::int64_t>(inside), weight);
  };
  if (o.mode == Interpolation::bicubic) {
    for (double k = std::floor(at) - 1; k < at + 2; ++k) add(k, cubic(at - k));
    return taps;
  }
  const double inside = continued(at, length, o);
  if (o.mode == Interpolation::nearest)
    add(std::nearbyint(inside), 1);
  else
    for (std::int64_t k = 0; k < length; ++k) taps.emplace_back(k, hat(inside - static_cast<double>(k)));
  return taps;
}

double to_element(double place, std::int64_t length, bool align_corners) {
  const auto n = static_cast<double>(length);
  return align_corners ? (place + 1) / 2 * (n - 1) : ((place + 1) * n - 1) / 2;
}
double from_element(double at, std::int64_t length, bool align_corners) {
  const auto n = static_cast<double>(length);
  return align_corners ? 2 * at / (n - 1) - 1 : (2 * at + 1) / n - 1;
}

// Places inside, beyond both borders and far outside, all of them away from the elements, where lines have
// kinks, and from the middles between them, where the nearest one changes.
Tensor some_grid(const Shape& x, const Shape& shape, bool align_corners) {
  constexpr std::array<double, 4> parts{0.25, 0.625, 0.125, 0.75};
  const std::int64_t axes = shape.back();
  return generate(shape, [&](std::int64_t i) {
    const std::int64_t length = x[static_cast<std::size_t>(1 + axes - i % axes)];
    const double at = -2.75 + static_cast<double>(i * 7 % 17) * static_cast<double>(length + 4) / 17;
    return from_element(std::floor(at) + parts[static_cast<std::size_t>(i % 4)], length, align_corners);
  });
}

// Lengths are such that the grid's numbers are exact in float32.
OpRow grid_row(std::string name, const Shape& x, const Shape& grid, const GridSampleOptions& o) {
  return {.name = std::move(name),
          .run = [=](const Inputs& in) { return grid_sample(in[0], in[1], o); },
          .args = {{.shape = x}, {.fixed = some_grid(x, grid, o.align_corners)}},
          .reference =
              [=](const Inputs& in) {
                Shape shape{x[0], x[1]};
                for (std::size_t a = 1; a + 1 < grid.size(); ++a) shape.push_back(grid[a]);
                const std::int64_t places = count(shape) / (x[0] * x[1]), axes = grid.back();
                return generate(shape, [&](std::int64_t i) {
                  const std::int64_t image = i / places, place = image / x[1] * places + i % places;
                  std::vector<Taps> taps;
                  for (std::int64_t a = 0; a < axes; ++a) {
                    const std::int64_t length = x[static_cast<std::size_t>(a + 2)];
                    const double number = element(in[1], place * axes + axes - 1 - a);
                    taps.push_back(grid_taps(to_element(number, length, o.align_corners), length, o));
                  }
                  return read(in[0], image, taps);
                });
              }};
}

std::vector<OpRow> grid_samples() {
  using enum Interpolation;
  using enum GridPadding;
  return {
      grid_row("grid_sample", {2, 2, 4, 8}, {2, 3, 4, 2}, {}),
      grid_row("grid_sample/border", {1, 2, 3, 5}, {1, 4, 5, 2},
               {.padding_mode = border, .align_corners = true}),
      grid_row("grid_sample/reflection", {1, 1, 4, 2}, {1, 4, 5, 2}, {.padding_mode = reflection}),
      grid_row("grid_sample/reflection at corners", {1, 1, 3, 5}, {1, 4, 5, 2},
               {.padding_mode = reflection, .align_corners = true}),
      grid_row("grid_sample/nearest", {2, 2, 4, 4}, {2, 3, 2, 2}, {.mode = nearest}),
      grid_row("grid_sample/nearest border", {1, 2, 4, 4}, {1, 3, 3, 2},
               {.mode = nearest, .padding_mode = border}),
      grid_row("grid_sample/bicubic", {1, 2, 4, 4}, {1, 3, 4, 2}, {.mode = bicubic}),
      grid_row("grid_sample/bicubic border", {1, 1, 3, 5}, {1, 3, 3, 2},
               {.mode = bicubic, .padding_mode = border, .align_corners = true}),
      grid_row("grid_sample/bicubic reflection", {1, 1, 4, 8}, {1, 3, 3, 2},
               {.mode = bicubic, .padding_mode = reflection}),
      grid_row("grid_sample/volume", {1, 2, 2, 4, 2}, {1, 2, 3, 2, 3}, {}),
      grid_row("grid_sample/nearest volume", {1, 2, 2, 3, 5}, {1, 2, 1, 4, 3},
               {.mode = nearest, .padding_mode = reflection, .align_corners = true}),
  };
}

// ---- affine_grid ----

OpRow affine_row(std::string name, const Shape& size, bool align_corners) {
  const auto axes = static_cast<std::int64_t>(size.size()) - 2;
  return {.name = std::move(name),
          .run = [=](const Inputs& in) { return affine_grid(in[0], size, align_corners); },
          .args = {{.shape = {size[0], axes, axes + 1}}},
          .reference =
              [=](const Inputs& in) {
                Shape shape = size;
                shape.erase(1);
                shape.push_back(axes);
                return generate(shape, [&](std::int64_t i) {
                  const auto index = index_of(i, shape);
                  const std::int64_t row = (index[0] * axes + index.back()) * (axes + 1);
                  double sum = element(in[0], row + axes);
                  for (std::int64_t a = 0; a < axes; ++a) {
                    const auto axis = static_cast<std::size_t>(axes - a);
                    const std::int64_t length = shape[axis];
                    const double place =
                        length == 1 ? 0
                                    : from_element(static_cast<double>(index[axis]), length, align_corners);
                    sum += element(in[0], row + a) * place;
                  }
                  return sum;
                });
              }};
}

std::vector<OpRow> affine_grids() {
  return {
      affine_row("affine_grid", {2, 3, 3, 4}, false),
      affine_row("affine_grid/corners", {1, 1, 1, 5}, true),
      affine_row("affine_grid/volume", {2, 1, 2, 3, 2}, true),
  };
}

// ---- shuffles, unfold and fold ----

// y[i] = x[from(index of i)].
template <class F> Tensor moved(const Tensor& x, const Shape& shape, F from) {
  return generate(shape, [&](std::int64_t i) {
    const Shape at = from(index_of(i, shape));
    std::int64_t place = 0;
    for (std::size_t a = 0; a < at.size(); ++a) place = place * x.shape()[a] + at[a];
    return element(x, place);
  });
}

std::vector<OpRow> shuffles() {
  using Index = std::vector<std::int64_t>;
  return {
      {.name = "pixel_shuffle",
       .run = [](const Inputs& in) { return pixel_shuffle(in[0], 2); },
       .args = {{.shape = {2, 8, 3, 2}}},
       .reference =
           [](const Inputs& in) {
             return moved(in[0], {2, 2, 6, 4}, [](const Index& y) {
               return Shape{y[0], y[1] * 4 + y[2] % 2 * 2 + y[3] % 2, y[2] / 2, y[3] / 2};
             });
           }},
      {.name = "pixel_unshuffle",
       .run = [](const Inputs& in) { return pixel_unshuffle(in[0], 3); },
       .args = {{.shape = {2, 3, 6}}},
       .reference =
           [](const Inputs& in) {
             return moved(in[0], {18, 1, 2}, [](const Index& y) {
               return Shape{y[0] / 9, y[1] * 3 + y[0] / 3 % 3, y[2] * 3 + y[0] % 3};
             });
           }},
      {.name = "channel_shuffle",
       .run = [](const Inputs& in) { return channel_shuffle(in[0], 3); },
       .args = {{.shape = {2, 6, 2, 2}}},
       .reference =
           [](const Inputs& in) {
             return moved(in[0], {2, 6, 2, 2}, [](const Index& y) {
               return Shape{y[0], y[1] % 3 * 2 + y[1] / 3, y[2], y[3]};
             });
           }},
  };
}

// Windows of 2 x 3 taps on an image of 5 x 4: 3 x 4 of them.
const UnfoldOptions windows{.dilation = {2, 1}, .padding = 1, .stride = {2, 1}};
std::pair<std::int64_t, std::int64_t> element_at(std::int64_t tap, std::int64_t window) {
  return {window / 4 * 2 + tap / 3 * 2 - 1, window % 4 + tap % 3 - 1};
}

std::vector<OpRow> unfolds() {
  return {
      {.name = "unfold",
       .run =
           [](const Inputs& in) {
             return unfold(in[0], {2, 3}, windows);
           },
       .args = {{.shape = {2, 2, 5, 4}}},
       .reference =
           [](const Inputs& in) {
             return generate({2, 12, 12}, [&](std::int64_t i) {
               const auto [row, column] = element_at(i / 12 % 6, i % 12);
               const bool inside = row >= 0 && row < 5 && column >= 0 && column < 4;
               return inside ? element(in[0], i / 72 * 20 + row * 4 + column) : 0.0;
             });
           }},
      {.name = "fold",
       .run =
           [](const Inputs& in) {
             return fold(in[0], {5, 4}, {2, 3}, windows);
           },
       .args = {{.shape = {2, 12, 12}}},
       .reference =
           [](const Inputs& in) {
             return generate({2, 2, 5, 4}, [&](std::int64_t i) {
               double sum = 0;
               for (std::int64_t k = 0; k < 72; ++k) {
                 const auto [row, column] = element_at(k / 12, k % 12);
                 if (row == i / 4 % 5 && column == i % 4) sum += element(in[0], i / 20 * 72 + k);
               }
               return sum;
             });
           }},
  };
}

const RowsOf interpolate_rows(interpolations);
const RowsOf grid_sample_rows(grid_samples);
const RowsOf affine_grid_rows(affine_grids);
const RowsOf shuffle_rows(shuffles);
const RowsOf unfold_rows(unfolds);

}  // namespace
}  // namespace xg::test
