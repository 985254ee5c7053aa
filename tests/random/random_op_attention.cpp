#include <fmt/format.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/attention.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/embedding_bag.hpp>

#include "random_op.hpp"

namespace xg::test {
namespace {

// Leading axes that broadcast with `shape`, before two more.
Shape with_matrix(Choices& c, Shape shape, std::int64_t rows, std::int64_t columns) {
  for (std::int64_t& size : shape)
    if (c.below(4) == 3) size = 1;
  shape.push_back(rows);
  shape.push_back(columns);
  return shape;
}

Tensor numbers(Choices& c, const Shape& shape, std::int64_t below) {
  return tensor_of(c, {.shape = shape, .low = 0, .high = static_cast<double>(below), .dtype = int64});
}

Sample draw_attention(Choices& c) {
  const Shape batch = c.shape(0, 2, 1, 3);
  const std::int64_t queries = c.integer(0, 4), keys = c.integer(1, 4), features = c.integer(1, 4);
  Inputs inputs{tensor_of(c, {.shape = with_matrix(c, batch, queries, features)}),
                tensor_of(c, {.shape = with_matrix(c, batch, keys, features)}),
                tensor_of(c, {.shape = with_matrix(c, batch, keys, c.integer(1, 3))})};
  AttentionOptions options{.is_causal = c.coin()};
  if (c.coin()) options.scale = 0.75;
  const auto mask = c.pick<const char*>({"no", "bool", "floating"});
  if (mask[0] == 'b') options.attn_mask = numbers(c, {queries, keys}, 3) != 0;
  if (mask[0] == 'f') inputs.push_back(tensor_of(c, {.shape = {queries, keys}}));
  return {.inputs = inputs,
          .run =
              [=](const Inputs& in) {
                AttentionOptions all = options;
                if (in.size() > 3) all.attn_mask = in[3];
                return scaled_dot_product_attention(in[0], in[1], in[2], all);
              },
          .text = fmt::format("scaled_dot_product_attention {} {} {}, {} mask{}",
                              to_string(inputs[0].shape()), to_string(inputs[1].shape()),
                              to_string(inputs[2].shape()), mask, options.is_causal ? ", causal" : "")};
}

Sample draw_bags(Choices& c) {
  const std::int64_t rows = c.integer(1, 5);
  const Tensor weight = distinct_tensor(c, {rows, c.integer(1, 3)});
  const Tensor index = numbers(c, {c.integer(0, 3), c.integer(0, 4)}, rows);
  const EmbeddingBagOptions options{.mode = c.pick({BagMode::sum, BagMode::mean, BagMode::max}),
                                    .padding_idx = c.integer(-1, rows - 1)};
  return {.inputs = {weight, index},
          .run = [=](const Inputs& in) { return embedding_bag(in[0], in[1], options); },
          .text = fmt::format("embedding_bag {} index {} mode {} padding_idx {}", to_string(weight.shape()),
                              to_string(index.shape()), static_cast<int>(options.mode), options.padding_idx)};
}

const RandomOps attention_ops([] {
  return std::vector<RandomOp>{{"scaled_dot_product_attention", draw_attention},
                               {"embedding_bag", draw_bags}};
});

}  // namespace
}  // namespace xg::test
