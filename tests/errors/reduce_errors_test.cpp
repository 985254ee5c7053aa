// The wrong calls of the ops in the op table's reduce family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
const Tensor whole = zeros({2}, {.dtype = int64});
const Tensor truths = zeros({2}, {.dtype = boolean});

TEST_CASE("wrong calls of sum") {
  CHECK_THROWS_WITH_AS(sum(zeros({2, 3}), {0, -2}), "[sum] axis -2 is named twice in [0, -2]", IndexError);
  CHECK_THROWS_WITH_AS(sum(zeros({2, 3}), {2}), "[sum] axis 2 is out of range for a tensor of shape [2, 3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(sum(scalar(1), {0}), "[sum] axis 0 is out of range for a tensor of shape []",
                       IndexError);
}

TEST_CASE("wrong calls of mean") {
  CHECK_THROWS_WITH_AS(
      mean(whole), "[mean] needs a floating tensor, got int64: convert it with to(x, float32)", DtypeError);
  CHECK_THROWS_WITH_AS(
      mean(truths), "[mean] needs a floating tensor, got bool: convert it with to(x, float32)", DtypeError);
  CHECK_THROWS_WITH_AS(mean(zeros({2, 3}), {-3}),
                       "[mean] axis -3 is out of range for a tensor of shape [2, 3]", IndexError);
  CHECK_THROWS_WITH_AS(mean(zeros({2, 3}), {1, 1}), "[mean] axis 1 is named twice in [1, 1]", IndexError);
}

TEST_CASE("wrong calls of var") {
  CHECK_THROWS_WITH_AS(var(zeros({2}), {1}), "[var] axis 1 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(var(zeros({2, 3}), {1, -1}), "[var] axis -1 is named twice in [1, -1]", IndexError);
  CHECK_THROWS_WITH_AS(var(whole), "[var] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
}

TEST_CASE("wrong calls of std") {
  CHECK_THROWS_WITH_AS(std(whole), "[std] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(std(zeros({2}), {-2}), "[std] axis -2 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(std(zeros({2, 3}), {0, 0}), "[std] axis 0 is named twice in [0, 0]", IndexError);
}

TEST_CASE("wrong calls of var_mean and std_mean") {
  CHECK_THROWS_WITH_AS(var_mean(zeros({2}), {1}),
                       "[var_mean] axis 1 is out of range for a tensor of shape [2]", IndexError);
  CHECK_THROWS_WITH_AS(var_mean(truths),
                       "[var_mean] needs a floating tensor, got bool: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(std_mean(arange(2)),
                       "[std_mean] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(std_mean(zeros({2, 3}), {0, -2}), "[std_mean] axis -2 is named twice in [0, -2]",
                       IndexError);
}

TEST_CASE("wrong calls of nansum and nanmean") {
  CHECK_THROWS_WITH_AS(nansum(zeros({2}), {-2}), "[nansum] axis -2 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(nansum(whole, {0, 0}), "[nansum] axis 0 is named twice in [0, 0]", IndexError);
  CHECK_THROWS_WITH_AS(nanmean(arange(2)),
                       "[nanmean] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(nanmean(zeros({2}), {1}), "[nanmean] axis 1 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(nanmean(zeros({2, 3}), {0, -2}), "[nanmean] axis -2 is named twice in [0, -2]",
                       IndexError);
}

TEST_CASE("wrong calls of prod") {
  CHECK_THROWS_WITH_AS(prod(zeros({2}), {1}), "[prod] axis 1 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(prod(zeros({2, 3}), {-1, 1}), "[prod] axis 1 is named twice in [-1, 1]", IndexError);
  CHECK_THROWS_WITH_AS(prod(scalar(1), {-1}), "[prod] axis -1 is out of range for a tensor of shape []",
                       IndexError);
}

TEST_CASE("wrong calls of logsumexp") {
  CHECK_THROWS_WITH_AS(logsumexp(whole),
                       "[logsumexp] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(logsumexp(zeros({2}), {1}),
                       "[logsumexp] axis 1 is out of range for a tensor of shape [2]", IndexError);
  CHECK_THROWS_WITH_AS(logsumexp(zeros({2, 3}), {0, 0}), "[logsumexp] axis 0 is named twice in [0, 0]",
                       IndexError);
}

TEST_CASE("wrong calls of norm") {
  CHECK_THROWS_WITH_AS(
      norm(whole), "[norm] needs a floating tensor, got int64: convert it with to(x, float32)", DtypeError);
  CHECK_THROWS_WITH_AS(norm(zeros({2}), std::nan("")), "[norm] p NaN: expected a number or an infinity",
                       ValueError);
  CHECK_THROWS_WITH_AS(norm(zeros({0, 3}), infinity, {0}),
                       "[norm] axes [0] of [0, 3] have no elements: there is no largest or smallest one",
                       ValueError);
  CHECK_THROWS_WITH_AS(norm(zeros({0}), -infinity),
                       "[norm] axes [0] of [0] have no elements: there is no largest or smallest one",
                       ValueError);
  CHECK_THROWS_WITH_AS(norm(zeros({2}), 1, {1}), "[norm] axis 1 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(norm(zeros({2, 3}), 3, {0, -2}), "[norm] axis -2 is named twice in [0, -2]",
                       IndexError);
}

TEST_CASE("wrong calls of amax") {
  CHECK_THROWS_WITH_AS(amax(zeros({0, 3}), {0}),
                       "[amax] axes [0] of [0, 3] have no elements: there is no largest or smallest one",
                       ValueError);
  CHECK_THROWS_WITH_AS(amax(zeros({2, 0})),
                       "[amax] axes [0, 1] of [2, 0] have no elements: there is no largest or smallest one",
                       ValueError);
  CHECK_THROWS_WITH_AS(amax(zeros({2}), {1}), "[amax] axis 1 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(amax(zeros({2, 3}), {0, -2}), "[amax] axis -2 is named twice in [0, -2]", IndexError);
}

TEST_CASE("wrong calls of amin") {
  CHECK_THROWS_WITH_AS(amin(zeros({0})),
                       "[amin] axes [0] of [0] have no elements: there is no largest or smallest one",
                       ValueError);
  CHECK_THROWS_WITH_AS(amin(zeros({2, 0}), {-1}),
                       "[amin] axes [1] of [2, 0] have no elements: there is no largest or smallest one",
                       ValueError);
  CHECK_THROWS_WITH_AS(amin(zeros({2}), {-2}), "[amin] axis -2 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(amin(zeros({2, 3}), {1, 1}), "[amin] axis 1 is named twice in [1, 1]", IndexError);
}

TEST_CASE("wrong calls of max") {
  CHECK_THROWS_WITH_AS(max(zeros({2}), 1), "[max] axis 1 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(max(zeros({2, 0}), -1),
                       "[max] axis -1 of [2, 0] has no elements: there is no largest or smallest one",
                       ValueError);
  CHECK_THROWS_WITH_AS(max(zeros({0})),
                       "[max] axes [0] of [0] have no elements: there is no largest or smallest one",
                       ValueError);
}

TEST_CASE("wrong calls of min") {
  CHECK_THROWS_WITH_AS(min(zeros({2}), 1), "[min] axis 1 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(min(zeros({0, 2}), 0),
                       "[min] axis 0 of [0, 2] has no elements: there is no largest or smallest one",
                       ValueError);
  CHECK_THROWS_WITH_AS(min(zeros({0, 2})),
                       "[min] axes [0, 1] of [0, 2] have no elements: there is no largest or smallest one",
                       ValueError);
}

TEST_CASE("wrong calls of argmax") {
  CHECK_THROWS_WITH_AS(argmax(zeros({0})),
                       "[argmax] axis 0 of [0] has no elements: there is no largest or smallest one",
                       ValueError);
  CHECK_THROWS_WITH_AS(argmax(zeros({2, 0}), -1),
                       "[argmax] axis -1 of [2, 0] has no elements: there is no largest or smallest one",
                       ValueError);
  CHECK_THROWS_WITH_AS(argmax(zeros({2, 3}), 2),
                       "[argmax] axis 2 is out of range for a tensor of shape [2, 3]", IndexError);
}

TEST_CASE("wrong calls of argmin") {
  CHECK_THROWS_WITH_AS(argmin(zeros({0})),
                       "[argmin] axis 0 of [0] has no elements: there is no largest or smallest one",
                       ValueError);
  CHECK_THROWS_WITH_AS(argmin(zeros({0, 2}), 0),
                       "[argmin] axis 0 of [0, 2] has no elements: there is no largest or smallest one",
                       ValueError);
  CHECK_THROWS_WITH_AS(argmin(zeros({2, 3}), -3),
                       "[argmin] axis -3 is out of range for a tensor of shape [2, 3]", IndexError);
}

TEST_CASE("wrong calls of all") {
  CHECK_THROWS_WITH_AS(all(zeros({2}), {1}), "[all] axis 1 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(all(truths, {0, 0}), "[all] axis 0 is named twice in [0, 0]", IndexError);
  CHECK_THROWS_WITH_AS(all(scalar(1), {0}), "[all] axis 0 is out of range for a tensor of shape []",
                       IndexError);
}

TEST_CASE("wrong calls of any") {
  CHECK_THROWS_WITH_AS(any(zeros({2}), {1}), "[any] axis 1 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(any(truths, {0, -1}), "[any] axis -1 is named twice in [0, -1]", IndexError);
  CHECK_THROWS_WITH_AS(any(scalar(1), {0}), "[any] axis 0 is out of range for a tensor of shape []",
                       IndexError);
}

TEST_CASE("wrong calls of count_nonzero") {
  CHECK_THROWS_WITH_AS(count_nonzero(zeros({2}), {1}),
                       "[count_nonzero] axis 1 is out of range for a tensor of shape [2]", IndexError);
  CHECK_THROWS_WITH_AS(count_nonzero(truths, {0, 0}), "[count_nonzero] axis 0 is named twice in [0, 0]",
                       IndexError);
  CHECK_THROWS_WITH_AS(count_nonzero(scalar(1), {0}),
                       "[count_nonzero] axis 0 is out of range for a tensor of shape []", IndexError);
}

}  // namespace
}  // namespace xg
