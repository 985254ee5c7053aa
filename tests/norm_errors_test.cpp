// The wrong calls of the ops in the op table's norm family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {
namespace {

TEST_CASE("wrong calls of layer_norm") {
  CHECK_THROWS_WITH_AS(layer_norm(zeros({2, 16}), {16}, ones({8})),
                       "[layer_norm] weight [8] must have the shape [16]", Error);
  CHECK_THROWS_WITH_AS(layer_norm(zeros({2, 3}), {2}),
                       "[layer_norm] x [2, 3] does not end with the normalized shape [2]", Error);
}

TEST_CASE("wrong calls of rms_norm") {
  CHECK_THROWS_WITH_AS(rms_norm(zeros({2, 16}), {16}, ones({8})),
                       "[rms_norm] weight [8] must have the shape [16]", Error);
}

TEST_CASE("wrong calls of batch_norm") {
  CHECK_THROWS_WITH_AS(batch_norm(zeros({2, 4}), {}, {}, ones({3}), {}, true),
                       "[batch_norm] weight [3] must have the shape [4]", Error);
  CHECK_THROWS_WITH_AS(batch_norm(zeros({1, 4}), {}, {}, {}, {}, true),
                       "[batch_norm] x [1, 4] has 1 values a channel: training needs at least 2", Error);
  CHECK_THROWS_WITH_AS(batch_norm(zeros({2, 4}), {}, {}),
                       "[batch_norm] no running statistics: they are needed unless training is true", Error);
}

TEST_CASE("wrong calls of group_norm") {
  CHECK_THROWS_WITH_AS(group_norm(zeros({2, 4}), 3), "[group_norm] 4 channels do not make 3 groups", Error);
}

TEST_CASE("wrong calls of instance_norm") {
  CHECK_THROWS_WITH_AS(instance_norm(zeros({2})), "[instance_norm] x [2]: expected [n, c, ...]", Error);
}

}  // namespace
}  // namespace xg
