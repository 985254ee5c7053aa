#include <fmt/format.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/sort.hpp>

#include "random_op.hpp"

namespace xg::test {
namespace {

Tensor indices(Choices& c, const Shape& shape, std::int64_t below) {
  return tensor_of(c, {.shape = shape, .low = 0, .high = static_cast<double>(below), .dtype = int64});
}

struct Place {
  Tensor x;
  std::int64_t axis;
  std::size_t at;  // the axis, counted from the front
};

Place draw_place(Choices& c) {
  const Shape shape = c.shape(1, 3, 1, 4);
  const std::int64_t axis = c.axis(shape.size());
  return {distinct_tensor(c, shape), axis, normalize_axis("draw", axis, shape)};
}

// No longer than x but along the axis, where it has any length.
Shape index_shape(Choices& c, const Place& p) {
  Shape shape;
  for (std::size_t axis = 0; axis < p.x.dim(); ++axis)
    shape.push_back(axis == p.at ? c.integer(0, 5) : c.integer(0, p.x.shape()[axis]));
  return shape;
}

using Scatter = Tensor (*)(const Tensor& x, std::int64_t axis, const Tensor& index, const Tensor& src);

std::string text_of(const std::string& name, const Place& p, const Tensor& index) {
  return fmt::format("{} {} axis {} index {}", name, to_string(p.x.shape()), p.axis,
                     to_string(index.shape()));
}

Sample draw_gather(Choices& c) {
  const Place p = draw_place(c);
  const Tensor index = indices(c, index_shape(c, p), p.x.size(p.axis));
  return {.inputs = {p.x, index},
          .run = [axis = p.axis](const Inputs& in) { return gather(in[0], axis, in[1]); },
          .text = text_of("gather", p, index)};
}

Sample draw_take_along_dim(Choices& c) {
  const Place p = draw_place(c);
  Shape shape = p.x.shape();
  for (std::size_t axis = 0; axis < shape.size(); ++axis)
    shape[axis] = axis == p.at ? c.integer(0, 4) : c.pick({shape[axis], std::int64_t{1}});
  const Tensor index = indices(c, shape, p.x.size(p.axis));
  return {.inputs = {p.x, index},
          .run = [axis = p.axis](const Inputs& in) { return take_along_dim(in[0], in[1], axis); },
          .text = text_of("take_along_dim", p, index)};
}

RandomOp scattering(std::string name, Scatter op) {
  return {name, [=](Choices& c) {
            const Place p = draw_place(c);
            const Tensor index = indices(c, index_shape(c, p), p.x.size(p.axis));
            Shape larger = index.shape();
            for (std::int64_t& size : larger) size += c.below(2);
            return Sample{
                .inputs = {p.x, index, distinct_tensor(c, larger)},
                .run = [=, axis = p.axis](const Inputs& in) { return op(in[0], axis, in[1], in[2]); },
                .text = fmt::format("{} src {}", text_of(name, p, index), to_string(larger))};
          }};
}

Sample draw_index_select(Choices& c) {
  const Place p = draw_place(c);
  const Tensor index = indices(c, {c.integer(0, 5)}, p.x.size(p.axis));
  return {.inputs = {p.x, index},
          .run = [axis = p.axis](const Inputs& in) { return index_select(in[0], axis, in[1]); },
          .text = text_of("index_select", p, index)};
}

Sample draw_index_add(Choices& c) {
  const Place p = draw_place(c);
  const Tensor index = indices(c, {c.integer(0, 5)}, p.x.size(p.axis));
  Shape shape = p.x.shape();
  shape[p.at] = index.numel();
  const double alpha = c.pick({1.0, -0.5});
  return {.inputs = {p.x, index, distinct_tensor(c, shape)},
          .run = [=, axis = p.axis](const Inputs& in) { return index_add(in[0], axis, in[1], in[2], alpha); },
          .text = fmt::format("{} alpha {}", text_of("index_add", p, index), alpha)};
}

Sample draw_embedding(Choices& c) {
  const std::int64_t rows = c.integer(1, 5), width = c.integer(0, 4);
  const Tensor index = indices(c, c.shape(0, 3, 0, 3), rows);
  return {.inputs = {distinct_tensor(c, {rows, width}), index},
          .run = [](const Inputs& in) { return embedding(in[0], in[1]); },
          .text = fmt::format("embedding [{}, {}] index {}", rows, width, to_string(index.shape()))};
}

Sample draw_masked_select(Choices& c) {
  const Shape shape = c.shape(0, 3, 0, 4);
  const Tensor mask = tensor_of(c, {.shape = shape, .dtype = boolean});
  return {.inputs = {distinct_tensor(c, shape), mask},
          .run = [](const Inputs& in) { return masked_select(in[0], in[1]); },
          .text = fmt::format("masked_select {}", to_string(shape))};
}

Sample draw_sort(Choices& c) {
  const Place p = draw_place(c);
  const bool descending = c.coin();
  return {.inputs = {p.x},
          .run = [=, axis = p.axis](const Inputs& in) { return sort(in[0], axis, descending)[0]; },
          .text = fmt::format("sort {} axis {} descending {}", to_string(p.x.shape()), p.axis, descending)};
}

Sample draw_topk(Choices& c) {
  const Place p = draw_place(c);
  const std::int64_t k = c.integer(0, p.x.size(p.axis));
  const bool largest = c.coin();
  return {.inputs = {p.x},
          .run = [=, axis = p.axis](const Inputs& in) { return topk(in[0], k, axis, largest)[0]; },
          .text = fmt::format("topk {} k {} axis {} largest {}", to_string(p.x.shape()), k, p.axis, largest)};
}

std::vector<RandomOp> lookups() {
  return {{"gather", draw_gather},
          {"take_along_dim", draw_take_along_dim},
          scattering("scatter_add", scatter_add),
          scattering("scatter", scatter),
          {"index_select", draw_index_select},
          {"index_add", draw_index_add},
          {"embedding", draw_embedding},
          {"masked_select", draw_masked_select},
          {"sort", draw_sort},
          {"topk", draw_topk}};
}

const RandomOps index_ops(lookups);

}  // namespace
}  // namespace xg::test
