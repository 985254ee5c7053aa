#include "op_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/pool.hpp>

namespace xg::test {
namespace {

using Numbers = std::vector<double>;

// The elements that each window reads along one axis.
struct Axis {
  std::int64_t in;
  std::vector<std::vector<std::int64_t>> windows;
};

struct Moving {
  std::int64_t kernel, stride, padding = 0, dilation = 1;
};
Axis moving(std::int64_t in, std::int64_t out, const Moving& m) {
  Axis axis{in, {}};
  for (std::int64_t i = 0; i < out; ++i) {
    axis.windows.emplace_back();
    for (std::int64_t k = 0; k < m.kernel; ++k)
      if (const std::int64_t at = i * m.stride + k * m.dilation - m.padding; at >= 0 && at < in)
        axis.windows.back().push_back(at);
  }
  return axis;
}

// Windows from floor(i in / out) to ceil((i + 1) in / out).
Axis covering(std::int64_t in, std::int64_t out) {
  Axis axis{in, {}};
  for (std::int64_t i = 0; i < out; ++i) {
    axis.windows.emplace_back();
    for (std::int64_t at = 0; at < in; ++at)
      if ((at + 1) * out > i * in && at * out < (i + 1) * in) axis.windows.back().push_back(at);
  }
  return axis;
}

// f(numbers of a window) for all windows over the last axes of x.
template <class F> Tensor pooled(const Tensor& x, const std::vector<Axis>& axes, F f) {
  Shape shape = x.shape();
  const std::size_t leading = shape.size() - axes.size();
  for (std::size_t a = 0; a < axes.size(); ++a)
    shape[leading + a] = static_cast<std::int64_t>(axes[a].windows.size());
  return generate(shape, [&](std::int64_t i) {
    Shape window = shape;
    for (std::size_t a = shape.size(); a-- > 0; i /= shape[a]) window[a] = i % shape[a];
    std::vector<std::int64_t> places{0};
    for (std::size_t a = 0; a < leading; ++a) places[0] = places[0] * shape[a] + window[a];
    for (std::size_t a = 0; a < axes.size(); ++a) {
      std::vector<std::int64_t> next;
      for (const std::int64_t place : places)
        for (const std::int64_t at : axes[a].windows[static_cast<std::size_t>(window[leading + a])])
          next.push_back(place * axes[a].in + at);
      places = next;
    }
    Numbers numbers;
    for (const std::int64_t place : places) numbers.push_back(element(x, place));
    return f(numbers);
  });
}

double largest(const Numbers& v) { return *std::max_element(v.begin(), v.end()); }
double mean(const Numbers& v) {
  double sum = 0;
  for (const double x : v) sum += x;
  return sum / static_cast<double>(v.size());
}
auto sum_over(double divisor) {
  return [divisor](const Numbers& v) {
    return v.empty() ? 0 : mean(v) * static_cast<double>(v.size()) / divisor;
  };
}
auto root_of_powers(double p) {
  return [p](const Numbers& v) {
    double sum = 0;
    for (const double x : v) sum += std::pow(x, p);
    return std::pow(sum, 1 / p);
  };
}

// One input of different numbers, so that differences never change which one is the largest.
template <class F> OpRow max_row(std::string name, F op, const Shape& x, const std::vector<Axis>& axes) {
  return {.name = std::move(name),
          .run = [=](const Inputs& in) { return op(in[0]); },
          .args = {{.shape = x, .low = -3, .high = 3, .distinct = true}},
          .reference = [=](const Inputs& in) { return pooled(in[0], axes, largest); }};
}

template <class F, class G>
OpRow mean_row(std::string name, F op, const Shape& x, const std::vector<Axis>& axes, G f, double low = -2) {
  return {.name = std::move(name),
          .run = [=](const Inputs& in) { return op(in[0]); },
          .args = {{.shape = x, .low = low}},
          .reference = [=](const Inputs& in) { return pooled(in[0], axes, f); }};
}

std::vector<OpRow> max_pools() {
  const auto first = [](const std::array<Tensor, 2>& both) { return both[0]; };
  return {
      max_row("max_pool1d", [](const Tensor& x) { return max_pool1d(x, 3, {.stride = 2, .padding = 1}); },
              {2, 2, 40}, {moving(40, 20, {3, 2, 1})}),
      max_row("max_pool2d", [](const Tensor& x) { return max_pool2d(x, 2); }, {2, 2, 4, 18},
              {moving(4, 2, {2, 2}), moving(18, 9, {2, 2})}),
      max_row("max_pool2d/padding and dilation",
              [](const Tensor& x) { return max_pool2d(x, 3, {.stride = 1, .padding = 1, .dilation = 2}); },
              {2, 7, 20}, {moving(7, 5, {3, 1, 1, 2}), moving(20, 18, {3, 1, 1, 2})}),
      max_row(
          "max_pool3d",
          [](const Tensor& x) {
            return max_pool3d(x, {2, 3, 2}, {.stride = {1, 2, 3}, .padding = {1, 0, 0}, .ceil_mode = true});
          },
          {2, 2, 4, 8}, {moving(2, 3, {2, 1, 1}), moving(4, 2, {3, 2}), moving(8, 3, {2, 3})}),
      max_row("max_pool1d_with_indices",
              [=](const Tensor& x) { return first(max_pool1d_with_indices(x, 2)); }, {3, 6},
              {moving(6, 3, {2, 2})}),
      max_row("max_pool2d_with_indices",
              [=](const Tensor& x) { return first(max_pool2d_with_indices(x, 3, {.stride = 2})); },
              {1, 2, 7, 19}, {moving(7, 3, {3, 2}), moving(19, 9, {3, 2})}),
      max_row("max_pool3d_with_indices",
              [=](const Tensor& x) { return first(max_pool3d_with_indices(x, 2)); }, {2, 2, 4, 4},
              {moving(2, 1, {2, 2}), moving(4, 2, {2, 2}), moving(4, 2, {2, 2})}),
      max_row("adaptive_max_pool1d", [](const Tensor& x) { return adaptive_max_pool1d(x, 3); }, {2, 2, 7},
              {covering(7, 3)}),
      max_row("adaptive_max_pool2d",
              [](const Tensor& x) {
                return adaptive_max_pool2d(x, {2, 3});
              },
              {2, 5, 4}, {covering(5, 2), covering(4, 3)}),
      max_row("adaptive_max_pool3d",
              [](const Tensor& x) {
                return adaptive_max_pool3d(x, {2, 1, 5});
              },
              {1, 3, 2, 4}, {covering(3, 2), covering(2, 1), covering(4, 5)}),
      max_row("adaptive_max_pool1d_with_indices",
              [=](const Tensor& x) { return first(adaptive_max_pool1d_with_indices(x, 4)); }, {2, 6},
              {covering(6, 4)}),
      max_row("adaptive_max_pool2d_with_indices",
              [=](const Tensor& x) { return first(adaptive_max_pool2d_with_indices(x, 2)); }, {1, 2, 3, 5},
              {covering(3, 2), covering(5, 2)}),
      max_row("adaptive_max_pool3d_with_indices",
              [=](const Tensor& x) { return first(adaptive_max_pool3d_with_indices(x, 2)); }, {1, 2, 3, 3},
              {covering(2, 2), covering(3, 2), covering(3, 2)}),
  };
}

std::vector<OpRow> avg_pools() {
  return {
      mean_row(
          "avg_pool1d", [](const Tensor& x) { return avg_pool1d(x, 2); }, {2, 3, 7}, {moving(7, 3, {2, 2})},
          mean),
      mean_row(
          "avg_pool2d", [](const Tensor& x) { return avg_pool2d(x, 3, {.stride = 2, .padding = 1}); },
          {1, 2, 5, 9}, {moving(5, 3, {3, 2, 1}), moving(9, 5, {3, 2, 1})}, sum_over(9)),
      mean_row(
          "avg_pool2d/divisor",
          [](const Tensor& x) {
            return avg_pool2d(x, {2, 3}, {.padding = {1, 0}, .ceil_mode = true, .divisor_override = 5});
          },
          {2, 3, 5}, {moving(3, 2, {2, 2, 1}), moving(5, 2, {3, 3})}, sum_over(5)),
      mean_row(
          "avg_pool3d",
          [](const Tensor& x) {
            return avg_pool3d(x, 2, {.stride = {1, 2, 2}, .padding = {1, 0, 1}, .count_include_pad = false});
          },
          {2, 2, 4, 4}, {moving(2, 3, {2, 1, 1}), moving(4, 2, {2, 2}), moving(4, 3, {2, 2, 1})}, mean),
      mean_row(
          "adaptive_avg_pool1d", [](const Tensor& x) { return adaptive_avg_pool1d(x, 4); }, {2, 1, 7},
          {covering(7, 4)}, mean),
      mean_row(
          "adaptive_avg_pool2d",
          [](const Tensor& x) {
            return adaptive_avg_pool2d(x, {2, 3});
          },
          {2, 5, 4}, {covering(5, 2), covering(4, 3)}, mean),
      mean_row(
          "adaptive_avg_pool3d",
          [](const Tensor& x) {
            return adaptive_avg_pool3d(x, {2, 1, 3});
          },
          {1, 2, 3, 2, 4}, {covering(3, 2), covering(2, 1), covering(4, 3)}, mean),
      mean_row(
          "lp_pool1d", [](const Tensor& x) { return lp_pool1d(x, 1.5, 2, {.stride = 1}); }, {2, 2, 6},
          {moving(6, 5, {2, 1})}, root_of_powers(1.5), 0.25),
      mean_row(
          "lp_pool2d", [](const Tensor& x) { return lp_pool2d(x, 2, 2); }, {1, 2, 4, 5},
          {moving(4, 2, {2, 2}), moving(5, 2, {2, 2})}, root_of_powers(2), 0.25),
      mean_row(
          "lp_pool3d",
          [](const Tensor& x) {
            return lp_pool3d(x, 3, {1, 2, 2}, {.stride = {1, 2, 1}});
          },
          {2, 2, 4, 3}, {moving(2, 2, {1, 1}), moving(4, 2, {2, 2}), moving(3, 2, {2, 1})}, root_of_powers(3),
          0.25),
  };
}

// x put to these places of images with `elements`.
Tensor unpooled(const Tensor& x, const Tensor& places, const Shape& shape, std::int64_t elements) {
  const std::int64_t each = x.numel() / (count(shape) / elements);
  return generate(shape, [&](std::int64_t i) {
    double found = 0;
    for (std::int64_t k = i / elements * each; k < (i / elements + 1) * each; ++k)
      if (static_cast<std::int64_t>(element(places, k)) == i % elements) found = element(x, k);
    return found;
  });
}

std::vector<OpRow> unpools() {
  const auto places = [](std::initializer_list<std::int64_t> values, const Shape& shape) {
    return from_values(std::span<const std::int64_t>(values.begin(), values.size()), shape);
  };
  return {
      {.name = "max_unpool1d",
       .run = [](const Inputs& in) { return max_unpool1d(in[0], in[1], 2); },
       .args = {{.shape = {2, 3}}, {.fixed = places({1, 2, 4, 0, 3, 5}, {2, 3})}},
       .reference =
           [](const Inputs& in) {
             return unpooled(in[0], in[1], {2, 6}, 6);
           }},
      {.name = "max_unpool2d",
       .run =
           [](const Inputs& in) {
             return max_unpool2d(in[0], in[1], 3, {.stride = 2, .padding = 1, .output_size = {{4, 3}}});
           },
       .args = {{.shape = {1, 2, 2, 2}}, {.fixed = places({0, 2, 9, 8, 1, 5, 10, 11}, {1, 2, 2, 2})}},
       .reference =
           [](const Inputs& in) {
             return unpooled(in[0], in[1], {1, 2, 4, 3}, 12);
           }},
      {.name = "max_unpool3d",
       .run =
           [](const Inputs& in) {
             return max_unpool3d(in[0], in[1], {1, 2, 2});
           },
       .args = {{.shape = {1, 2, 1, 2}}, {.fixed = places({4, 3, 8, 15}, {1, 2, 1, 2})}},
       .reference =
           [](const Inputs& in) {
             return unpooled(in[0], in[1], {1, 2, 2, 4}, 16);
           }},
  };
}

const RowsOf max_pool_rows(max_pools);
const RowsOf avg_pool_rows(avg_pools);
const RowsOf unpool_rows(unpools);

}  // namespace
}  // namespace xg::test
