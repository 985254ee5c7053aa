#pragma once
/// Special functions of one number that <cmath> lacks or has in a form unfit for threads.

namespace xg::special {

/// log|gamma(x)|; +inf at 0, -1, -2, ... (std::lgamma writes a global variable.)
double lgamma(double x);

/// psi(x) = d/dx log gamma(x); -inf at +0, +inf at -0, NaN at -1, -2, ...
double digamma(double x);

/// The n-th derivative of digamma, n >= 0; of the size of infinity at 0, -1, -2, ... for n > 0.
double polygamma(int n, double x);

/// y with erf(y) = x; +-inf at +-1, NaN outside of [-1, 1].
double erfinv(double x);

}  // namespace xg::special
