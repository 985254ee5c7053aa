#pragma once

#include <string>

namespace xg::test {

/// The value of an expression of numbers, t, + - * / ** and parentheses, as the reference's lambdas are
/// written.
/// Throws  ValueError "[reference] 1 + x: cannot read it from 'x'".
double evaluate(const std::string& expression, double t);

}  // namespace xg::test
