// The wrong calls of the ops in the op table's softmax family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {
namespace {

const Tensor targets = tensor({3, 0, 2, 2, 1}, {.dtype = int64});

TEST_CASE("wrong calls of softmax") {
  CHECK_THROWS_WITH_AS(softmax(zeros({2}), 1), "[softmax] axis 1 is out of range for a tensor of shape [2]",
                       Error);
}

TEST_CASE("wrong calls of log_softmax") {
  CHECK_THROWS_WITH_AS(log_softmax(zeros({2}, {.dtype = int64}), 0),
                       "[log_softmax] needs a floating tensor, got int64: convert it with to(x, float32)",
                       Error);
}

TEST_CASE("wrong calls of softmin") {
  CHECK_THROWS_WITH_AS(softmin(zeros({2}), 1), "[softmax] axis 1 is out of range for a tensor of shape [2]",
                       IndexError);
}

TEST_CASE("wrong calls of gumbel_softmax") {
  CHECK_THROWS_WITH_AS(gumbel_softmax(zeros({2}), 0), "[gumbel_softmax] tau 0: must be positive", ValueError);
  CHECK_THROWS_WITH_AS(gumbel_softmax(zeros({2}, {.dtype = int64})),
                       "[gumbel_softmax] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
}

TEST_CASE("wrong calls of cross_entropy_rows") {
  CHECK_THROWS_WITH_AS(cross_entropy_rows(zeros({5, 3}), targets),
                       "[cross_entropy_rows] target 3 at [0] is no class: logits are [5, 3]", Error);
}

}  // namespace
}  // namespace xg
