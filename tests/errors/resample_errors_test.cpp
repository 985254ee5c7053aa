// The wrong calls of the ops in the op table's resample family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/wrong_calls.hpp"

namespace xg {
namespace {

TEST_CASE("wrong calls of interpolate") {
  const Tensor x = zeros({1, 2, 4, 4});
  CHECK_THROWS_WITH_AS(interpolate(zeros({4, 4}), {.size = 2}),
                       "[interpolate] x [4, 4]: expected [n, c, l], [n, c, h, w] or [n, c, d, h, w]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(interpolate(x, {}), "[interpolate] expected either size or scale_factor", ValueError);
  CHECK_THROWS_WITH_AS(interpolate(x, {.size = 2, .scale_factor = 2}),
                       "[interpolate] expected either size or scale_factor", ValueError);
  CHECK_THROWS_WITH_AS(interpolate(x, {.size = {2, 3, 4}}),
                       "[interpolate] 3 numbers in size for x [1, 2, 4, 4]: expected 1 or 2", ValueError);
  CHECK_THROWS_WITH_AS(interpolate(zeros({1, 2, 4}), {.scale_factor = {2, 3}}),
                       "[interpolate] 2 numbers in scale_factor for x [1, 2, 4]: expected 1 or 1",
                       ValueError);
  CHECK_THROWS_WITH_AS(interpolate(x, {.scale_factor = {1, -2}}),
                       "[interpolate] scale_factor -2: expected more than 0", ValueError);
  CHECK_THROWS_WITH_AS(interpolate(x, {.size = 2, .mode = Interpolation::trilinear}),
                       "[interpolate] mode trilinear is for images of 3 axes, x [1, 2, 4, 4] has 2",
                       ValueError);
  CHECK_THROWS_WITH_AS(interpolate(x, {.size = 2, .align_corners = true}),
                       "[interpolate] mode nearest knows no align_corners", ValueError);
  CHECK_THROWS_WITH_AS(interpolate(x, {.size = {2, 0}}),
                       "[interpolate] axis 3 of x [1, 2, 4, 4] would get 0 elements from 4: both must be at "
                       "least 1",
                       ShapeError);
  CHECK_THROWS_WITH_AS(interpolate(zeros({1, 2, 0}), {.size = 2}),
                       "[interpolate] axis 2 of x [1, 2, 0] would get 2 elements from 0: both must be at "
                       "least 1",
                       ShapeError);
  CHECK_THROWS_WITH_AS(interpolate(zeros({1, 2, 4}, {.dtype = int64}), {.size = 2}),
                       "[interpolate] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(interpolate(Tensor(), {.size = 2}), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(interpolate(zeros({1, 2, 4}), {.size = 2, .mode = Interpolation::bicubic}),
                       "[interpolate] mode bicubic is for images of 2 axes, x [1, 2, 4] has 1", ValueError);
  CHECK_THROWS_WITH_AS(
      interpolate(zeros({1, 2, 4, 4}), {.size = -3}),
      "[interpolate] axis 2 of x [1, 2, 4, 4] would get -3 elements from 4: both must be at least 1",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      interpolate(zeros({1, 2, 4, 4}), {.scale_factor = 0.1}),
      "[interpolate] axis 2 of x [1, 2, 4, 4] would get 0 elements from 4: both must be at least 1",
      ShapeError);
}

TEST_CASE("wrong calls of grid_sample") {
  const Tensor x = zeros({1, 2, 4, 4});
  CHECK_THROWS_WITH_AS(
      grid_sample(x, zeros({1, 3, 3, 3})),
      "[grid_sample] x [1, 2, 4, 4] and grid [1, 3, 3, 3]: expected [n, c, h, w] and [n, h', "
      "w', 2], or [n, c, d, h, w] and [n, d', h', w', 3]",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      grid_sample(x, zeros({2, 3, 3, 2})),
      "[grid_sample] x [1, 2, 4, 4] and grid [2, 3, 3, 2]: expected [n, c, h, w] and [n, h', "
      "w', 2], or [n, c, d, h, w] and [n, d', h', w', 3]",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      grid_sample(zeros({4}), zeros({4})),
      "[grid_sample] x [4] and grid [4]: expected [n, c, h, w] and [n, h', w', 2], or [n, c, "
      "d, h, w] and [n, d', h', w', 3]",
      ShapeError);
  CHECK_THROWS_WITH_AS(grid_sample(zeros({1, 2, 0, 4}), zeros({1, 3, 3, 2})),
                       "[grid_sample] x [1, 2, 0, 4]: there is nothing to read in an image without elements",
                       ShapeError);
  CHECK_THROWS_WITH_AS(grid_sample(x, zeros({1, 3, 3, 2}), {.mode = Interpolation::area}),
                       "[grid_sample] x [1, 2, 4, 4]: the mode must be bilinear or nearest, or bicubic for "
                       "images of 2 axes",
                       ValueError);
  CHECK_THROWS_WITH_AS(
      grid_sample(zeros({1, 2, 4, 4, 4}), zeros({1, 3, 3, 3, 3}), {.mode = Interpolation::bicubic}),
      "[grid_sample] x [1, 2, 4, 4, 4]: the mode must be bilinear or nearest, or bicubic for "
      "images of 2 axes",
      ValueError);
  CHECK_THROWS_WITH_AS(grid_sample(zeros({1, 2, 4, 4}, {.dtype = int64}), zeros({1, 3, 3, 2})),
                       "[grid_sample] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(grid_sample(Tensor(), zeros({1, 3, 3, 2})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(grid_sample(zeros({1, 2, 4, 4}), Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of affine_grid") {
  CHECK_THROWS_WITH_AS(
      affine_grid(zeros({1, 3, 3}), {1, 2, 4, 4}),
      "[affine_grid] theta [1, 3, 3] and size [1, 2, 4, 4]: expected [n, 2, 3] and [n, c, h, "
      "w], or [n, 3, 4] and [n, c, d, h, w]",
      ShapeError);
  CHECK_THROWS_WITH_AS(affine_grid(zeros({1, 2, 3}), {4}),
                       "[affine_grid] theta [1, 2, 3] and size [4]: expected [n, 2, 3] and [n, c, h, w], or "
                       "[n, 3, 4] and [n, c, d, h, w]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(affine_grid(zeros({1, 2, 3}), {1, 2, 0, 4}),
                       "[affine_grid] size [1, 2, 0, 4]: images must have elements", ValueError);
  CHECK_THROWS_WITH_AS(affine_grid(zeros({2, 2, 3}), {1, 2, 4, 4}),
                       "[affine_grid] theta [2, 2, 3] and size [1, 2, 4, 4]: expected [n, 2, 3] and [n, c, "
                       "h, w], or [n, 3, 4] and [n, c, d, h, w]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(affine_grid(zeros({2, 3}), {1, 2, 4, 4}),
                       "[affine_grid] theta [2, 3] and size [1, 2, 4, 4]: expected [n, 2, 3] and [n, c, h, "
                       "w], or [n, 3, 4] and [n, c, d, h, w]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(affine_grid(zeros({1, 2, 3}), {1, 2, -1, 4}),
                       "[affine_grid] size [1, 2, -1, 4]: images must have elements", ValueError);
  CHECK_THROWS_WITH_AS(affine_grid(whole({1, 2, 3}), {1, 2, 4, 4}),
                       "[affine_grid] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(affine_grid(Tensor(), {1, 2, 4, 4}), undefined_text, GraphError);
}

TEST_CASE("wrong calls of pixel_shuffle, pixel_unshuffle and channel_shuffle") {
  CHECK_THROWS_WITH_AS(pixel_shuffle(zeros({1, 6, 2, 2}), 2),
                       "[pixel_shuffle] x [1, 6, 2, 2]: its 6 channels are no multiple of 4", ShapeError);
  CHECK_THROWS_WITH_AS(pixel_shuffle(zeros({4, 4}), 2), "[pixel_shuffle] x [4, 4]: expected [..., c, h, w]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(pixel_shuffle(zeros({4, 4, 4}), 0),
                       "[pixel_shuffle] upscale_factor 0: expected at least 1", ValueError);
  CHECK_THROWS_WITH_AS(pixel_unshuffle(zeros({1, 3, 4}), 2),
                       "[pixel_unshuffle] x [1, 3, 4]: its height 3 and width 4 are no multiples of 2",
                       ShapeError);
  CHECK_THROWS_WITH_AS(pixel_unshuffle(zeros({4}), 2), "[pixel_unshuffle] x [4]: expected [..., c, h, w]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(pixel_unshuffle(zeros({1, 3, 4}), -1),
                       "[pixel_unshuffle] downscale_factor -1: expected at least 1", ValueError);
  CHECK_THROWS_WITH_AS(channel_shuffle(zeros({1, 5, 2}), 2),
                       "[channel_shuffle] x [1, 5, 2]: its 5 channels cannot be cut into 2 groups",
                       ShapeError);
  CHECK_THROWS_WITH_AS(channel_shuffle(zeros({1, 5, 2}), 0),
                       "[channel_shuffle] x [1, 5, 2]: its 5 channels cannot be cut into 0 groups",
                       ShapeError);
  CHECK_THROWS_WITH_AS(channel_shuffle(zeros({5}), 1), "[channel_shuffle] x [5]: expected [n, c, ...]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(pixel_shuffle(Tensor(), 2), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(pixel_unshuffle(Tensor(), 2), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(pixel_unshuffle(zeros({1, 4, 4}), 0),
                       "[pixel_unshuffle] downscale_factor 0: expected at least 1", ValueError);
  CHECK_THROWS_WITH_AS(channel_shuffle(zeros({1, 5, 2}), -5),
                       "[channel_shuffle] x [1, 5, 2]: its 5 channels cannot be cut into -5 groups",
                       ShapeError);
  CHECK_THROWS_WITH_AS(channel_shuffle(Tensor(), 1), undefined_text, GraphError);
}

TEST_CASE("wrong calls of unfold and fold") {
  CHECK_THROWS_WITH_AS(unfold(zeros({4, 4}), 2), "[unfold] x [4, 4]: expected [n, c, h, w] or [c, h, w]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(unfold(zeros({1, 1, 4, 4}), {2, 5}),
                       "[unfold] a kernel of 5 with dilation 1 does not fit an axis of 4 with padding 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      unfold(zeros({1, 1, 4, 4}), 2, {.dilation = 0}),
      "[unfold] kernel 2, stride 1, padding 0, dilation 0: kernel, stride and dilation must be at "
      "least 1, padding at least 0",
      ValueError);
  CHECK_THROWS_WITH_AS(unfold(zeros({1, 1, 4, 4}, {.dtype = int64}), 2),
                       "[unfold] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(fold(zeros({4}), 4, 2),
                       "[fold] x [4]: expected [n, c * taps, windows] or [c * taps, windows]", ShapeError);
  CHECK_THROWS_WITH_AS(fold(zeros({1, 4, 8}), 4, 2), "[fold] x [1, 4, 8]: an image of [4, 4] has 9 windows",
                       ShapeError);
  CHECK_THROWS_WITH_AS(fold(zeros({1, 6, 9}), 4, 2),
                       "[fold] x [1, 6, 9]: its 6 rows are no multiple of the 4 taps of the kernel [2, 2]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(unfold(Tensor(), 2), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(unfold(zeros({1, 1, 4, 4}), 2, {.padding = {0, -1}}),
                       "[unfold] kernel 2, stride 1, padding -1, dilation 1: kernel, stride and dilation "
                       "must be at least 1, padding at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(fold(zeros({1, 4, 9}), 4, 2, {.stride = {1, 0}}),
                       "[fold] kernel 2, stride 0, padding 0, dilation 1: kernel, stride and dilation must "
                       "be at least 1, padding at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(fold(zeros({1, 4, 9}), 4, 5),
                       "[fold] a kernel of 5 with dilation 1 does not fit an axis of 4 with padding 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(fold(zeros({1, 4, 9}), {4, -4}, 2),
                       "[fold] a kernel of 2 with dilation 1 does not fit an axis of -4 with padding 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(fold(whole({1, 4, 9}), 4, 2),
                       "[fold] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(fold(Tensor(), 4, 2), undefined_text, GraphError);
}

}  // namespace
}  // namespace xg
