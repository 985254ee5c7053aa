// The wrong calls of the ops in the op table's conv family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {
namespace {

TEST_CASE("wrong calls of conv2d") {
  CHECK_THROWS_WITH_AS(
      conv2d(zeros({1, 3, 8, 8}), zeros({4, 2, 3, 3})),
      "[conv2d] x [1, 3, 8, 8] and weight [4, 2, 3, 3]: x has 3 channels, weight expects 2 in 1 "
      "group(s)",
      Error);
}

TEST_CASE("wrong calls of conv2d_input") {
  CHECK_THROWS_WITH_AS(conv2d_input(zeros({1, 2, 4, 4}), zeros({2, 1, 3, 3}), {1, 1, 4, 4}),
                       "[conv2d_input] g [1, 2, 4, 4] must have the shape of conv2d's result, [1, 2, 2, 2]",
                       Error);
}

TEST_CASE("wrong calls of conv2d_weight") {
  CHECK_THROWS_WITH_AS(conv2d_weight(zeros({1, 2, 4, 4}), zeros({1, 1, 4, 4}), {2, 1, 3, 3}),
                       "[conv2d_weight] g [1, 2, 4, 4] must have the shape of conv2d's result, [1, 2, 2, 2]",
                       Error);
}

TEST_CASE("wrong calls of conv_transpose2d") {
  CHECK_THROWS_WITH_AS(conv_transpose2d(zeros({1, 2, 4, 4}), zeros({2, 1, 3, 3}), {}, {.output_padding = 1}),
                       "[conv_transpose2d] output_padding 1 must be less than stride 1 or dilation 1", Error);
}

TEST_CASE("wrong calls of conv1d") {
  CHECK_THROWS_WITH_AS(conv1d(zeros({3, 8}), zeros({4, 3})),
                       "[conv1d] x [3, 8] and weight [4, 3]: expected [n, c, l] and [o, c / groups, k]",
                       Error);
}

}  // namespace
}  // namespace xg
