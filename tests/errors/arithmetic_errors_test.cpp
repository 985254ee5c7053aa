// The wrong calls of the ops in the op table's arithmetic family, each with the whole text of its error.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/wrong_calls.hpp"

namespace xg {
namespace {

const Tensor two = ones({2}), three = ones({3}), undefined;

std::string no_broadcast(const char* op) {
  return fmt::format("[{}] shapes [2] and [3] do not broadcast: axis -1 has sizes 2 and 3", op);
}

TEST_CASE("wrong calls of the operators + - * /") {
  CHECK_THROWS_WITH_AS(two + three, no_broadcast("add").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(two - three, no_broadcast("sub").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(two * three, no_broadcast("mul").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(two / three, no_broadcast("div").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(ones({2, 3}) + two,
                       "[add] shapes [2, 3] and [2] do not broadcast: axis -1 has sizes 3 and 2", ShapeError);
  CHECK_THROWS_WITH_AS(ones({4, 1, 3}) * ones({2, 3, 3}),
                       "[mul] shapes [4, 1, 3] and [2, 3, 3] do not broadcast: axis -3 has sizes 4 and 2",
                       ShapeError);
  const Tensor yes = ones({2}, {.dtype = boolean});
  CHECK_THROWS_WITH_AS(yes - yes, "[sub] bool tensors have no difference: use a ^ b, or convert one to int64",
                       DtypeError);
  CHECK_THROWS_WITH_AS(undefined + 1, undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(1 - undefined, undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(two * undefined, undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(-undefined, undefined_text, GraphError);
}

TEST_CASE("a wrong call of an assigning operator leaves its left side as it was") {
  Tensor y = two;
  CHECK_THROWS_WITH_AS(y += three, no_broadcast("add").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(y -= three, no_broadcast("sub").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(y *= three, no_broadcast("mul").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(y /= undefined, undefined_text, GraphError);
  CHECK(y.shape() == Shape{2});
  CHECK(y.at({1}) == 1);
}

TEST_CASE("wrong calls of floor_divide, remainder and fmod") {
  const Tensor whole = arange(3);
  CHECK_THROWS_WITH_AS(floor_divide(whole, 0), "[floor_divide] integer division by zero", ValueError);
  CHECK_THROWS_WITH_AS(floor_divide(two, three), no_broadcast("floor_divide").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(remainder(whole, whole), "[remainder] integer division by zero", ValueError);
  CHECK_THROWS_WITH_AS(remainder(two, three), no_broadcast("remainder").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(fmod(7, whole), "[fmod] integer division by zero", ValueError);
  CHECK_THROWS_WITH_AS(fmod(two, three), no_broadcast("fmod").c_str(), ShapeError);
}

TEST_CASE("wrong calls of pow, square, abs and sign") {
  CHECK_THROWS_WITH_AS(pow(arange(3), -1),
                       "[pow] 0 to the power -1 is no integer: convert the base to a floating dtype",
                       ValueError);
  CHECK_THROWS_WITH_AS(pow(two, three), no_broadcast("pow").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(pow(undefined, 2), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(square(undefined), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(abs(undefined), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(sign(undefined), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(copysign(two, three), no_broadcast("copysign").c_str(), ShapeError);
}

TEST_CASE("wrong calls of maximum, minimum and clamp") {
  CHECK_THROWS_WITH_AS(maximum(two, three), no_broadcast("maximum").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(minimum(two, three), no_broadcast("minimum").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(fmax(two, three), no_broadcast("fmax").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(fmin(two, three), no_broadcast("fmin").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(clamp_min(two, three), no_broadcast("clamp_min").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(clamp_max(two, three), no_broadcast("clamp_max").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(clamp(undefined, 0, 1), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(maximum(undefined, 1), undefined_text, GraphError);
}

TEST_CASE("wrong calls of lerp, addcmul and addcdiv") {
  CHECK_THROWS_WITH_AS(lerp(two, three, 0.5), no_broadcast("lerp").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(lerp(two, two, three), no_broadcast("lerp").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(addcmul(two, two, three), no_broadcast("addcmul").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(addcdiv(two, three, two), no_broadcast("addcdiv").c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(addcdiv(two, two, undefined), undefined_text, GraphError);
}

}  // namespace
}  // namespace xg
