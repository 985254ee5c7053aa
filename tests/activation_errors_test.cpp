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
                       Error);
}

}  // namespace
}  // namespace xg
