// The wrong calls of the ops in the op table's reduce family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {
namespace {

TEST_CASE("wrong calls of sum") {
  CHECK_THROWS_WITH_AS(sum(zeros({2, 3}), {0, -2}), "[sum] axis -2 is named twice in [0, -2]", Error);
}

TEST_CASE("wrong calls of mean") {
  CHECK_THROWS_WITH_AS(mean(zeros({2}, {.dtype = int64})),
                       "[mean] needs a floating tensor, got int64: convert it with to(x, float32)", Error);
}

TEST_CASE("wrong calls of var") {
  CHECK_THROWS_WITH_AS(var(zeros({2}), {1}), "[var] axis 1 is out of range for a tensor of shape [2]", Error);
}

TEST_CASE("wrong calls of std") {
  CHECK_THROWS_WITH_AS(std(zeros({2}, {.dtype = int64})),
                       "[std] needs a floating tensor, got int64: convert it with to(x, float32)", Error);
}

TEST_CASE("wrong calls of var_mean and std_mean") {
  CHECK_THROWS_WITH_AS(var_mean(zeros({2}), {1}), "[var] axis 1 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(std_mean(arange(2)),
                       "[std] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
}

TEST_CASE("wrong calls of nansum and nanmean") {
  CHECK_THROWS_WITH_AS(nansum(zeros({2}), {-2}), "[nansum] axis -2 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(nanmean(arange(2)),
                       "[nanmean] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
}

TEST_CASE("wrong calls of prod") {
  CHECK_THROWS_WITH_AS(prod(zeros({2}), {1}), "[prod] axis 1 is out of range for a tensor of shape [2]",
                       Error);
}

TEST_CASE("wrong calls of logsumexp") {
  CHECK_THROWS_WITH_AS(logsumexp(zeros({2}, {.dtype = int64})),
                       "[logsumexp] needs a floating tensor, got int64: convert it with to(x, float32)",
                       Error);
}

TEST_CASE("wrong calls of norm") {
  CHECK_THROWS_WITH_AS(norm(zeros({2}, {.dtype = int64})),
                       "[norm] needs a floating tensor, got int64: convert it with to(x, float32)", Error);
}

TEST_CASE("wrong calls of amax") {
  CHECK_THROWS_WITH_AS(amax(zeros({0, 3}), {0}),
                       "[amax] axes [0] of [0, 3] have no elements: there is no largest or smallest one",
                       Error);
}

TEST_CASE("wrong calls of amin") {
  CHECK_THROWS_WITH_AS(amin(zeros({0})),
                       "[amin] axes [0] of [0] have no elements: there is no largest or smallest one", Error);
}

TEST_CASE("wrong calls of max") {
  CHECK_THROWS_WITH_AS(max(zeros({2}), 1), "[max] axis 1 is out of range for a tensor of shape [2]", Error);
}

TEST_CASE("wrong calls of min") {
  CHECK_THROWS_WITH_AS(min(zeros({2}), 1), "[min] axis 1 is out of range for a tensor of shape [2]", Error);
}

TEST_CASE("wrong calls of argmax") {
  CHECK_THROWS_WITH_AS(argmax(zeros({0})),
                       "[argmax] axis 0 of [0] has no elements: there is no largest or smallest one", Error);
}

TEST_CASE("wrong calls of argmin") {
  CHECK_THROWS_WITH_AS(argmin(zeros({0})),
                       "[argmin] axis 0 of [0] has no elements: there is no largest or smallest one", Error);
}

TEST_CASE("wrong calls of all") {
  CHECK_THROWS_WITH_AS(all(zeros({2}), {1}), "[all] axis 1 is out of range for a tensor of shape [2]", Error);
}

TEST_CASE("wrong calls of any") {
  CHECK_THROWS_WITH_AS(any(zeros({2}), {1}), "[any] axis 1 is out of range for a tensor of shape [2]", Error);
}

TEST_CASE("wrong calls of count_nonzero") {
  CHECK_THROWS_WITH_AS(count_nonzero(zeros({2}), {1}),
                       "[count_nonzero] axis 1 is out of range for a tensor of shape [2]", Error);
}

}  // namespace
}  // namespace xg
