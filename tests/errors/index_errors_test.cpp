// The wrong calls of the ops in the op table's index family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {
namespace {

const Tensor places = tensor({{2, 0, 1, 1}, {0, 0, 2, 1}}, {.dtype = int64});
const Tensor columns = tensor({3, 0, 3}, {.dtype = int64});

TEST_CASE("wrong calls of gather") {
  CHECK_THROWS_WITH_AS(gather(zeros({2, 4}), 0, places),
                       "[gather] index 2 at [0, 0] is out of range for axis 0 of [2, 4]", Error);
}

TEST_CASE("wrong calls of take_along_dim") {
  CHECK_THROWS_WITH_AS(take_along_dim(zeros({2, 4}), columns, 0),
                       "[take_along_dim] index [3] and x [2, 4]: expected the same rank", Error);
}

TEST_CASE("wrong calls of take") {
  CHECK_THROWS_WITH_AS(take(zeros({2, 3}), tensor({{0, 6}}, {.dtype = int64})),
                       "[take] index 6 at [1] is out of range for axis 0 of [6]", IndexError);
  CHECK_THROWS_WITH_AS(take(zeros({2, 3}), tensor({-7}, {.dtype = int64})),
                       "[take] index -7 at [0] is out of range for axis 0 of [6]", IndexError);
  CHECK_THROWS_WITH_AS(take(zeros({2, 3}), tensor({1})),
                       "[take] the index is float32, not int64: convert it with to(index, int64)",
                       DtypeError);
}

TEST_CASE("wrong calls of scatter_add") {
  CHECK_THROWS_WITH_AS(
      scatter_add(zeros({3, 4}), 0, places, zeros({2, 3})),
      "[scatter_add] index [2, 4] and src [2, 3]: src must be as long as the index along each axis", Error);
}

TEST_CASE("wrong calls of scatter") {
  CHECK_THROWS_WITH_AS(scatter(zeros({3, 4}), 0, to(places, float32), 1.0),
                       "[scatter] the index is float32, not int64: convert it with to(index, int64)", Error);
}

TEST_CASE("wrong calls of index_select") {
  CHECK_THROWS_WITH_AS(index_select(zeros({3, 3}), 1, columns),
                       "[index_select] index 3 at [0] is out of range for axis 1 of [3, 3]", Error);
}

TEST_CASE("wrong calls of index_add") {
  CHECK_THROWS_WITH_AS(index_add(zeros({3, 4}), 1, columns, zeros({3, 4})),
                       "[index_add] src [3, 4] for x [3, 4] and 3 indices: expected [3, 3]", Error);
}

TEST_CASE("wrong calls of index_copy") {
  CHECK_THROWS_WITH_AS(index_copy(zeros({3, 4}), 0, columns, zeros({3, 4})),
                       "[index_copy] index 3 at [0] is out of range for axis 0 of [3, 4]", IndexError);
  CHECK_THROWS_WITH_AS(index_copy(zeros({3, 4}), 1, columns, zeros({3, 2})),
                       "[index_copy] src [3, 2] for x [3, 4] and 3 indices: expected [3, 3]", ShapeError);
  CHECK_THROWS_WITH_AS(index_copy(zeros({3, 4}), 1, places, zeros({3, 2})),
                       "[index_copy] index [2, 4]: expected one axis", ShapeError);
}

TEST_CASE("wrong calls of index_fill") {
  CHECK_THROWS_WITH_AS(index_fill(zeros({3, 4}), 0, columns, 1),
                       "[index_fill] index 3 at [0] is out of range for axis 0 of [3, 4]", IndexError);
  CHECK_THROWS_WITH_AS(index_fill(zeros({3, 4}), 2, columns, 1),
                       "[index_fill] axis 2 is out of range for a tensor of shape [3, 4]", IndexError);
  CHECK_THROWS_WITH_AS(index_fill(zeros({3, 4}), 1, columns, zeros({3})),
                       "[index_fill] value [3]: expected a number or a 0-d tensor", ShapeError);
}

TEST_CASE("wrong calls of embedding") {
  CHECK_THROWS_WITH_AS(embedding(zeros({3, 8}), tensor({{0, 7}}, {.dtype = int64})),
                       "[embedding] index 7 at [0, 1] is out of range for axis 0 of [3, 8]", Error);
}

TEST_CASE("wrong calls of one_hot") {
  CHECK_THROWS_WITH_AS(one_hot(columns, 3), "[one_hot] index 3 at [0] is out of range for axis -1 of [3, 3]",
                       Error);
}

TEST_CASE("wrong calls of masked_select") {
  CHECK_THROWS_WITH_AS(masked_select(zeros({2}), zeros({2})),
                       "[masked_select] the mask is float32, not bool: compare it, e.g. x != 0", Error);
}

TEST_CASE("wrong calls of masked_scatter") {
  const Tensor x = zeros({2, 2});
  CHECK_THROWS_WITH_AS(masked_scatter(x, x, x),
                       "[masked_scatter] the mask is float32, not bool: compare it, e.g. x != 0", DtypeError);
  CHECK_THROWS_WITH_AS(masked_scatter(x, ones({2, 1}, {.dtype = boolean}), zeros({3})),
                       "[masked_scatter] src [3] has 3 elements for the 4 at which the mask is true",
                       ShapeError);
  CHECK_THROWS_WITH_AS(masked_scatter(x, ones({3, 2, 2}, {.dtype = boolean}), zeros({12})),
                       "[masked_scatter] mask [3, 2, 2] does not broadcast to x [2, 2]", ShapeError);
}

TEST_CASE("wrong calls of nonzero") {
  CHECK_THROWS_WITH_AS(
      nonzero(Tensor()),
      "[tensor] this Tensor is undefined: it was default-constructed, or it is a gradient that no "
      "backward() has filled",
      Error);
}

TEST_CASE("wrong calls of argsort") {
  CHECK_THROWS_WITH_AS(argsort(zeros({2}), 1), "[argsort] axis 1 is out of range for a tensor of shape [2]",
                       Error);
}

TEST_CASE("wrong calls of sort") {
  CHECK_THROWS_WITH_AS(sort(zeros({2}), 1), "[sort] axis 1 is out of range for a tensor of shape [2]", Error);
}

TEST_CASE("wrong calls of topk") {
  CHECK_THROWS_WITH_AS(topk(zeros({3, 4}), 5), "[topk] k 5: expected 0 to 4, the length of axis -1 of [3, 4]",
                       Error);
}

}  // namespace
}  // namespace xg
