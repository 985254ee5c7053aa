// The wrong calls of the ops in the op table's distance family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {
namespace {

TEST_CASE("wrong calls of normalize") {
  CHECK_THROWS_WITH_AS(normalize(zeros({3})), "[normalize] axis 1 is out of range for a tensor of shape [3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(normalize(zeros({3, 2}, {.dtype = int64})),
                       "[normalize] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
}

TEST_CASE("wrong calls of cosine_similarity") {
  CHECK_THROWS_WITH_AS(
      cosine_similarity(zeros({3, 2}), zeros({3, 4})),
      "[cosine_similarity] shapes [3, 2] and [3, 4] do not broadcast: axis -1 has sizes 2 and 4", ShapeError);
  CHECK_THROWS_WITH_AS(cosine_similarity(zeros({3}), zeros({3})),
                       "[cosine_similarity] axis 1 is out of range for a tensor of shape [3]", IndexError);
}

TEST_CASE("wrong calls of pairwise_distance") {
  CHECK_THROWS_WITH_AS(
      pairwise_distance(zeros({3, 2}), zeros({3, 4})),
      "[pairwise_distance] shapes [3, 2] and [3, 4] do not broadcast: axis -1 has sizes 2 and 4", ShapeError);
  CHECK_THROWS_WITH_AS(pairwise_distance(scalar(1), scalar(2)),
                       "[pairwise_distance] axis -1 is out of range for a tensor of shape []", IndexError);
}

TEST_CASE("wrong calls of pdist") {
  CHECK_THROWS_WITH_AS(pdist(zeros({2, 3, 4})), "[pdist] x [2, 3, 4]: expected rows [n, d]", ShapeError);
  CHECK_THROWS_WITH_AS(pdist(zeros({2, 3}), -1), "[pdist] p -1: must not be negative", ValueError);
  CHECK_THROWS_WITH_AS(pdist(zeros({2, 3}, {.dtype = int64})),
                       "[pdist] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
}

}  // namespace
}  // namespace xg
