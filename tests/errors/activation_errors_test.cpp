// The wrong calls of the ops in the op table's activation family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {
namespace {

TEST_CASE("wrong calls of celu") {
  CHECK_THROWS_WITH_AS(celu(ones({2}), 0), "[celu] alpha 0: must not be zero", Error);
}

TEST_CASE("wrong calls of softplus") {
  CHECK_THROWS_WITH_AS(softplus(ones({2}), -1), "[softplus] beta -1: must be positive", Error);
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
}

TEST_CASE("wrong calls of softshrink and hardtanh") {
  CHECK_THROWS_WITH_AS(softshrink(ones({2}), -1), "[softshrink] lambd -1: must not be negative", ValueError);
  CHECK_THROWS_WITH_AS(hardtanh(ones({2}), 2, 1),
                       "[hardtanh] min_val 2 and max_val 1: the bounds are the wrong way round", ValueError);
}

TEST_CASE("wrong calls of rrelu") {
  CHECK_THROWS_WITH_AS(rrelu(ones({2}), 0.5, 0.25),
                       "[rrelu] lower 0.5 and upper 0.25: lower must not exceed upper", ValueError);
  CHECK_THROWS_WITH_AS(rrelu(ones({2}, {.dtype = int64}), 0.25, 0.5, true),
                       "[rrelu] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
}

TEST_CASE("wrong calls of glu") {
  CHECK_THROWS_WITH_AS(glu(ones({2, 3})),
                       "[glu] axis -1 of [2, 3] has the odd length 3: it must split into halves", ShapeError);
  CHECK_THROWS_WITH_AS(glu(ones({2, 4}), 2), "[glu] axis 2 is out of range for a tensor of shape [2, 4]",
                       IndexError);
}

}  // namespace
}  // namespace xg
