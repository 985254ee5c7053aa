// The wrong calls of the ops in the op table's softmax family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <limits>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/wrong_calls.hpp"

namespace xg {
namespace {

const Tensor targets = tensor({3, 0, 2, 2, 1}, {.dtype = int64});

TEST_CASE("wrong calls of softmax and log_softmax") {
  CHECK_THROWS_WITH_AS(softmax(zeros({2}), 1), "[softmax] axis 1 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(log_softmax(zeros({2, 3}), -3),
                       "[log_softmax] axis -3 is out of range for a tensor of shape [2, 3]", IndexError);
  CHECK_THROWS_WITH_AS(softmax(zeros({2}, {.dtype = boolean}), 0),
                       "[softmax] needs a floating tensor, got bool: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(log_softmax(zeros({2}, {.dtype = int64}), 0),
                       "[log_softmax] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(softmax(scalar(1), 1), "[softmax] axis 1 is out of range for a tensor of shape []",
                       IndexError);
  CHECK_THROWS_WITH_AS(softmax(zeros({2, 3}), -3),
                       "[softmax] axis -3 is out of range for a tensor of shape [2, 3]", IndexError);
  CHECK_THROWS_WITH_AS(softmax(Tensor(), 0), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(log_softmax(scalar(1), 1),
                       "[log_softmax] axis 1 is out of range for a tensor of shape []", IndexError);
  CHECK_THROWS_WITH_AS(log_softmax(zeros({2}, {.dtype = boolean}), 0),
                       "[log_softmax] needs a floating tensor, got bool: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(log_softmax(Tensor(), 0), undefined_text, GraphError);
}

TEST_CASE("wrong calls of softmin") {
  CHECK_THROWS_WITH_AS(softmin(zeros({2}), 1), "[softmin] axis 1 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(softmin(zeros({2, 3}), -3),
                       "[softmin] axis -3 is out of range for a tensor of shape [2, 3]", IndexError);
  CHECK_THROWS_WITH_AS(softmin(whole({2}), 0),
                       "[softmin] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(softmin(Tensor(), 0), undefined_text, GraphError);
}

TEST_CASE("wrong calls of gumbel_softmax") {
  CHECK_THROWS_WITH_AS(gumbel_softmax(zeros({2}), 0), "[gumbel_softmax] tau 0: must be positive", ValueError);
  CHECK_THROWS_WITH_AS(gumbel_softmax(zeros({2}, {.dtype = int64})),
                       "[gumbel_softmax] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(gumbel_softmax(zeros({2}), -1), "[gumbel_softmax] tau -1: must be positive",
                       ValueError);
  CHECK_THROWS_WITH_AS(gumbel_softmax(zeros({2}), std::numeric_limits<double>::quiet_NaN()),
                       "[gumbel_softmax] tau nan: must be positive", ValueError);
  CHECK_THROWS_WITH_AS(gumbel_softmax(zeros({2}), 1, false, 1),
                       "[gumbel_softmax] axis 1 is out of range for a tensor of shape [2]", IndexError);
  CHECK_THROWS_WITH_AS(gumbel_softmax(zeros({2, 3}), 1, true, -3),
                       "[gumbel_softmax] axis -3 is out of range for a tensor of shape [2, 3]", IndexError);
  CHECK_THROWS_WITH_AS(gumbel_softmax(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of cross_entropy_rows") {
  const Tensor logits = zeros({5, 4});
  CHECK_THROWS_WITH_AS(cross_entropy_rows(zeros({5, 3}), targets),
                       "[cross_entropy_rows] target 3 at [0] is no class: logits are [5, 3]", IndexError);
  CHECK_THROWS_WITH_AS(cross_entropy_rows(zeros({4, 4}), targets),
                       "[cross_entropy_rows] logits [4, 4] and target [5]: expected [n, c] and [n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(cross_entropy_rows(zeros({5}), targets),
                       "[cross_entropy_rows] logits [5] and target [5]: expected [n, c] and [n]", ShapeError);
  CHECK_THROWS_WITH_AS(
      cross_entropy_rows(logits, to(targets, float32)),
      "[cross_entropy_rows] the target is float32, not int64: convert it with to(target, int64)", DtypeError);
  CHECK_THROWS_WITH_AS(
      cross_entropy_rows(to(logits, int64), targets),
      "[cross_entropy_rows] needs a floating tensor, got int64: convert it with to(x, float32)", DtypeError);
  CHECK_THROWS_WITH_AS(cross_entropy_rows(logits, targets, {.label_smoothing = 1.5}),
                       "[cross_entropy_rows] label_smoothing 1.5: expected a number from 0 to 1", ValueError);
  CHECK_THROWS_WITH_AS(cross_entropy_rows(logits, targets, {.weight = ones({3})}),
                       "[cross_entropy_rows] weight [3] for logits [5, 4]: expected [4]", ShapeError);
  CHECK_THROWS_WITH_AS(cross_entropy_rows(zeros({5, 4}), targets, {.label_smoothing = -0.5}),
                       "[cross_entropy_rows] label_smoothing -0.5: expected a number from 0 to 1",
                       ValueError);
  CHECK_THROWS_WITH_AS(cross_entropy_rows(zeros({5, 4}), -1 - targets),
                       "[cross_entropy_rows] target -4 at [0] is no class: logits are [5, 4]", IndexError);
  CHECK_THROWS_WITH_AS(cross_entropy_rows(zeros({5, 4}), reshape(targets, {5, 1})),
                       "[cross_entropy_rows] logits [5, 4] and target [5, 1]: expected [n, c] and [n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(cross_entropy_rows(zeros({5, 4}), targets, {.weight = ones({4, 1})}),
                       "[cross_entropy_rows] weight [4, 1] for logits [5, 4]: expected [4]", ShapeError);
  CHECK_THROWS_WITH_AS(cross_entropy_rows(Tensor(), targets), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(cross_entropy_rows(zeros({5, 4}), Tensor()), undefined_text, GraphError);
}

}  // namespace
}  // namespace xg
