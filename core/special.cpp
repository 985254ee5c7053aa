#include "special.hpp"

#include <cmath>
#include <limits>
#include <numbers>

namespace xg::special {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Bernoulli numbers B_2, B_4, ...
constexpr double bernoulli[] = {1.0 / 6,  -1.0 / 30,     1.0 / 42, -1.0 / 30,
                                5.0 / 66, -691.0 / 2730, 7.0 / 6,  -3617.0 / 510};

/// sum over k >= 0 of (q + k)^-s for q > 0, by Euler and Maclaurin: the first terms as they are, the rest as
/// an integral with corrections, which shrink fast once a is well above s.
double positive_zeta(int s, double q) {
  const double start = 8.0 + s;
  double sum = 0;
  double a = q;
  for (; a < start; a += 1) sum += std::pow(a, -s);
  const double term = std::pow(a, -s);
  sum += term * a / (s - 1) + term / 2;
  double factor = term * s / (2 * a);
  for (int j = 1; const double b : bernoulli) {
    sum += b * factor;
    factor *= (s + 2.0 * j - 1) * (s + 2.0 * j) / ((2.0 * j + 1) * (2.0 * j + 2) * a * a);
    ++j;
  }
  return sum;
}

/// The same sum for any q. Left of 0 its terms lie on both sides of the pole: mirrored, the left ones are the
/// difference of two sums.
double hurwitz_zeta(int s, double q) {
  if (q > 0) return positive_zeta(s, q);
  const double r = q - std::floor(q), to_next = std::ceil(q) - q;  // 1 - r would lose a tiny q
  if (r == 0) return infinity;
  const double left = positive_zeta(s, to_next) - positive_zeta(s, 1 - q);
  return positive_zeta(s, r) + (s % 2 == 0 ? left : -left);
}

}  // namespace

double lgamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

double digamma(double x) {
  if (x == 0) return std::copysign(infinity, -x);
  if (x < 0) {
    const double r = x - std::nearbyint(x);
    if (r == 0 || std::isinf(x)) return nan;
    return digamma(1 - x) - std::numbers::pi / std::tan(std::numbers::pi * r);
  }
  double shift = 0;
  for (; x < 10; x += 1) shift -= 1 / x;
  double series = 0;
  double power = 1;
  for (int n = 2; const double b : bernoulli) {
    power /= x * x;
    series += b / n * power;
    n += 2;
  }
  return shift + (std::log(x) - 0.5 / x - series);
}

double polygamma(int n, double x) {
  if (n == 0) return digamma(x);
  if (std::isnan(x)) return x;
  if (std::isinf(x)) return x > 0 ? 0 : nan;
  const double value = std::tgamma(n + 1.0) * hurwitz_zeta(n + 1, x);
  return n % 2 == 0 ? -value : value;
}

double erfinv(double x) {
  if (std::isnan(x) || std::fabs(x) > 1) return nan;
  if (std::fabs(x) == 1) return std::copysign(infinity, x);
  // Winitzki's estimate is good to 0.4 %; Halley's steps cube the error. The residual is taken from erfc in
  // the tail, where erf(y) - x would be rounding noise.
  const double p = std::fabs(x);
  const double log_term = std::log1p(-p * p) / 2;
  const double t = 2 / (std::numbers::pi * 0.147) + log_term;
  double y =
      p < 0.1 ? p / std::numbers::inv_sqrtpi * 0.5 : std::sqrt(std::sqrt(t * t - 2 * log_term / 0.147) - t);
  for (int step = 0; step < 3; ++step) {
    const double residual = p < 0.5 ? std::erf(y) - p : (1 - p) - std::erfc(y);
    const double newton = residual / (2 * std::numbers::inv_sqrtpi * std::exp(-y * y));
    y -= newton / (1 + y * newton);
  }
  return std::copysign(y, x);
}

}  // namespace xg::special
