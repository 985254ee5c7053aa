// The wrong calls of the ops of sampling.hpp, each with the whole text of its error.

#include <doctest/doctest.h>

#include <limits>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/sampling.hpp>

namespace xg {
namespace {

TEST_CASE("wrong calls of multinomial: dtypes, shapes, numbers") {
  CHECK_THROWS_WITH_AS(multinomial(arange(3), 1),
                       "[multinomial] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(multinomial(scalar(1), 1),
                       "[multinomial] input float32 []: expected weights [n] or [rows, n]", ShapeError);
  CHECK_THROWS_WITH_AS(multinomial(ones({2, 3, 4}), 1),
                       "[multinomial] input float32 [2, 3, 4]: expected weights [n] or [rows, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(multinomial(ones({3}), 0), "[multinomial] num_samples 0: expected at least 1",
                       ValueError);
}

TEST_CASE("wrong calls of multinomial: weights") {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double bad : {-1.0, infinity, std::numeric_limits<double>::quiet_NaN()})
    CHECK_THROWS_WITH_AS(multinomial(tensor({1, bad, 2}), 1),
                         "[multinomial] input float32 [3]: a weight is negative, infinite or NaN",
                         ValueError);
  CHECK_THROWS_WITH_AS(multinomial(tensor({{1, 2}, {0, 0}}), 4, true),
                       "[multinomial] input float32 [2, 2]: a row has no weight above 0", ValueError);
  CHECK_THROWS_WITH_AS(multinomial(zeros({2, 0}), 1),
                       "[multinomial] input float32 [2, 0]: a row has no weight above 0", ValueError);
  CHECK_THROWS_WITH_AS(
      multinomial(tensor({0, 1, 0}), 2),
      "[multinomial] input float32 [3]: a row has 1 weight above 0, too few to draw 2 without "
      "replacement",
      ValueError);
  CHECK_THROWS_WITH_AS(
      multinomial(ones({3}), 4),
      "[multinomial] input float32 [3]: a row has 3 weights above 0, too few to draw 4 without "
      "replacement",
      ValueError);
}

}  // namespace
}  // namespace xg
