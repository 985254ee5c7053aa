#include <doctest/doctest.h>

#include <cmath>

#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/parallel.hpp>
#include <xgrad/ops/norm.hpp>
#include <xgrad/ops/reduce.hpp>

#include "op_table/op_table.hpp"

using namespace xg;
using test::element;

TEST_CASE("batch_norm moves the running statistics in place, with the unbiased variance") {
  const Tensor x = tensor({{1, 10}, {3, 10}, {5, 40}});
  Tensor mean = zeros({2}), var = ones({2});
  const auto version = mean.version();
  batch_norm(x, mean, var, {}, {}, true, 0.25);
  CHECK(mean.version() > version);
  CHECK(element(mean, 0) == doctest::Approx(0.25 * 3));
  CHECK(element(mean, 1) == doctest::Approx(0.25 * 20));
  CHECK(element(var, 0) == doctest::Approx(0.75 + 0.25 * 4));
  CHECK(element(var, 1) == doctest::Approx(0.75 + 0.25 * 300));
}

TEST_CASE("batch_norm outside of training leaves the running statistics alone") {
  Tensor mean = zeros({2}), var = ones({2});
  const auto version = mean.version();
  const Tensor y = batch_norm(tensor({{1, 2}}), mean, var, {}, {}, false, 0.1, 0);
  CHECK(mean.version() == version);
  CHECK(element(y, 1) == 2);
}

TEST_CASE("instance_norm moves the running statistics towards the means over the batch") {
  const Tensor x = tensor({{{1, 3}, {10, 10}}, {{5, 9}, {10, 40}}});
  Tensor mean = zeros({2}), var = ones({2});
  const Tensor y = instance_norm(x, mean, var, {}, {}, true, 0.25);
  CHECK(element(mean, 0) == doctest::Approx(0.25 * (2 + 7) / 2));
  CHECK(element(mean, 1) == doctest::Approx(0.25 * (10 + 25) / 2));
  CHECK(element(var, 0) == doctest::Approx(0.75 + 0.25 * (2 + 8) / 2));
  CHECK(element(var, 1) == doctest::Approx(0.75 + 0.25 * (0 + 450) / 2));
  CHECK(element(y, 0) == doctest::Approx(-1));
  const auto version = mean.version();
  instance_norm(x, mean, var, {}, {}, false);
  CHECK(mean.version() == version);
}

TEST_CASE("normalisation survives a mean that is large against the spread") {
  Tensor x = full({2, 1000}, 4096);
  for (std::int64_t i = 0; i < 2000; i += 2) x.mutable_data<float>()[i] = 4097;
  for (const Tensor& y : {layer_norm(x, {1000}), batch_norm(x.detach(), {}, {}, {}, {}, true)})
    CHECK(std::isfinite(element(y, 0)));
  const Tensor y = layer_norm(x, {1000}, {}, {}, 0);
  CHECK(element(y, 0) == doctest::Approx(1));
  CHECK(element(y, 1) == doctest::Approx(-1));
}

TEST_CASE("the gradients of normalisations have the same bits for any number of threads") {
  Generator random(3);
  const Tensor x = randn({300, 257}, {}, random), g = randn({300, 257}, {}, random);
  Tensor results[2][4];
  for (int threads = 1; threads <= 2; ++threads) {
    const ThreadGuard guard(threads);
    Tensor leaf = x.detach(), w = ones({257}), c = ones({257});
    for (Tensor* t : {&leaf, &w, &c}) t->requires_grad(true);
    layer_norm(leaf, {257}, w).backward(g);
    auto& r = results[threads - 1];
    r[0] = leaf.grad(), r[1] = w.grad();
    leaf.zero_grad();
    batch_norm(leaf, {}, {}, c, {}, true).backward(g);
    r[2] = leaf.grad(), r[3] = c.grad();
  }
  for (std::size_t k = 0; k < 4; ++k)
    for (std::int64_t i = 0; i < results[0][k].numel(); ++i)
      REQUIRE(element(results[0][k], i) == element(results[1][k], i));
}

TEST_CASE("the gradient of a normalised sum is zero") {
  Generator random(4);
  Tensor x = randn({5, 33}, {.dtype = float64}, random);
  x.requires_grad(true);
  sum(layer_norm(x, {33})).backward();
  for (std::int64_t i = 0; i < x.numel(); ++i) CHECK(std::abs(element(x.grad(), i)) < 1e-12);
}

TEST_CASE("normalising nothing gives nothing") {
  CHECK(layer_norm(zeros({0, 3}), {3}).shape() == Shape{0, 3});
  CHECK(group_norm(zeros({0, 4, 2}), 2).shape() == Shape{0, 4, 2});
  CHECK(batch_norm(zeros({0, 2}), zeros({2}), ones({2})).shape() == Shape{0, 2});
  CHECK_THROWS_AS(batch_norm(zeros({0, 2}), {}, {}, {}, {}, true), ValueError);
  CHECK_THROWS_AS(layer_norm(zeros({2, 3}), {}), ShapeError);
}
