// The wrong calls of the ops of arrange.hpp, and of diag, diag_embed and pad, each with the whole text of its
// error.

#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {
namespace {

TEST_CASE("wrong calls of rot90") {
  CHECK_THROWS_WITH_AS(rot90(zeros({2, 3, 4}), 1, {0, 1, 2}), "[rot90] 3 axes: expected 2", ShapeError);
  CHECK_THROWS_WITH_AS(rot90(zeros({2, 3}), 1, {}), "[rot90] 0 axes: expected 2", ShapeError);
  CHECK_THROWS_WITH_AS(rot90(zeros({2})), "[rot90] axis 1 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(rot90(zeros({2, 3}), 0, {0, -3}),
                       "[rot90] axis -3 is out of range for a tensor of shape [2, 3]", IndexError);
  CHECK_THROWS_WITH_AS(rot90(zeros({2, 3}), 1, {1, -1}), "[rot90] axis -1 is named twice in [1, -1]",
                       IndexError);
}

TEST_CASE("wrong calls of unfold") {
  CHECK_THROWS_WITH_AS(unfold(zeros({4, 2}), 0, 5, 1),
                       "[unfold] windows of 5 on axis 0 of [4, 2]: expected 0 to 4", ShapeError);
  CHECK_THROWS_WITH_AS(unfold(zeros({4, 2}), -1, -1, 1),
                       "[unfold] windows of -1 on axis -1 of [4, 2]: expected 0 to 2", ShapeError);
  CHECK_THROWS_WITH_AS(unfold(zeros({4, 2}), 0, 2, 0), "[unfold] step 0: expected 1 or more", ValueError);
  CHECK_THROWS_WITH_AS(unfold(zeros({4, 2}), 0, 2, -1), "[unfold] step -1: expected 1 or more", ValueError);
  CHECK_THROWS_WITH_AS(unfold(zeros({4}), 1, 2, 1),
                       "[unfold] axis 1 is out of range for a tensor of shape [4]", IndexError);
  CHECK_THROWS_WITH_AS(unfold(zeros({1, 1, 1, 1, 1, 1, 1, 4}), -1, 2, 1),
                       "[shape] 9 axes, at most 8 are supported: merge axes with reshape", ShapeError);
}

TEST_CASE("wrong calls of repeat_interleave") {
  CHECK_THROWS_WITH_AS(repeat_interleave(zeros({2}), -1),
                       "[repeat_interleave] repeats -1: expected 0 or more", ValueError);
  CHECK_THROWS_WITH_AS(repeat_interleave(zeros({2}), tensor({1, -2}, {.dtype = int64})),
                       "[repeat_interleave] repeats -2: expected 0 or more", ValueError);
  CHECK_THROWS_WITH_AS(repeat_interleave(zeros({3, 2}), tensor({1, 2}, {.dtype = int64}), 0),
                       "[repeat_interleave] repeats [2] for axis 0 of [3, 2]: expected one number or [3]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(repeat_interleave(zeros({3, 2}), ones({2, 2}, {.dtype = int64}), -1),
                       "[repeat_interleave] repeats [2, 2] for axis -1 of [3, 2]: expected one number or [2]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(repeat_interleave(zeros({2}), tensor({1, 2}), 0),
                       "[repeat_interleave] repeats are float32, not int64: convert them with to()",
                       DtypeError);
  CHECK_THROWS_WITH_AS(repeat_interleave(zeros({2}), 2, 1),
                       "[repeat_interleave] axis 1 is out of range for a tensor of shape [2]", IndexError);
}

TEST_CASE("wrong calls of broadcast_tensors") {
  CHECK_THROWS_WITH_AS(broadcast_tensors({zeros({2}), zeros({3})}),
                       "[broadcast_tensors] shapes [2] and [3] do not broadcast: axis -1 has sizes 2 and 3",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      broadcast_tensors({zeros({2, 1}), zeros({3}), zeros({4, 3})}),
      "[broadcast_tensors] shapes [2, 3] and [4, 3] do not broadcast: axis -2 has sizes 2 and 4", ShapeError);
  CHECK_THROWS_WITH_AS(broadcast_tensors({zeros({0}), zeros({2})}),
                       "[broadcast_tensors] shapes [0] and [2] do not broadcast: axis -1 has sizes 0 and 2",
                       ShapeError);
}

TEST_CASE("wrong calls of meshgrid and cartesian_prod") {
  CHECK_THROWS_WITH_AS(meshgrid({zeros({2}), zeros({2, 3})}),
                       "[meshgrid] list 1 has shape [2, 3]: expected one axis", ShapeError);
  CHECK_THROWS_WITH_AS(meshgrid({zeros({1, 1}), zeros({2})}, GridIndexing::xy),
                       "[meshgrid] list 0 has shape [1, 1]: expected one axis", ShapeError);
  CHECK_THROWS_WITH_AS(meshgrid(std::vector<Tensor>(9, zeros({1}))),
                       "[shape] 9 axes, at most 8 are supported: merge axes with reshape", ShapeError);
  CHECK_THROWS_WITH_AS(cartesian_prod({zeros({2, 3})}),
                       "[meshgrid] list 0 has shape [2, 3]: expected one axis", ShapeError);
  CHECK_THROWS_WITH_AS(cartesian_prod({}), "[stack] an empty list of tensors: expected at least one",
                       ValueError);
}

TEST_CASE("wrong calls of hstack and vstack") {
  CHECK_THROWS_WITH_AS(hstack({zeros({2, 3}), zeros({3, 3})}),
                       "[cat] tensor 1 has shape [3, 3]: it must match [2, 3] but for axis 1", ShapeError);
  CHECK_THROWS_WITH_AS(hstack({zeros({2}), zeros({2, 3})}),
                       "[cat] tensor 1 has shape [2, 3]: it must match [2] but for axis 0", ShapeError);
  CHECK_THROWS_WITH_AS(hstack({}), "[cat] an empty list of tensors: expected at least one", ValueError);
  CHECK_THROWS_WITH_AS(vstack({zeros({2, 3}), zeros({2})}),
                       "[cat] tensor 1 has shape [1, 2]: it must match [2, 3] but for axis 0", ShapeError);
  CHECK_THROWS_WITH_AS(vstack({zeros({2}), zeros({2, 2, 2})}),
                       "[cat] tensor 1 has shape [2, 2, 2]: it must match [1, 2] but for axis 0", ShapeError);
  CHECK_THROWS_WITH_AS(vstack({}), "[cat] an empty list of tensors: expected at least one", ValueError);
}

TEST_CASE("wrong calls of block_diag") {
  CHECK_THROWS_WITH_AS(block_diag({zeros({2, 3, 4})}),
                       "[block_diag] tensor 0 has shape [2, 3, 4]: expected a matrix", ShapeError);
  CHECK_THROWS_WITH_AS(block_diag({zeros({2}), scalar(1), zeros({1, 1, 1})}),
                       "[block_diag] tensor 2 has shape [1, 1, 1]: expected a matrix", ShapeError);
  CHECK_THROWS_WITH_AS(block_diag({}), "[cat] an empty list of tensors: expected at least one", ValueError);
}

TEST_CASE("wrong calls of diag") {
  CHECK_THROWS_WITH_AS(diag(zeros({2, 3, 4})),
                       "[diag] expects a list or a matrix, got [2, 3, 4]: use diagonal or diag_embed",
                       ShapeError);
  CHECK_THROWS_WITH_AS(diag(scalar(1), 1),
                       "[diag] expects a list or a matrix, got []: use diagonal or diag_embed", ShapeError);
}

TEST_CASE("wrong calls of diag_embed") {
  CHECK_THROWS_WITH_AS(diag_embed(zeros({2, 3}), 0, 1, -2),
                       "[diag_embed] axes 1 and -2 of [2, 3, 3] are the same", ShapeError);
  CHECK_THROWS_WITH_AS(diag_embed(zeros({2, 3}), 1, 0, 3),
                       "[diag_embed] axis 3 is out of range for a tensor of shape [2, 4, 4]", IndexError);
  CHECK_THROWS_WITH_AS(diag_embed(scalar(1)), "[diag_embed] a 0-d tensor has no axis to make a diagonal of",
                       ShapeError);
  CHECK_THROWS_WITH_AS(diag_embed(zeros({1, 1, 1, 1, 1, 1, 1, 2})),
                       "[shape] 9 axes, at most 8 are supported: merge axes with reshape", ShapeError);
}

TEST_CASE("wrong calls of pad with a border of x itself") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_WITH_AS(pad(x, {3, 0}, PadMode::reflect),
                       "[pad] widths 3 and 0 in mode reflect: axis 1 of [2, 3] has elements for at most 2",
                       ShapeError);
  CHECK_THROWS_WITH_AS(pad(x, {0, 0, 1, 3}, PadMode::circular),
                       "[pad] widths 1 and 3 in mode circular: axis 0 of [2, 3] has elements for at most 2",
                       ShapeError);
  CHECK_THROWS_WITH_AS(pad(zeros({2, 0}), {1, 0}, PadMode::replicate),
                       "[pad] widths 1 and 0 in mode replicate: axis 1 of [2, 0] has elements for at most 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(pad(x, {-2, -2}, PadMode::replicate),
                       "[pad] widths -2 and -2 cut off more than axis 1 of [2, 3] has", ShapeError);
  CHECK_THROWS_WITH_AS(pad(x, {1, 1, 1}, PadMode::reflect),
                       "[pad] 3 widths for a tensor of shape [2, 3]: expected two for each of the last axes",
                       ShapeError);
}

}  // namespace
}  // namespace xg
