#include "op_table.hpp"

#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/ops/conv.hpp>

namespace xg::test {
namespace {

// A convolution as plain loops see it: three axes, of which the first ones may have one element.
struct Plain {
  Shape x, w, y;
  Size3d stride = 1, padding = 0, dilation = 1;
  std::int64_t groups = 1;
};

Shape with_three_axes(Shape shape) {
  while (shape.size() < 5) shape.insert(2, 1);
  return shape;
}

template <std::size_t N>
Plain plain(const Shape& x, const Shape& w, const Shape& y, const ConvOptions<N>& o = {}) {
  Plain p{with_three_axes(x), with_three_axes(w), with_three_axes(y)};
  p.groups = o.groups;
  for (std::size_t i = 0; i < N; ++i) {
    const std::size_t axis = 3 - N + i;
    p.stride[axis] = o.stride[i];
    p.dilation[axis] = o.dilation[i];
    p.padding[axis] = o.padding.same ? o.dilation[i] * (w[i + 2] - 1) / 2 : o.padding.size[i];
  }
  return p;
}

// The three convolutions sum the same products: of an image element, a weight and a place of the result.
enum class Sum { output, input, weight };

// in[0] and in[1] are the two factors in the order of the op's arguments.
Tensor convolution(const Inputs& in, const Shape& shape, const Plain& p, Sum sum) {
  std::vector<double> sums(static_cast<std::size_t>(count(shape)), 0.0);
  const std::int64_t kernel = p.w[2] * p.w[3] * p.w[4], places = p.y[2] * p.y[3] * p.y[4];
  for (std::int64_t i = 0; i < count(p.y) * p.w[1] * kernel; ++i) {
    const std::int64_t tap = i % (p.w[1] * kernel), place = i / (p.w[1] * kernel);
    const std::int64_t filter = place / places % p.y[1], image = place / (places * p.y[1]);
    const std::int64_t channel = filter / (p.w[0] / p.groups) * p.w[1] + tap / kernel;
    std::int64_t at_x = image * p.x[1] + channel;
    bool inside = true;
    for (std::int64_t axis = 0, taps = kernel, rest = places; axis < 3; ++axis) {
      const auto a = static_cast<std::size_t>(axis);
      taps /= p.w[a + 2];
      rest /= p.y[a + 2];
      const std::int64_t at =
          place / rest % p.y[a + 2] * p.stride[a] + tap / taps % p.w[a + 2] * p.dilation[a] - p.padding[a];
      inside = inside && at >= 0 && at < p.x[a + 2];
      at_x = at_x * p.x[a + 2] + at;
    }
    if (!inside) continue;
    const std::int64_t at_w = filter * p.w[1] * kernel + tap;
    const std::int64_t first = sum == Sum::output ? at_x : place, second = sum == Sum::weight ? at_x : at_w;
    const std::int64_t to = sum == Sum::output ? place : sum == Sum::input ? at_x : at_w;
    sums[static_cast<std::size_t>(to)] += element(in[0], first) * element(in[1], second);
  }
  return from_values(std::span<const double>(sums), shape, {.dtype = float64});
}

Tensor with_bias(const Tensor& y, const Tensor& bias) {
  const std::int64_t plane = y.numel() / (y.size(0) * y.size(1));
  return generate(y.shape(),
                  [&](std::int64_t i) { return element(y, i) + element(bias, i / plane % bias.numel()); });
}

template <std::size_t N>
using Conv = Tensor (*)(const Tensor&, const Tensor&, const Tensor&, const ConvOptions<N>&);
template <std::size_t N>
using Adjoint = Tensor (*)(const Tensor&, const Tensor&, const Shape&, const ConvOptions<N>&);
template <std::size_t N>
using ConvTranspose = Tensor (*)(const Tensor&, const Tensor&, const Tensor&, const ConvTransposeOptions<N>&);

template <std::size_t N>
OpRow conv_row(std::string name, Conv<N> op, const Shape& x, const Shape& w, const Shape& y,
               const ConvOptions<N>& o = {}) {
  return {.name = std::move(name),
          .run = [=](const Inputs& in) { return op(in[0], in[1], in[2], o); },
          .args = {{.shape = x}, {.shape = w}, {.shape = {w[0]}}},
          .reference =
              [=](const Inputs& in) {
                return with_bias(convolution(in, y, plain(x, w, y, o), Sum::output), in[2]);
              }};
}

template <std::size_t N>
OpRow input_row(std::string name, Adjoint<N> op, const Shape& x, const Shape& w, const Shape& y,
                const ConvOptions<N>& o = {}) {
  return {.name = std::move(name),
          .run = [=](const Inputs& in) { return op(in[0], in[1], x, o); },
          .args = {{.shape = y}, {.shape = w}},
          .reference = [=](const Inputs& in) { return convolution(in, x, plain(x, w, y, o), Sum::input); }};
}

template <std::size_t N>
OpRow weight_row(std::string name, Adjoint<N> op, const Shape& x, const Shape& w, const Shape& y,
                 const ConvOptions<N>& o = {}) {
  return {.name = std::move(name),
          .run = [=](const Inputs& in) { return op(in[0], in[1], w, o); },
          .args = {{.shape = y}, {.shape = x}},
          .reference = [=](const Inputs& in) { return convolution(in, w, plain(x, w, y, o), Sum::weight); }};
}

template <std::size_t N>
OpRow transpose_row(std::string name, ConvTranspose<N> op, const Shape& x, const Shape& w, const Shape& y,
                    const ConvTransposeOptions<N>& o = {}) {
  const ConvOptions<N> same{
      .stride = o.stride, .padding = o.padding, .dilation = o.dilation, .groups = o.groups};
  return {.name = std::move(name),
          .run = [=](const Inputs& in) { return op(in[0], in[1], in[2], o); },
          .args = {{.shape = x}, {.shape = w}, {.shape = {y[1]}}},
          .reference =
              [=](const Inputs& in) {
                return with_bias(convolution(in, y, plain(y, w, x, same), Sum::input), in[2]);
              }};
}

std::vector<OpRow> convolutions() {
  const Conv1dOptions skewed1{.stride = 2, .padding = 1, .dilation = 2, .groups = 2};
  const Conv2dOptions skewed2{.stride = {2, 1}, .padding = {1, 2}, .dilation = {1, 2}, .groups = 2};
  const Conv3dOptions skewed3{.stride = {2, 1, 2}, .padding = {1, 0, 1}, .dilation = {1, 2, 1}};
  const Shape x1{2, 4, 9}, w1{6, 2, 3}, y1{2, 6, 4};
  const Shape x2{2, 4, 6, 7}, w2{6, 2, 3, 2}, y2{2, 6, 3, 9};
  const Shape x3{1, 2, 3, 5, 4}, w3{3, 2, 2, 3, 2}, y3{1, 3, 2, 1, 3};
  return {
      conv_row<1>("conv1d", conv1d, x1, w1, y1, skewed1),
      conv_row<1>("conv1d/same", conv1d, {2, 3, 6}, {2, 3, 4}, {2, 2, 6}, {.padding = Padding::same}),
      conv_row<2>("conv2d", conv2d, x2, w2, y2, skewed2),
      conv_row<2>("conv2d/pointwise", conv2d, {2, 3, 4, 5}, {4, 3, 1, 1}, {2, 4, 4, 5}),
      conv_row<2>("conv2d/same", conv2d, {1, 2, 5, 6}, {3, 2, 2, 3}, {1, 3, 5, 6},
                  {.padding = Padding::same, .dilation = {3, 1}}),
      conv_row<3>("conv3d", conv3d, x3, w3, y3, skewed3),
      conv_row<3>("conv3d/pointwise", conv3d, {2, 4, 2, 3, 2}, {2, 2, 1, 1, 1}, {2, 2, 2, 3, 2},
                  {.groups = 2}),
      conv_row<3>("conv3d/same", conv3d, {1, 1, 3, 4, 3}, {2, 1, 2, 3, 1}, {1, 2, 3, 4, 3},
                  {.padding = Padding::same}),
      input_row<1>("conv1d_input", conv1d_input, x1, w1, y1, skewed1),
      input_row<2>("conv2d_input", conv2d_input, x2, w2, y2, skewed2),
      input_row<3>("conv3d_input", conv3d_input, x3, w3, y3, skewed3),
      weight_row<1>("conv1d_weight", conv1d_weight, x1, w1, y1, skewed1),
      weight_row<2>("conv2d_weight", conv2d_weight, x2, w2, y2, skewed2),
      weight_row<3>("conv3d_weight", conv3d_weight, x3, w3, y3, skewed3),
      transpose_row<1>("conv_transpose1d", conv_transpose1d, {2, 4, 4}, {4, 3, 3}, {2, 6, 9},
                       {.stride = 3, .padding = 2, .output_padding = 1, .groups = 2}),
      transpose_row<2>("conv_transpose2d", conv_transpose2d, {2, 3, 3, 4}, {3, 2, 3, 3}, {2, 2, 6, 8},
                       {.stride = 2, .padding = 1, .output_padding = 1}),
      transpose_row<2>("conv_transpose2d/output padding beyond the stride", conv_transpose2d, {1, 2, 3, 3},
                       {2, 1, 2, 2}, {1, 1, 9, 8},
                       {.stride = {2, 1}, .padding = {1, 0}, .output_padding = {2, 2}, .dilation = {4, 3}}),
      transpose_row<3>("conv_transpose3d", conv_transpose3d, {1, 2, 2, 2, 3}, {2, 2, 2, 3, 1},
                       {1, 2, 4, 2, 3}, {.stride = {2, 1, 1}, .padding = {0, 1, 0}}),
  };
}

const RowsOf convolution_rows(convolutions);

}  // namespace
}  // namespace xg::test
