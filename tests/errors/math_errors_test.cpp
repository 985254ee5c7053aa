// The wrong calls of the ops in the op table's math family, each with the whole text of its error.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/wrong_calls.hpp"

namespace xg {
namespace {

std::string no_broadcast(const char* op) {
  return fmt::format("[{}] shapes [4, 2] and [4, 3] do not broadcast: axis -1 has sizes 2 and 3", op);
}

TEST_CASE("wrong calls of polygamma") {
  CHECK_THROWS_WITH_AS(polygamma(-1, ones({2})), "[polygamma] n -1: must not be negative", ValueError);
  CHECK_THROWS_WITH_AS(polygamma(-7, Tensor()), "[polygamma] n -7: must not be negative", ValueError);
  CHECK_THROWS_WITH_AS(polygamma(2, Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of functions of two arguments") {
  const Tensor a = ones({4, 2}), b = ones({4, 3});
  CHECK_THROWS_WITH_AS(atan2(a, b), no_broadcast("atan2").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(hypot(a, b), no_broadcast("hypot").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(logaddexp(a, b), no_broadcast("logaddexp").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(logaddexp2(a, b), no_broadcast("logaddexp2").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(xlogy(a, b), no_broadcast("xlogy").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(xlog1py(a, b), no_broadcast("xlog1py").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(atan2(Tensor(), ones({2})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(atan2(ones({2, 1, 3}), ones({3, 3, 3})),
                       "[atan2] shapes [2, 1, 3] and [3, 3, 3] do not broadcast: axis -3 has sizes 2 and 3",
                       ShapeError);
  CHECK_THROWS_WITH_AS(hypot(ones({2}), Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(hypot(ones({2, 1, 3}), ones({3, 3, 3})),
                       "[hypot] shapes [2, 1, 3] and [3, 3, 3] do not broadcast: axis -3 has sizes 2 and 3",
                       ShapeError);
  CHECK_THROWS_WITH_AS(logaddexp(Tensor(), ones({2})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(
      logaddexp(ones({2, 1, 3}), ones({3, 3, 3})),
      "[logaddexp] shapes [2, 1, 3] and [3, 3, 3] do not broadcast: axis -3 has sizes 2 and 3", ShapeError);
  CHECK_THROWS_WITH_AS(logaddexp2(ones({2}), Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(
      logaddexp2(ones({2, 1, 3}), ones({3, 3, 3})),
      "[logaddexp2] shapes [2, 1, 3] and [3, 3, 3] do not broadcast: axis -3 has sizes 2 and 3", ShapeError);
  CHECK_THROWS_WITH_AS(xlogy(Tensor(), ones({2})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(xlogy(ones({2, 1, 3}), ones({3, 3, 3})),
                       "[xlogy] shapes [2, 1, 3] and [3, 3, 3] do not broadcast: axis -3 has sizes 2 and 3",
                       ShapeError);
  CHECK_THROWS_WITH_AS(xlog1py(ones({2}), Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(xlog1py(ones({2, 1, 3}), ones({3, 3, 3})),
                       "[xlog1py] shapes [2, 1, 3] and [3, 3, 3] do not broadcast: axis -3 has sizes 2 and 3",
                       ShapeError);
}

TEST_CASE("functions of one argument refuse a tensor that is not there") {
  using Unary = Tensor (*)(const Tensor&);
  for (const Unary f : std::initializer_list<Unary>{
           exp,        exp2,  expm1, log,   log2, log10,   log1p,  sqrt,   rsqrt,   cbrt,
           reciprocal, sin,   cos,   tan,   asin, acos,    atan,   sinh,   cosh,    tanh,
           asinh,      acosh, atanh, sinc,  erf,  erfc,    erfinv, lgamma, digamma, sigmoid,
           floor,      ceil,  round, trunc, frac, deg2rad, rad2deg})
    CHECK_THROWS_WITH_AS(f(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of logit and nan_to_num") {
  CHECK_THROWS_WITH_AS(logit(Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(nan_to_num(Tensor()), undefined_text, GraphError);
}

}  // namespace
}  // namespace xg
