// The wrong calls of the ops in the op table's comparison family, each with the whole text of its error.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <utility>
#include <vector>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/wrong_calls.hpp"

namespace xg {
namespace {

const Tensor yes = ones({2}, {.dtype = boolean});

TEST_CASE("wrong calls of comparisons") {
  using Pair = Tensor (*)(const Operand&, const Operand&);
  const std::vector<std::pair<const char*, Pair>> ops{{"eq", operator== },
                                                       {"ne", operator!= },
                                                        {"lt", operator<},
                                                         {"le", operator<= },
                                                          {"gt", operator> },
                                                           {"ge", operator>= },
                                                            {"logical_and", logical_and},
                                                            {"logical_or", logical_or},
                                                            {"logical_xor", logical_xor}};
  for (const auto& [name, op] : ops) {
    const std::string text =
        fmt::format("[{}] shapes [2] and [3] do not broadcast: axis -1 has sizes 2 and 3", name);
    CHECK_THROWS_WITH_AS(op(ones({2}), ones({3})), text.c_str(), ShapeError);
    const std::string inner =
        fmt::format("[{}] shapes [2, 1] and [3, 4] do not broadcast: axis -2 has sizes 2 and 3", name);
    CHECK_THROWS_WITH_AS(op(ones({2, 1}), ones({3, 4})), inner.c_str(), ShapeError);
    const std::string empty =
        fmt::format("[{}] shapes [0] and [2] do not broadcast: axis -1 has sizes 0 and 2", name);
    CHECK_THROWS_WITH_AS(op(ones({0}), yes), empty.c_str(), ShapeError);
  }
}

TEST_CASE("tests refuse a tensor that is not there") {
  using Unary = Tensor (*)(const Tensor&);
  for (const Unary f : {isnan, isinf, isfinite, logical_not})
    CHECK_THROWS_WITH_AS(f(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of where") {
  CHECK_THROWS_WITH_AS(where(ones({2}), ones({2}), 0),
                       "[where] the condition is float32, not bool: compare it, e.g. x != 0", DtypeError);
  CHECK_THROWS_WITH_AS(where(arange(2), 1, 0),
                       "[where] the condition is int64, not bool: compare it, e.g. x != 0", DtypeError);
  CHECK_THROWS_WITH_AS(where(yes, ones({3}), 1),
                       "[where] shapes [2] and [3] do not broadcast: axis -1 has sizes 2 and 3", ShapeError);
  CHECK_THROWS_WITH_AS(where(yes, ones({2, 2}), ones({3, 1})),
                       "[where] shapes [2, 2] and [3, 1] do not broadcast: axis -2 has sizes 2 and 3",
                       ShapeError);
}

TEST_CASE("wrong calls of masked_fill") {
  CHECK_THROWS_WITH_AS(masked_fill(ones({2, 2}), ones({3}, {.dtype = boolean}), 0),
                       "[masked_fill] shapes [2, 2] and [3] do not broadcast: axis -1 has sizes 2 and 3",
                       ShapeError);
  CHECK_THROWS_WITH_AS(masked_fill(ones({2, 2}), ones({4, 2, 2}, {.dtype = boolean}), 0),
                       "[masked_fill] mask [4, 2, 2] does not broadcast to x [2, 2]", ShapeError);
  CHECK_THROWS_WITH_AS(masked_fill(ones({2}), yes, ones({3, 2})),
                       "[masked_fill] value [3, 2] does not broadcast to x [2]", ShapeError);
  CHECK_THROWS_WITH_AS(masked_fill(ones({2}), yes, ones({3})),
                       "[masked_fill] shapes [2] and [3] do not broadcast: axis -1 has sizes 2 and 3",
                       ShapeError);
  CHECK_THROWS_WITH_AS(masked_fill(ones({2}), arange(2), 0),
                       "[masked_fill] the condition is int64, not bool: compare it, e.g. x != 0", DtypeError);
  CHECK_THROWS_WITH_AS(masked_fill(ones({2}), ones({2}), 0),
                       "[masked_fill] the condition is float32, not bool: compare it, e.g. x != 0",
                       DtypeError);
}

}  // namespace
}  // namespace xg
