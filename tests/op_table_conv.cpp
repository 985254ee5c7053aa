#include "op_table.hpp"

#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/ops/conv.hpp>

namespace xg::test {
namespace {

// The three convolutions sum the same products: of an image element, a weight and a place of the result.
enum class Sum { output, input, weight };

// in[0] and in[1] are the two factors in the order of the op's arguments; shapes are those of x, weight and the
// result.
Tensor convolution(const Inputs& in, const Shape& x, const Shape& w, const Shape& y, const Conv2dOptions& o,
                   Sum sum) {
  const Shape& shape = sum == Sum::output ? y : sum == Sum::input ? x : w;
  std::vector<double> sums(static_cast<std::size_t>(count(shape)), 0.0);
  for (std::int64_t i = 0; i < count(y) * w[1] * w[2] * w[3]; ++i) {
    const std::int64_t tap = i % (w[1] * w[2] * w[3]), place = i / (w[1] * w[2] * w[3]);
    const std::int64_t filter = place / (y[2] * y[3]) % y[1], image = place / (y[1] * y[2] * y[3]);
    const std::int64_t channel = filter / (w[0] / o.groups) * w[1] + tap / (w[2] * w[3]);
    const std::int64_t row =
        place / y[3] % y[2] * o.stride.height + tap / w[3] % w[2] * o.dilation.height - o.padding.height;
    const std::int64_t column =
        place % y[3] * o.stride.width + tap % w[3] * o.dilation.width - o.padding.width;
    if (row < 0 || row >= x[2] || column < 0 || column >= x[3]) continue;
    const std::int64_t at_x = ((image * x[1] + channel) * x[2] + row) * x[3] + column;
    const std::int64_t at_w = filter * w[1] * w[2] * w[3] + tap;
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

const Conv2dOptions strided{.stride = {2, 1}, .padding = {1, 2}, .dilation = {1, 2}, .groups = 2};
const Shape image{2, 4, 6, 7}, kernel{6, 2, 3, 2}, result{2, 6, 3, 9};

std::vector<OpRow> convolutions() {
  return {
      {.name = "conv2d",
       .run = [](const Inputs& in) { return conv2d(in[0], in[1], in[2], strided); },
       .args = {{.shape = image}, {.shape = kernel}, {.shape = {6}}},
       .reference =
           [](const Inputs& in) {
             return with_bias(convolution(in, image, kernel, result, strided, Sum::output), in[2]);
           }},
      {.name = "conv2d/pointwise",
       .run = [](const Inputs& in) { return conv2d(in[0], in[1]); },
       .args = {{.shape = {2, 3, 4, 5}}, {.shape = {4, 3, 1, 1}}},
       .reference =
           [](const Inputs& in) {
             return convolution(in, {2, 3, 4, 5}, {4, 3, 1, 1}, {2, 4, 4, 5}, {}, Sum::output);
           }},
      {.name = "conv2d_input",
       .run = [](const Inputs& in) { return conv2d_input(in[0], in[1], image, strided); },
       .args = {{.shape = result}, {.shape = kernel}},
       .reference =
           [](const Inputs& in) { return convolution(in, image, kernel, result, strided, Sum::input); }},
      {.name = "conv2d_weight",
       .run = [](const Inputs& in) { return conv2d_weight(in[0], in[1], kernel, strided); },
       .args = {{.shape = result}, {.shape = image}},
       .reference =
           [](const Inputs& in) { return convolution(in, image, kernel, result, strided, Sum::weight); }},
      {.name = "conv_transpose2d",
       .run =
           [](const Inputs& in) {
             return conv_transpose2d(in[0], in[1], in[2], {.stride = 2, .padding = 1, .output_padding = 1});
           },
       .args = {{.shape = {2, 3, 3, 4}}, {.shape = {3, 2, 3, 3}}, {.shape = {2}}},
       .reference =
           [](const Inputs& in) {
             return with_bias(convolution(in, {2, 2, 6, 8}, {3, 2, 3, 3}, {2, 3, 3, 4},
                                          {.stride = 2, .padding = 1}, Sum::input),
                              in[2]);
           }},
      {.name = "conv1d",
       .run = [](const Inputs& in) { return conv1d(in[0], in[1], in[2], {.stride = 2, .padding = 1}); },
       .args = {{.shape = {2, 3, 9}}, {.shape = {4, 3, 3}}, {.shape = {4}}},
       .reference =
           [](const Inputs& in) {
             const Tensor y = with_bias(convolution(in, {2, 3, 1, 9}, {4, 3, 1, 3}, {2, 4, 1, 5},
                                                    {.stride = {1, 2}, .padding = {0, 1}}, Sum::output),
                                        in[2]);
             return generate({2, 4, 5}, [&](std::int64_t i) { return element(y, i); });
           }},
  };
}

const RowsOf convolution_rows(convolutions);

}  // namespace
}  // namespace xg::test
