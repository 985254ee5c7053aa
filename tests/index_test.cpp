#include <doctest/doctest.h>

#include <cmath>

#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/parallel.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/sort.hpp>

#include "op_table/op_table.hpp"

using namespace xg;
using test::element;

namespace {

Tensor whole(std::initializer_list<NestedValues> values) { return tensor(values, {.dtype = int64}); }

}  // namespace

TEST_CASE("an index is refused when negative, too large, not int64 or of the wrong rank") {
  CHECK_THROWS_WITH_AS(gather(zeros({3, 5}), 0, whole({{0, 1}, {2, -1}})),
                       "[gather] index -1 at [1, 1] is out of range for axis 0 of [3, 5]", IndexError);
  CHECK_THROWS_AS(gather(zeros({3, 5}), 0, whole({0})), ShapeError);
  CHECK_THROWS_AS(gather(zeros({3, 2}), 0, whole({{0, 0, 0}})), ShapeError);
  CHECK_THROWS_AS(index_select(zeros({3}), 0, tensor({1})), DtypeError);
  CHECK_THROWS_AS(index_select(zeros({3}), 0, whole({{1}})), ShapeError);
}

TEST_CASE("scatter gives the gradient of a doubly written place to the last writer") {
  Tensor x = zeros({2}), src = tensor({1, 2, 3});
  x.requires_grad(true);
  src.requires_grad(true);
  const Tensor y = scatter(x, 0, whole({1, 1, 1}), src);
  CHECK(element(y, 1) == 3);
  y.backward(tensor({5, 7}));
  CHECK(element(x.grad(), 0) == 5);
  CHECK(element(x.grad(), 1) == 0);
  CHECK(element(src.grad(), 0) == 0);
  CHECK(element(src.grad(), 2) == 7);
}

TEST_CASE("embedding leaves the padding row without a gradient and sums repeated rows") {
  Tensor weight = ones({4, 2});
  weight.requires_grad(true);
  embedding(weight, whole({0, 3, 3, 1}), 1).backward(ones({4, 2}));
  const double expected[] = {1, 0, 0, 2};
  for (std::int64_t i = 0; i < 8; ++i) CHECK(element(weight.grad(), i) == expected[i / 2]);
}

TEST_CASE("embedding's gradient has the same bits for any number of threads") {
  Generator random(5);
  const Tensor index = randint(0, 300, {4000}, random), g = randn({4000, 128}, {}, random);
  Tensor grads[2];
  for (int threads = 1; threads <= 2; ++threads) {
    const ThreadGuard guard(threads);
    Tensor weight = zeros({300, 128});
    weight.requires_grad(true);
    embedding(weight, index).backward(g);
    grads[threads - 1] = weight.grad();
  }
  for (std::int64_t i = 0; i < grads[0].numel(); ++i) REQUIRE(element(grads[0], i) == element(grads[1], i));
  double expected = 0;
  for (std::int64_t i = 0; i < 4000; ++i)
    if (element(index, i) == 17) expected += element(g, i * 128 + 5);
  CHECK(element(grads[0], 17 * 128 + 5) == doctest::Approx(expected).epsilon(1e-5));
}

TEST_CASE("sorting is stable and puts NaN last, or first when descending") {
  const Tensor x = tensor({2, NAN, 1, 2, 1});
  const double up[] = {2, 4, 0, 3, 1}, down[] = {1, 0, 3, 2, 4};
  for (std::int64_t i = 0; i < 5; ++i) {
    CHECK(element(argsort(x), i) == up[i]);
    CHECK(element(argsort(x, 0, true), i) == down[i]);
  }
  CHECK(element(topk(x, 2, 0, false)[1], 1) == 4);
}

TEST_CASE("sort and topk return the indices of their values along any axis") {
  const Tensor x = tensor({{3, 1}, {2, 5}, {4, 0}});
  const auto [values, order] = sort(x, 0);
  for (std::int64_t i = 0; i < 6; ++i)
    CHECK(element(values, i) == element(x, static_cast<std::int64_t>(element(order, i)) * 2 + i % 2));
  CHECK(element(values, 0) == 2);
  CHECK(topk(x, 0, 0)[0].shape() == Shape{0, 2});
  CHECK(element(topk(x, 1, 0, false)[1], 1) == 2);
}

TEST_CASE("indexing works without elements and without indices") {
  CHECK(gather(zeros({3, 2}), 0, zeros({0, 2}, {.dtype = int64})).shape() == Shape{0, 2});
  CHECK(index_select(zeros({3, 2}), 0, zeros({0}, {.dtype = int64})).shape() == Shape{0, 2});
  CHECK(index_select(zeros({3, 0}), 0, whole({2, 1})).shape() == Shape{2, 0});
  CHECK(nonzero(zeros({3, 2})).shape() == Shape{0, 2});
  CHECK(masked_select(zeros({2}), zeros({2}, {.dtype = boolean})).shape() == Shape{0});
  CHECK(sort(zeros({2, 0}))[0].shape() == Shape{2, 0});
  CHECK_THROWS_AS(index_select(zeros({0}), 0, whole({0})), IndexError);
}

TEST_CASE("one_hot finds the number of classes itself") {
  const Tensor y = one_hot(whole({2, 0}));
  CHECK(y.shape() == Shape{2, 3});
  CHECK(y.dtype() == int64);
  CHECK(element(y, 2) == 1);
  CHECK(element(y, 3) == 1);
  CHECK(element(y, 0) == 0);
  CHECK_THROWS_AS(one_hot(whole({-1})), IndexError);
}
