// The wrong calls of the ops in the op table's comparison family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {
namespace {

TEST_CASE("wrong calls of where") {
  CHECK_THROWS_WITH_AS(where(ones({2}), ones({2}), 0),
                       "[where] the condition is float32, not bool: compare it, e.g. x != 0", Error);
}

TEST_CASE("wrong calls of masked_fill") {
  CHECK_THROWS_WITH_AS(masked_fill(ones({2, 2}), ones({3}, {.dtype = boolean}), 0),
                       "[masked_fill] shapes [2, 2] and [3] do not broadcast: axis -1 has sizes 2 and 3",
                       Error);
}

}  // namespace
}  // namespace xg
