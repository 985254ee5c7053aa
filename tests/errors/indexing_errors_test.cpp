// Wrong indices, each with the whole text of its error.

#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {
namespace {

Tensor whole(std::initializer_list<NestedValues> values) { return tensor(values, {.dtype = int64}); }
Tensor mask(std::initializer_list<NestedValues> values) { return tensor(values, {.dtype = boolean}); }

TEST_CASE("wrong indices are refused with the place that is wrong") {
  const Tensor x = zeros({3, 4});
  CHECK_THROWS_WITH_AS(index(x, {slice(), 4}), "[index] 4 is out of range for axis 1 of [3, 4]", IndexError);
  CHECK_THROWS_WITH_AS(x[3], "[index] 3 is out of range for axis 0 of [3, 4]", IndexError);
  CHECK_THROWS_WITH_AS((x[{slice(), -5}]), "[index] -5 is out of range for axis 1 of [3, 4]", IndexError);
  CHECK_THROWS_WITH_AS((x[{0, ellipsis, 0, 0}]),
                       "[index] the index is for 3 axes, a tensor of shape [3, 4] has 2", IndexError);
  CHECK_THROWS_WITH_AS((x[{ellipsis, ellipsis}]), "[index] two ellipses in an index: leave one", IndexError);
  CHECK_THROWS_WITH_AS(x[slice(0, 3, 0)], "[index] a slice of step 0: expected another step", ValueError);
  CHECK_THROWS_WITH_AS((x[{slice(), whole({{0, 1}, {2, 4}})}]),
                       "[index] index 4 at [1, 1] is out of range for axis 1 of [3, 4]", IndexError);
  CHECK_THROWS_WITH_AS(x[whole({-4})], "[index] index -4 at [0] is out of range for axis 0 of [3, 4]",
                       IndexError);
  CHECK_THROWS_WITH_AS((x[{whole({0, 1}), whole({0, 1, 2})}]),
                       "[index] shapes [2] and [3] do not broadcast: axis -1 has sizes 2 and 3", ShapeError);
  CHECK_THROWS_WITH_AS(
      x[tensor({0, 1})],
      "[index] a float32 tensor is no index: convert it with to(index, int64), or compare it for "
      "a mask, e.g. x > 0",
      DtypeError);
  CHECK_THROWS_WITH_AS((x[{slice(), mask({1, 0, 1})}]),
                       "[index] a mask [3] for axis 1 of [3, 4]: the lengths differ", ShapeError);
  CHECK_THROWS_WITH_AS((x[{mask({{1, 0}, {0, 1}})}]),
                       "[index] a mask [2, 2] for axis 0 of [3, 4]: the lengths differ", ShapeError);
  CHECK_THROWS_WITH_AS((x[{0, mask({{1, 0}, {0, 1}})}]),
                       "[index] the index is for 3 axes, a tensor of shape [3, 4] has 2", IndexError);
  CHECK_THROWS_WITH_AS(scalar(1)[0], "[index] the index is for 1 axes, a tensor of shape [] has 0",
                       IndexError);
  CHECK_THROWS_WITH_AS(zeros({0, 4})[0], "[index] 0 is out of range for axis 0 of [0, 4]", IndexError);
  CHECK_THROWS_WITH_AS((zeros({1, 1, 1, 1, 1, 1, 1, 2})[{newaxis}]),
                       "[shape] 9 axes, at most 8 are supported: merge axes with reshape", ShapeError);
  CHECK_THROWS_WITH_AS(x[scalar(1, {.dtype = boolean})], "[index] a mask has no axes: expected at least one",
                       ShapeError);
}

TEST_CASE("wrong calls of index_put") {
  const Tensor x = zeros({3, 4});
  CHECK_THROWS_WITH_AS(index_put(x, {slice(), slice(0, 2)}, ones({3})),
                       "[index_put] shapes [3] and [3, 2] do not broadcast: axis -1 has sizes 3 and 2",
                       ShapeError);
  CHECK_THROWS_WITH_AS(index_put(x, {0, 1}, ones({3})),
                       "[index_put] values [3] do not broadcast to [], the shape of x[index]", ShapeError);
  CHECK_THROWS_WITH_AS(index_put(x, {0, 4}, 1), "[index_put] 4 is out of range for axis 1 of [3, 4]",
                       IndexError);
  CHECK_THROWS_WITH_AS(index_put(x, {0, 0, 0}, 1),
                       "[index_put] the index is for 3 axes, a tensor of shape [3, 4] has 2", IndexError);
  CHECK_THROWS_WITH_AS(index_put(x, {ellipsis, ellipsis}, 1),
                       "[index_put] two ellipses in an index: leave one", IndexError);
  CHECK_THROWS_WITH_AS(index_put(x, {slice(0, 3, 0)}, 1),
                       "[index_put] a slice of step 0: expected another step", ValueError);
}

TEST_CASE("wrong calls of index_put with tensors") {
  const Tensor x = zeros({3, 4});
  CHECK_THROWS_WITH_AS(index_put(x, {whole({0, 3})}, 1, true),
                       "[index_put] index 3 at [1] is out of range for axis 0 of [3, 4]", IndexError);
  CHECK_THROWS_WITH_AS(index_put(x, {whole({0, 1}), whole({0, 1, 2})}, 1),
                       "[index_put] shapes [2] and [3] do not broadcast: axis -1 has sizes 2 and 3",
                       ShapeError);
  CHECK_THROWS_WITH_AS(index_put(x, {whole({0, 1})}, ones({2, 3})),
                       "[index_put] shapes [2, 3] and [2, 4] do not broadcast: axis -1 has sizes 3 and 4",
                       ShapeError);
  CHECK_THROWS_WITH_AS(index_put(x, {whole({0, 1})}, ones({1, 2, 4})),
                       "[index_put] values [1, 2, 4] do not broadcast to [2, 4], the shape of x[index]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      index_put(x, {tensor({0, 1})}, 1),
      "[index_put] a float32 tensor is no index: convert it with to(index, int64), or compare it for "
      "a mask, e.g. x > 0",
      DtypeError);
  CHECK_THROWS_WITH_AS(index_put(x, {mask({1, 0, 1, 1})}, 1),
                       "[index_put] a mask [4] for axis 0 of [3, 4]: the lengths differ", ShapeError);
  CHECK_THROWS_WITH_AS(index_put(x, {scalar(1, {.dtype = boolean})}, 1),
                       "[index_put] a mask has no axes: expected at least one", ShapeError);
}

}  // namespace
}  // namespace xg
