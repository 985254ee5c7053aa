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
  CHECK_THROWS_WITH_AS(instance_norm(zeros({2})), "[instance_norm] x [2]: expected [n, c, ...]", ShapeError);
  CHECK_THROWS_WITH_AS(instance_norm(zeros({2, 4, 3}), {}, {}, ones({3})),
                       "[instance_norm] weight [3] must have the shape [4]", ShapeError);
  CHECK_THROWS_WITH_AS(instance_norm(zeros({2, 4, 3}), zeros({2})),
                       "[instance_norm] running_mean [2] must have the shape [4]", ShapeError);
  CHECK_THROWS_WITH_AS(
      instance_norm(zeros({2, 4, 3}), {}, {}, {}, {}, false),
      "[instance_norm] no running statistics: they are needed unless use_input_stats is true", ValueError);
  CHECK_THROWS_WITH_AS(
      instance_norm(zeros({2, 4, 1})),
      "[instance_norm] x [2, 4, 1] has 1 values a channel of a sample: at least 2 make statistics",
      ValueError);
  CHECK_THROWS_WITH_AS(instance_norm(zeros({2, 4, 3}, {.dtype = int64})),
                       "[instance_norm] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
}

TEST_CASE("wrong calls of local_response_norm") {
  CHECK_THROWS_WITH_AS(local_response_norm(zeros({2, 4}), 0),
                       "[local_response_norm] size 0: must be at least 1", ValueError);
  CHECK_THROWS_WITH_AS(local_response_norm(zeros({2}), 2),
                       "[local_response_norm] x [2]: expected [n, c, ...]", ShapeError);
  CHECK_THROWS_WITH_AS(
      local_response_norm(zeros({2, 4}, {.dtype = int64}), 2),
      "[local_response_norm] needs a floating tensor, got int64: convert it with to(x, float32)", DtypeError);
}

TEST_CASE("wrong calls of weight_norm") {
  CHECK_THROWS_WITH_AS(weight_norm(zeros({4, 3}), ones({4})),
                       "[weight_norm] g [4] must have the shape [4, 1]", ShapeError);
  CHECK_THROWS_WITH_AS(weight_norm(zeros({4, 3}), ones({4, 1}), 2),
                       "[weight_norm] axis 2 is out of range for a tensor of shape [4, 3]", IndexError);
  CHECK_THROWS_WITH_AS(weight_norm(zeros({4}, {.dtype = int64}), ones({4})),
                       "[weight_norm] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
}

}  // namespace
}  // namespace xg
