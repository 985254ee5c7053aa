#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <xgrad/core/backward.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/parallel.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/conv.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/resample.hpp>
#include <xgrad/ops/shuffle.hpp>
#include <xgrad/ops/unfold.hpp>
#include <xgrad/ops/view.hpp>

using namespace xg;

namespace {

Tensor random(const Shape& shape, Dtype dtype = float64) {
  static Generator generator(19);
  return uniform(shape, -1, 1, {.dtype = dtype}, generator);
}

double worst_difference(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  return max(abs(a - b)).item();
}

// A plane that rises by 1 with each row and by 10 with each column.
Tensor ramp(std::int64_t height, std::int64_t width) {
  return reshape(arange(0, static_cast<double>(height), 1, {.dtype = float64}), {1, 1, height, 1}) +
         10 * reshape(arange(0, static_cast<double>(width), 1, {.dtype = float64}), {1, 1, 1, width});
}

constexpr double inf = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("nearest by a whole factor repeats each element") {
  const Tensor x = random({2, 3, 4, 5}), y = interpolate(x, {.scale_factor = {2, 3}});
  REQUIRE(y.shape() == Shape{2, 3, 8, 15});
  const Tensor repeated = expand(reshape(x, {2, 3, 4, 1, 5, 1}), {2, 3, 4, 2, 5, 3});
  CHECK(worst_difference(y, reshape(repeated, {2, 3, 8, 15})) == 0);
}

TEST_CASE("an image resampled to its own size stays what it is") {
  const Tensor x = random({2, 3, 4, 5}, float32);
  for (const Interpolation mode : {Interpolation::nearest, Interpolation::nearest_exact,
                                   Interpolation::bilinear, Interpolation::bicubic, Interpolation::area})
    CHECK(worst_difference(interpolate(x, {.size = {4, 5}, .mode = mode}), x) < 1e-6);
  for (const Interpolation mode : {Interpolation::bilinear, Interpolation::bicubic})
    CHECK(worst_difference(interpolate(x, {.size = {4, 5}, .mode = mode, .align_corners = true}), x) < 1e-6);
}

TEST_CASE("aligned corners keep their values, and lines stay lines between them") {
  const Tensor y =
      interpolate(ramp(3, 5), {.size = {5, 9}, .mode = Interpolation::bilinear, .align_corners = true});
  for (std::int64_t r = 0; r < 5; ++r)
    for (std::int64_t c = 0; c < 9; ++c)
      CHECK(y.at({0, 0, r, c}) == doctest::Approx(static_cast<double>(r) / 2 + 5 * static_cast<double>(c)));
  const Tensor one =
      interpolate(ramp(3, 5), {.size = 1, .mode = Interpolation::bilinear, .align_corners = true});
  CHECK(one.item() == 0);
}

TEST_CASE("a scale factor moves the places unless it is computed again from the sizes") {
  const Tensor x = tensor({{{0, 1, 2}}}, {.dtype = float64});
  InterpolateOptions options{.scale_factor = 1.5, .mode = Interpolation::linear};
  // 4 places; the second one reads at 1.5 / 1.5 - 0.5 or at 1.5 * 3 / 4 - 0.5.
  CHECK(interpolate(x, options).at({0, 0, 1}) == doctest::Approx(0.5));
  options.recompute_scale_factor = true;
  CHECK(interpolate(x, options).at({0, 0, 1}) == doctest::Approx(0.625));
}

TEST_CASE("the grid of an image's own places gives the image back") {
  const Tensor x = random({2, 3, 4, 5}), volume = random({1, 2, 3, 4, 2});
  const Tensor turn = tensor({{1, 0, 0}, {0, 1, 0}}, {.dtype = float64});
  const Tensor keep = tensor({{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}, {.dtype = float64});
  for (const bool corners : {false, true})
    for (const Interpolation mode : {Interpolation::bilinear, Interpolation::nearest}) {
      const Tensor grid = affine_grid(expand(turn, {2, 2, 3}), x.shape(), corners);
      CHECK(worst_difference(grid_sample(x, grid, {.mode = mode, .align_corners = corners}), x) < 1e-14);
      const Tensor places = affine_grid(unsqueeze(keep, 0), volume.shape(), corners);
      CHECK(worst_difference(grid_sample(volume, places, {.mode = mode, .align_corners = corners}), volume) <
            1e-14);
    }
}

TEST_CASE("grids hold columns first") {
  const Tensor grid = tensor({{{0.5, -1}}}, {.dtype = float64});
  const Tensor y = grid_sample(ramp(3, 5), unsqueeze(grid, 0), {.align_corners = true});
  CHECK(y.item() == doctest::Approx(30));
}

TEST_CASE("what lies outside is zero, the border, or a mirror image") {
  const auto at = [](double column, GridPadding padding) {
    const Tensor grid = reshape(tensor({column, -1}, {.dtype = float64}), {1, 1, 1, 2});
    return grid_sample(ramp(3, 5), grid, {.padding_mode = padding, .align_corners = true}).item();
  };
  CHECK(at(1.25, GridPadding::zeros) == doctest::Approx(20));  // half of the last element
  CHECK(at(2, GridPadding::zeros) == 0);
  CHECK(at(1.25, GridPadding::border) == 40);
  CHECK(at(1.25, GridPadding::reflection) == doctest::Approx(35));
  CHECK(at(-3.5, GridPadding::reflection) == doctest::Approx(30));
}

TEST_CASE("NaN in a grid counts as -1, and infinities lie outside") {
  const Tensor grid =
      reshape(tensor({std::nan(""), -1, inf, 0, -inf, inf}, {.dtype = float64}), {1, 1, 3, 2});
  for (const Interpolation mode : {Interpolation::bilinear, Interpolation::nearest, Interpolation::bicubic})
    for (const GridPadding padding : {GridPadding::zeros, GridPadding::border, GridPadding::reflection}) {
      Tensor x = (ramp(3, 5) + 1).requires_grad(true), places = grid.detach().requires_grad(true);
      const Tensor y = grid_sample(x, places, {.mode = mode, .padding_mode = padding, .align_corners = true});
      CHECK(y.at({0, 0, 0, 0}) == doctest::Approx(1));
      if (padding == GridPadding::zeros) {
        CHECK(y.at({0, 0, 0, 1}) == 0);
        CHECK(y.at({0, 0, 0, 2}) == 0);
      }
      if (padding == GridPadding::border) CHECK(y.at({0, 0, 0, 1}) == doctest::Approx(42));
      y.backward(ones(y.shape(), {.dtype = float64}));
      CHECK(all(isfinite(x.grad())).item() == 1);
      if (places.grad().defined()) CHECK(all(isfinite(places.grad())).item() == 1);
    }
}

TEST_CASE("a grid gets no gradient where it has left the image") {
  Tensor grid = reshape(tensor({1.5, 0.1, 0.1, 0.1}, {.dtype = float64}), {1, 1, 2, 2}).requires_grad(true);
  const Tensor y =
      grid_sample(ramp(3, 5), grid, {.padding_mode = GridPadding::border, .align_corners = true});
  y.backward(ones(y.shape(), {.dtype = float64}));
  CHECK(grid.grad().at({0, 0, 0, 0}) == 0);
  CHECK(grid.grad().at({0, 0, 0, 1}) == doctest::Approx(1));
  CHECK(grid.grad().at({0, 0, 1, 0}) == doctest::Approx(20));
}

TEST_CASE("shuffles have inverses") {
  const Tensor x = random({2, 12, 4, 6}), alone = random({3, 4, 6});
  CHECK(worst_difference(pixel_unshuffle(pixel_shuffle(x, 2), 2), x) == 0);
  CHECK(worst_difference(pixel_shuffle(pixel_unshuffle(alone, 2), 2), alone) == 0);
  CHECK(worst_difference(channel_shuffle(channel_shuffle(x, 3), 4), x) == 0);
  CHECK(pixel_shuffle(zeros({0, 4, 2, 3}), 2).shape() == Shape{0, 1, 4, 6});
  CHECK(pixel_unshuffle(zeros({2, 1, 0, 3}), 3).shape() == Shape{2, 9, 0, 1});
}

TEST_CASE("unfolded windows times weights are a convolution") {
  const Tensor x = random({2, 3, 6, 7}), w = random({4, 3, 2, 3});
  const Tensor columns = unfold(x, {2, 3}, {.dilation = {2, 1}, .padding = 1, .stride = {1, 2}});
  const Tensor y = conv2d(x, w, {}, {.stride = {1, 2}, .padding = 1, .dilation = {2, 1}});
  CHECK(worst_difference(matmul(reshape(w, {4, 18}), columns), reshape(y, {2, 4, -1})) < 1e-14);
}

TEST_CASE("fold adds up what unfold has dealt out") {
  const Tensor x = random({2, 3, 4, 5});
  const Tensor counts = fold(unfold(ones_like(x), 2), {4, 5}, 2);
  CHECK(counts.at({0, 0, 0, 0}) == 1);
  CHECK(counts.at({0, 0, 0, 2}) == 2);
  CHECK(counts.at({0, 0, 2, 2}) == 4);
  CHECK(worst_difference(fold(unfold(x, 2), {4, 5}, 2), counts * x) < 1e-14);
  CHECK(unfold(select(x, 0, 0), 2).shape() == Shape{12, 12});
  CHECK(fold(unfold(select(x, 0, 0), 2), {4, 5}, 2).shape() == Shape{3, 4, 5});
  CHECK(unfold(zeros({0, 3, 4, 5}), 2).shape() == Shape{0, 12, 12});
}

TEST_CASE("resampling without images is empty") {
  CHECK(interpolate(zeros({0, 3, 4}), {.size = 7, .mode = Interpolation::linear}).shape() == Shape{0, 3, 7});
  CHECK(grid_sample(zeros({0, 3, 4, 4}), zeros({0, 2, 5, 2})).shape() == Shape{0, 3, 2, 5});
  CHECK(grid_sample(zeros({2, 3, 4, 4}), zeros({2, 0, 5, 2})).shape() == Shape{2, 3, 0, 5});
}

TEST_CASE("resampling does not depend on the number of threads") {
  const Tensor x = random({4, 8, 40, 50}, float32), grid = random({4, 60, 50, 2}, float32);
  const auto run = [&](int threads) {
    const ThreadGuard guard(threads);
    Tensor leaf = x.detach().requires_grad(true);
    const Tensor y = interpolate(leaf, {.size = {70, 30}, .mode = Interpolation::bicubic});
    const Tensor folded = fold(unfold(leaf, 3), {40, 50}, 3);
    const Tensor read = grid_sample(leaf, grid);
    const Tensor g =
        grad({y, folded, read}, {leaf}, {.cotangents = {y.detach(), folded.detach(), read.detach()}})[0];
    return std::vector<float>(g.data<float>(), g.data<float>() + g.numel());
  };
  CHECK(run(1) == run(3));
}
