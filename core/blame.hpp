#pragma once
/// Internal to gradcheck: which op of a function has a wrong vjp.

#include <functional>
#include <string>
#include <vector>

#include "gradcheck.hpp"

namespace xg::gradcheck_detail {

/// A leaf that moves along a line, and the function there: run(t) calls it with the leaf at its value plus
/// t * tangent; run(0) moves nothing.
struct Line {
  Tensor leaf;
  std::vector<double> tangent;
  std::function<void(double t)> run;
};

/// Names the ops that are to blame for a wrong derivative along the line, or says that none of them is.
///
/// Each op y = f(x...) is tried alone, whatever the others do: when the leaf moves, its outputs and inputs move,
/// and by the chain rule <c, dy> = sum <vjp(c), dx> for any cotangent c. Both sides are taken by differences of
/// what passes through the op while the whole function runs.
std::string blame(const Line& line, const GradcheckOptions& options);

}  // namespace xg::gradcheck_detail
