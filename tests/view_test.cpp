#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/view.hpp>

#include "op_table/op_table.hpp"

using namespace xg;
using test::element;

TEST_CASE("reshape shares memory where strides allow it and copies where they do not") {
  const Tensor x = reshape(arange(24), {2, 3, 4});
  CHECK(reshape(x, {6, 4}).data<std::int64_t>() == x.data<std::int64_t>());
  const Tensor columns = slice(x, 2, 0, 2);
  CHECK(reshape(columns, {6, 2}).data<std::int64_t>() == x.data<std::int64_t>());
  const Tensor flat = reshape(columns, {12});
  CHECK(flat.data<std::int64_t>() != x.data<std::int64_t>());
  CHECK(element(flat, 2) == 4);
  CHECK(element(flat, 11) == 21);
}

TEST_CASE("reshape of a transposed or broadcast tensor keeps the row-major order of its elements") {
  const Tensor x = t(reshape(arange(6), {2, 3}));
  const Tensor y = reshape(x, {2, 3});
  for (std::int64_t i = 0; i < 6; ++i) CHECK(element(y, i) == element(x, i));
  const Tensor z = reshape(expand(tensor({1, 2}), {3, 2}), {6});
  for (std::int64_t i = 0; i < 6; ++i) CHECK(element(z, i) == static_cast<double>(i % 2 + 1));
}

TEST_CASE("reshape infers one size and rejects what is ambiguous") {
  CHECK(reshape(zeros({2, 6}), {3, -1, 2}).shape() == Shape{3, 2, 2});
  CHECK(reshape(zeros({0, 3}), {3, 0}).shape() == Shape{3, 0});
  CHECK(reshape(zeros({1, 1}), {}).dim() == 0);
  CHECK_THROWS_AS(reshape(zeros({4}), {-1, -1}), ShapeError);
  CHECK_THROWS_AS(reshape(zeros({0}), {0, -1}), ShapeError);
  CHECK_THROWS_AS(reshape(zeros({4}), {-2, -2}), ShapeError);
}

TEST_CASE("slices follow Python's rules at both ends") {
  const Tensor x = arange(5);
  CHECK(slice(x, 0, -2).shape() == Shape{2});
  CHECK(element(slice(x, 0, -2), 0) == 3);
  CHECK(slice(x, 0, {}, -1).shape() == Shape{4});
  CHECK(slice(x, 0, 3, 1).numel() == 0);
  CHECK(slice(x, 0, -100, 100).shape() == Shape{5});
  CHECK(slice(x, 0, 7).numel() == 0);
  CHECK(element(slice(x, 0, 1, {}, 3), 1) == 4);
}

TEST_CASE("views of a tensor see later writes to it, copies do not") {
  Tensor x = zeros({2, 3});
  const Tensor row = select(x, 0, 1), turned = flip(x, {0});
  x.mutable_data<float>()[3] = 5;
  CHECK(element(row, 0) == 5);
  CHECK(element(turned, 0) == 0);
}

TEST_CASE("pieces that are not used add nothing to the gradient") {
  Tensor x = zeros({4});
  x.requires_grad(true);
  const auto pieces = split(x, 1);
  (pieces[1] * 3.0 + pieces[3] * 2.0).backward(ones({1}));
  const double expected[] = {0, 3, 0, 2};
  for (std::int64_t i = 0; i < 4; ++i) CHECK(element(x.grad(), i) == expected[i]);
}

TEST_CASE("split and chunk make a shorter last piece, and as many empty ones of nothing as asked") {
  const auto pieces = split(arange(5), 2);
  REQUIRE(pieces.size() == 3);
  CHECK(pieces[2].shape() == Shape{1});
  CHECK(chunk(arange(5), 4).size() == 3);
  CHECK(chunk(zeros({0, 2}), 3).size() == 3);
  CHECK(unbind(zeros({0, 2})).empty());
  CHECK_THROWS_AS(split(arange(5), 0), ValueError);
}

TEST_CASE("cat skips empty lists, promotes dtypes and gives each input its own dtype's gradient") {
  Tensor a = ones({2}), b = ones({1}, {.dtype = float64});
  a.requires_grad(true);
  b.requires_grad(true);
  const Tensor y = cat({zeros({0}), a, b});
  CHECK(y.dtype() == float64);
  CHECK(y.shape() == Shape{3});
  y.backward(tensor({1, 2, 3}, {.dtype = float64}));
  CHECK(a.grad().dtype() == float32);
  CHECK(element(a.grad(), 1) == 2);
  CHECK(element(b.grad(), 0) == 3);
  CHECK(cat({zeros({0, 2}), zeros({3, 2})}).shape() == Shape{3, 2});
  CHECK_THROWS_AS(cat({}), ValueError);
}

TEST_CASE("the same tensor may stand twice in cat") {
  Tensor x = ones({2});
  x.requires_grad(true);
  cat({x, x}).backward(tensor({1, 2, 3, 4}));
  CHECK(element(x.grad(), 0) == 4);
  CHECK(element(x.grad(), 1) == 6);
}

TEST_CASE("rearranging ops work on integers and on tensors without elements") {
  CHECK(element(roll(arange(4), {-1}), 3) == 0);
  CHECK(element(pad(arange(2), {1, 1}, 7), 0) == 7);
  CHECK(tril(zeros({0, 3})).shape() == Shape{0, 3});
  CHECK(flip(zeros({2, 0}), {0, 1}).shape() == Shape{2, 0});
  CHECK(roll(zeros({0}), {3}).shape() == Shape{0});
  CHECK(repeat(zeros({2}), {0}).shape() == Shape{0});
  CHECK(pad(zeros({3}), {-2, -1}).shape() == Shape{0});
  CHECK_THROWS_AS(pad(zeros({3}), {-2, -2}), ShapeError);
  CHECK(diagonal(zeros({2, 3}), 5).shape() == Shape{0});
}

TEST_CASE("pad that cuts more on one side than the axis has pads the other side only") {
  const Tensor y = pad(tensor({1, 2}), {-3, 4}, 9);
  REQUIRE(y.shape() == Shape{3});
  for (std::int64_t i = 0; i < 3; ++i) CHECK(element(y, i) == 9);
}
