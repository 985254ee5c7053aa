// The wrong calls of the ops in the op table's arithmetic family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {
namespace {

TEST_CASE("wrong calls of pow") {
  CHECK_THROWS_WITH_AS(pow(arange(3), -1),
                       "[pow] 0 to the power -1 is no integer: convert the base to a floating dtype", Error);
}

}  // namespace
}  // namespace xg
