// The wrong calls of the ops in the op table's view family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <limits>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {
namespace {

const Tensor x = zeros({2, 3});
const Tensor full_rank = zeros({1, 1, 1, 1, 1, 1, 1, 2});

TEST_CASE("wrong calls of reshape") {
  CHECK_THROWS_WITH_AS(reshape(x, {4, -1}),
                       "[reshape] [2, 3] has 6 elements, the shape [4, -1] does not fit them", ShapeError);
  CHECK_THROWS_WITH_AS(reshape(x, {7}), "[reshape] [2, 3] has 6 elements, the shape [7] does not fit them",
                       ShapeError);
  CHECK_THROWS_WITH_AS(reshape(x, {}), "[reshape] [2, 3] has 6 elements, the shape [] does not fit them",
                       ShapeError);
  CHECK_THROWS_WITH_AS(reshape(x, {-1, -1}),
                       "[reshape] [2, 3] has 6 elements, the shape [-1, -1] does not fit them", ShapeError);
  CHECK_THROWS_WITH_AS(reshape(x, {-2, -3}),
                       "[reshape] [2, 3] has 6 elements, the shape [-2, -3] does not fit them", ShapeError);
  CHECK_THROWS_WITH_AS(reshape(zeros({0, 3}), {0, -1}),
                       "[reshape] [0, 3] has 0 elements, the shape [0, -1] does not fit them", ShapeError);
  CHECK_THROWS_WITH_AS(reshape(x, {1, 1, 1, 1, 1, 1, 1, 2, 3}),
                       "[shape] 9 axes, at most 8 are supported: merge axes with reshape", ShapeError);
}

TEST_CASE("wrong calls of flatten") {
  CHECK_THROWS_WITH_AS(flatten(x, 1, 0),
                       "[flatten] start_axis 1 lies behind end_axis 0 in a tensor of shape [2, 3]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(flatten(x, -1, -2),
                       "[flatten] start_axis -1 lies behind end_axis -2 in a tensor of shape [2, 3]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(flatten(x, 2), "[flatten] axis 2 is out of range for a tensor of shape [2, 3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(flatten(x, 0, -3), "[flatten] axis -3 is out of range for a tensor of shape [2, 3]",
                       IndexError);
}

TEST_CASE("wrong calls of unflatten") {
  CHECK_THROWS_WITH_AS(unflatten(x, 1, {2, 2}),
                       "[unflatten] [3] has 3 elements, the shape [2, 2] does not fit them", ShapeError);
  CHECK_THROWS_WITH_AS(unflatten(x, 1, {-1, 2}),
                       "[unflatten] [3] has 3 elements, the shape [-1, 2] does not fit them", ShapeError);
  CHECK_THROWS_WITH_AS(unflatten(x, 1, {-1, -3}),
                       "[unflatten] [3] has 3 elements, the shape [-1, -3] does not fit them", ShapeError);
  CHECK_THROWS_WITH_AS(unflatten(x, -3, {2, 1}),
                       "[unflatten] axis -3 is out of range for a tensor of shape [2, 3]", IndexError);
  CHECK_THROWS_WITH_AS(unflatten(full_rank, 7, {2, 1}),
                       "[shape] 9 axes, at most 8 are supported: merge axes with reshape", ShapeError);
}

TEST_CASE("wrong calls of squeeze") {
  CHECK_THROWS_WITH_AS(squeeze(x, 2), "[squeeze] axis 2 is out of range for a tensor of shape [2, 3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(squeeze(x, -3), "[squeeze] axis -3 is out of range for a tensor of shape [2, 3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(squeeze(zeros({1}), 1), "[squeeze] axis 1 is out of range for a tensor of shape [1]",
                       IndexError);
}

TEST_CASE("wrong calls of unsqueeze") {
  CHECK_THROWS_WITH_AS(unsqueeze(zeros({2}), 2),
                       "[unsqueeze] axis 2 is out of range for a tensor of shape [2, 1]", IndexError);
  CHECK_THROWS_WITH_AS(unsqueeze(zeros({2}), -3),
                       "[unsqueeze] axis -3 is out of range for a tensor of shape [2, 1]", IndexError);
  CHECK_THROWS_WITH_AS(unsqueeze(full_rank, 0),
                       "[shape] 9 axes, at most 8 are supported: merge axes with reshape", ShapeError);
}

TEST_CASE("wrong calls of permute") {
  CHECK_THROWS_WITH_AS(permute(x, {0, 0}), "[permute] axes [0, 0] are no order of the axes of [2, 3]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(permute(x, {0, -2}), "[permute] axes [0, -2] are no order of the axes of [2, 3]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(permute(x, {1}), "[permute] axes [1] are no order of the axes of [2, 3]", ShapeError);
  CHECK_THROWS_WITH_AS(permute(x, {}), "[permute] axes [] are no order of the axes of [2, 3]", ShapeError);
  CHECK_THROWS_WITH_AS(permute(x, {0, 1, 1}), "[permute] axes [0, 1, 1] are no order of the axes of [2, 3]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(permute(x, {0, 2}), "[permute] axis 2 is out of range for a tensor of shape [2, 3]",
                       IndexError);
}

TEST_CASE("wrong calls of transpose") {
  CHECK_THROWS_WITH_AS(transpose(x, 0, 2), "[transpose] axis 2 is out of range for a tensor of shape [2, 3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(transpose(x, -3, 0),
                       "[transpose] axis -3 is out of range for a tensor of shape [2, 3]", IndexError);
  CHECK_THROWS_WITH_AS(transpose(zeros({2}), 0, 1),
                       "[transpose] axis 1 is out of range for a tensor of shape [2]", IndexError);
}

TEST_CASE("wrong calls of t") {
  CHECK_THROWS_WITH_AS(t(zeros({2, 3, 4})), "[t] expects a matrix, got [2, 3, 4]: use transpose", ShapeError);
  CHECK_THROWS_WITH_AS(t(zeros({2})), "[t] expects a matrix, got [2]: use transpose", ShapeError);
  CHECK_THROWS_WITH_AS(t(scalar(1)), "[t] expects a matrix, got []: use transpose", ShapeError);
}

TEST_CASE("wrong calls of movedim") {
  CHECK_THROWS_WITH_AS(movedim(x, 0, 2), "[movedim] axis 2 is out of range for a tensor of shape [2, 3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(movedim(x, -3, 0), "[movedim] axis -3 is out of range for a tensor of shape [2, 3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(movedim(scalar(1), 0, 0), "[movedim] axis 0 is out of range for a tensor of shape []",
                       IndexError);
}

TEST_CASE("wrong calls of broadcast_to and expand") {
  CHECK_THROWS_WITH_AS(expand(x, {2, 4}),
                       "[broadcast_to] shapes [2, 3] and [2, 4] do not broadcast: axis -1 has sizes 3 and 4",
                       ShapeError);
  CHECK_THROWS_WITH_AS(broadcast_to(x, {3, 3}),
                       "[broadcast_to] shapes [2, 3] and [3, 3] do not broadcast: axis -2 has sizes 2 and 3",
                       ShapeError);
  CHECK_THROWS_WITH_AS(broadcast_to(x, {3}), "[broadcast_to] [2, 3] does not broadcast to [3]", ShapeError);
  CHECK_THROWS_WITH_AS(broadcast_to(x, {1, 3}), "[broadcast_to] [2, 3] does not broadcast to [1, 3]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(expand(x, {-1, 2, 3}), "[broadcast_to] [2, 3] does not broadcast to [-1, 2, 3]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(expand(ones({1}), {-2}), "[broadcast_to] [1] does not broadcast to [-2]", ShapeError);
}

TEST_CASE("wrong calls of slice") {
  CHECK_THROWS_WITH_AS(slice(x, 0, 0, 2, -1),
                       "[slice] step -1: expected a positive step; flip() turns an axis round", ValueError);
  CHECK_THROWS_WITH_AS(slice(x, 0, 0, 2, 0),
                       "[slice] step 0: expected a positive step; flip() turns an axis round", ValueError);
  CHECK_THROWS_WITH_AS(slice(x, 2), "[slice] axis 2 is out of range for a tensor of shape [2, 3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(slice(scalar(1), -1), "[slice] axis -1 is out of range for a tensor of shape []",
                       IndexError);
}

TEST_CASE("wrong calls of select") {
  CHECK_THROWS_WITH_AS(select(x, 0, 2), "[select] index 2 is out of range for axis 0 of [2, 3]", IndexError);
  CHECK_THROWS_WITH_AS(select(x, -1, -4), "[select] index -4 is out of range for axis -1 of [2, 3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(select(zeros({0, 3}), 0, 0), "[select] index 0 is out of range for axis 0 of [0, 3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(select(x, 2, 0), "[select] axis 2 is out of range for a tensor of shape [2, 3]",
                       IndexError);
}

TEST_CASE("wrong calls of narrow") {
  CHECK_THROWS_WITH_AS(narrow(x, 1, 2, 2), "[narrow] 2 elements from 2 on reach beyond axis 1 of [2, 3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(narrow(x, 1, -4, 1), "[narrow] 1 elements from -4 on reach beyond axis 1 of [2, 3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(narrow(x, 1, 1, -1), "[narrow] -1 elements from 1 on reach beyond axis 1 of [2, 3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(narrow(x, 1, 4, 0), "[narrow] 0 elements from 4 on reach beyond axis 1 of [2, 3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(narrow(x, 1, 1, std::numeric_limits<std::int64_t>::max()),
                       "[narrow] 9223372036854775807 elements from 1 on reach beyond axis 1 of [2, 3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(narrow(x, 2, 0, 1), "[narrow] axis 2 is out of range for a tensor of shape [2, 3]",
                       IndexError);
}

TEST_CASE("wrong calls of split") {
  using Sizes = std::vector<std::int64_t>;
  CHECK_THROWS_WITH_AS(split(x, Sizes{1, 2}),
                       "[split] sizes [1, 2] do not add up to 2, the length of axis 0 of [2, 3]", ShapeError);
  CHECK_THROWS_WITH_AS(split(x, Sizes{-1, 3}),
                       "[split] sizes [-1, 3] do not add up to 2, the length of axis 0 of [2, 3]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(split(x, Sizes{}, -1),
                       "[split] sizes [] do not add up to 3, the length of axis -1 of [2, 3]", ShapeError);
  CHECK_THROWS_WITH_AS(split(x, Sizes{2}, 2), "[split] axis 2 is out of range for a tensor of shape [2, 3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(split(x, 0), "[split] size 0: expected pieces of at least 1 element", ValueError);
  CHECK_THROWS_WITH_AS(split(x, -1, 1), "[split] size -1: expected pieces of at least 1 element", ValueError);
}

TEST_CASE("wrong calls of chunk") {
  CHECK_THROWS_WITH_AS(chunk(x, 0), "[chunk] 0 chunks: expected at least 1", ValueError);
  CHECK_THROWS_WITH_AS(chunk(x, -2, 1), "[chunk] -2 chunks: expected at least 1", ValueError);
  CHECK_THROWS_WITH_AS(chunk(x, 2, 2), "[chunk] axis 2 is out of range for a tensor of shape [2, 3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(chunk(scalar(1), 1), "[chunk] axis 0 is out of range for a tensor of shape []",
                       IndexError);
}

TEST_CASE("wrong calls of unbind") {
  CHECK_THROWS_WITH_AS(unbind(zeros({2}), 1), "[unbind] axis 1 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(unbind(x, -3), "[unbind] axis -3 is out of range for a tensor of shape [2, 3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(unbind(scalar(1)), "[unbind] axis 0 is out of range for a tensor of shape []",
                       IndexError);
}

TEST_CASE("wrong calls of diagonal") {
  CHECK_THROWS_WITH_AS(diagonal(x, 0, 1, 1), "[diagonal] axes 1 and 1 of [2, 3] are the same", ShapeError);
  CHECK_THROWS_WITH_AS(diagonal(x, 0, 1, -1), "[diagonal] axes 1 and -1 of [2, 3] are the same", ShapeError);
  CHECK_THROWS_WITH_AS(diagonal(x, 0, 0, 2), "[diagonal] axis 2 is out of range for a tensor of shape [2, 3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(diagonal(zeros({2})), "[diagonal] axis 1 is out of range for a tensor of shape [2]",
                       IndexError);
}

TEST_CASE("wrong calls of cat") {
  CHECK_THROWS_WITH_AS(cat({x, zeros({2, 4})}),
                       "[cat] tensor 1 has shape [2, 4]: it must match [2, 3] but for axis 0", ShapeError);
  CHECK_THROWS_WITH_AS(cat({x, x, zeros({3, 3})}, -1),
                       "[cat] tensor 2 has shape [3, 3]: it must match [2, 3] but for axis 1", ShapeError);
  CHECK_THROWS_WITH_AS(cat({x, zeros({3})}),
                       "[cat] tensor 1 has shape [3]: it must match [2, 3] but for axis 0", ShapeError);
  CHECK_THROWS_WITH_AS(cat({x, x}, 2), "[cat] axis 2 is out of range for a tensor of shape [2, 3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(cat({scalar(1), scalar(2)}), "[cat] axis 0 is out of range for a tensor of shape []",
                       IndexError);
  CHECK_THROWS_WITH_AS(cat({zeros({0}), zeros({0})}, 1),
                       "[cat] axis 1 is out of range for a tensor of shape [0]", IndexError);
  CHECK_THROWS_WITH_AS(cat({}), "[cat] an empty list of tensors: expected at least one", ValueError);
}

TEST_CASE("wrong calls of stack") {
  CHECK_THROWS_WITH_AS(stack({zeros({2}), zeros({3})}), "[stack] tensor 1 has shape [3], tensor 0 has [2]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(stack({x, x, zeros({3})}), "[stack] tensor 2 has shape [3], tensor 0 has [2, 3]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(stack({x, x, x, x}, 3),
                       "[stack] axis 3 is out of range for a tensor of shape [2, 3, 4]", IndexError);
  CHECK_THROWS_WITH_AS(stack({full_rank}), "[shape] 9 axes, at most 8 are supported: merge axes with reshape",
                       ShapeError);
  CHECK_THROWS_WITH_AS(stack({}), "[stack] an empty list of tensors: expected at least one", ValueError);
}

TEST_CASE("wrong calls of pad") {
  CHECK_THROWS_WITH_AS(pad(x, {0, 0, 1, 1, 1, 1}),
                       "[pad] 6 widths for a tensor of shape [2, 3]: expected two for each of the last axes",
                       ShapeError);
  CHECK_THROWS_WITH_AS(pad(x, {1}),
                       "[pad] 1 widths for a tensor of shape [2, 3]: expected two for each of the last axes",
                       ShapeError);
  CHECK_THROWS_WITH_AS(pad(scalar(1), {1, 1}),
                       "[pad] 2 widths for a tensor of shape []: expected two for each of the last axes",
                       ShapeError);
  CHECK_THROWS_WITH_AS(pad(x, {-2, -2}), "[pad] widths -2 and -2 cut off more than axis 1 of [2, 3] has",
                       ShapeError);
  CHECK_THROWS_WITH_AS(pad(x, {0, 0, -3, 0}), "[pad] widths -3 and 0 cut off more than axis 0 of [2, 3] has",
                       ShapeError);
}

TEST_CASE("wrong calls of flip") {
  CHECK_THROWS_WITH_AS(flip(x, {0, -2}), "[flip] axis -2 is named twice in [0, -2]", IndexError);
  CHECK_THROWS_WITH_AS(flip(x, {1, 2}), "[flip] axis 2 is out of range for a tensor of shape [2, 3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(flip(scalar(1), {0}), "[flip] axis 0 is out of range for a tensor of shape []",
                       IndexError);
}

TEST_CASE("wrong calls of roll") {
  CHECK_THROWS_WITH_AS(roll(x, {1, 1}, {0}), "[roll] 2 shifts for 1 axes: expected as many", ValueError);
  CHECK_THROWS_WITH_AS(roll(x, {1}, {0, 1}), "[roll] 1 shifts for 2 axes: expected as many", ValueError);
  CHECK_THROWS_WITH_AS(roll(x, {1, 1}), "[roll] 2 shifts for 0 axes: expected as many", ValueError);
  CHECK_THROWS_WITH_AS(roll(x, {1}, {2}), "[roll] axis 2 is out of range for a tensor of shape [2, 3]",
                       IndexError);
}

TEST_CASE("wrong calls of repeat and tile") {
  CHECK_THROWS_WITH_AS(
      repeat(x, {2}),
      "[repeat] 1 repeats for a tensor of shape [2, 3]: expected one, not negative, for each axis",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      repeat(x, {2, -1}),
      "[repeat] 2 repeats for a tensor of shape [2, 3]: expected one, not negative, for each axis",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      tile(x, {-1}),
      "[repeat] 2 repeats for a tensor of shape [2, 3]: expected one, not negative, for each axis",
      ShapeError);
  CHECK_THROWS_WITH_AS(repeat(x, {1, 1, 1, 1, 1, 1, 1, 1, 1}),
                       "[shape] 9 axes, at most 8 are supported: merge axes with reshape", ShapeError);
}

TEST_CASE("wrong calls of tril") {
  CHECK_THROWS_WITH_AS(tril(zeros({2})), "[tril] expects at least 2 axes, got [2]", ShapeError);
  CHECK_THROWS_WITH_AS(tril(scalar(1), 1), "[tril] expects at least 2 axes, got []", ShapeError);
}

TEST_CASE("wrong calls of triu") {
  CHECK_THROWS_WITH_AS(triu(zeros({2})), "[triu] expects at least 2 axes, got [2]", ShapeError);
  CHECK_THROWS_WITH_AS(triu(scalar(1), -1), "[triu] expects at least 2 axes, got []", ShapeError);
}

}  // namespace
}  // namespace xg
