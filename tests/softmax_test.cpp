#include <doctest/doctest.h>

#include <cmath>

#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/softmax.hpp>

#include "op_table/op_table.hpp"

using namespace xg;
using test::element;

TEST_CASE("an entry of minus infinity has probability 0 and no gradient") {
  Tensor x = tensor({{0, -INFINITY, 0}});
  x.requires_grad(true);
  const Tensor p = softmax(x, 1);
  CHECK(element(p, 0) == doctest::Approx(0.5));
  CHECK(element(p, 1) == 0);
  p.backward(tensor({{1, 2, 3}}));
  CHECK(element(x.grad(), 1) == 0);
  CHECK(element(x.grad(), 0) == doctest::Approx(-0.5));
  const Tensor l = log_softmax(x, 1);
  CHECK(element(l, 1) == -INFINITY);
  CHECK(element(l, 2) == doctest::Approx(std::log(0.5)));
}

TEST_CASE("rows of large logits that differ by a constant have the same probabilities") {
  const Tensor x = tensor({{1, 2, 3}, {10001, 10002, 10003}, {-9999, -9998, -9997}});
  const Tensor p = softmax(x, 1);
  for (std::int64_t i = 0; i < 9; ++i) CHECK(element(p, i) == doctest::Approx(element(p, i % 3)));
  CHECK(element(sum(p, {1}), 2) == doctest::Approx(1));
}

TEST_CASE("softmax of a number is 1, of no elements nothing") {
  CHECK(softmax(scalar(7), 0).item() == 1);
  CHECK(softmax(zeros({0, 3}), 0).shape() == Shape{0, 3});
}

TEST_CASE("cross entropy of a forbidden class is finite as long as it is not the target") {
  Tensor x = tensor({{0, -INFINITY}, {0, 0}});
  x.requires_grad(true);
  const Tensor loss = cross_entropy_rows(x, tensor({0, 1}, {.dtype = int64}));
  CHECK(element(loss, 0) == 0);
  CHECK(element(loss, 1) == doctest::Approx(std::log(2)));
  loss.backward(ones({2}));
  CHECK(element(x.grad(), 1) == 0);
  CHECK(element(x.grad(), 3) == doctest::Approx(-0.5));
}

TEST_CASE("ignored rows have no loss and no gradient, whatever their logits") {
  Tensor x = tensor({{1, 2}, {1e4, -1e4}});
  x.requires_grad(true);
  const Tensor loss = cross_entropy_rows(x, tensor({-100, 0}, {.dtype = int64}));
  CHECK(element(loss, 0) == 0);
  loss.backward(ones({2}));
  CHECK(element(x.grad(), 0) == 0);
  CHECK(element(x.grad(), 1) == 0);
}

TEST_CASE("cross entropy refuses what fits no class and takes a batch of nothing") {
  const Tensor none = zeros({0}, {.dtype = int64});
  CHECK(cross_entropy_rows(zeros({0, 3}), none).shape() == Shape{0});
  CHECK_THROWS_AS(cross_entropy_rows(zeros({2, 3}), none), ShapeError);
  CHECK_THROWS_AS(cross_entropy_rows(zeros({2, 3}), zeros({2})), DtypeError);
  CHECK_THROWS_AS(cross_entropy_rows(zeros({0, 3}), none, {.label_smoothing = 2}), ValueError);
  CHECK_THROWS_AS(cross_entropy_rows(zeros({1, 3}), full({1}, -1, {.dtype = int64})), IndexError);
}
