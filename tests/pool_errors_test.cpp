// The wrong calls of the ops in the op table's pool family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {
namespace {

TEST_CASE("wrong calls of max_pool2d") {
  CHECK_THROWS_WITH_AS(max_pool2d(zeros({1, 2, 2}), 3),
                       "[max_pool2d] a kernel of 3 with dilation 1 does not fit an axis of 2 with padding 0",
                       Error);
  CHECK_THROWS_WITH_AS(max_pool2d_with_indices(zeros({1, 4, 4}), 2, {.padding = 2}),
                       "[max_pool2d] padding 2 must be at most half of the kernel 2", Error);
}

TEST_CASE("wrong calls of avg_pool2d") {
  CHECK_THROWS_WITH_AS(avg_pool2d(zeros({4, 4}), 2),
                       "[avg_pool2d] x [4, 4]: expected [n, c, h, w] or [c, h, w]", Error);
}

TEST_CASE("wrong calls of adaptive_avg_pool2d") {
  CHECK_THROWS_WITH_AS(adaptive_avg_pool2d(zeros({1, 0, 4}), 2),
                       "[adaptive_avg_pool2d] x [1, 0, 4]: an image without elements has no mean", Error);
}

}  // namespace
}  // namespace xg
