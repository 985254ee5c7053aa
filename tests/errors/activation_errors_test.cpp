// The wrong calls of the ops in the op table's activation family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/wrong_calls.hpp"

namespace xg {
namespace {

TEST_CASE("wrong calls of celu") {
  CHECK_THROWS_WITH_AS(celu(ones({2}), 0), "[celu] alpha 0: must not be zero", ValueError);
  CHECK_THROWS_WITH_AS(celu(ones({2}), -0.0), "[celu] alpha 0: must not be zero", ValueError);
  CHECK_THROWS_WITH_AS(celu(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of softplus") {
  CHECK_THROWS_WITH_AS(softplus(ones({2}), -1), "[softplus] beta -1: must be positive", ValueError);
  CHECK_THROWS_WITH_AS(softplus(ones({2}), 0), "[softplus] beta 0: must be positive", ValueError);
  CHECK_THROWS_WITH_AS(softplus(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of prelu") {
  CHECK_THROWS_WITH_AS(prelu(ones({2, 4}), ones({3})),
                       "[prelu] weight [3] fits neither one element nor the channels, axis 1, of x [2, 4]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(prelu(ones({3}), ones({3})),
                       "[prelu] weight [3] fits neither one element nor the channels, axis 1, of x [3]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(prelu(ones({2, 4}), ones({4, 1})),
                       "[prelu] weight [4, 1] fits neither one element nor the channels, axis 1, of x [2, 4]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(prelu(Tensor(), ones({1})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(prelu(ones({2, 4}), Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(prelu(scalar(1), ones({2})),
                       "[prelu] weight [2] fits neither one element nor the channels, axis 1, of x []",
                       ShapeError);
  CHECK_THROWS_WITH_AS(prelu(ones({2, 4}), ones({0})),
                       "[prelu] weight [0] fits neither one element nor the channels, axis 1, of x [2, 4]",
                       ShapeError);
}

TEST_CASE("wrong calls of softshrink and hardtanh") {
  CHECK_THROWS_WITH_AS(softshrink(ones({2}), -1), "[softshrink] lambd -1: must not be negative", ValueError);
  CHECK_THROWS_WITH_AS(hardtanh(ones({2}), 2, 1),
                       "[hardtanh] min_val 2 and max_val 1: the bounds are the wrong way round", ValueError);
  CHECK_THROWS_WITH_AS(softshrink(Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(hardtanh(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of rrelu") {
  CHECK_THROWS_WITH_AS(rrelu(ones({2}), 0.5, 0.25),
                       "[rrelu] lower 0.5 and upper 0.25: lower must not exceed upper", ValueError);
  CHECK_THROWS_WITH_AS(rrelu(ones({2}, {.dtype = int64}), 0.25, 0.5, true),
                       "[rrelu] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(rrelu(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of glu") {
  CHECK_THROWS_WITH_AS(glu(ones({2, 3})),
                       "[glu] axis -1 of [2, 3] has the odd length 3: it must split into halves", ShapeError);
  CHECK_THROWS_WITH_AS(glu(ones({2, 4}), 2), "[glu] axis 2 is out of range for a tensor of shape [2, 4]",
                       IndexError);
  CHECK_THROWS_WITH_AS(glu(ones({3, 4}), 0),
                       "[glu] axis 0 of [3, 4] has the odd length 3: it must split into halves", ShapeError);
  CHECK_THROWS_WITH_AS(glu(ones({2, 4}), -3), "[glu] axis -3 is out of range for a tensor of shape [2, 4]",
                       IndexError);
  CHECK_THROWS_WITH_AS(glu(scalar(1)), "[glu] axis -1 is out of range for a tensor of shape []", IndexError);
  CHECK_THROWS_WITH_AS(glu(Tensor()), undefined_text, GraphError);
}

TEST_CASE("activations refuse a tensor that is not there") {
  CHECK_THROWS_WITH_AS(relu(Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(relu6(Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(leaky_relu(Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(threshold(Tensor(), 0, 1), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(elu(Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(selu(Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(gelu(Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(silu(Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(mish(Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(log_sigmoid(Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(softsign(Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(tanhshrink(Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(hardshrink(Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(hardsigmoid(Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(hardswish(Tensor()), undefined_text, GraphError);
}

}  // namespace
}  // namespace xg
