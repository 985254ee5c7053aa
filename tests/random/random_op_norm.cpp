#include <fmt/format.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/norm.hpp>

#include "random_op.hpp"

namespace xg::test {
namespace {

// x, and perhaps a weight and a bias of this shape.
Inputs with_affine(Choices& c, const Tensor& x, const Shape& shape) {
  Inputs inputs{x};
  if (!c.coin()) return inputs;
  inputs.push_back(tensor_of(c, {.shape = shape}));
  inputs.push_back(tensor_of(c, {.shape = shape}));
  return inputs;
}

Tensor weight_of(const Inputs& in) { return in.size() > 1 ? in[1] : Tensor(); }
Tensor bias_of(const Inputs& in) { return in.size() > 2 ? in[2] : Tensor(); }

std::string text_of(const char* name, const Inputs& in) {
  return fmt::format("{} {}{}", name, to_string(in[0].shape()), in.size() > 1 ? " with weight and bias" : "");
}

// The last axes, at least one, with more than one element.
Shape normalized(Choices& c, const Shape& shape) {
  Shape last;
  for (std::size_t axis =
           shape.size() - 1 - static_cast<std::size_t>(c.below(static_cast<std::int64_t>(shape.size())));
       axis < shape.size(); ++axis)
    last.push_back(shape[axis]);
  return last;
}

Sample draw_layer_norm(Choices& c) {
  const Shape shape = perhaps_long(c, c.shape(1, 4, 2, 5)), last = normalized(c, shape);
  const Inputs in = with_affine(c, distinct_tensor(c, shape), last);
  return {.inputs = in,
          .run = [=](const Inputs& i) { return layer_norm(i[0], last, weight_of(i), bias_of(i)); },
          .text = fmt::format("{} over {}", text_of("layer_norm", in), to_string(last)),
          .tolerance32 = 1e-4};
}

Sample draw_rms_norm(Choices& c) {
  const Shape shape = perhaps_long(c, c.shape(1, 4, 2, 5)), last = normalized(c, shape);
  const Inputs in = with_affine(c, distinct_tensor(c, shape), last);
  return {.inputs = in,
          .run = [=](const Inputs& i) { return rms_norm(i[0], last, weight_of(i)); },
          .text = fmt::format("{} over {}", text_of("rms_norm", in), to_string(last))};
}

// [n, c, ...] with more than one value a channel and sample.
Shape channels_second(Choices& c, std::int64_t groups) {
  Shape shape{c.integer(1, 3), groups * c.integer(1, 3), c.integer(2, 5)};
  if (c.coin()) shape.push_back(c.integer(1, 4));
  return shape;
}

Sample draw_batch_norm(Choices& c) {
  const Shape shape = channels_second(c, 1);
  const Inputs in = with_affine(c, distinct_tensor(c, shape), {shape[1]});
  if (c.coin())
    return {.inputs = in,
            .run = [](const Inputs& i) { return batch_norm(i[0], {}, {}, weight_of(i), bias_of(i), true); },
            .text = text_of("batch_norm training", in),
            .tolerance32 = 1e-4};
  const Tensor mean = tensor_of(c, {.shape = {shape[1]}});
  const Tensor var = tensor_of(c, {.shape = {shape[1]}, .low = 0.5, .high = 2});
  return {.inputs = in,
          .run = [=](const Inputs& i) { return batch_norm(i[0], mean, var, weight_of(i), bias_of(i)); },
          .text = text_of("batch_norm", in)};
}

Sample draw_group_norm(Choices& c) {
  const std::int64_t groups = c.integer(1, 3);
  const Shape shape = channels_second(c, groups);
  const Inputs in = with_affine(c, distinct_tensor(c, shape), {shape[1]});
  return {.inputs = in,
          .run = [=](const Inputs& i) { return group_norm(i[0], groups, weight_of(i), bias_of(i)); },
          .text = fmt::format("{} in {} groups", text_of("group_norm", in), groups),
          .tolerance32 = 1e-4};
}

Sample draw_instance_norm(Choices& c) {
  const Shape shape = channels_second(c, 1);
  const Inputs in = with_affine(c, distinct_tensor(c, shape), {shape[1]});
  return {.inputs = in,
          .run = [](const Inputs& i) { return instance_norm(i[0], {}, {}, weight_of(i), bias_of(i)); },
          .text = text_of("instance_norm", in),
          .tolerance32 = 1e-4};
}

Sample draw_local_response_norm(Choices& c) {
  const Tensor x = distinct_tensor(c, channels_second(c, 1));
  const std::int64_t size = c.integer(1, 5);
  return {.inputs = {x},
          .run = [=](const Inputs& i) { return local_response_norm(i[0], size, 0.5, 0.75, 2); },
          .text = fmt::format("local_response_norm {} size {}", to_string(x.shape()), size)};
}

Sample draw_weight_norm(Choices& c) {
  const Shape shape = c.shape(2, 4, 1, 4);
  const std::int64_t axis = c.axis(shape.size());
  Shape lengths = Shape::filled(shape.size(), 1);
  const std::size_t kept = normalize_axis("weight_norm", axis, shape);
  lengths[kept] = shape[kept];
  const Tensor v = tensor_of(c, {.shape = shape, .low = 0.25}), g = tensor_of(c, {.shape = lengths});
  return {.inputs = {v, g},
          .run = [=](const Inputs& i) { return weight_norm(i[0], i[1], axis); },
          .text = fmt::format("weight_norm {} axis {}", to_string(shape), axis)};
}

std::vector<RandomOp> ops() {
  return {{"layer_norm", draw_layer_norm},       {"rms_norm", draw_rms_norm},
          {"batch_norm", draw_batch_norm},       {"group_norm", draw_group_norm},
          {"instance_norm", draw_instance_norm}, {"local_response_norm", draw_local_response_norm},
          {"weight_norm", draw_weight_norm}};
}

const RandomOps norm_ops(ops);

}  // namespace
}  // namespace xg::test
