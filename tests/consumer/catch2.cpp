// gradcheck inside of Catch2: the test "wrong" fails, and must show why.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#include <xgrad/xgrad.hpp>

#include "bad_square.hpp"

using namespace xg;

TEST_CASE("right") {
  CHECK(gradcheck([](const Tensor& x) { return exp(x) * sin(x); }, randn({3, 2})));
  REQUIRE(gradgradcheck([](const Tensor& a, const Tensor& b) { return a * b; }, {randn({2}), randn({2})}));
}

TEST_CASE("wrong") { REQUIRE(gradcheck(bad_square, tensor({1, 2}))); }
