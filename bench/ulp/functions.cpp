#include "functions.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include <xgrad/ops/ops.hpp>

namespace xg::ulp {
namespace {

using Real = long double;

constexpr Real pi = std::numbers::pi_v<Real>;
constexpr Real infinity = std::numeric_limits<Real>::infinity();
constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();

// sin(pi x) from the exactly reduced x.
Real sin_pi(Real x) {
  const Real n = std::nearbyint(x), r = std::sin(pi * (x - n));
  return std::fmod(std::fabs(n), 2.0L) == 1 ? -r : r;
}

Real sinc_of(Real x) { return x == 0 ? 1 : std::isinf(x) ? nan : sin_pi(x) / (pi * x); }

Real sigmoid_of(Real x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); }

Real softplus_of(Real x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

// By the recurrence up to x > 30 and the asymptotic series.
Real digamma_of(Real x) {
  if (x == 0) return std::copysign(infinity, -x);
  if (std::isinf(x)) return x > 0 ? x : nan;
  if (x < 0) {
    if (x == std::floor(x)) return nan;
    return digamma_of(1 - x) - pi / std::tan(pi * (x - std::nearbyint(x)));
  }
  Real sum = 0;
  for (; x < 30; x += 1) sum -= 1 / x;
  const Real u = 1 / (x * x);
  return sum + std::log(x) - 1 / (2 * x) -
         u * (1.0L / 12 - u * (1.0L / 120 - u * (1.0L / 252 - u * (1.0L / 240 - u * (1.0L / 132)))));
}

// The derivative of digamma: the sum of 1 / (x + k)^2, its far part by Euler and Maclaurin.
Real trigamma_of(Real x) {
  if (std::isinf(x)) return x > 0 ? 0 : nan;
  if (x == std::floor(x) && x <= 0) return infinity;
  if (x < 0) {
    const Real s = sin_pi(x);
    return pi * pi / (s * s) - trigamma_of(1 - x);
  }
  Real sum = 0;
  for (; x < 30; x += 1) sum += 1 / (x * x);
  const Real u = 1 / (x * x);
  return sum + 1 / x + u / 2 +
         u / x * (1.0L / 6 - u * (1.0L / 30 - u * (1.0L / 42 - u * (1.0L / 30 - u * (5.0L / 66)))));
}

// Newton's steps on erf, or on erfc in the tails.
Real erfinv_of(Real p) {
  if (std::isnan(p) || std::fabs(p) > 1) return nan;
  if (std::fabs(p) == 1) return std::copysign(infinity, p);
  const Real a = std::fabs(p);
  Real y = a < 0.5L ? a : std::sqrt(-std::log1p(-a));
  for (int step = 0; step < 60; ++step) {
    const Real rest = a < 0.5L ? std::erf(y) - a : (1 - a) - std::erfc(y);
    y -= rest * std::sqrt(pi) / 2 * std::exp(y * y);
  }
  return std::copysign(y, p);
}

Real expm1_scaled(Real x, Real scale, Real alpha) { return scale * (x > 0 ? x : alpha * std::expm1(x)); }

// exact functions whose names are overloaded
#define XGRAD_STD(name) [](Real x, Real) -> Real { return std::name(x); }
#define XGRAD_ULP(name, ...)                                                   \
  {                                                                            \
#name, [](const Tensor& x, const Tensor&) { return name(x); }, __VA_ARGS__ \
  }

std::vector<Function> elementary() {
  return {
      XGRAD_ULP(exp, XGRAD_STD(exp), {-104, 89}),
      XGRAD_ULP(exp2, XGRAD_STD(exp2), {-150, 128}),
      XGRAD_ULP(expm1, XGRAD_STD(expm1), {-20, 89}),
      XGRAD_ULP(log, XGRAD_STD(log), {0, 4}),
      XGRAD_ULP(log2, XGRAD_STD(log2), {0, 4}),
      XGRAD_ULP(log10, XGRAD_STD(log10), {0, 4}),
      XGRAD_ULP(log1p, XGRAD_STD(log1p), {-1, 4}),
      XGRAD_ULP(sqrt, XGRAD_STD(sqrt), {0, 4}),
      XGRAD_ULP(rsqrt, [](Real x, Real) -> Real { return 1 / std::sqrt(x); }, {0, 4}),
      XGRAD_ULP(cbrt, XGRAD_STD(cbrt), {-4, 4}),
      XGRAD_ULP(reciprocal, [](Real x, Real) -> Real { return 1 / x; }, {-4, 4}),
      XGRAD_ULP(square, [](Real x, Real) -> Real { return x * x; }, {-4, 4}),
      XGRAD_ULP(sin, XGRAD_STD(sin), {-100, 100}),
      XGRAD_ULP(cos, XGRAD_STD(cos), {-100, 100}),
      XGRAD_ULP(tan, XGRAD_STD(tan), {-100, 100}),
      XGRAD_ULP(asin, XGRAD_STD(asin), {-1, 1}),
      XGRAD_ULP(acos, XGRAD_STD(acos), {-1, 1}),
      XGRAD_ULP(atan, XGRAD_STD(atan), {-10, 10}),
      XGRAD_ULP(sinh, XGRAD_STD(sinh), {-90, 90}),
      XGRAD_ULP(cosh, XGRAD_STD(cosh), {-90, 90}),
      XGRAD_ULP(tanh, XGRAD_STD(tanh), {-10, 10}),
      XGRAD_ULP(asinh, XGRAD_STD(asinh), {-100, 100}),
      XGRAD_ULP(acosh, XGRAD_STD(acosh), {1, 100}),
      XGRAD_ULP(atanh, XGRAD_STD(atanh), {-1, 1}),
      XGRAD_ULP(sinc, [](Real x, Real) { return sinc_of(x); }, {-100, 100}),
      XGRAD_ULP(deg2rad, [](Real x, Real) -> Real { return x * pi / 180; }, {-360, 360}),
      XGRAD_ULP(rad2deg, [](Real x, Real) -> Real { return x * 180 / pi; }, {-10, 10}),
  };
}

std::vector<Function> special() {
  return {
      XGRAD_ULP(erf, XGRAD_STD(erf), {-4, 4}),
      XGRAD_ULP(erfc, XGRAD_STD(erfc), {-4, 10.1}),
      XGRAD_ULP(erfinv, [](Real x, Real) { return erfinv_of(x); }, {-1, 1}),
      XGRAD_ULP(lgamma, XGRAD_STD(lgamma), {-40, 40}),
      XGRAD_ULP(digamma, [](Real x, Real) { return digamma_of(x); }, {-40, 40}),
      {"polygamma(1, x)",
       [](const Tensor& x, const Tensor&) { return polygamma(1, x); },
       [](Real x, Real) { return trigamma_of(x); },
       {-40, 40}},
      XGRAD_ULP(sigmoid, [](Real x, Real) { return sigmoid_of(x); }, {-104, 20}),
      XGRAD_ULP(logit, [](Real x, Real) -> Real { return std::log(x / (1 - x)); }, {0, 1}),
  };
}

std::vector<Function> activations() {
  return {
      XGRAD_ULP(elu, [](Real x, Real) { return expm1_scaled(x, 1, 1); }, {-20, 4}),
      XGRAD_ULP(selu,
                [](Real x, Real) {
                  return expm1_scaled(x, 1.0507009873554804934193349852946L,
                                      1.6732632423543772848170429916717L);
                },
                {-20, 4}),
      {"celu(x, 1.5)",
       [](const Tensor& x, const Tensor&) { return celu(x, 1.5); },
       [](Real x, Real) -> Real { return x > 0 ? x : 1.5L * std::expm1(x / 1.5L); },
       {-20, 4}},
      XGRAD_ULP(
          gelu,
          [](Real x, Real) -> Real { return x == -infinity ? nan : x / 2 * std::erfc(-x / std::sqrt(2.0L)); },
          {-14, 6}, {}, 20, "below -12.9 the distribution is subnormal, and x magnifies its last place"),
      {"gelu(x, tanh)",
       [](const Tensor& x, const Tensor&) { return gelu(x, Approximate::tanh); },
       [](Real x, Real) -> Real {
         const Real u = std::sqrt(2 / pi) * (x + 0.044715L * x * x * x);
         return x == -infinity ? nan : x * sigmoid_of(2 * u);
       },
       {-14, 6},
       {},
       250,
       "a tail of e^2u magnifies the rounding of 2u; the formula is an approximation there"},
      XGRAD_ULP(
          silu, [](Real x, Real) -> Real { return x == -infinity ? nan : x * sigmoid_of(x); }, {-104, 20}, {},
          53, "below -87 the sigmoid is subnormal, and x magnifies its last place"),
      XGRAD_ULP(
          mish,
          [](Real x, Real) -> Real {
            if (x == -infinity) return nan;
            const Real e = std::exp(x), n = e * (e + 2);
            return x > 60 ? x : x * (n / (n + 2));
          },
          {-104, 20}, {}, 53, "below -87 e^x is subnormal, and x magnifies its last place"),
      XGRAD_ULP(softplus, [](Real x, Real) -> Real { return x > 20 ? x : softplus_of(x); }, {-104, 30}),
      XGRAD_ULP(log_sigmoid, [](Real x, Real) -> Real { return -softplus_of(-x); }, {-30, 104}),
      XGRAD_ULP(softsign, [](Real x, Real) -> Real { return std::isinf(x) ? nan : x / (1 + std::fabs(x)); },
                {-10, 10}),
      XGRAD_ULP(
          tanhshrink,
          [](Real x, Real) -> Real {
            if (std::fabs(x) > 0.01L) return x - std::tanh(x);
            const Real u = x * x;
            return x * u * (1.0L / 3 - u * (2.0L / 15 - u * (17.0L / 315 - u * (62.0L / 2835))));
          },
          {-10, 10}, {}, 5, "cosh's 2 and five roundings"),
      XGRAD_ULP(hardsigmoid,
                [](Real x, Real) -> Real {
                  return std::isnan(x) ? x : std::fmin(std::fmax(x + 3, 0.0L), 6.0L) / 6;
                },
                {-4, 4}),
      XGRAD_ULP(hardswish,
                [](Real x, Real) -> Real {
                  return std::isnan(x) ? x : x < -3 ? 0 : x > 3 ? x : x * (x + 3) / 6;
                },
                {-4, 4}),
  };
}

std::vector<Function> pairs() {
  return {
      {"pow",
       [](const Tensor& x, const Tensor& y) { return pow(x, y); },
       [](Real x, Real y) -> Real { return std::pow(x, y); },
       {0, 10},
       {-20, 20}},
      {"atan2",
       [](const Tensor& x, const Tensor& y) { return atan2(x, y); },
       [](Real x, Real y) -> Real { return std::atan2(x, y); },
       {-10, 10},
       {-10, 10}},
      {"hypot",
       [](const Tensor& x, const Tensor& y) { return hypot(x, y); },
       [](Real x, Real y) -> Real { return std::hypot(x, y); },
       {-10, 10},
       {-10, 10}},
      {"logaddexp",
       [](const Tensor& x, const Tensor& y) { return logaddexp(x, y); },
       [](Real x, Real y) -> Real {
         return x == y ? x + std::numbers::ln2_v<Real>
                       : std::fmax(x, y) + std::log1p(std::exp(-std::fabs(x - y)));
       },
       {-10, 10},
       {-10, 10},
       4,
       "the terms cancel where the result is near 0; in units of 0.5 and up",
       0.5},
      {"logaddexp2",
       [](const Tensor& x, const Tensor& y) { return logaddexp2(x, y); },
       [](Real x, Real y) -> Real {
         return x == y ? x + 1
                       : std::fmax(x, y) +
                             std::log1p(std::exp2(-std::fabs(x - y))) * std::numbers::log2e_v<Real>;
       },
       {-10, 10},
       {-10, 10},
       4,
       "the terms cancel where the result is near 0; in units of 0.5 and up",
       0.5},
      {"xlogy",
       [](const Tensor& x, const Tensor& y) { return xlogy(x, y); },
       [](Real x, Real y) -> Real { return x == 0 && !std::isnan(y) ? 0 : x * std::log(y); },
       {-10, 10},
       {0, 10},
       6,
       "the logarithm's 4 and a product"},
      {"xlog1py",
       [](const Tensor& x, const Tensor& y) { return xlog1py(x, y); },
       [](Real x, Real y) -> Real { return x == 0 && !std::isnan(y) ? 0 : x * std::log1p(y); },
       {-10, 10},
       {-1, 10}},
      {"fmod",
       [](const Tensor& x, const Tensor& y) { return fmod(x, y); },
       [](Real x, Real y) -> Real { return std::fmod(x, y); },
       {-100, 100},
       {-10, 10}},
  };
}

#undef XGRAD_STD
#undef XGRAD_ULP

}  // namespace

const std::vector<Function>& functions() {
  static const std::vector<Function> all = [] {
    std::vector<Function> list;
    for (const auto& part : {elementary(), special(), activations(), pairs()})
      list.insert(list.end(), part.begin(), part.end());
    return list;
  }();
  return all;
}

}  // namespace xg::ulp
