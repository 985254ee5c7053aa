// The wrong calls of the ops in the op table's index family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/wrong_calls.hpp"

namespace xg {
namespace {

const Tensor places = tensor({{2, 0, 1, 1}, {0, 0, 2, 1}}, {.dtype = int64});
const Tensor columns = tensor({3, 0, 3}, {.dtype = int64});
const Tensor negative = tensor({1, -1}, {.dtype = int64});

TEST_CASE("wrong calls of gather") {
  CHECK_THROWS_WITH_AS(gather(zeros({2, 4}), 0, places),
                       "[gather] index 2 at [0, 0] is out of range for axis 0 of [2, 4]", IndexError);
  CHECK_THROWS_WITH_AS(gather(zeros({4}), 0, negative),
                       "[gather] index -1 at [1] is out of range for axis 0 of [4]", IndexError);
  CHECK_THROWS_WITH_AS(
      gather(zeros({3, 4}), 0, columns),
      "[gather] index [3] and x [3, 4]: the index must have x's rank and be no longer than x "
      "along the axes other than 0",
      ShapeError);
  CHECK_THROWS_WITH_AS(gather(zeros({3, 3}), 0, places),
                       "[gather] index [2, 4] and x [3, 3]: the index must have x's rank and be no longer "
                       "than x along the axes other than 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(gather(zeros({2, 4}), 2, places),
                       "[gather] axis 2 is out of range for a tensor of shape [2, 4]", IndexError);
  CHECK_THROWS_WITH_AS(gather(zeros({2, 4}), 0, zeros({2, 4})),
                       "[gather] the index is float32, not int64: convert it with to(index, int64)",
                       DtypeError);
}

TEST_CASE("wrong calls of take_along_dim") {
  CHECK_THROWS_WITH_AS(take_along_dim(zeros({2, 4}), columns, 0),
                       "[take_along_dim] index [3] and x [2, 4]: expected the same rank", ShapeError);
  CHECK_THROWS_WITH_AS(
      take_along_dim(zeros({3, 3}), places, 0),
      "[take_along_dim] shapes [1, 3] and [1, 4] do not broadcast: axis -1 has sizes 3 and 4", ShapeError);
  CHECK_THROWS_WITH_AS(take_along_dim(zeros({2, 4}), places, -3),
                       "[take_along_dim] axis -3 is out of range for a tensor of shape [2, 4]", IndexError);
  CHECK_THROWS_WITH_AS(take_along_dim(zeros({2, 4}), places, 0),
                       "[gather] index 2 at [0, 0] is out of range for axis 0 of [2, 4]", IndexError);
  CHECK_THROWS_WITH_AS(take_along_dim(zeros({2}), zeros({2}), 0),
                       "[gather] the index is float32, not int64: convert it with to(index, int64)",
                       DtypeError);
}

TEST_CASE("wrong calls of take") {
  CHECK_THROWS_WITH_AS(take(zeros({2, 3}), tensor({{0, 6}}, {.dtype = int64})),
                       "[take] index 6 at [1] is out of range for axis 0 of [6]", IndexError);
  CHECK_THROWS_WITH_AS(take(zeros({2, 3}), tensor({-7}, {.dtype = int64})),
                       "[take] index -7 at [0] is out of range for axis 0 of [6]", IndexError);
  CHECK_THROWS_WITH_AS(take(zeros({0}), scalar(0, {.dtype = int64})),
                       "[take] index 0 at [0] is out of range for axis 0 of [0]", IndexError);
  CHECK_THROWS_WITH_AS(take(zeros({2, 3}), tensor({1})),
                       "[take] the index is float32, not int64: convert it with to(index, int64)",
                       DtypeError);
}

TEST_CASE("wrong calls of scatter_add") {
  CHECK_THROWS_WITH_AS(
      scatter_add(zeros({3, 4}), 0, places, zeros({2, 3})),
      "[scatter_add] index [2, 4] and src [2, 3]: src must be as long as the index along each axis",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      scatter_add(zeros({3, 4}), 0, places, zeros({8})),
      "[scatter_add] index [2, 4] and src [8]: src must be as long as the index along each axis", ShapeError);
  CHECK_THROWS_WITH_AS(scatter_add(zeros({3}), 0, places, zeros({2, 4})),
                       "[scatter_add] index [2, 4] and x [3]: the index must have x's rank and be no longer "
                       "than x along the axes other than 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(scatter_add(zeros({2, 4}), 0, places, zeros({2, 4})),
                       "[scatter_add] index 2 at [0, 0] is out of range for axis 0 of [2, 4]", IndexError);
  CHECK_THROWS_WITH_AS(scatter_add(zeros({3, 4}), -3, places, zeros({2, 4})),
                       "[scatter_add] axis -3 is out of range for a tensor of shape [3, 4]", IndexError);
  CHECK_THROWS_WITH_AS(scatter_add(zeros({3, 4}), 0, to(places, boolean), zeros({2, 4})),
                       "[scatter_add] the index is bool, not int64: convert it with to(index, int64)",
                       DtypeError);
}

TEST_CASE("wrong calls of scatter") {
  CHECK_THROWS_WITH_AS(scatter(zeros({3, 4}), 0, to(places, float32), 1.0),
                       "[scatter] the index is float32, not int64: convert it with to(index, int64)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(scatter(zeros({2, 4}), 0, places, 1.0),
                       "[scatter] index 2 at [0, 0] is out of range for axis 0 of [2, 4]", IndexError);
  CHECK_THROWS_WITH_AS(scatter(zeros({3, 3}), 0, places, 1.0),
                       "[scatter] index [2, 4] and x [3, 3]: the index must have x's rank and be no longer "
                       "than x along the axes other than 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      scatter(zeros({3, 4}), 0, places, zeros({1, 4})),
      "[scatter] index [2, 4] and src [1, 4]: src must be as long as the index along each axis", ShapeError);
  CHECK_THROWS_WITH_AS(scatter(zeros({3, 4}), 2, places, 1.0),
                       "[scatter] axis 2 is out of range for a tensor of shape [3, 4]", IndexError);
}

TEST_CASE("wrong calls of index_select") {
  CHECK_THROWS_WITH_AS(index_select(zeros({3, 3}), 1, columns),
                       "[index_select] index 3 at [0] is out of range for axis 1 of [3, 3]", IndexError);
  CHECK_THROWS_WITH_AS(index_select(zeros({3, 3}), -1, negative),
                       "[index_select] index -1 at [1] is out of range for axis -1 of [3, 3]", IndexError);
  CHECK_THROWS_WITH_AS(index_select(zeros({3, 3}), 0, places),
                       "[index_select] index [2, 4]: expected one axis", ShapeError);
  CHECK_THROWS_WITH_AS(index_select(zeros({3, 3}), 2, columns),
                       "[index_select] axis 2 is out of range for a tensor of shape [3, 3]", IndexError);
  CHECK_THROWS_WITH_AS(index_select(scalar(1), 0, columns),
                       "[index_select] axis 0 is out of range for a tensor of shape []", IndexError);
  CHECK_THROWS_WITH_AS(index_select(zeros({3}), 0, zeros({2})),
                       "[index_select] the index is float32, not int64: convert it with to(index, int64)",
                       DtypeError);
}

TEST_CASE("wrong calls of index_add") {
  CHECK_THROWS_WITH_AS(index_add(zeros({3, 4}), 1, columns, zeros({3, 4})),
                       "[index_add] src [3, 4] for x [3, 4] and 3 indices: expected [3, 3]", ShapeError);
  CHECK_THROWS_WITH_AS(index_add(zeros({3, 4}), 1, columns, zeros({3})),
                       "[index_add] src [3] for x [3, 4] and 3 indices: expected [3, 3]", ShapeError);
  CHECK_THROWS_WITH_AS(index_add(zeros({3, 4}), 1, places, zeros({3, 8})),
                       "[index_add] index [2, 4]: expected one axis", ShapeError);
  CHECK_THROWS_WITH_AS(index_add(zeros({3, 4}), 0, columns, zeros({3, 4})),
                       "[index_add] index 3 at [0] is out of range for axis 0 of [3, 4]", IndexError);
  CHECK_THROWS_WITH_AS(index_add(zeros({3, 4}), -3, columns, zeros({3, 4})),
                       "[index_add] axis -3 is out of range for a tensor of shape [3, 4]", IndexError);
  CHECK_THROWS_WITH_AS(index_add(zeros({3}), 0, zeros({2}), zeros({2})),
                       "[index_add] the index is float32, not int64: convert it with to(index, int64)",
                       DtypeError);
}

TEST_CASE("wrong calls of index_copy") {
  CHECK_THROWS_WITH_AS(index_copy(zeros({3, 4}), 0, columns, zeros({3, 4})),
                       "[index_copy] index 3 at [0] is out of range for axis 0 of [3, 4]", IndexError);
  CHECK_THROWS_WITH_AS(index_copy(zeros({3, 4}), 1, columns, zeros({3, 2})),
                       "[index_copy] src [3, 2] for x [3, 4] and 3 indices: expected [3, 3]", ShapeError);
  CHECK_THROWS_WITH_AS(index_copy(zeros({3, 4}), 1, places, zeros({3, 2})),
                       "[index_copy] index [2, 4]: expected one axis", ShapeError);
  CHECK_THROWS_WITH_AS(index_copy(zeros({3, 4}), 2, columns, zeros({3, 3})),
                       "[index_copy] axis 2 is out of range for a tensor of shape [3, 4]", IndexError);
  CHECK_THROWS_WITH_AS(index_copy(zeros({3}), 0, zeros({2}), zeros({2})),
                       "[index_copy] the index is float32, not int64: convert it with to(index, int64)",
                       DtypeError);
}

TEST_CASE("wrong calls of index_fill") {
  CHECK_THROWS_WITH_AS(index_fill(zeros({3, 4}), 0, columns, 1),
                       "[index_fill] index 3 at [0] is out of range for axis 0 of [3, 4]", IndexError);
  CHECK_THROWS_WITH_AS(index_fill(zeros({3, 4}), 2, columns, 1),
                       "[index_fill] axis 2 is out of range for a tensor of shape [3, 4]", IndexError);
  CHECK_THROWS_WITH_AS(index_fill(zeros({3, 4}), 1, columns, zeros({3})),
                       "[index_fill] value [3]: expected a number or a 0-d tensor", ShapeError);
  CHECK_THROWS_WITH_AS(index_fill(zeros({3, 4}), 0, places, 1),
                       "[index_fill] index [2, 4]: expected one axis", ShapeError);
  CHECK_THROWS_WITH_AS(index_fill(zeros({3}), 0, zeros({2}), 1),
                       "[index_fill] the index is float32, not int64: convert it with to(index, int64)",
                       DtypeError);
}

TEST_CASE("wrong calls of embedding") {
  CHECK_THROWS_WITH_AS(embedding(zeros({3, 8}), tensor({{0, 7}}, {.dtype = int64})),
                       "[embedding] index 7 at [0, 1] is out of range for axis 0 of [3, 8]", IndexError);
  CHECK_THROWS_WITH_AS(embedding(zeros({3, 8}), negative),
                       "[embedding] index -1 at [1] is out of range for axis 0 of [3, 8]", IndexError);
  CHECK_THROWS_WITH_AS(embedding(zeros({3}), columns), "[embedding] weight [3]: expected [rows, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(embedding(zeros({4, 8}), columns, 4),
                       "[embedding] padding_idx 4 is out of range for axis 0 of [4, 8]", IndexError);
  CHECK_THROWS_WITH_AS(embedding(zeros({4, 8}), columns, -2),
                       "[embedding] padding_idx -2 is out of range for axis 0 of [4, 8]", IndexError);
  CHECK_THROWS_WITH_AS(embedding(zeros({3, 8}), zeros({2})),
                       "[embedding] the index is float32, not int64: convert it with to(index, int64)",
                       DtypeError);
}

TEST_CASE("wrong calls of one_hot") {
  CHECK_THROWS_WITH_AS(one_hot(columns, 3), "[one_hot] index 3 at [0] is out of range for axis -1 of [3, 3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(one_hot(columns, 0), "[one_hot] index 3 at [0] is out of range for axis -1 of [3, 0]",
                       IndexError);
  CHECK_THROWS_WITH_AS(one_hot(columns, -2), "[one_hot] num_classes -2: expected 0 or more, or -1",
                       ValueError);
  CHECK_THROWS_WITH_AS(one_hot(zeros({2})),
                       "[one_hot] the index is float32, not int64: convert it with to(index, int64)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(one_hot(zeros({1, 1, 1, 1, 1, 1, 1, 2}, {.dtype = int64}), 2),
                       "[shape] 9 axes, at most 8 are supported: merge axes with reshape", ShapeError);
}

TEST_CASE("wrong calls of masked_select") {
  CHECK_THROWS_WITH_AS(masked_select(zeros({2}), zeros({2})),
                       "[masked_select] the mask is float32, not bool: compare it, e.g. x != 0", DtypeError);
  CHECK_THROWS_WITH_AS(masked_select(zeros({2}), negative),
                       "[masked_select] the mask is int64, not bool: compare it, e.g. x != 0", DtypeError);
  CHECK_THROWS_WITH_AS(masked_select(zeros({2, 3}), ones({2}, {.dtype = boolean})),
                       "[masked_select] shapes [2, 3] and [2] do not broadcast: axis -1 has sizes 3 and 2",
                       ShapeError);
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
  CHECK_THROWS_WITH_AS(masked_scatter(x, ones({3}, {.dtype = boolean}), x),
                       "[masked_scatter] shapes [2, 2] and [3] do not broadcast: axis -1 has sizes 2 and 3",
                       ShapeError);
  CHECK_THROWS_WITH_AS(masked_scatter(zeros({1, 2}), ones({3, 1}, {.dtype = boolean}), x),
                       "[masked_scatter] mask [3, 1] does not broadcast to x [1, 2]", ShapeError);
}

TEST_CASE("wrong calls of nonzero") { CHECK_THROWS_WITH_AS(nonzero(Tensor()), undefined_text, GraphError); }

}  // namespace
}  // namespace xg
