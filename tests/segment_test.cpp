#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/cumulative.hpp>
#include <xgrad/ops/segment.hpp>

using namespace xg;

namespace {

const Tensor ids = tensor({1, 1, 3, 1}, {.dtype = int64});

}  // namespace

TEST_CASE("segments without slices have the neutral value of their reduction") {
  const Tensor x = tensor({1, 2, 4, 8});
  CHECK(segment_sum(x, ids).shape() == Shape{4});
  CHECK(segment_sum(x, ids, 6).shape() == Shape{6});
  CHECK(segment_sum(x, ids).at({0}) == 0);
  CHECK(segment_mean(x, ids).at({2}) == 0);
  CHECK(segment_max(x, ids).at({0}) == -INFINITY);
  CHECK(segment_min(x, ids).at({0}) == INFINITY);
  CHECK(segment_min(to(x, int64), ids).data<std::int64_t>()[0] == std::numeric_limits<std::int64_t>::max());
  CHECK(segment_sum(zeros({0, 2}), zeros({0}, {.dtype = int64})).shape() == Shape{0, 2});
  CHECK(segment_max(zeros({0, 2}), zeros({0}, {.dtype = int64}), 3).at({2, 1}) == -INFINITY);
}

TEST_CASE("the gradient of a segment's extreme is shared by all that tie, and NaN wins") {
  Tensor x = tensor({5, 7, 1, 7});
  x.requires_grad(true);
  segment_max(x, ids).backward(tensor({100, 6, 100, 4}));
  const double expected[] = {0, 3, 4, 3};
  for (std::int64_t i = 0; i < 4; ++i) CHECK(x.grad().at({i}) == expected[i]);
  const Tensor y = segment_min(tensor({1, NAN, 3, 0}), ids);
  CHECK(std::isnan(y.at({1})));
  CHECK(y.at({3}) == 3);
}

TEST_CASE("cummax and cummin take the last of equal elements and keep NaN") {
  const Tensor x = tensor({2, 1, 2, NAN, 5});
  const auto [values, places] = cummax(x, 0);
  const double at[] = {0, 0, 2, 3, 3};
  for (std::int64_t i = 0; i < 5; ++i) CHECK(places.at({i}) == at[i]);
  CHECK(values.at({2}) == 2);
  CHECK(std::isnan(values.at({4})));
  CHECK(cummin(tensor({2, 2, 3}), 0)[1].at({2}) == 1);
  CHECK(cummin(zeros({0, 3}), 0)[0].shape() == Shape{0, 3});
  CHECK(cummax(scalar(4), 0)[0].item() == 4);
}

TEST_CASE("logcumsumexp starts from minus infinity and does not overflow") {
  const Tensor y = logcumsumexp(tensor({-INFINITY, 1000, 1000}), 0);
  CHECK(y.at({0}) == -INFINITY);
  CHECK(y.at({1}) == 1000);
  CHECK(y.at({2}) == doctest::Approx(1000 + std::log(2)));
}

TEST_CASE("diff of fewer elements than differences is empty, and of none changes nothing") {
  CHECK(diff(tensor({1, 4, 9}), 3).shape() == Shape{0});
  CHECK(diff(tensor({1, 4, 9}), 5).shape() == Shape{0});
  CHECK(diff(tensor({1, 4, 9}), 0).at({2}) == 9);
  CHECK(diff(arange(4)).dtype() == int64);
}
