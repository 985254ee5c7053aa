// The wrong calls of the ops in the op table's conv family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/wrong_calls.hpp"

namespace xg {
namespace {

TEST_CASE("wrong calls of conv2d") {
  const Tensor x = zeros({1, 3, 8, 8});
  CHECK_THROWS_WITH_AS(
      conv2d(x, zeros({4, 2, 3, 3})),
      "[conv2d] x [1, 3, 8, 8] and weight [4, 2, 3, 3]: x has 3 channels, weight expects 2 in 1 "
      "group(s)",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      conv2d(x, zeros({4, 3, 3})),
      "[conv2d] x [1, 3, 8, 8] and weight [4, 3, 3]: expected [n, c, h, w] and [o, c / groups, kh, kw]",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      conv2d(zeros({3, 8}), zeros({4, 3, 3, 3})),
      "[conv2d] x [3, 8] and weight [4, 3, 3, 3]: expected [n, c, h, w] and [o, c / groups, kh, kw]",
      ShapeError);
  CHECK_THROWS_WITH_AS(conv2d(zeros({1, 3, 4, 4}), zeros({4, 3, 5, 5})),
                       "[conv2d] a kernel of 5 with dilation 1 does not fit an axis of 4 with padding 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(conv2d(zeros({1, 4, 4, 4}), zeros({3, 2, 1, 1}), {}, {.groups = 2}),
                       "[conv2d] weight [3, 2, 1, 1]: its 3 filters cannot be cut into 2 groups", ShapeError);
  CHECK_THROWS_WITH_AS(conv2d(x, zeros({4, 3, 1, 1}), {}, {.groups = 0}),
                       "[conv2d] weight [4, 3, 1, 1]: its 4 filters cannot be cut into 0 groups", ShapeError);
  CHECK_THROWS_WITH_AS(
      conv2d(x, zeros({4, 3, 1, 1}), {}, {.stride = 0}),
      "[conv2d] kernel 1, stride 0, padding 0, dilation 1: kernel, stride and dilation must be at "
      "least 1, padding at least 0",
      ValueError);
  CHECK_THROWS_WITH_AS(
      conv2d(x, zeros({4, 3, 3, 2}), {}, {.padding = {0, -1}}),
      "[conv2d] kernel 2, stride 1, padding -1, dilation 1: kernel, stride and dilation must be at "
      "least 1, padding at least 0",
      ValueError);
  CHECK_THROWS_WITH_AS(conv2d(x, zeros({4, 3, 1, 1}), zeros({3})),
                       "[conv2d] bias [3] must have the shape [4]", ShapeError);
  CHECK_THROWS_WITH_AS(
      conv2d(full({1, 1, 4, 4}, 1, {.dtype = int64}), full({1, 1, 1, 1}, 1, {.dtype = int64})),
      "[conv2d] needs a floating tensor, got int64: convert it with to(x, float32)", DtypeError);
  CHECK_THROWS_WITH_AS(conv2d(Tensor(), zeros({4, 3, 3, 3})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(conv2d(zeros({1, 3, 8, 8}), Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of convolutions that keep the size") {
  const Conv2dOptions same{.stride = {1, 2}, .padding = Padding::same};
  CHECK_THROWS_WITH_AS(conv2d(zeros({1, 3, 8, 8}), zeros({4, 3, 3, 3}), {}, same),
                       "[conv2d] stride [1, 2] with Padding::same: only a stride of 1 keeps the size; give "
                       "the padding as a number",
                       ValueError);
  CHECK_THROWS_WITH_AS(conv2d_weight(zeros({1, 4, 8, 8}), zeros({1, 3, 8, 8}), {4, 3, 3, 3}, same),
                       "[conv2d_weight] stride [1, 2] with Padding::same: only a stride of 1 keeps the size; "
                       "give the padding as a number",
                       ValueError);
  CHECK_THROWS_WITH_AS(conv1d(zeros({1, 3, 0}), zeros({4, 3, 1}), {}, {.padding = Padding::same}),
                       "[conv1d] a kernel of 1 with dilation 1 does not fit an axis of 0 with padding 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(conv2d(zeros({1, 3, 2, 8}), zeros({4, 3, 3, 3}), {}, {.padding = Padding::valid}),
                       "[conv2d] a kernel of 3 with dilation 1 does not fit an axis of 2 with padding 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      conv1d_input(zeros({1, 4, 8}), zeros({4, 3, 3}), {1, 3, 8}, {.stride = 2, .padding = Padding::same}),
      "[conv1d_input] stride [2] with Padding::same: only a stride of 1 keeps the size; give the padding as "
      "a number",
      ValueError);
  CHECK_THROWS_WITH_AS(
      conv3d(zeros({1, 3, 8, 8, 8}), zeros({4, 3, 3, 3, 3}), {}, {.stride = 2, .padding = Padding::same}),
      "[conv3d] stride [2, 2, 2] with Padding::same: only a stride of 1 keeps the size; give the padding as "
      "a number",
      ValueError);
}

TEST_CASE("wrong calls of conv1d") {
  CHECK_THROWS_WITH_AS(conv1d(zeros({3, 8}), zeros({4, 3})),
                       "[conv1d] x [1, 3, 8] and weight [4, 3]: expected [n, c, l] and [o, c / groups, k]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(conv1d(zeros({8}), zeros({4, 3, 1})),
                       "[conv1d] x [8] and weight [4, 3, 1]: expected [n, c, l] and [o, c / groups, k]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(conv1d(zeros({2, 8}), zeros({4, 3, 1})),
                       "[conv1d] x [1, 2, 8] and weight [4, 3, 1]: x has 2 channels, weight expects 3 in 1 "
                       "group(s)",
                       ShapeError);
  CHECK_THROWS_WITH_AS(conv1d(zeros({1, 3, 8}), zeros({4, 3, 2}), zeros({4, 1})),
                       "[conv1d] bias [4, 1] must have the shape [4]", ShapeError);
  CHECK_THROWS_WITH_AS(conv1d(zeros({1, 3, 8}), zeros({4, 3, 2}), {}, {.stride = -1}),
                       "[conv1d] kernel 2, stride -1, padding 0, dilation 1: kernel, stride and dilation "
                       "must be at least 1, padding at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(conv1d(zeros({1, 3, 8}), zeros({4, 3, 2}), {}, {.padding = -1}),
                       "[conv1d] kernel 2, stride 1, padding -1, dilation 1: kernel, stride and dilation "
                       "must be at least 1, padding at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(conv1d(zeros({1, 3, 8}), zeros({4, 3, 2}), {}, {.dilation = 0}),
                       "[conv1d] kernel 2, stride 1, padding 0, dilation 0: kernel, stride and dilation must "
                       "be at least 1, padding at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(conv1d(zeros({1, 3, 8}), zeros({4, 3, 2}), {}, {.groups = 3}),
                       "[conv1d] weight [4, 3, 2]: its 4 filters cannot be cut into 3 groups", ShapeError);
  CHECK_THROWS_WITH_AS(conv1d(zeros({1, 3, 8}), zeros({4, 3, 9})),
                       "[conv1d] a kernel of 9 with dilation 1 does not fit an axis of 8 with padding 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(conv1d(whole({1, 3, 8}), whole({4, 3, 2})),
                       "[conv1d] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(conv1d(Tensor(), zeros({4, 3, 2})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(conv1d(zeros({1, 3, 8}), Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of conv3d") {
  CHECK_THROWS_WITH_AS(conv3d(zeros({1, 3, 8, 8}), zeros({4, 3, 1, 1})),
                       "[conv3d] x [1, 1, 3, 8, 8] and weight [4, 3, 1, 1]: expected [n, c, d, h, w] and [o, "
                       "c / groups, kd, kh, kw]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(conv3d(zeros({1, 3, 4, 4, 4}), zeros({4, 3, 2, 2, 2}), {}, {.dilation = {1, 1, 4}}),
                       "[conv3d] a kernel of 2 with dilation 4 does not fit an axis of 4 with padding 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(conv3d(zeros({1, 2, 4, 4, 4}), zeros({4, 3, 2, 2, 2})),
                       "[conv3d] x [1, 2, 4, 4, 4] and weight [4, 3, 2, 2, 2]: x has 2 channels, weight "
                       "expects 3 in 1 group(s)",
                       ShapeError);
  CHECK_THROWS_WITH_AS(conv3d(zeros({1, 3, 4, 4, 4}), zeros({4, 3, 2, 2, 2}), zeros({3})),
                       "[conv3d] bias [3] must have the shape [4]", ShapeError);
  CHECK_THROWS_WITH_AS(conv3d(zeros({1, 3, 4, 4, 4}), zeros({4, 3, 2, 2, 2}), {}, {.stride = {1, 0, 1}}),
                       "[conv3d] kernel 2, stride 0, padding 0, dilation 1: kernel, stride and dilation must "
                       "be at least 1, padding at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(conv3d(zeros({1, 4, 4, 4, 4}), zeros({3, 2, 2, 2, 2}), {}, {.groups = 2}),
                       "[conv3d] weight [3, 2, 2, 2, 2]: its 3 filters cannot be cut into 2 groups",
                       ShapeError);
  CHECK_THROWS_WITH_AS(conv3d(whole({1, 3, 4, 4, 4}), whole({4, 3, 2, 2, 2})),
                       "[conv3d] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(conv3d(Tensor(), zeros({4, 3, 2, 2, 2})), undefined_text, GraphError);
}

TEST_CASE("wrong calls of the adjoints of convolutions") {
  CHECK_THROWS_WITH_AS(conv1d_input(zeros({1, 2, 4}), zeros({2, 1, 3}), {1, 1, 4}),
                       "[conv1d_input] g [1, 2, 4] must have the shape of conv1d's result, [1, 2, 2]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(conv2d_input(zeros({1, 2, 4, 4}), zeros({2, 1, 3, 3}), {1, 1, 4, 4}),
                       "[conv2d_input] g [1, 2, 4, 4] must have the shape of conv2d's result, [1, 2, 2, 2]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      conv2d_input(zeros({1, 2, 4, 4}), zeros({2, 1, 3, 3}), {1, 4, 4}),
      "[conv2d_input] x [1, 4, 4] and weight [2, 1, 3, 3]: expected [n, c, h, w] and [o, c / "
      "groups, kh, kw]",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      conv3d_input(zeros({1, 2, 1, 4, 4}), zeros({2, 1, 1, 3, 3}), {1, 1, 1, 4, 4}),
      "[conv3d_input] g [1, 2, 1, 4, 4] must have the shape of conv3d's result, [1, 2, 1, 2, 2]", ShapeError);
  CHECK_THROWS_WITH_AS(conv1d_weight(zeros({1, 2, 4}), zeros({1, 1, 4}), {2, 1, 3}),
                       "[conv1d_weight] g [1, 2, 4] must have the shape of conv1d's result, [1, 2, 2]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(conv2d_weight(zeros({1, 2, 4, 4}), zeros({1, 1, 4, 4}), {2, 1, 3, 3}),
                       "[conv2d_weight] g [1, 2, 4, 4] must have the shape of conv2d's result, [1, 2, 2, 2]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      conv3d_weight(zeros({1, 2, 1, 4, 4}), zeros({1, 2, 1, 4, 4}), {2, 1, 1, 3, 3}),
      "[conv3d_weight] x [1, 2, 1, 4, 4] and weight [2, 1, 1, 3, 3]: x has 2 channels, weight "
      "expects 1 in 1 group(s)",
      ShapeError);
}

TEST_CASE("wrong calls of transposed convolutions") {
  const Tensor x = zeros({1, 2, 4, 4}), weight = zeros({2, 1, 3, 3});
  CHECK_THROWS_WITH_AS(conv_transpose2d(x, weight, {}, {.output_padding = 1}),
                       "[conv_transpose2d] output_padding 1 must be less than stride 1 or dilation 1",
                       ValueError);
  CHECK_THROWS_WITH_AS(conv_transpose2d(x, weight, {}, {.output_padding = {0, -1}}),
                       "[conv_transpose2d] output_padding -1 must not be negative", ValueError);
  CHECK_THROWS_WITH_AS(conv_transpose2d(x, zeros({3, 1, 3, 3})),
                       "[conv_transpose2d] x [1, 2, 4, 4] and weight [3, 1, 3, 3]: expected [n, c, h, w] and "
                       "[c, o / groups, kh, kw]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(conv_transpose2d(x, weight, {}, {.groups = 3}),
                       "[conv_transpose2d] weight [2, 1, 3, 3]: its 2 filters cannot be cut into 3 groups",
                       ShapeError);
  CHECK_THROWS_WITH_AS(conv_transpose2d(x, weight, zeros({2})),
                       "[conv_transpose2d] bias [2] must have the shape [1]", ShapeError);
  CHECK_THROWS_WITH_AS(
      conv_transpose2d(x, weight, {}, {.padding = 3}),
      "[conv_transpose2d] padding 3 takes more than there is of an axis of 4 with a kernel of "
      "3: the result would have 0 elements",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      conv_transpose2d(x, weight, {}, {.stride = {1, 0}}),
      "[conv_transpose2d] kernel 3, stride 0, padding 0, dilation 1: kernel, stride and dilation "
      "must be at least 1, padding at least 0",
      ValueError);
  CHECK_THROWS_WITH_AS(
      conv_transpose1d(zeros({4}), zeros({2, 1, 3})),
      "[conv_transpose1d] x [4] and weight [2, 1, 3]: expected [n, c, l] and [c, o / groups, k]", ShapeError);
  CHECK_THROWS_WITH_AS(conv_transpose3d(zeros({1, 1, 2, 2, 2}), zeros({1, 1, 1, 1, 1}), {},
                                        {.stride = 2, .output_padding = {1, 2, 1}}),
                       "[conv_transpose3d] output_padding 2 must be less than stride 2 or dilation 1",
                       ValueError);
  CHECK_THROWS_WITH_AS(conv_transpose2d(Tensor(), zeros({2, 1, 3, 3})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(conv_transpose2d(zeros({1, 2, 4, 4}), zeros({2, 1, 3, 3}), {}, {.groups = 0}),
                       "[conv_transpose2d] weight [2, 1, 3, 3]: its 2 filters cannot be cut into 0 groups",
                       ShapeError);
}

TEST_CASE("wrong calls of the adjoints of convolutions by their inputs") {
  CHECK_THROWS_WITH_AS(
      conv1d_input(zeros({1, 2, 4}), zeros({2, 1, 3}), {1, 2, 4}),
      "[conv1d_input] x [1, 2, 4] and weight [2, 1, 3]: x has 2 channels, weight expects 1 in 1 group(s)",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      conv1d_input(zeros({1, 2, 4}), zeros({2, 1, 3}), {1, 4}),
      "[conv1d_input] x [1, 4] and weight [2, 1, 3]: expected [n, c, l] and [o, c / groups, k]", ShapeError);
  CHECK_THROWS_WITH_AS(conv1d_input(zeros({1, 2, 4}), zeros({2, 1, 3}), {1, 1, 6}, {.stride = 0}),
                       "[conv1d_input] kernel 3, stride 0, padding 0, dilation 1: kernel, stride and "
                       "dilation must be at least 1, padding at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(conv1d_input(whole({1, 2, 4}), whole({2, 1, 3}), {1, 1, 6}),
                       "[conv1d_input] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(conv1d_input(Tensor(), zeros({2, 1, 3}), {1, 1, 6}), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(
      conv2d_input(zeros({1, 2, 4, 4}), zeros({2, 1, 3, 3}), {1, 1, 2, 6}),
      "[conv2d_input] a kernel of 3 with dilation 1 does not fit an axis of 2 with padding 0", ShapeError);
  CHECK_THROWS_WITH_AS(conv2d_input(zeros({1, 2, 4, 4}), zeros({2, 1, 3, 3}), {1, 1, 6, 6}, {.groups = 4}),
                       "[conv2d_input] weight [2, 1, 3, 3]: its 2 filters cannot be cut into 4 groups",
                       ShapeError);
  CHECK_THROWS_WITH_AS(conv2d_input(whole({1, 2, 4, 4}), whole({2, 1, 3, 3}), {1, 1, 6, 6}),
                       "[conv2d_input] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(conv2d_input(zeros({1, 2, 4, 4}), Tensor(), {1, 1, 6, 6}), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(conv3d_input(zeros({1, 2, 4, 4}), zeros({2, 1, 3, 3}), {1, 1, 6, 6}),
                       "[conv3d_input] x [1, 1, 6, 6] and weight [2, 1, 3, 3]: expected [n, c, d, h, w] and "
                       "[o, c / groups, kd, kh, kw]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      conv3d_input(zeros({1, 2, 1, 4, 4}), zeros({2, 1, 1, 3, 3}), {1, 1, 1, 6, 6}, {.dilation = {1, -1, 1}}),
      "[conv3d_input] kernel 3, stride 1, padding 0, dilation -1: kernel, stride and dilation must be at "
      "least 1, padding at least 0",
      ValueError);
  CHECK_THROWS_WITH_AS(conv3d_input(whole({1, 2, 1, 4, 4}), whole({2, 1, 1, 3, 3}), {1, 1, 1, 6, 6}),
                       "[conv3d_input] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(conv3d_input(Tensor(), zeros({2, 1, 1, 3, 3}), {1, 1, 1, 6, 6}), undefined_text,
                       GraphError);
}

TEST_CASE("wrong calls of the adjoints of convolutions by their weights") {
  CHECK_THROWS_WITH_AS(
      conv1d_weight(zeros({1, 2, 4}), zeros({1, 1, 4}), {2, 3}),
      "[conv1d_weight] x [1, 1, 4] and weight [2, 3]: expected [n, c, l] and [o, c / groups, k]", ShapeError);
  CHECK_THROWS_WITH_AS(
      conv1d_weight(zeros({1, 2, 4}), zeros({1, 1, 4}), {2, 1, 5}),
      "[conv1d_weight] a kernel of 5 with dilation 1 does not fit an axis of 4 with padding 0", ShapeError);
  CHECK_THROWS_WITH_AS(conv1d_weight(zeros({1, 2, 4}), zeros({1, 1, 4}), {2, 1, 1}, {.padding = -2}),
                       "[conv1d_weight] kernel 1, stride 1, padding -2, dilation 1: kernel, stride and "
                       "dilation must be at least 1, padding at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(conv1d_weight(whole({1, 2, 4}), whole({1, 1, 4}), {2, 1, 1}),
                       "[conv1d_weight] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(conv1d_weight(Tensor(), zeros({1, 1, 4}), {2, 1, 1}), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(conv2d_weight(zeros({1, 2, 4, 4}), zeros({1, 2, 4, 4}), {2, 1, 1, 1}),
                       "[conv2d_weight] x [1, 2, 4, 4] and weight [2, 1, 1, 1]: x has 2 channels, weight "
                       "expects 1 in 1 group(s)",
                       ShapeError);
  CHECK_THROWS_WITH_AS(conv2d_weight(zeros({1, 2, 4, 4}), zeros({1, 1, 4, 4}), {2, 1, 0, 1}),
                       "[conv2d_weight] kernel 0, stride 1, padding 0, dilation 1: kernel, stride and "
                       "dilation must be at least 1, padding at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(conv2d_weight(whole({1, 2, 4, 4}), whole({1, 1, 4, 4}), {2, 1, 1, 1}),
                       "[conv2d_weight] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(conv2d_weight(zeros({1, 2, 4, 4}), Tensor(), {2, 1, 1, 1}), undefined_text,
                       GraphError);
  CHECK_THROWS_WITH_AS(
      conv3d_weight(zeros({1, 2, 1, 4, 4}), zeros({1, 1, 1, 4, 4}), {2, 1, 1, 2, 2}),
      "[conv3d_weight] g [1, 2, 1, 4, 4] must have the shape of conv3d's result, [1, 2, 1, 3, 3]",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      conv3d_weight(zeros({1, 2, 1, 4, 4}), zeros({1, 2, 1, 4, 4}), {2, 1, 1, 1, 1}, {.groups = 3}),
      "[conv3d_weight] weight [2, 1, 1, 1, 1]: its 2 filters cannot be cut into 3 groups", ShapeError);
  CHECK_THROWS_WITH_AS(conv3d_weight(whole({1, 2, 1, 4, 4}), whole({1, 1, 1, 4, 4}), {2, 1, 1, 1, 1}),
                       "[conv3d_weight] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(conv3d_weight(Tensor(), zeros({1, 1, 1, 4, 4}), {2, 1, 1, 1, 1}), undefined_text,
                       GraphError);
}

TEST_CASE("wrong calls of conv_transpose1d and conv_transpose3d") {
  CHECK_THROWS_WITH_AS(
      conv_transpose1d(zeros({1, 2, 4}), zeros({3, 1, 3})),
      "[conv_transpose1d] x [1, 2, 4] and weight [3, 1, 3]: expected [n, c, l] and [c, o / groups, k]",
      ShapeError);
  CHECK_THROWS_WITH_AS(conv_transpose1d(zeros({1, 2, 4}), zeros({2, 1, 3}), zeros({2})),
                       "[conv_transpose1d] bias [2] must have the shape [1]", ShapeError);
  CHECK_THROWS_WITH_AS(conv_transpose1d(zeros({1, 2, 4}), zeros({2, 1, 3}), {}, {.dilation = 0}),
                       "[conv_transpose1d] kernel 3, stride 1, padding 0, dilation 0: kernel, stride and "
                       "dilation must be at least 1, padding at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(conv_transpose1d(zeros({1, 2, 4}), zeros({2, 1, 3}), {}, {.output_padding = -1}),
                       "[conv_transpose1d] output_padding -1 must not be negative", ValueError);
  CHECK_THROWS_WITH_AS(
      conv_transpose1d(whole({1, 2, 4}), whole({2, 1, 3})),
      "[conv_transpose1d] needs a floating tensor, got int64: convert it with to(x, float32)", DtypeError);
  CHECK_THROWS_WITH_AS(conv_transpose1d(Tensor(), zeros({2, 1, 3})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(conv_transpose3d(zeros({1, 2, 4, 4}), zeros({2, 1, 3, 3})),
                       "[conv_transpose3d] x [1, 1, 2, 4, 4] and weight [2, 1, 3, 3]: expected [n, c, d, h, "
                       "w] and [c, o / groups, kd, kh, kw]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(conv_transpose3d(zeros({1, 2, 2, 2, 2}), zeros({2, 1, 1, 1, 1}), zeros({1, 1})),
                       "[conv_transpose3d] bias [1, 1] must have the shape [1]", ShapeError);
  CHECK_THROWS_WITH_AS(
      conv_transpose3d(zeros({1, 2, 2, 2, 2}), zeros({2, 1, 1, 1, 1}), {}, {.padding = {0, 0, -1}}),
      "[conv_transpose3d] kernel 1, stride 1, padding -1, dilation 1: kernel, stride and dilation must be at "
      "least 1, padding at least 0",
      ValueError);
  CHECK_THROWS_WITH_AS(conv_transpose3d(zeros({1, 2, 2, 2, 2}), zeros({2, 1, 1, 1, 1}), {}, {.groups = 3}),
                       "[conv_transpose3d] weight [2, 1, 1, 1, 1]: its 2 filters cannot be cut into 3 groups",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      conv_transpose3d(whole({1, 2, 2, 2, 2}), whole({2, 1, 1, 1, 1})),
      "[conv_transpose3d] needs a floating tensor, got int64: convert it with to(x, float32)", DtypeError);
  CHECK_THROWS_WITH_AS(conv_transpose3d(zeros({1, 2, 2, 2, 2}), Tensor()), undefined_text, GraphError);
}

}  // namespace
}  // namespace xg
