// The wrong calls of the ops of sort.hpp, each with the whole text of its error.

#include <doctest/doctest.h>

#include <cmath>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {
namespace {

TEST_CASE("wrong calls of argsort") {
  CHECK_THROWS_WITH_AS(argsort(zeros({2}), 1), "[argsort] axis 1 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(argsort(zeros({2, 3}), -3, true),
                       "[argsort] axis -3 is out of range for a tensor of shape [2, 3]", IndexError);
}

TEST_CASE("wrong calls of sort") {
  CHECK_THROWS_WITH_AS(sort(zeros({2}), 1), "[sort] axis 1 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(sort(zeros({2, 3}), -3, true),
                       "[sort] axis -3 is out of range for a tensor of shape [2, 3]", IndexError);
}

TEST_CASE("wrong calls of topk") {
  CHECK_THROWS_WITH_AS(topk(zeros({3, 4}), 5), "[topk] k 5: expected 0 to 4, the length of axis -1 of [3, 4]",
                       ValueError);
  CHECK_THROWS_WITH_AS(topk(zeros({3, 4}), -1, 0, false),
                       "[topk] k -1: expected 0 to 3, the length of axis 0 of [3, 4]", ValueError);
  CHECK_THROWS_WITH_AS(topk(zeros({0}), 1), "[topk] k 1: expected 0 to 0, the length of axis -1 of [0]",
                       ValueError);
  CHECK_THROWS_WITH_AS(topk(zeros({3, 4}), 1, 2),
                       "[topk] axis 2 is out of range for a tensor of shape [3, 4]", IndexError);
}

TEST_CASE("wrong calls of kthvalue") {
  CHECK_THROWS_WITH_AS(kthvalue(zeros({3, 4}), 0),
                       "[kthvalue] k 0: expected 1 to 4, the length of axis -1 of [3, 4]", ValueError);
  CHECK_THROWS_WITH_AS(kthvalue(zeros({3, 4}), 4, 0),
                       "[kthvalue] k 4: expected 1 to 3, the length of axis 0 of [3, 4]", ValueError);
  CHECK_THROWS_WITH_AS(kthvalue(zeros({3, 4}), 1, 2),
                       "[kthvalue] axis 2 is out of range for a tensor of shape [3, 4]", IndexError);
  CHECK_THROWS_WITH_AS(kthvalue(scalar(1), 2), "[kthvalue] k 2: expected 1 to 1, the length of axis -1 of []",
                       ValueError);
}

TEST_CASE("wrong calls of median") {
  CHECK_THROWS_WITH_AS(median(zeros({0, 3}), 0),
                       "[median] axis 0 of [0, 3] has no elements: there is no middle one", ValueError);
  CHECK_THROWS_WITH_AS(median(zeros({0})), "[median] axis 0 of [0] has no elements: there is no middle one",
                       ValueError);
  CHECK_THROWS_WITH_AS(median(zeros({2}), 1), "[median] axis 1 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(median(zeros({2, 3}), -3),
                       "[median] axis -3 is out of range for a tensor of shape [2, 3]", IndexError);
}

TEST_CASE("wrong calls of mode") {
  CHECK_THROWS_WITH_AS(mode(zeros({2, 0})),
                       "[mode] axis -1 of [2, 0] has no elements: there is no most frequent one", ValueError);
  CHECK_THROWS_WITH_AS(mode(zeros({2}), -2), "[mode] axis -2 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(mode(zeros({0, 2}), 0),
                       "[mode] axis 0 of [0, 2] has no elements: there is no most frequent one", ValueError);
  CHECK_THROWS_WITH_AS(mode(zeros({2, 3}), 2), "[mode] axis 2 is out of range for a tensor of shape [2, 3]",
                       IndexError);
}

TEST_CASE("wrong calls of quantile") {
  CHECK_THROWS_WITH_AS(quantile(zeros({3}), 1.5), "[quantile] q 1.5: expected 0 to 1", ValueError);
  CHECK_THROWS_WITH_AS(quantile(zeros({3}), tensor({0.5, -0.5})), "[quantile] q -0.5: expected 0 to 1",
                       ValueError);
  CHECK_THROWS_WITH_AS(quantile(zeros({3}), ones({1, 2})), "[quantile] q [1, 2]: expected a number or a list",
                       ShapeError);
  CHECK_THROWS_WITH_AS(quantile(arange(3), 0.5),
                       "[quantile] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(quantile(zeros({0}), 0.5),
                       "[quantile] axis -1 of [0] has no elements: there is no share of them", ValueError);
  CHECK_THROWS_WITH_AS(quantile(zeros({2}), 0.5, 1),
                       "[quantile] axis 1 is out of range for a tensor of shape [2]", IndexError);
  CHECK_THROWS_WITH_AS(quantile(zeros({3}), std::nan("")), "[quantile] q nan: expected 0 to 1", ValueError);
}

TEST_CASE("wrong calls of searchsorted") {
  CHECK_THROWS_WITH_AS(
      searchsorted(zeros({2, 5}), zeros({3, 2})),
      "[searchsorted] values [3, 2] for lists [2, 5]: expected the same axes before the last", ShapeError);
  CHECK_THROWS_WITH_AS(searchsorted(zeros({2, 5}), 1),
                       "[searchsorted] values [] for lists [2, 5]: expected the same axes before the last",
                       ShapeError);
  CHECK_THROWS_WITH_AS(searchsorted(scalar(1), zeros({2})),
                       "[searchsorted] a 0-d tensor is no sorted list: expected at least one axis",
                       ShapeError);
  CHECK_THROWS_WITH_AS(searchsorted(zeros({2, 5}), zeros({2})),
                       "[searchsorted] values [2] for lists [2, 5]: expected the same axes before the last",
                       ShapeError);
}

TEST_CASE("wrong calls of bucketize") {
  CHECK_THROWS_WITH_AS(bucketize(1, scalar(1)), "[bucketize] boundaries []: expected one axis", ShapeError);
  CHECK_THROWS_WITH_AS(bucketize(zeros({2}), zeros({2, 5})),
                       "[bucketize] boundaries [2, 5]: expected one axis", ShapeError);
}

}  // namespace
}  // namespace xg
