// The wrong calls of the ops in the op table's distance family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <limits>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/wrong_calls.hpp"

namespace xg {
namespace {

TEST_CASE("wrong calls of normalize") {
  CHECK_THROWS_WITH_AS(normalize(zeros({3})), "[normalize] axis 1 is out of range for a tensor of shape [3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(normalize(zeros({3, 2}, {.dtype = int64})),
                       "[normalize] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(normalize(zeros({3, 2}), 2, -3),
                       "[normalize] axis -3 is out of range for a tensor of shape [3, 2]", IndexError);
  CHECK_THROWS_WITH_AS(normalize(scalar(1)), "[normalize] axis 1 is out of range for a tensor of shape []",
                       IndexError);
  CHECK_THROWS_WITH_AS(normalize(zeros({3, 2}, {.dtype = boolean})),
                       "[normalize] needs a floating tensor, got bool: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(normalize(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of cosine_similarity") {
  CHECK_THROWS_WITH_AS(
      cosine_similarity(zeros({3, 2}), zeros({3, 4})),
      "[cosine_similarity] shapes [3, 2] and [3, 4] do not broadcast: axis -1 has sizes 2 and 4", ShapeError);
  CHECK_THROWS_WITH_AS(cosine_similarity(zeros({3}), zeros({3})),
                       "[cosine_similarity] axis 1 is out of range for a tensor of shape [3]", IndexError);
  CHECK_THROWS_WITH_AS(cosine_similarity(zeros({3, 2}), zeros({3, 2}), -3),
                       "[cosine_similarity] axis -3 is out of range for a tensor of shape [3, 2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(cosine_similarity(scalar(1), scalar(1), 0),
                       "[cosine_similarity] axis 0 is out of range for a tensor of shape []", IndexError);
  CHECK_THROWS_WITH_AS(cosine_similarity(Tensor(), zeros({3, 2})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(cosine_similarity(zeros({3, 2}), Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(
      cosine_similarity(whole({3, 2}), whole({3, 2})),
      "[cosine_similarity] needs a floating tensor, got int64: convert it with to(x, float32)", DtypeError);
}

TEST_CASE("wrong calls of pairwise_distance") {
  CHECK_THROWS_WITH_AS(
      pairwise_distance(zeros({3, 2}), zeros({3, 4})),
      "[pairwise_distance] shapes [3, 2] and [3, 4] do not broadcast: axis -1 has sizes 2 and 4", ShapeError);
  CHECK_THROWS_WITH_AS(pairwise_distance(scalar(1), scalar(2)),
                       "[pairwise_distance] axis -1 is out of range for a tensor of shape []", IndexError);
  CHECK_THROWS_WITH_AS(
      pairwise_distance(zeros({4, 3, 2}), zeros({5, 1, 2})),
      "[pairwise_distance] shapes [4, 3, 2] and [5, 1, 2] do not broadcast: axis -3 has sizes 4 and 5",
      ShapeError);
  CHECK_THROWS_WITH_AS(pairwise_distance(Tensor(), zeros({3, 2})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(pairwise_distance(zeros({3, 2}), Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of pdist") {
  CHECK_THROWS_WITH_AS(pdist(zeros({2, 3, 4})), "[pdist] x [2, 3, 4]: expected rows [n, d]", ShapeError);
  CHECK_THROWS_WITH_AS(pdist(zeros({2, 3}), -1), "[pdist] p -1: must not be negative", ValueError);
  CHECK_THROWS_WITH_AS(pdist(zeros({2, 3}, {.dtype = int64})),
                       "[pdist] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(pdist(zeros({3})), "[pdist] x [3]: expected rows [n, d]", ShapeError);
  CHECK_THROWS_WITH_AS(pdist(zeros({2, 3}), std::numeric_limits<double>::quiet_NaN()),
                       "[pdist] p nan: must not be negative", ValueError);
  CHECK_THROWS_WITH_AS(pdist(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of cdist") {
  CHECK_THROWS_WITH_AS(cdist(zeros({3}), zeros({2, 3})),
                       "[cdist] x1 [3] and x2 [2, 3]: expected rows in the last two axes", ShapeError);
  CHECK_THROWS_WITH_AS(cdist(zeros({2, 3}), scalar(1)),
                       "[cdist] x1 [2, 3] and x2 []: expected rows in the last two axes", ShapeError);
  CHECK_THROWS_WITH_AS(
      cdist(zeros({2, 4, 3}), zeros({3, 5, 3})),
      "[cdist] shapes [2, 4, 1, 3] and [3, 1, 5, 3] do not broadcast: axis -4 has sizes 2 and 3", ShapeError);
  CHECK_THROWS_WITH_AS(cdist(zeros({2, 3}), zeros({2, 4})),
                       "[cdist] x1 [2, 3] and x2 [2, 4]: rows of 3 and 4", ShapeError);
  CHECK_THROWS_WITH_AS(cdist(zeros({2, 3}), zeros({2, 3}), -0.5), "[cdist] p -0.5: must not be negative",
                       ValueError);
  CHECK_THROWS_WITH_AS(cdist(Tensor(), zeros({2, 3})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(cdist(whole({2, 3}), whole({2, 3})),
                       "[cdist] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
}

}  // namespace
}  // namespace xg
