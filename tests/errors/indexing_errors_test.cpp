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
}

}  // namespace
}  // namespace xg
