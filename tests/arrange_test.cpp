#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/arrange.hpp>
#include <xgrad/ops/view.hpp>

#include "op_table/op_table.hpp"

using namespace xg;
using test::element;

TEST_CASE("unfold shares memory, and its windows may be empty or as long as the axis") {
  const Tensor x = reshape(arange(12), {3, 4});
  const Tensor windows = unfold(x, 1, 2, 1);
  CHECK(windows.shape() == Shape{3, 3, 2});
  CHECK(windows.data<std::int64_t>() == x.data<std::int64_t>());
  CHECK(windows.at({2, 1, 1}) == 10);
  CHECK(unfold(x, 0, 3, 7).shape() == Shape{1, 4, 3});
  CHECK(unfold(x, 0, 0, 1).shape() == Shape{4, 4, 0});
}

TEST_CASE("an element in several windows gets the sum of their gradients") {
  Tensor x = zeros({4});
  x.requires_grad(true);
  unfold(x, 0, 3, 1).backward(tensor({{1, 2, 4}, {8, 16, 32}}));
  const double expected[] = {1, 10, 20, 32};
  for (std::int64_t i = 0; i < 4; ++i) CHECK(element(x.grad(), i) == expected[i]);
}

TEST_CASE("borders may be wider than x where they repeat it, and negative widths cut off") {
  const Tensor x = tensor({1, 2, 3});
  const Tensor y = pad(x, {5, -2}, PadMode::replicate);
  REQUIRE(y.shape() == Shape{6});
  for (std::int64_t i = 0; i < 6; ++i) CHECK(element(y, i) == 1);
  const Tensor z = pad(x, {3, 3}, PadMode::circular);
  for (std::int64_t i = 0; i < 9; ++i) CHECK(element(z, i) == static_cast<double>(i % 3 + 1));
  CHECK(pad(x, {0, 0}, PadMode::reflect).is_same(x));
  CHECK(element(pad(x, {1, 0}, PadMode::constant, 7), 0) == 7);
  CHECK(element(pad(arange(3), {2, 0}, PadMode::reflect), 0) == 2);
}

TEST_CASE("grids of one list, of none and of empty ones") {
  CHECK(meshgrid({}).empty());
  CHECK(meshgrid({arange(3)}, GridIndexing::xy)[0].shape() == Shape{3});
  CHECK(meshgrid({arange(3), arange(0)})[0].shape() == Shape{3, 0});
  CHECK(cartesian_prod({arange(3)}).shape() == Shape{3});
  CHECK(cartesian_prod({arange(3), arange(0), arange(2)}).shape() == Shape{0, 3});
}

TEST_CASE("repeat_interleave takes one count for all places, and none of a place") {
  const Tensor x = reshape(arange(4), {2, 2});
  CHECK(repeat_interleave(x, tensor({3}, {.dtype = int64}), 1).shape() == Shape{2, 6});
  CHECK(repeat_interleave(x, 0, 0).shape() == Shape{0, 2});
  CHECK(repeat_interleave(scalar(5), 3).shape() == Shape{3});
  CHECK(element(repeat_interleave(x, tensor({0, 2}, {.dtype = int64}), -1), 3) == 3);
}

TEST_CASE("rot90 four times is x again, and a tensor without elements turns too") {
  const Tensor x = reshape(arange(6), {2, 3});
  const Tensor once = rot90(x);
  CHECK(once.at({0, 0}) == 2);
  const Tensor back = rot90(once, 3);
  for (std::int64_t i = 0; i < 6; ++i) CHECK(element(back, i) == element(x, i));
  CHECK(rot90(zeros({0, 3})).shape() == Shape{3, 0});
}
