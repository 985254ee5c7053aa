// The wrong calls of the ops in the op table's attention and dropout families, each with the whole text of its
// error.

#include <doctest/doctest.h>

#include <limits>

#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/wrong_calls.hpp"

namespace xg {
namespace {

TEST_CASE("wrong calls of attention_weights") {
  CHECK_THROWS_WITH_AS(
      attention_weights(zeros({2, 5, 8}), zeros({2, 5, 4})),
      "[attention_weights] query [2, 5, 8] and key [2, 5, 4]: both must end in as many features", ShapeError);
  CHECK_THROWS_WITH_AS(attention_weights(zeros({8}), zeros({5, 8})),
                       "[attention_weights] query [8] and key [5, 8]: both must end in as many features",
                       ShapeError);
  const Tensor q = zeros({2, 3, 8}), k = zeros({2, 5, 8});
  CHECK_THROWS_WITH_AS(
      attention_weights(q, k, {.attn_mask = zeros({5, 3})}),
      "[attention_weights] shapes [5, 3] and [2, 3, 5] do not broadcast: axis -1 has sizes 3 "
      "and 5",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      attention_weights(q, k, {.attn_mask = zeros({7, 2, 3, 5})}),
      "[attention_weights] attn_mask [7, 2, 3, 5] does not broadcast to the scores [2, 3, 5]", ShapeError);
  CHECK_THROWS_WITH_AS(
      attention_weights(q, k, {.attn_mask = zeros({3, 5}, {.dtype = int64})}),
      "[attention_weights] attn_mask int64 [3, 5]: expected bool, which keys a query may look "
      "at, or floating, what is added to the scores",
      DtypeError);
  CHECK_THROWS_WITH_AS(attention_weights(Tensor(), zeros({5, 8})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(attention_weights(zeros({3, 8}), Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(attention_weights(zeros({2, 3, 8}), zeros({4, 5, 8})),
                       "[attention_weights] shapes [2] and [4] do not broadcast: axis -1 has sizes 2 and 4",
                       ShapeError);
}

TEST_CASE("wrong calls of scaled_dot_product_attention") {
  CHECK_THROWS_WITH_AS(scaled_dot_product_attention(zeros({3, 8}), zeros({5, 8}), zeros({4, 8})),
                       "[matmul] a [3, 5] and b [4, 8]: inner dimensions 5 and 4 differ", ShapeError);
  CHECK_THROWS_WITH_AS(
      scaled_dot_product_attention(zeros({3, 8}), zeros({5, 8}), zeros({5, 8}), {.dropout_p = 2}),
      "[dropout] p 2: a probability lies in [0, 1]", ValueError);
  CHECK_THROWS_WITH_AS(scaled_dot_product_attention(Tensor(), zeros({5, 8}), zeros({5, 8})), undefined_text,
                       GraphError);
  CHECK_THROWS_WITH_AS(scaled_dot_product_attention(zeros({3, 8}), zeros({5, 8}), Tensor()), undefined_text,
                       GraphError);
}

TEST_CASE("wrong calls of embedding_bag") {
  const Tensor table = zeros({5, 3}), four = arange(4);
  const auto from = [](std::initializer_list<NestedValues> starts) {
    return tensor(starts, {.dtype = int64});
  };
  CHECK_THROWS_WITH_AS(embedding_bag(table, four),
                       "[embedding_bag] index [4] and no offsets: expected [bags, each] without offsets, or "
                       "[total] with 1-d ones",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      embedding_bag(table, reshape(four, {2, 2}), {.offsets = from({0, 2})}),
      "[embedding_bag] index [2, 2] and [2] offsets: expected [bags, each] without offsets, or "
      "[total] with 1-d ones",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      embedding_bag(table, four, {.offsets = from({0, 3, 2})}),
      "[embedding_bag] offsets [0, 3, 2]: expected to start at 0, not to fall, and to stay within the "
      "index's length 4",
      ValueError);
  CHECK_THROWS_WITH_AS(embedding_bag(table, four, {.offsets = from({1, 2})}),
                       "[embedding_bag] offsets [1, 2]: expected to start at 0, not to fall, and to stay "
                       "within the index's length 4",
                       ValueError);
  CHECK_THROWS_WITH_AS(embedding_bag(table, four, {.offsets = from({0, 5})}),
                       "[embedding_bag] offsets [0, 5]: expected to start at 0, not to fall, and to stay "
                       "within the index's length 4",
                       ValueError);
  CHECK_THROWS_WITH_AS(
      embedding_bag(table, four, {.offsets = from({0, 2}), .include_last_offset = true}),
      "[embedding_bag] offsets [0, 2]: expected to start at 0, not to fall, and to end with the index's "
      "length 4",
      ValueError);
  CHECK_THROWS_WITH_AS(embedding_bag(table, zeros({2, 2})),
                       "[embedding_bag] index is float32: expected int64", DtypeError);
  CHECK_THROWS_WITH_AS(embedding_bag(table, four + 2, {.offsets = from({0})}),
                       "[embedding] index 5 at [3] is out of range for axis 0 of [5, 3]", IndexError);
  CHECK_THROWS_WITH_AS(embedding_bag(table, four, {.offsets = from({0}), .per_sample_weights = ones({4})}),
                       "[embedding_bag] per_sample_weights go with mode sum only", ValueError);
  CHECK_THROWS_WITH_AS(
      embedding_bag(table, four,
                    {.offsets = from({0}), .mode = BagMode::sum, .per_sample_weights = ones({3})}),
      "[embedding_bag] per_sample_weights [3] must have the shape of the index [4]", ShapeError);
  CHECK_THROWS_WITH_AS(embedding_bag(zeros({5, 3}), scalar(1)),
                       "[embedding_bag] index is float32: expected int64", DtypeError);
  CHECK_THROWS_WITH_AS(embedding_bag(zeros({5, 3}), whole({})),
                       "[embedding_bag] index [] and no offsets: expected [bags, each] without offsets, or "
                       "[total] with 1-d ones",
                       ShapeError);
  CHECK_THROWS_WITH_AS(embedding_bag(zeros({5, 3}), whole({2}), {.offsets = zeros({1})}),
                       "[embedding_bag] offsets is float32: expected int64", DtypeError);
  CHECK_THROWS_WITH_AS(embedding_bag(Tensor(), whole({2, 2})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(embedding_bag(zeros({5, 3}), Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(embedding_bag(zeros({5}), whole({2, 2})),
                       "[embedding_bag] weight [5]: expected [rows, n]", ShapeError);
  CHECK_THROWS_WITH_AS(embedding_bag(zeros({5, 3}), whole({2, 2}), {.padding_idx = 7}),
                       "[embedding_bag] padding_idx 7 is out of range for axis 0 of [5, 3]", IndexError);
  CHECK_THROWS_WITH_AS(embedding_bag(zeros({5, 3}), whole({2, 2}), {.padding_idx = -3}),
                       "[embedding_bag] padding_idx -3 is out of range for axis 0 of [5, 3]", IndexError);
}

TEST_CASE("wrong calls of dropout, dropout1d, dropout2d and dropout3d") {
  CHECK_THROWS_WITH_AS(dropout(zeros({3}), 1.5), "[dropout] p 1.5: a probability lies in [0, 1]", ValueError);
  CHECK_THROWS_WITH_AS(dropout(zeros({3}), -0.1, false), "[dropout] p -0.1: a probability lies in [0, 1]",
                       ValueError);
  CHECK_THROWS_WITH_AS(dropout1d(zeros({3})),
                       "[dropout1d] x [3]: expected [n, c, ...] with 1 spatial axis, or the same without n",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      dropout2d(zeros({3, 4})),
      "[dropout2d] x [3, 4]: expected [n, c, ...] with 2 spatial axes, or the same without n", ShapeError);
  CHECK_THROWS_WITH_AS(dropout2d(zeros({3, 4, 5}), 2), "[dropout2d] p 2: a probability lies in [0, 1]",
                       ValueError);
}

TEST_CASE("wrong calls of alpha_dropout and feature_alpha_dropout") {
  CHECK_THROWS_WITH_AS(alpha_dropout(zeros({3}), -1), "[alpha_dropout] p -1: a probability lies in [0, 1]",
                       ValueError);
  CHECK_THROWS_WITH_AS(feature_alpha_dropout(zeros({3})),
                       "[feature_alpha_dropout] x [3]: expected [n, c, ...]", ShapeError);
}

TEST_CASE("wrong calls of dropout") {
  CHECK_THROWS_WITH_AS(dropout(zeros({3}), std::numeric_limits<double>::quiet_NaN()),
                       "[dropout] p nan: a probability lies in [0, 1]", ValueError);
  CHECK_THROWS_WITH_AS(dropout(whole({3})),
                       "[dropout] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(dropout(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of dropout1d") {
  CHECK_THROWS_WITH_AS(
      dropout1d(zeros({2, 3, 4, 5})),
      "[dropout1d] x [2, 3, 4, 5]: expected [n, c, ...] with 1 spatial axis, or the same without n",
      ShapeError);
  CHECK_THROWS_WITH_AS(dropout1d(zeros({3, 4}), -0.5), "[dropout1d] p -0.5: a probability lies in [0, 1]",
                       ValueError);
  CHECK_THROWS_WITH_AS(dropout1d(whole({3, 4})),
                       "[dropout1d] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(dropout1d(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of dropout2d") {
  CHECK_THROWS_WITH_AS(
      dropout2d(zeros({1, 2, 3, 4, 5})),
      "[dropout2d] x [1, 2, 3, 4, 5]: expected [n, c, ...] with 2 spatial axes, or the same without n",
      ShapeError);
  CHECK_THROWS_WITH_AS(dropout2d(whole({3, 4, 5})),
                       "[dropout2d] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(dropout2d(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of dropout3d") {
  CHECK_THROWS_WITH_AS(
      dropout3d(zeros({3, 4, 5})),
      "[dropout3d] x [3, 4, 5]: expected [n, c, ...] with 3 spatial axes, or the same without n", ShapeError);
  CHECK_THROWS_WITH_AS(dropout3d(zeros({1, 3, 4, 5}), 1.25),
                       "[dropout3d] p 1.25: a probability lies in [0, 1]", ValueError);
  CHECK_THROWS_WITH_AS(dropout3d(whole({1, 3, 4, 5})),
                       "[dropout3d] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(dropout3d(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of alpha_dropout") {
  CHECK_THROWS_WITH_AS(alpha_dropout(zeros({3}), 1.5, false),
                       "[alpha_dropout] p 1.5: a probability lies in [0, 1]", ValueError);
  CHECK_THROWS_WITH_AS(alpha_dropout(whole({3})),
                       "[alpha_dropout] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(alpha_dropout(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of feature_alpha_dropout") {
  CHECK_THROWS_WITH_AS(feature_alpha_dropout(zeros({2, 3}), 2),
                       "[feature_alpha_dropout] p 2: a probability lies in [0, 1]", ValueError);
  CHECK_THROWS_WITH_AS(feature_alpha_dropout(scalar(1)), "[feature_alpha_dropout] x []: expected [n, c, ...]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      feature_alpha_dropout(whole({2, 3})),
      "[feature_alpha_dropout] needs a floating tensor, got int64: convert it with to(x, float32)",
      DtypeError);
  CHECK_THROWS_WITH_AS(feature_alpha_dropout(Tensor()), undefined_text, GraphError);
}

}  // namespace
}  // namespace xg
