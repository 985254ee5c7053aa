// The wrong calls of the ops in the op table's math family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {
namespace {

TEST_CASE("wrong calls of polygamma") {
  CHECK_THROWS_WITH_AS(polygamma(-1, ones({2})), "[polygamma] n -1: must not be negative", Error);
}

}  // namespace
}  // namespace xg
