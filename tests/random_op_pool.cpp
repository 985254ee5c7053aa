#include <fmt/format.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/pool.hpp>

#include "random_op.hpp"

namespace xg::test {
namespace {

// One axis of a window that fits its image, padded by half of its size at most; the image is not so small that
// a dilated window could miss it.
struct Axis {
  std::int64_t in, kernel, stride, padding, dilation;
};

Axis draw_axis(Choices& c, std::int64_t most_dilation) {
  Axis a{.in = 0,
         .kernel = c.integer(1, 4),
         .stride = c.integer(1, 4),
         .padding = 0,
         .dilation = c.integer(1, most_dilation)};
  a.padding = c.integer(0, a.kernel / 2);
  a.in = std::max(a.dilation * (a.kernel - 1) + 1 - 2 * a.padding, a.dilation) + c.below(5);
  return a;
}

std::string text_of(const Axis& a) {
  return fmt::format("kernel {} stride {} padding {} dilation {}", a.kernel, a.stride, a.padding, a.dilation);
}

Tensor images(Choices& c, std::int64_t height, std::int64_t width) {
  Shape shape = c.shape(1, 2, 1, 2);
  shape.push_back(height);
  shape.push_back(width);
  return distinct_tensor(c, shape);
}

Sample draw_max_pool2d(Choices& c) {
  const Axis h = draw_axis(c, 2), w = draw_axis(c, 2);
  const MaxPool2dOptions options{.stride = {h.stride, w.stride},
                                 .padding = {h.padding, w.padding},
                                 .dilation = {h.dilation, w.dilation},
                                 .ceil_mode = c.coin()};
  const Tensor x = images(c, h.in, w.in);
  return {.inputs = {x},
          .run =
              [=](const Inputs& in) {
                return max_pool2d(in[0], {h.kernel, w.kernel}, options);
              },
          .text = fmt::format("max_pool2d {} {} x {} ceil_mode {}", to_string(x.shape()), text_of(h),
                              text_of(w), options.ceil_mode)};
}

Sample draw_avg_pool2d(Choices& c) {
  const Axis h = draw_axis(c, 1), w = draw_axis(c, 1);
  AvgPool2dOptions options{.stride = {h.stride, w.stride},
                           .padding = {h.padding, w.padding},
                           .ceil_mode = c.coin(),
                           .count_include_pad = c.coin()};
  if (c.coin()) options.divisor_override = c.integer(1, 3);
  const Tensor x = images(c, h.in, w.in);
  return {.inputs = {x},
          .run =
              [=](const Inputs& in) {
                return avg_pool2d(in[0], {h.kernel, w.kernel}, options);
              },
          .text = fmt::format("avg_pool2d {} {} x {} ceil_mode {} count_include_pad {} divisor {}",
                              to_string(x.shape()), text_of(h), text_of(w), options.ceil_mode,
                              options.count_include_pad, options.divisor_override.value_or(0))};
}

Sample draw_adaptive_avg_pool2d(Choices& c) {
  const std::int64_t h = c.integer(1, 5), w = c.integer(1, 5);
  const Tensor x = images(c, c.integer(1, 7), c.integer(1, 7));
  return {.inputs = {x},
          .run =
              [=](const Inputs& in) {
                return adaptive_avg_pool2d(in[0], {h, w});
              },
          .text = fmt::format("adaptive_avg_pool2d {} to {} x {}", to_string(x.shape()), h, w)};
}

std::vector<RandomOp> pools() {
  return {{"max_pool2d", draw_max_pool2d},
          {"avg_pool2d", draw_avg_pool2d},
          {"adaptive_avg_pool2d", draw_adaptive_avg_pool2d}};
}

const RandomOps pool_ops(pools);

}  // namespace
}  // namespace xg::test
