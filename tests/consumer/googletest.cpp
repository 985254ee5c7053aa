// gradcheck inside of GoogleTest: the test Wrong fails, and must show why.
#include <gtest/gtest.h>
#include <xgrad/xgrad.hpp>

#include "bad_square.hpp"

using namespace xg;

TEST(Derivatives, Right) {
  EXPECT_TRUE(gradcheck([](const Tensor& x) { return exp(x) * sin(x); }, randn({3, 2})));
  ASSERT_TRUE(gradgradcheck([](const Tensor& a, const Tensor& b) { return a * b; }, {randn({2}), randn({2})}));
}

TEST(Derivatives, Wrong) { EXPECT_TRUE(gradcheck(bad_square, tensor({1, 2}))); }
