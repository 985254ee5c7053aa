#pragma once

#include <functional>
#include <vector>

namespace xg::differences {

/// Values of some functions at one point, and the size of the terms in them, for their rounding noise.
struct Point {
  std::vector<double> values;
  std::vector<double> magnitudes;
};

/// A derivative by differences, extrapolated to step 0.
struct Derivative {
  double value = 0;  ///< mean of left and right
  double error = 0;  ///< estimate, from how entries of the extrapolation differ
  double noise = 0;  ///< what rounding of the values may contribute
  double jump = 0;   ///< right minus left derivative
  double jump_error = 0;
  bool finite = false;  ///< false if the function had no value at any step on one side

  double left() const { return value - jump / 2; }
  double right() const { return value + jump / 2; }
  bool has_kink() const;
};

/// Derivatives at t = 0 of the functions f(t), whose values there are `origin`. Steps start at `step` and
/// shrink until the estimates meet the tolerances.
std::vector<Derivative> derivatives(const std::function<Point(double)>& f, const Point& origin, double step,
                                    double rtol, double atol);

}  // namespace xg::differences
