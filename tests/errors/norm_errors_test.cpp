// The wrong calls of the ops in the op table's norm family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/wrong_calls.hpp"

namespace xg {
namespace {

TEST_CASE("wrong calls of layer_norm") {
  CHECK_THROWS_WITH_AS(layer_norm(zeros({2, 16}), {16}, ones({8})),
                       "[layer_norm] weight [8] must have the shape [16]", ShapeError);
  CHECK_THROWS_WITH_AS(layer_norm(zeros({2, 3}), {2}),
                       "[layer_norm] x [2, 3] does not end with the normalized shape [2]", ShapeError);
  CHECK_THROWS_WITH_AS(layer_norm(zeros({2, 16}), {16}, {}, zeros({1, 16})),
                       "[layer_norm] bias [1, 16] must have the shape [16]", ShapeError);
  CHECK_THROWS_WITH_AS(layer_norm(zeros({3}), {2, 3}),
                       "[layer_norm] x [3] does not end with the normalized shape [2, 3]", ShapeError);
  CHECK_THROWS_WITH_AS(layer_norm(zeros({2, 3}), {}),
                       "[layer_norm] x [2, 3] does not end with the normalized shape []", ShapeError);
  CHECK_THROWS_WITH_AS(layer_norm(whole({2, 3}), {3}),
                       "[layer_norm] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(layer_norm(Tensor(), {3}), undefined_text, GraphError);
}

TEST_CASE("wrong calls of rms_norm") {
  CHECK_THROWS_WITH_AS(rms_norm(zeros({2, 16}), {16}, ones({8})),
                       "[rms_norm] weight [8] must have the shape [16]", ShapeError);
  CHECK_THROWS_WITH_AS(rms_norm(zeros({2, 3}), {2}),
                       "[rms_norm] x [2, 3] does not end with the normalized shape [2]", ShapeError);
  CHECK_THROWS_WITH_AS(rms_norm(zeros({3}), {2, 3}),
                       "[rms_norm] x [3] does not end with the normalized shape [2, 3]", ShapeError);
  CHECK_THROWS_WITH_AS(rms_norm(zeros({2, 3}), {}),
                       "[rms_norm] x [2, 3] does not end with the normalized shape []", ShapeError);
  CHECK_THROWS_WITH_AS(rms_norm(whole({2, 3}), {3}),
                       "[rms_norm] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(rms_norm(Tensor(), {3}), undefined_text, GraphError);
}

TEST_CASE("wrong calls of batch_norm") {
  CHECK_THROWS_WITH_AS(batch_norm(zeros({2, 4}), {}, {}, ones({3}), {}, true),
                       "[batch_norm] weight [3] must have the shape [4]", ShapeError);
  CHECK_THROWS_WITH_AS(batch_norm(zeros({1, 4}), {}, {}, {}, {}, true),
                       "[batch_norm] x [1, 4] has 1 values a channel: training needs at least 2", ValueError);
  CHECK_THROWS_WITH_AS(batch_norm(zeros({2, 4}), {}, {}),
                       "[batch_norm] no running statistics: they are needed unless training is true",
                       ValueError);
  CHECK_THROWS_WITH_AS(batch_norm(zeros({4}), {}, {}, {}, {}, true),
                       "[batch_norm] x [4]: expected [n, c, ...]", ShapeError);
  CHECK_THROWS_WITH_AS(batch_norm(zeros({2, 4}), zeros({4}), {}),
                       "[batch_norm] no running statistics: they are needed unless training is true",
                       ValueError);
  CHECK_THROWS_WITH_AS(batch_norm(zeros({2, 4}), zeros({3}), ones({4})),
                       "[batch_norm] running_mean [3] must have the shape [4]", ShapeError);
  CHECK_THROWS_WITH_AS(batch_norm(zeros({2, 4}), zeros({4}), ones({4, 1})),
                       "[batch_norm] running_var [4, 1] must have the shape [4]", ShapeError);
  CHECK_THROWS_WITH_AS(batch_norm(zeros({2, 4}), zeros({4}), ones({4}), {}, zeros({2})),
                       "[batch_norm] bias [2] must have the shape [4]", ShapeError);
  CHECK_THROWS_WITH_AS(batch_norm(zeros({2, 0}), {}, {}, {}, {}, true),
                       "[batch_norm] no running statistics: they are needed unless training is true",
                       ValueError);
  CHECK_THROWS_WITH_AS(batch_norm(zeros({0, 4}), {}, {}, {}, {}, true),
                       "[batch_norm] x [0, 4] has 0 values a channel: training needs at least 2", ValueError);
  CHECK_THROWS_WITH_AS(batch_norm(whole({2, 4}), {}, {}, {}, {}, true),
                       "[batch_norm] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(batch_norm(Tensor(), {}, {}, {}, {}, true), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(batch_norm(zeros({2, 4}), whole({4}), whole({4}), {}, {}, true),
                       "[batch_norm] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
}

TEST_CASE("wrong calls of group_norm") {
  CHECK_THROWS_WITH_AS(group_norm(zeros({2, 4}), 3), "[group_norm] 4 channels do not make 3 groups",
                       ShapeError);
  CHECK_THROWS_WITH_AS(group_norm(zeros({2, 4}), 0), "[group_norm] 4 channels do not make 0 groups",
                       ShapeError);
  CHECK_THROWS_WITH_AS(group_norm(zeros({2, 4}), -2), "[group_norm] 4 channels do not make -2 groups",
                       ShapeError);
  CHECK_THROWS_WITH_AS(group_norm(zeros({4}), 2), "[group_norm] x [4]: expected [n, c, ...]", ShapeError);
  CHECK_THROWS_WITH_AS(group_norm(zeros({2, 4}), 2, ones({2})),
                       "[group_norm] weight [2] must have the shape [4]", ShapeError);
  CHECK_THROWS_WITH_AS(group_norm(zeros({2, 4}), 2, {}, ones({4, 1})),
                       "[group_norm] bias [4, 1] must have the shape [4]", ShapeError);
  CHECK_THROWS_WITH_AS(group_norm(whole({2, 4}), 2),
                       "[group_norm] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(group_norm(Tensor(), 2), undefined_text, GraphError);
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
  CHECK_THROWS_WITH_AS(instance_norm(zeros({2, 4, 3}), {}, {}, {}, zeros({4, 1})),
                       "[instance_norm] bias [4, 1] must have the shape [4]", ShapeError);
  CHECK_THROWS_WITH_AS(
      instance_norm(zeros({2, 4, 3}), zeros({4}), {}, {}, {}, false),
      "[instance_norm] no running statistics: they are needed unless use_input_stats is true", ValueError);
  CHECK_THROWS_WITH_AS(instance_norm(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of local_response_norm") {
  CHECK_THROWS_WITH_AS(local_response_norm(zeros({2, 4}), 0),
                       "[local_response_norm] size 0: must be at least 1", ValueError);
  CHECK_THROWS_WITH_AS(local_response_norm(zeros({2}), 2),
                       "[local_response_norm] x [2]: expected [n, c, ...]", ShapeError);
  CHECK_THROWS_WITH_AS(
      local_response_norm(zeros({2, 4}, {.dtype = int64}), 2),
      "[local_response_norm] needs a floating tensor, got int64: convert it with to(x, float32)", DtypeError);
  CHECK_THROWS_WITH_AS(local_response_norm(zeros({2, 4}), -3),
                       "[local_response_norm] size -3: must be at least 1", ValueError);
  CHECK_THROWS_WITH_AS(local_response_norm(scalar(1), 2), "[local_response_norm] x []: expected [n, c, ...]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(local_response_norm(Tensor(), 2), undefined_text, GraphError);
}

TEST_CASE("wrong calls of weight_norm") {
  CHECK_THROWS_WITH_AS(weight_norm(zeros({4, 3}), ones({4})),
                       "[weight_norm] g [4] must have the shape [4, 1]", ShapeError);
  CHECK_THROWS_WITH_AS(weight_norm(zeros({4, 3}), ones({4, 1}), 2),
                       "[weight_norm] axis 2 is out of range for a tensor of shape [4, 3]", IndexError);
  CHECK_THROWS_WITH_AS(weight_norm(zeros({4}, {.dtype = int64}), ones({4})),
                       "[weight_norm] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(weight_norm(zeros({4, 3}), ones({4, 3})),
                       "[weight_norm] g [4, 3] must have the shape [4, 1]", ShapeError);
  CHECK_THROWS_WITH_AS(weight_norm(zeros({4, 3}), ones({4, 1}), -3),
                       "[weight_norm] axis -3 is out of range for a tensor of shape [4, 3]", IndexError);
  CHECK_THROWS_WITH_AS(weight_norm(scalar(1), scalar(1)),
                       "[weight_norm] axis 0 is out of range for a tensor of shape []", IndexError);
  CHECK_THROWS_WITH_AS(weight_norm(Tensor(), ones({4, 1})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(weight_norm(zeros({4, 3}), Tensor()), undefined_text, GraphError);
}

}  // namespace
}  // namespace xg
