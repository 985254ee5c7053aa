#include <fmt/format.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/conv.hpp>

#include "random_op.hpp"

namespace xg::test {
namespace {

// One axis of a window that fits its image.
struct Axis {
  std::int64_t in, kernel, stride, padding, dilation;
};

Axis draw_axis(Choices& c) {
  Axis a{.in = 0,
         .kernel = c.integer(1, 3),
         .stride = c.integer(1, 3),
         .padding = c.below(3),
         .dilation = c.integer(1, 2)};
  const std::int64_t reach = a.dilation * (a.kernel - 1) + 1;
  a.in = std::max<std::int64_t>(reach - 2 * a.padding, 1) + c.below(4);
  return a;
}

std::string text_of(const Axis& a) {
  return fmt::format("kernel {} stride {} padding {} dilation {}", a.kernel, a.stride, a.padding, a.dilation);
}

Tensor bias_of(const Inputs& in) { return in.size() > 2 ? in[2] : Tensor(); }

struct Channels {
  std::int64_t n, groups, in, out;
};

Channels draw_channels(Choices& c) {
  const std::int64_t groups = c.integer(1, 2);
  return {c.integer(0, 2), groups, groups * c.integer(1, 2), groups * c.integer(1, 2)};
}

// A leading axis of images, or a single image without it.
Shape image(Choices& c, const Channels& channels, const Shape& sizes) {
  Shape shape;
  if (!c.coin()) shape.push_back(channels.n);
  shape.push_back(channels.in);
  for (const std::int64_t size : sizes) shape.push_back(size);
  return shape;
}

Sample finish(Choices& c, Sample s, std::int64_t out, const std::string& options) {
  if (c.coin()) s.inputs.push_back(distinct_tensor(c, {out}));
  for (const Tensor& x : s.inputs) s.text += fmt::format(" {}", to_string(x.shape()));
  s.text += options;
  return s;
}

Sample draw_conv2d(Choices& c) {
  const Channels ch = draw_channels(c);
  const Axis h = draw_axis(c), w = draw_axis(c);
  const Conv2dOptions options{.stride = {h.stride, w.stride},
                              .padding = {h.padding, w.padding},
                              .dilation = {h.dilation, w.dilation},
                              .groups = ch.groups};
  return finish(c,
                {.inputs = {distinct_tensor(c, image(c, ch, {h.in, w.in})),
                            distinct_tensor(c, {ch.out, ch.in / ch.groups, h.kernel, w.kernel})},
                 .run = [=](const Inputs& in) { return conv2d(in[0], in[1], bias_of(in), options); },
                 .text = "conv2d"},
                ch.out, fmt::format(" {} x {} groups {}", text_of(h), text_of(w), ch.groups));
}

Sample draw_conv1d(Choices& c) {
  const Channels ch = draw_channels(c);
  const Axis l = draw_axis(c);
  const Conv1dOptions options{
      .stride = l.stride, .padding = l.padding, .dilation = l.dilation, .groups = ch.groups};
  return finish(c,
                {.inputs = {distinct_tensor(c, image(c, ch, {l.in})),
                            distinct_tensor(c, {ch.out, ch.in / ch.groups, l.kernel})},
                 .run = [=](const Inputs& in) { return conv1d(in[0], in[1], bias_of(in), options); },
                 .text = "conv1d"},
                ch.out, fmt::format(" {} groups {}", text_of(l), ch.groups));
}

Sample draw_conv_transpose2d(Choices& c) {
  const Channels ch = draw_channels(c);
  Axis h = draw_axis(c), w = draw_axis(c);
  h.padding = std::min(h.padding, h.dilation * (h.kernel - 1) / 2);
  w.padding = std::min(w.padding, w.dilation * (w.kernel - 1) / 2);
  const std::int64_t more_h = c.below(h.stride), more_w = c.below(w.stride);
  const ConvTranspose2dOptions options{.stride = {h.stride, w.stride},
                                       .padding = {h.padding, w.padding},
                                       .output_padding = {more_h, more_w},
                                       .groups = ch.groups,
                                       .dilation = {h.dilation, w.dilation}};
  return finish(
      c,
      {.inputs = {distinct_tensor(c, {ch.n, ch.in, h.in, w.in}),
                  distinct_tensor(c, {ch.in, ch.out / ch.groups, h.kernel, w.kernel})},
       .run = [=](const Inputs& in) { return conv_transpose2d(in[0], in[1], bias_of(in), options); },
       .text = "conv_transpose2d"},
      ch.out,
      fmt::format(" {} x {} output_padding {} {} groups {}", text_of(h), text_of(w), more_h, more_w,
                  ch.groups));
}

std::vector<RandomOp> convolutions() {
  return {{"conv2d", draw_conv2d}, {"conv1d", draw_conv1d}, {"conv_transpose2d", draw_conv_transpose2d}};
}

const RandomOps conv_ops(convolutions);

}  // namespace
}  // namespace xg::test
