// The wrong calls of the ops in the op table's pool family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/wrong_calls.hpp"

namespace xg {
namespace {

TEST_CASE("wrong calls of max_pool2d") {
  CHECK_THROWS_WITH_AS(max_pool2d(zeros({4, 4}), 2),
                       "[max_pool2d] x [4, 4]: expected [n, c, h, w] or [c, h, w]", ShapeError);
  CHECK_THROWS_WITH_AS(max_pool2d(zeros({1, 2, 2}), 3),
                       "[max_pool2d] a kernel of 3 with dilation 1 does not fit an axis of 2 with padding 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(max_pool2d_with_indices(zeros({1, 4, 4}), 2, {.padding = 2}),
                       "[max_pool2d] padding 2 must be at most half of the kernel 2", ValueError);
  CHECK_THROWS_WITH_AS(
      max_pool2d(zeros({1, 4, 4}), 2, {.stride = {1, -1}}),
      "[max_pool2d] kernel 2, stride -1, padding 0, dilation 1: kernel, stride and dilation must "
      "be at least 1, padding at least 0",
      ValueError);
  CHECK_THROWS_WITH_AS(max_pool2d(full({1, 4, 4}, 1, {.dtype = int64}), 2),
                       "[max_pool2d] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(max_pool2d(Tensor(), 2), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(max_pool2d(zeros({1, 4, 4}), 2, {.dilation = 0}),
                       "[max_pool2d] kernel 2, stride 2, padding 0, dilation 0: kernel, stride and dilation "
                       "must be at least 1, padding at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(max_pool2d_with_indices(zeros({4, 4}), 2),
                       "[max_pool2d] x [4, 4]: expected [n, c, h, w] or [c, h, w]", ShapeError);
  CHECK_THROWS_WITH_AS(max_pool2d_with_indices(zeros({1, 4, 4}), -2),
                       "[max_pool2d] kernel -2, stride -2, padding 0, dilation 1: kernel, stride and "
                       "dilation must be at least 1, padding at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(max_pool2d_with_indices(whole({1, 4, 4}), 2),
                       "[max_pool2d] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(max_pool2d_with_indices(Tensor(), 2), undefined_text, GraphError);
}

TEST_CASE("wrong calls of max_pool1d and max_pool3d") {
  CHECK_THROWS_WITH_AS(max_pool1d(zeros({4}), 2), "[max_pool1d] x [4]: expected [n, c, l] or [c, l]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(max_pool1d_with_indices(zeros({1, 2, 4}), 3, {.dilation = 2}),
                       "[max_pool1d] a kernel of 3 with dilation 2 does not fit an axis of 4 with padding 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(max_pool3d(zeros({2, 4, 4}), 2),
                       "[max_pool3d] x [2, 4, 4]: expected [n, c, d, h, w] or [c, d, h, w]", ShapeError);
  CHECK_THROWS_WITH_AS(
      max_pool3d_with_indices(zeros({1, 4, 4, 4}), {2, 0, 2}),
      "[max_pool3d] kernel 0, stride 0, padding 0, dilation 1: kernel, stride and dilation must be "
      "at least 1, padding at least 0",
      ValueError);
}

TEST_CASE("wrong calls of adaptive_max_pool") {
  CHECK_THROWS_WITH_AS(adaptive_max_pool1d(zeros({2, 0}), 2),
                       "[adaptive_max_pool1d] x [2, 0]: an image without elements has no mean and no maximum",
                       ShapeError);
  CHECK_THROWS_WITH_AS(adaptive_max_pool2d(zeros({2, 4, 4}), {2, -1}),
                       "[adaptive_max_pool2d] output_size [2, -1] cannot be negative", ValueError);
  CHECK_THROWS_WITH_AS(adaptive_max_pool3d(zeros({2, 4, 4}), 1),
                       "[adaptive_max_pool3d] x [2, 4, 4]: expected [n, c, d, h, w] or [c, d, h, w]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(adaptive_max_pool1d_with_indices(zeros({2}), 2),
                       "[adaptive_max_pool1d] x [2]: expected [n, c, l] or [c, l]", ShapeError);
  CHECK_THROWS_WITH_AS(adaptive_max_pool2d_with_indices(zeros({2}), 2),
                       "[adaptive_max_pool2d] x [2]: expected [n, c, h, w] or [c, h, w]", ShapeError);
  CHECK_THROWS_WITH_AS(adaptive_max_pool3d_with_indices(zeros({1, 2, 2, 2}), {1, -2, 1}),
                       "[adaptive_max_pool3d] output_size [1, -2, 1] cannot be negative", ValueError);
  CHECK_THROWS_WITH_AS(adaptive_max_pool1d(zeros({4}), 2),
                       "[adaptive_max_pool1d] x [4]: expected [n, c, l] or [c, l]", ShapeError);
  CHECK_THROWS_WITH_AS(adaptive_max_pool1d(zeros({2, 4}), -1),
                       "[adaptive_max_pool1d] output_size [-1] cannot be negative", ValueError);
  CHECK_THROWS_WITH_AS(
      adaptive_max_pool1d(whole({2, 4}), 2),
      "[adaptive_max_pool1d] needs a floating tensor, got int64: convert it with to(x, float32)", DtypeError);
  CHECK_THROWS_WITH_AS(adaptive_max_pool1d(Tensor(), 2), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(adaptive_max_pool2d(zeros({4, 4}), 2),
                       "[adaptive_max_pool2d] x [4, 4]: expected [n, c, h, w] or [c, h, w]", ShapeError);
  CHECK_THROWS_WITH_AS(
      adaptive_max_pool2d(zeros({2, 0, 4}), 2),
      "[adaptive_max_pool2d] x [2, 0, 4]: an image without elements has no mean and no maximum", ShapeError);
  CHECK_THROWS_WITH_AS(
      adaptive_max_pool2d(whole({2, 4, 4}), 2),
      "[adaptive_max_pool2d] needs a floating tensor, got int64: convert it with to(x, float32)", DtypeError);
  CHECK_THROWS_WITH_AS(adaptive_max_pool2d(Tensor(), 2), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(adaptive_max_pool3d(zeros({1, 2, 2, 2}), {1, -2, 1}),
                       "[adaptive_max_pool3d] output_size [1, -2, 1] cannot be negative", ValueError);
  CHECK_THROWS_WITH_AS(
      adaptive_max_pool3d(zeros({1, 2, 2, 0}), 1),
      "[adaptive_max_pool3d] x [1, 2, 2, 0]: an image without elements has no mean and no maximum",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      adaptive_max_pool3d(whole({1, 2, 2, 2}), 1),
      "[adaptive_max_pool3d] needs a floating tensor, got int64: convert it with to(x, float32)", DtypeError);
  CHECK_THROWS_WITH_AS(adaptive_max_pool3d(Tensor(), 1), undefined_text, GraphError);
}

TEST_CASE("wrong calls of max_unpool") {
  const Tensor x = zeros({1, 2, 2}), places = zeros({1, 2, 2}, {.dtype = int64});
  CHECK_THROWS_WITH_AS(max_unpool2d(x, x, 2),
                       "[max_unpool2d] the indices are float32, not int64: take those of "
                       "max_pool2d_with_indices",
                       DtypeError);
  CHECK_THROWS_WITH_AS(max_unpool2d(x, zeros({1, 2}, {.dtype = int64}), 2),
                       "[max_unpool2d] indices [1, 2] must have the shape of x, [1, 2, 2]", ShapeError);
  CHECK_THROWS_WITH_AS(
      max_unpool2d(x, places, 2, {.output_size = {{4, 6}}}),
      "[max_unpool2d] output_size 6: axis 1 of the pooled image had between 3 and 5 elements", ValueError);
  CHECK_THROWS_WITH_AS(max_unpool2d(x, full({1, 2, 2}, 16, {.dtype = int64}), 2),
                       "[max_unpool2d] index 16 is out of range for an image of 16 elements: give the "
                       "output_size of the image that was pooled",
                       IndexError);
  CHECK_THROWS_WITH_AS(max_unpool1d(x, full({1, 2, 2}, -1, {.dtype = int64}), 2),
                       "[max_unpool1d] index -1 is out of range for an image of 4 elements: give the "
                       "output_size of the image that was pooled",
                       IndexError);
  CHECK_THROWS_WITH_AS(max_unpool3d(x, places, 2),
                       "[max_unpool3d] x [1, 2, 2]: expected [n, c, d, h, w] or [c, d, h, w]", ShapeError);
}

TEST_CASE("wrong calls of avg_pool") {
  CHECK_THROWS_WITH_AS(avg_pool2d(zeros({4, 4}), 2),
                       "[avg_pool2d] x [4, 4]: expected [n, c, h, w] or [c, h, w]", ShapeError);
  CHECK_THROWS_WITH_AS(avg_pool2d(zeros({1, 4, 4}), 2, {.padding = 2}),
                       "[avg_pool2d] padding 2 must be at most half of the kernel 2", ValueError);
  CHECK_THROWS_WITH_AS(avg_pool2d(zeros({1, 4, 4}), 2, {.divisor_override = 0}),
                       "[avg_pool2d] divisor_override 0: cannot divide by it", ValueError);
  CHECK_THROWS_WITH_AS(avg_pool1d(zeros({1, 4}), 5),
                       "[avg_pool1d] a kernel of 5 with dilation 1 does not fit an axis of 4 with padding 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(avg_pool3d(full({1, 2, 2, 2}, 1, {.dtype = boolean}), 2),
                       "[avg_pool3d] needs a floating tensor, got bool: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(avg_pool1d(zeros({4}), 2), "[avg_pool1d] x [4]: expected [n, c, l] or [c, l]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(avg_pool1d(zeros({1, 4}), 2, {.padding = 2}),
                       "[avg_pool1d] padding 2 must be at most half of the kernel 2", ValueError);
  CHECK_THROWS_WITH_AS(avg_pool1d(zeros({1, 4}), 0),
                       "[avg_pool1d] kernel 0, stride 0, padding 0, dilation 1: kernel, stride and dilation "
                       "must be at least 1, padding at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(avg_pool1d(zeros({1, 4}), 2, {.divisor_override = 0}),
                       "[avg_pool1d] divisor_override 0: cannot divide by it", ValueError);
  CHECK_THROWS_WITH_AS(avg_pool1d(whole({1, 4}), 2),
                       "[avg_pool1d] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(avg_pool1d(Tensor(), 2), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(avg_pool2d(zeros({1, 4, 4}), {2, 5}),
                       "[avg_pool2d] a kernel of 5 with dilation 1 does not fit an axis of 4 with padding 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(avg_pool2d(zeros({1, 4, 4}), 2, {.stride = {-1, 1}}),
                       "[avg_pool2d] kernel 2, stride -1, padding 0, dilation 1: kernel, stride and dilation "
                       "must be at least 1, padding at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(avg_pool2d(Tensor(), 2), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(avg_pool3d(zeros({4, 4, 4}), 2),
                       "[avg_pool3d] x [4, 4, 4]: expected [n, c, d, h, w] or [c, d, h, w]", ShapeError);
  CHECK_THROWS_WITH_AS(avg_pool3d(zeros({1, 4, 4, 4}), 2, {.padding = {0, 0, 2}}),
                       "[avg_pool3d] padding 2 must be at most half of the kernel 2", ValueError);
  CHECK_THROWS_WITH_AS(avg_pool3d(zeros({1, 4, 4, 4}), 5),
                       "[avg_pool3d] a kernel of 5 with dilation 1 does not fit an axis of 4 with padding 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(avg_pool3d(zeros({1, 4, 4, 4}), 2, {.divisor_override = 0}),
                       "[avg_pool3d] divisor_override 0: cannot divide by it", ValueError);
  CHECK_THROWS_WITH_AS(avg_pool3d(Tensor(), 2), undefined_text, GraphError);
}

TEST_CASE("wrong calls of adaptive_avg_pool") {
  CHECK_THROWS_WITH_AS(
      adaptive_avg_pool2d(zeros({1, 0, 4}), 2),
      "[adaptive_avg_pool2d] x [1, 0, 4]: an image without elements has no mean and no maximum", ShapeError);
  CHECK_THROWS_WITH_AS(adaptive_avg_pool2d(zeros({1, 4, 4}), {-1, 2}),
                       "[adaptive_avg_pool2d] output_size [-1, 2] cannot be negative", ValueError);
  CHECK_THROWS_WITH_AS(adaptive_avg_pool1d(zeros({4}), 2),
                       "[adaptive_avg_pool1d] x [4]: expected [n, c, l] or [c, l]", ShapeError);
  CHECK_THROWS_WITH_AS(adaptive_avg_pool3d(zeros({4, 4, 4}), 2),
                       "[adaptive_avg_pool3d] x [4, 4, 4]: expected [n, c, d, h, w] or [c, d, h, w]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(adaptive_avg_pool1d(zeros({1, 0}), 2),
                       "[adaptive_avg_pool1d] x [1, 0]: an image without elements has no mean and no maximum",
                       ShapeError);
  CHECK_THROWS_WITH_AS(adaptive_avg_pool1d(zeros({1, 4}), -2),
                       "[adaptive_avg_pool1d] output_size [-2] cannot be negative", ValueError);
  CHECK_THROWS_WITH_AS(
      adaptive_avg_pool1d(whole({1, 4}), 2),
      "[adaptive_avg_pool1d] needs a floating tensor, got int64: convert it with to(x, float32)", DtypeError);
  CHECK_THROWS_WITH_AS(adaptive_avg_pool1d(Tensor(), 2), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(adaptive_avg_pool2d(zeros({4, 4}), 2),
                       "[adaptive_avg_pool2d] x [4, 4]: expected [n, c, h, w] or [c, h, w]", ShapeError);
  CHECK_THROWS_WITH_AS(adaptive_avg_pool2d(Tensor(), 2), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(
      adaptive_avg_pool3d(zeros({1, 4, 0, 4}), 2),
      "[adaptive_avg_pool3d] x [1, 4, 0, 4]: an image without elements has no mean and no maximum",
      ShapeError);
  CHECK_THROWS_WITH_AS(adaptive_avg_pool3d(zeros({1, 4, 4, 4}), {1, 1, -1}),
                       "[adaptive_avg_pool3d] output_size [1, 1, -1] cannot be negative", ValueError);
  CHECK_THROWS_WITH_AS(
      adaptive_avg_pool3d(whole({1, 4, 4, 4}), 2),
      "[adaptive_avg_pool3d] needs a floating tensor, got int64: convert it with to(x, float32)", DtypeError);
  CHECK_THROWS_WITH_AS(adaptive_avg_pool3d(Tensor(), 2), undefined_text, GraphError);
}

TEST_CASE("wrong calls of lp_pool") {
  CHECK_THROWS_WITH_AS(lp_pool1d(zeros({1, 4}), 0, 2), "[lp_pool1d] norm_type 0: there is no such root",
                       ValueError);
  CHECK_THROWS_WITH_AS(lp_pool2d(zeros({4, 4}), 2, 2),
                       "[lp_pool2d] x [4, 4]: expected [n, c, h, w] or [c, h, w]", ShapeError);
  CHECK_THROWS_WITH_AS(lp_pool3d(zeros({1, 2, 2, 2}), 2, {1, 3, 1}),
                       "[lp_pool3d] a kernel of 3 with dilation 1 does not fit an axis of 2 with padding 0",
                       ShapeError);
}

TEST_CASE("wrong calls of max_pool1d") {
  CHECK_THROWS_WITH_AS(max_pool1d(zeros({1, 1, 1, 4}), 2),
                       "[max_pool1d] x [1, 1, 1, 4]: expected [n, c, l] or [c, l]", ShapeError);
  CHECK_THROWS_WITH_AS(max_pool1d(zeros({1, 4}), 5),
                       "[max_pool1d] a kernel of 5 with dilation 1 does not fit an axis of 4 with padding 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(max_pool1d(zeros({1, 4}), 2, {.padding = 2}),
                       "[max_pool1d] padding 2 must be at most half of the kernel 2", ValueError);
  CHECK_THROWS_WITH_AS(max_pool1d(zeros({1, 4}), 2, {.padding = -1}),
                       "[max_pool1d] kernel 2, stride 2, padding -1, dilation 1: kernel, stride and dilation "
                       "must be at least 1, padding at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(max_pool1d(whole({1, 4}), 2),
                       "[max_pool1d] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(max_pool1d(Tensor(), 2), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(max_pool1d_with_indices(zeros({4}), 2),
                       "[max_pool1d] x [4]: expected [n, c, l] or [c, l]", ShapeError);
  CHECK_THROWS_WITH_AS(max_pool1d_with_indices(zeros({1, 4}), 2, {.stride = -1}),
                       "[max_pool1d] kernel 2, stride -1, padding 0, dilation 1: kernel, stride and dilation "
                       "must be at least 1, padding at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(max_pool1d_with_indices(whole({1, 4}), 2),
                       "[max_pool1d] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(max_pool1d_with_indices(Tensor(), 2), undefined_text, GraphError);
}

TEST_CASE("wrong calls of max_pool3d") {
  CHECK_THROWS_WITH_AS(max_pool3d(zeros({1, 2, 2, 4}), {2, 2, 5}),
                       "[max_pool3d] a kernel of 5 with dilation 1 does not fit an axis of 4 with padding 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(max_pool3d(zeros({1, 4, 4, 4}), 2, {.padding = {0, 2, 0}}),
                       "[max_pool3d] padding 2 must be at most half of the kernel 2", ValueError);
  CHECK_THROWS_WITH_AS(max_pool3d(zeros({1, 4, 4, 4}), 2, {.dilation = {1, 1, 0}}),
                       "[max_pool3d] kernel 2, stride 2, padding 0, dilation 0: kernel, stride and dilation "
                       "must be at least 1, padding at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(max_pool3d(whole({1, 4, 4, 4}), 2),
                       "[max_pool3d] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(max_pool3d(Tensor(), 2), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(max_pool3d_with_indices(zeros({4, 4, 4}), 2),
                       "[max_pool3d] x [4, 4, 4]: expected [n, c, d, h, w] or [c, d, h, w]", ShapeError);
  CHECK_THROWS_WITH_AS(max_pool3d_with_indices(zeros({1, 2, 2, 2}), 3),
                       "[max_pool3d] a kernel of 3 with dilation 1 does not fit an axis of 2 with padding 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(max_pool3d_with_indices(whole({1, 4, 4, 4}), 2),
                       "[max_pool3d] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
}

TEST_CASE("wrong calls of adaptive_max_pool with indices") {
  CHECK_THROWS_WITH_AS(adaptive_max_pool1d_with_indices(zeros({2, 0}), 2),
                       "[adaptive_max_pool1d] x [2, 0]: an image without elements has no mean and no maximum",
                       ShapeError);
  CHECK_THROWS_WITH_AS(adaptive_max_pool1d_with_indices(zeros({2, 3}), -2),
                       "[adaptive_max_pool1d] output_size [-2] cannot be negative", ValueError);
  CHECK_THROWS_WITH_AS(
      adaptive_max_pool1d_with_indices(whole({2, 3}), 2),
      "[adaptive_max_pool1d] needs a floating tensor, got int64: convert it with to(x, float32)", DtypeError);
  CHECK_THROWS_WITH_AS(adaptive_max_pool2d_with_indices(zeros({2, 4, 4}), {-1, 2}),
                       "[adaptive_max_pool2d] output_size [-1, 2] cannot be negative", ValueError);
  CHECK_THROWS_WITH_AS(
      adaptive_max_pool2d_with_indices(whole({2, 4, 4}), 2),
      "[adaptive_max_pool2d] needs a floating tensor, got int64: convert it with to(x, float32)", DtypeError);
  CHECK_THROWS_WITH_AS(adaptive_max_pool2d_with_indices(Tensor(), 2), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(adaptive_max_pool3d_with_indices(zeros({2, 2, 2}), 1),
                       "[adaptive_max_pool3d] x [2, 2, 2]: expected [n, c, d, h, w] or [c, d, h, w]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      adaptive_max_pool3d_with_indices(zeros({1, 0, 2, 2}), 1),
      "[adaptive_max_pool3d] x [1, 0, 2, 2]: an image without elements has no mean and no maximum",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      adaptive_max_pool3d_with_indices(whole({1, 2, 2, 2}), 1),
      "[adaptive_max_pool3d] needs a floating tensor, got int64: convert it with to(x, float32)", DtypeError);
}

TEST_CASE("wrong calls of max_unpool1d") {
  CHECK_THROWS_WITH_AS(max_unpool1d(zeros({4}), whole({4}), 2),
                       "[max_unpool1d] x [4]: expected [n, c, l] or [c, l]", ShapeError);
  CHECK_THROWS_WITH_AS(max_unpool1d(zeros({1, 4}), whole({1, 3}), 2),
                       "[max_unpool1d] indices [1, 3] must have the shape of x, [1, 4]", ShapeError);
  CHECK_THROWS_WITH_AS(
      max_unpool1d(zeros({1, 4}), zeros({1, 4}), 2),
      "[max_unpool1d] the indices are float32, not int64: take those of max_pool1d_with_indices", DtypeError);
  CHECK_THROWS_WITH_AS(max_unpool1d(zeros({1, 4}), whole({1, 4}), 0),
                       "[max_unpool1d] kernel 0, stride 0, padding 0: kernel and stride must be at least 1, "
                       "padding at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(max_unpool1d(zeros({1, 4}), whole({1, 4}), 2, {.padding = -1}),
                       "[max_unpool1d] kernel 2, stride 2, padding -1: kernel and stride must be at least 1, "
                       "padding at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(
      max_unpool1d(zeros({1, 4}), whole({1, 4}), 2, {.output_size = {{20}}}),
      "[max_unpool1d] output_size 20: axis 0 of the pooled image had between 7 and 9 elements", ValueError);
  CHECK_THROWS_WITH_AS(max_unpool1d(Tensor(), whole({1, 4}), 2), undefined_text, GraphError);
}

TEST_CASE("wrong calls of max_unpool2d") {
  CHECK_THROWS_WITH_AS(max_unpool2d(zeros({2, 2}), whole({2, 2}), 2),
                       "[max_unpool2d] x [2, 2]: expected [n, c, h, w] or [c, h, w]", ShapeError);
  CHECK_THROWS_WITH_AS(max_unpool2d(zeros({1, 2, 2}), whole({1, 2, 2}), 2, {.stride = -1}),
                       "[max_unpool2d] kernel 2, stride -1, padding 0: kernel and stride must be at least 1, "
                       "padding at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(max_unpool2d(zeros({1, 2, 2}), Tensor(), 2), undefined_text, GraphError);
}

TEST_CASE("wrong calls of max_unpool3d") {
  CHECK_THROWS_WITH_AS(
      max_unpool3d(zeros({1, 1, 2, 2}), zeros({1, 1, 2, 2}), 2),
      "[max_unpool3d] the indices are float32, not int64: take those of max_pool3d_with_indices", DtypeError);
  CHECK_THROWS_WITH_AS(max_unpool3d(zeros({1, 1, 2, 2}), whole({1, 1, 2}), 2),
                       "[max_unpool3d] indices [1, 1, 2] must have the shape of x, [1, 1, 2, 2]", ShapeError);
  CHECK_THROWS_WITH_AS(max_unpool3d(zeros({1, 1, 2, 2}), full({1, 1, 2, 2}, 32, {.dtype = int64}), 2),
                       "[max_unpool3d] index 32 is out of range for an image of 32 elements: give the "
                       "output_size of the image that was pooled",
                       IndexError);
  CHECK_THROWS_WITH_AS(
      max_unpool3d(zeros({1, 1, 2, 2}), whole({1, 1, 2, 2}), 2, {.output_size = {{2, 4, 9}}}),
      "[max_unpool3d] output_size 9: axis 2 of the pooled image had between 3 and 5 elements", ValueError);
  CHECK_THROWS_WITH_AS(max_unpool3d(Tensor(), whole({1, 1, 2, 2}), 2), undefined_text, GraphError);
}

TEST_CASE("wrong calls of lp_pool by rank, norm, dtype") {
  CHECK_THROWS_WITH_AS(lp_pool1d(zeros({4}), 2, 2), "[lp_pool1d] x [4]: expected [n, c, l] or [c, l]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(lp_pool1d(zeros({1, 4}), 0, 2), "[lp_pool1d] norm_type 0: there is no such root",
                       ValueError);
  CHECK_THROWS_WITH_AS(lp_pool1d(zeros({1, 4}), 2, 5),
                       "[lp_pool1d] a kernel of 5 with dilation 1 does not fit an axis of 4 with padding 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(lp_pool1d(zeros({1, 4}), 2, 2, {.stride = -1}),
                       "[lp_pool1d] kernel 2, stride -1, padding 0, dilation 1: kernel, stride and dilation "
                       "must be at least 1, padding at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(lp_pool1d(Tensor(), 2, 2), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(lp_pool2d(zeros({4, 4}), 2, 2),
                       "[lp_pool2d] x [4, 4]: expected [n, c, h, w] or [c, h, w]", ShapeError);
  CHECK_THROWS_WITH_AS(lp_pool2d(zeros({1, 4, 4}), 0, 2), "[lp_pool2d] norm_type 0: there is no such root",
                       ValueError);
  CHECK_THROWS_WITH_AS(lp_pool2d(zeros({1, 4, 4}), 2, {5, 2}),
                       "[lp_pool2d] a kernel of 5 with dilation 1 does not fit an axis of 4 with padding 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(lp_pool2d(zeros({1, 4, 4}), 2, 0),
                       "[lp_pool2d] kernel 0, stride 0, padding 0, dilation 1: kernel, stride and dilation "
                       "must be at least 1, padding at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(lp_pool2d(Tensor(), 2, 2), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(lp_pool3d(zeros({4, 4, 4}), 2, 2),
                       "[lp_pool3d] x [4, 4, 4]: expected [n, c, d, h, w] or [c, d, h, w]", ShapeError);
  CHECK_THROWS_WITH_AS(lp_pool3d(zeros({1, 4, 4, 4}), 0, 2), "[lp_pool3d] norm_type 0: there is no such root",
                       ValueError);
  CHECK_THROWS_WITH_AS(lp_pool3d(zeros({1, 4, 4, 4}), 2, 2, {.stride = {1, -1, 1}}),
                       "[lp_pool3d] kernel 2, stride -1, padding 0, dilation 1: kernel, stride and dilation "
                       "must be at least 1, padding at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(lp_pool3d(Tensor(), 2, 2), undefined_text, GraphError);
}

}  // namespace
}  // namespace xg
