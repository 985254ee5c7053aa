// The wrong calls of the ops in the op table's view family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {
namespace {

TEST_CASE("wrong calls of reshape") {
  CHECK_THROWS_WITH_AS(reshape(zeros({2, 3}), {4, -1}),
                       "[reshape] [2, 3] has 6 elements, the shape [4, -1] does not fit them", Error);
}

TEST_CASE("wrong calls of flatten") {
  CHECK_THROWS_WITH_AS(flatten(zeros({2, 3}), 1, 0),
                       "[flatten] start_axis 1 lies behind end_axis 0 in a tensor of shape [2, 3]", Error);
}

TEST_CASE("wrong calls of unflatten") {
  CHECK_THROWS_WITH_AS(unflatten(zeros({2, 3}), 1, {2, 2}),
                       "[unflatten] [3] has 3 elements, the shape [2, 2] does not fit them", Error);
}

TEST_CASE("wrong calls of squeeze") {
  CHECK_THROWS_WITH_AS(squeeze(zeros({2, 3}), 2),
                       "[squeeze] axis 2 is out of range for a tensor of shape [2, 3]", Error);
}

TEST_CASE("wrong calls of unsqueeze") {
  CHECK_THROWS_WITH_AS(unsqueeze(zeros({2}), 2),
                       "[unsqueeze] axis 2 is out of range for a tensor of shape [2, 1]", Error);
}

TEST_CASE("wrong calls of permute") {
  CHECK_THROWS_WITH_AS(permute(zeros({2, 3}), {0, 0}),
                       "[permute] axes [0, 0] are no order of the axes of [2, 3]", Error);
}

TEST_CASE("wrong calls of transpose") {
  CHECK_THROWS_WITH_AS(transpose(zeros({2, 3}), 0, 2),
                       "[transpose] axis 2 is out of range for a tensor of shape [2, 3]", Error);
}

TEST_CASE("wrong calls of t") {
  CHECK_THROWS_WITH_AS(t(zeros({2, 3, 4})), "[t] expects a matrix, got [2, 3, 4]: use transpose", Error);
}

TEST_CASE("wrong calls of movedim") {
  CHECK_THROWS_WITH_AS(movedim(zeros({2, 3}), 0, 2),
                       "[movedim] axis 2 is out of range for a tensor of shape [2, 3]", Error);
}

TEST_CASE("wrong calls of broadcast_to") {
  CHECK_THROWS_WITH_AS(expand(zeros({2, 3}), {2, 4}),
                       "[broadcast_to] shapes [2, 3] and [2, 4] do not broadcast: axis -1 has sizes 3 and 4",
                       Error);
}

TEST_CASE("wrong calls of slice") {
  CHECK_THROWS_WITH_AS(slice(zeros({2, 3}), 0, 0, 2, -1),
                       "[slice] step -1: expected a positive step; flip() turns an axis round", Error);
}

TEST_CASE("wrong calls of select") {
  CHECK_THROWS_WITH_AS(select(zeros({3, 2}), 0, 3), "[select] index 3 is out of range for axis 0 of [3, 2]",
                       Error);
}

TEST_CASE("wrong calls of narrow") {
  CHECK_THROWS_WITH_AS(narrow(zeros({4, 2}), 0, 3, 2),
                       "[narrow] 2 elements from 3 on reach beyond axis 0 of [4, 2]", Error);
}

TEST_CASE("wrong calls of split") {
  CHECK_THROWS_WITH_AS(split(zeros({4, 2}), std::vector<std::int64_t>{1, 2}),
                       "[split] sizes [1, 2] do not add up to 4, the length of axis 0 of [4, 2]", Error);
}

TEST_CASE("wrong calls of chunk") {
  CHECK_THROWS_WITH_AS(chunk(zeros({2, 3}), 0), "[chunk] 0 chunks: expected at least 1", Error);
}

TEST_CASE("wrong calls of unbind") {
  CHECK_THROWS_WITH_AS(unbind(zeros({2}), 1), "[unbind] axis 1 is out of range for a tensor of shape [2]",
                       Error);
}

TEST_CASE("wrong calls of diagonal") {
  CHECK_THROWS_WITH_AS(diagonal(zeros({2, 3}), 0, 1, 1), "[diagonal] axes 1 and 1 of [2, 3] are the same",
                       Error);
}

TEST_CASE("wrong calls of cat") {
  CHECK_THROWS_WITH_AS(cat({zeros({2, 3}), zeros({2, 4})}),
                       "[cat] tensor 1 has shape [2, 4]: it must match [2, 3] but for axis 0", Error);
}

TEST_CASE("wrong calls of stack") {
  CHECK_THROWS_WITH_AS(stack({zeros({2}), zeros({3})}), "[stack] tensor 1 has shape [3], tensor 0 has [2]",
                       Error);
}

TEST_CASE("wrong calls of pad") {
  CHECK_THROWS_WITH_AS(pad(zeros({2, 3}), {0, 0, 1, 1, 1, 1}),
                       "[pad] 6 widths for a tensor of shape [2, 3]: expected two for each of the last axes",
                       Error);
}

TEST_CASE("wrong calls of flip") {
  CHECK_THROWS_WITH_AS(flip(zeros({2, 3}), {0, -2}), "[flip] axis -2 is named twice in [0, -2]", Error);
}

TEST_CASE("wrong calls of roll") {
  CHECK_THROWS_WITH_AS(roll(zeros({2, 3}), {1, 1}, {0}), "[roll] 2 shifts for 1 axes: expected as many",
                       Error);
}

TEST_CASE("wrong calls of repeat") {
  CHECK_THROWS_WITH_AS(
      repeat(zeros({2, 3}), {2}),
      "[repeat] 1 repeats for a tensor of shape [2, 3]: expected one, not negative, for each axis", Error);
  CHECK_THROWS_WITH_AS(
      tile(zeros({2, 3}), {-1}),
      "[repeat] 2 repeats for a tensor of shape [2, 3]: expected one, not negative, for each axis", Error);
}

TEST_CASE("wrong calls of tril") {
  CHECK_THROWS_WITH_AS(tril(zeros({2})), "[tril] expects at least 2 axes, got [2]", Error);
}

TEST_CASE("wrong calls of triu") {
  CHECK_THROWS_WITH_AS(triu(zeros({2})), "[triu] expects at least 2 axes, got [2]", Error);
}

}  // namespace
}  // namespace xg
