#pragma once

#include <cstdint>
#include <functional>

#include "../core/tensor.hpp"

namespace xg::optim {

/// A function's value and gradient at x + t d, and its slope, the derivative by t.
struct LinePoint {
  double t, value;
  Tensor gradient;
  double slope;
};

struct WolfeOptions {
  double c1 = 1e-4;  ///< the value falls by at least this part of what the slope at 0 promises
  double c2 = 0.9;   ///< the slope is at most this part of that at 0
  double tolerance_change = 1e-9;
  std::int64_t max_ls = 25;  ///< evaluations after the first
};

/// A point on a falling line that fulfils both conditions of Wolfe in their strong form: a bracket around
/// such points is looked for by cubic interpolation and growing steps from t, and then made smaller. The
/// lowest point found if the evaluations do not suffice, or if the bracket times `reach`, the largest element
/// of d, becomes smaller than tolerance_change.
/// Source  Nocedal & Wright, Numerical Optimization, 2nd ed., algorithms 3.5 and 3.6; PyTorch's form.
LinePoint strong_wolfe(const std::function<LinePoint(double t)>& at, const LinePoint& start, double t,
                       double reach, const WolfeOptions& options = {});

}  // namespace xg::optim
