// The wrong calls of the losses, each with the whole text of its error.

#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/nn/loss.hpp>

namespace xg::nn {
namespace {

const Tensor row = zeros({3}), rows = zeros({2, 3}), whole_row = zeros({3}, {.dtype = int64}),
             two_classes = zeros({2}, {.dtype = int64});

Tensor whole(std::initializer_list<NestedValues> values) { return tensor(values, {.dtype = int64}); }

TEST_CASE("wrong calls of losses of differences") {
  CHECK_THROWS_WITH_AS(mse_loss(zeros({8, 1}), zeros({8})),
                       "[mse_loss] input [8, 1] and target [8] differ in shape: reshape one of them",
                       ShapeError);
  CHECK_THROWS_WITH_AS(l1_loss(row, rows),
                       "[l1_loss] input [3] and target [2, 3] differ in shape: reshape one of them",
                       ShapeError);
  CHECK_THROWS_WITH_AS(huber_loss(row, rows),
                       "[huber_loss] input [3] and target [2, 3] differ in shape: reshape one of them",
                       ShapeError);
  CHECK_THROWS_WITH_AS(huber_loss(row, row, {.delta = 0}), "[huber_loss] delta 0: must be positive",
                       ValueError);
  CHECK_THROWS_WITH_AS(smooth_l1_loss(row, rows),
                       "[smooth_l1_loss] input [3] and target [2, 3] differ in shape: reshape one of them",
                       ShapeError);
  CHECK_THROWS_WITH_AS(smooth_l1_loss(row, row, {.beta = -1}),
                       "[smooth_l1_loss] beta -1: must not be negative", ValueError);
}

TEST_CASE("wrong calls of poisson_nll_loss and gaussian_nll_loss") {
  CHECK_THROWS_WITH_AS(poisson_nll_loss(row, rows),
                       "[poisson_nll_loss] input [3] and target [2, 3] differ in shape: reshape one of them",
                       ShapeError);
  CHECK_THROWS_WITH_AS(gaussian_nll_loss(row, rows, row),
                       "[gaussian_nll_loss] input [3] and target [2, 3] differ in shape: reshape one of them",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      gaussian_nll_loss(rows, rows, row),
      "[gaussian_nll_loss] var [3] does not fit the input [2, 3]: expected its shape, or one variance a row",
      ShapeError);
  CHECK_THROWS_WITH_AS(gaussian_nll_loss(row, row, full({3}, -1)),
                       "[gaussian_nll_loss] var [3] holds a negative variance", ValueError);
}

TEST_CASE("wrong calls of cross_entropy and nll_loss") {
  CHECK_THROWS_WITH_AS(cross_entropy(zeros({4, 3}), two_classes),
                       "[cross_entropy] input [4, 3] needs a target [4], not [2]", ShapeError);
  CHECK_THROWS_WITH_AS(cross_entropy(zeros({4, 3}), zeros({4, 2})),
                       "[cross_entropy] input [4, 3] needs a target [4, 3], not [4, 2]", ShapeError);
  CHECK_THROWS_WITH_AS(cross_entropy(scalar(1), scalar(1)),
                       "[cross_entropy] the input has no axes: expected [n, classes]", ShapeError);
  CHECK_THROWS_WITH_AS(cross_entropy(rows, rows, {.label_smoothing = 1.5}),
                       "[cross_entropy] label_smoothing 1.5: expected a number from 0 to 1", ValueError);
  CHECK_THROWS_WITH_AS(cross_entropy(rows, rows, {.weight = ones({4})}),
                       "[cross_entropy] weight [4] for 3 classes: expected [3]", ShapeError);
  CHECK_THROWS_WITH_AS(cross_entropy(rows, two_classes, {.weight = ones({4})}),
                       "[cross_entropy] weight [4] for 3 classes: expected [3]", ShapeError);
  CHECK_THROWS_WITH_AS(cross_entropy(rows, whole({-1, 2})),
                       "[cross_entropy] target -1 of sample 0 is none of 3 classes", IndexError);
  CHECK_THROWS_WITH_AS(cross_entropy(rows, zeros({2}, {.dtype = boolean})),
                       "[cross_entropy] target is bool, not int64: convert it with to(target, int64)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(nll_loss(rows, whole({0, 3})), "[nll_loss] target 3 of sample 1 is none of 3 classes",
                       IndexError);
  CHECK_THROWS_WITH_AS(nll_loss(rows, zeros({2})),
                       "[nll_loss] target is float32, not int64: convert it with to(target, int64)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(nll_loss(rows, two_classes, {.weight = ones({4})}),
                       "[nll_loss] weight [4] for 3 classes: expected [3]", ShapeError);
}

TEST_CASE("wrong calls of losses of probabilities") {
  CHECK_THROWS_WITH_AS(
      binary_cross_entropy(row, rows),
      "[binary_cross_entropy] input [3] and target [2, 3] differ in shape: reshape one of them", ShapeError);
  CHECK_THROWS_WITH_AS(binary_cross_entropy(row, row, {.weight = rows}),
                       "[binary_cross_entropy] weight [2, 3] does not broadcast to the input [3]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      binary_cross_entropy_with_logits(row, row, {.pos_weight = rows}),
      "[binary_cross_entropy_with_logits] pos_weight [2, 3] does not broadcast to the input [3]", ShapeError);
  CHECK_THROWS_WITH_AS(kl_div(row, rows),
                       "[kl_div] input [3] and target [2, 3] differ in shape: reshape one of them",
                       ShapeError);
  CHECK_THROWS_WITH_AS(kl_div(scalar(0), scalar(0), {.reduction = Reduction::batchmean}),
                       "[kl_div] batchmean of a 0-d input: it has no batch to divide by, take sum",
                       ShapeError);
}

TEST_CASE("wrong calls of soft_margin_loss and margin_ranking_loss") {
  CHECK_THROWS_WITH_AS(soft_margin_loss(row, rows),
                       "[soft_margin_loss] input [3] and target [2, 3] differ in shape: reshape one of them",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      margin_ranking_loss(row, rows, row),
      "[margin_ranking_loss] input1 [3] and input2 [2, 3] differ in shape: reshape one of them", ShapeError);
  CHECK_THROWS_WITH_AS(
      margin_ranking_loss(row, row, rows),
      "[margin_ranking_loss] input1 [3] and target [2, 3] differ in shape: reshape one of them", ShapeError);
}

TEST_CASE("wrong calls of multi_margin_loss") {
  CHECK_THROWS_WITH_AS(multi_margin_loss(rows, two_classes, {.p = 3}),
                       "[multi_margin_loss] p 3: expected 1 or 2", ValueError);
  CHECK_THROWS_WITH_AS(multi_margin_loss(zeros({1, 2, 3}), two_classes),
                       "[multi_margin_loss] input [1, 2, 3]: expected [n, classes] or [classes]", ShapeError);
  CHECK_THROWS_WITH_AS(multi_margin_loss(rows, whole_row),
                       "[multi_margin_loss] input [2, 3] needs a target [2], not [3]", ShapeError);
  CHECK_THROWS_WITH_AS(multi_margin_loss(row, whole({1})),
                       "[multi_margin_loss] input [3] needs a target [], not [1]", ShapeError);
  CHECK_THROWS_WITH_AS(multi_margin_loss(rows, zeros({2})),
                       "[multi_margin_loss] target is float32, not int64: convert it with to(target, int64)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(multi_margin_loss(rows, whole({0, -1})),
                       "[multi_margin_loss] target -1 of sample 1 is none of 3 classes", IndexError);
  CHECK_THROWS_WITH_AS(multi_margin_loss(rows, two_classes, {.weight = ones({2})}),
                       "[multi_margin_loss] weight [2] for 3 classes: expected [3]", ShapeError);
}

TEST_CASE("wrong calls of multilabel_margin_loss and multilabel_soft_margin_loss") {
  CHECK_THROWS_WITH_AS(
      multilabel_margin_loss(rows, whole_row),
      "[multilabel_margin_loss] input [2, 3] and target [3] differ in shape: reshape one of them",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      multilabel_margin_loss(row, row),
      "[multilabel_margin_loss] target is float32, not int64: convert it with to(target, int64)", DtypeError);
  CHECK_THROWS_WITH_AS(multilabel_margin_loss(rows, whole({{0, 1, -1}, {2, 3, -1}})),
                       "[multilabel_margin_loss] target 3 of sample 1 is none of 3 classes", IndexError);
  CHECK_THROWS_WITH_AS(multilabel_margin_loss(scalar(0), scalar(0, {.dtype = int64})),
                       "[multilabel_margin_loss] input []: expected [n, classes] or [classes]", ShapeError);
  CHECK_THROWS_WITH_AS(
      multilabel_soft_margin_loss(rows, row),
      "[multilabel_soft_margin_loss] input [2, 3] and target [3] differ in shape: reshape one of them",
      ShapeError);
  CHECK_THROWS_WITH_AS(multilabel_soft_margin_loss(rows, rows, {.weight = ones({2})}),
                       "[multilabel_soft_margin_loss] weight [2] for 3 classes: expected [3]", ShapeError);
  CHECK_THROWS_WITH_AS(multilabel_soft_margin_loss(scalar(0), scalar(0)),
                       "[multilabel_soft_margin_loss] the input has no axes: expected [..., classes]",
                       ShapeError);
}

TEST_CASE("wrong calls of hinge_embedding_loss and cosine_embedding_loss") {
  CHECK_THROWS_WITH_AS(
      hinge_embedding_loss(row, rows),
      "[hinge_embedding_loss] input [3] and target [2, 3] differ in shape: reshape one of them", ShapeError);
  CHECK_THROWS_WITH_AS(hinge_embedding_loss(row, tensor({1, -1, 0})),
                       "[hinge_embedding_loss] target 0 at element 2: expected 1 or -1", ValueError);
  CHECK_THROWS_WITH_AS(
      cosine_embedding_loss(row, rows, row),
      "[cosine_embedding_loss] input1 [3] and input2 [2, 3] differ in shape: reshape one of them",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      cosine_embedding_loss(rows, rows, row),
      "[cosine_embedding_loss] inputs [2, 3] and target [3]: expected [n, d] with [n], or [d] with []",
      ShapeError);
  CHECK_THROWS_WITH_AS(cosine_embedding_loss(rows, rows, tensor({1, 2})),
                       "[cosine_embedding_loss] target 2 at element 1: expected 1 or -1", ValueError);
}

TEST_CASE("wrong calls of triplet_margin_loss") {
  CHECK_THROWS_WITH_AS(
      triplet_margin_loss(rows, row, rows),
      "[triplet_margin_loss] anchor [2, 3] and positive [3] differ in shape: reshape one of them",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      triplet_margin_loss(rows, rows, row),
      "[triplet_margin_loss] anchor [2, 3] and negative [3] differ in shape: reshape one of them",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      triplet_margin_with_distance_loss(rows, zeros({2, 4}), rows),
      "[pairwise_distance] shapes [2, 3] and [2, 4] do not broadcast: axis -1 has sizes 3 and 4", ShapeError);
}

TEST_CASE("wrong calls of ctc_loss") {
  const Tensor x = zeros({4, 2, 3}), labels = whole({{1, 2}, {1, 1}}), fours = whole({4, 4}),
               twos = whole({2, 2});
  CHECK_THROWS_WITH_AS(ctc_loss(row, labels, fours, twos),
                       "[ctc_loss] log_probs [3]: expected [time, n, classes] or [time, classes]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(ctc_loss(zeros({4, 2, 3}, {.dtype = int64}), labels, fours, twos),
                       "[ctc_loss] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(ctc_loss(x, rows, fours, twos),
                       "[ctc_loss] targets is float32, not int64: convert it with to(targets, int64)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(ctc_loss(x, labels, fours, twos, {.blank = 3}),
                       "[ctc_loss] blank 3: expected one of 3 classes", ValueError);
  CHECK_THROWS_WITH_AS(ctc_loss(x, labels, whole({4}), twos),
                       "[ctc_loss] input_lengths [1] and log_probs [4, 2, 3]: expected [2]", ShapeError);
  CHECK_THROWS_WITH_AS(ctc_loss(x, labels, fours, whole({2, 2, 2})),
                       "[ctc_loss] target_lengths [3] and log_probs [4, 2, 3]: expected [2]", ShapeError);
  CHECK_THROWS_WITH_AS(ctc_loss(x, labels, whole({4, 5}), twos),
                       "[ctc_loss] input_lengths 5 of sample 1: expected 0 to 4", ValueError);
  CHECK_THROWS_WITH_AS(ctc_loss(x, labels, fours, whole({3, 2})),
                       "[ctc_loss] target_lengths 3 of sample 0: expected 0 to 2", ValueError);
  CHECK_THROWS_WITH_AS(ctc_loss(x, whole({1, 2, 1}), fours, twos),
                       "[ctc_loss] targets [3] in a row, but target_lengths add up to 4", ShapeError);
  CHECK_THROWS_WITH_AS(ctc_loss(x, zeros({3, 2}, {.dtype = int64}), fours, twos),
                       "[ctc_loss] targets [3, 2] for 2 samples: expected [2, longest] or one row",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      ctc_loss(x, whole({{1, 3}, {1, 1}}), fours, twos),
      "[ctc_loss] target 3 at place 1 of sample 0: expected one of 3 classes other than the blank 0",
      IndexError);
  CHECK_THROWS_WITH_AS(
      ctc_loss(x, whole({{1, 2}, {0, 1}}), fours, twos),
      "[ctc_loss] target 0 at place 0 of sample 1: expected one of 3 classes other than the blank 0",
      IndexError);
}

}  // namespace
}  // namespace xg::nn
