#include "op_table.hpp"

#include <cmath>
#include <numbers>

#include <xgrad/core/create.hpp>
#include <xgrad/core/special.hpp>
#include <xgrad/ops/math.hpp>

namespace xg::test {
namespace {

constexpr double pi = std::numbers::pi;

std::vector<OpRow> exponentials() {
  return {
      unary("exp", exp, domain(-4, 4), extreme(-300, 80), [](double x) { return std::exp(x); }),
      unary("exp2", exp2, domain(-4, 4), extreme(-300, 120), [](double x) { return std::exp2(x); }),
      unary("expm1", expm1, domain(-4, 4), extreme(-300, 80), [](double x) { return std::expm1(x); }),
      unary("log", log, domain(0.1, 4), extreme(1e-30, 1e30), [](double x) { return std::log(x); }),
      unary("log2", log2, domain(0.1, 4), extreme(1e-30, 1e30), [](double x) { return std::log2(x); }),
      unary("log10", log10, domain(0.1, 4), extreme(1e-30, 1e30), [](double x) { return std::log10(x); }),
      unary("log1p", log1p, domain(-0.9, 4), extreme(-0.999, 1e30), [](double x) { return std::log1p(x); }),
      unary("sqrt", sqrt, domain(0.1, 4), extreme(1e-30, 1e30), [](double x) { return std::sqrt(x); }),
      unary("rsqrt", rsqrt, domain(0.1, 4), extreme(1e-20, 1e30), [](double x) { return 1 / std::sqrt(x); }),
      unary("cbrt", cbrt, domain(-4, 4, {0}), extreme(1e30), [](double x) { return std::cbrt(x); }),
      unary("reciprocal", reciprocal, domain(0.2, 4), extreme(-1e15, 1e15), [](double x) { return 1 / x; }),
      unary("sigmoid", sigmoid, domain(-6, 6), extreme(1e4), [](double x) { return 1 / (1 + std::exp(-x)); }),
      unary(
          "logit", [](const Tensor& x) { return logit(x); }, domain(0.05, 0.95), extreme(1e-6, 0.999),
          [](double p) { return std::log(p / (1 - p)); }),
      unary(
          "logit/eps", [](const Tensor& x) { return logit(x, 0.25); }, domain(-1, 2, {0.25, 0.75}),
          extreme(5),
          [](double x) {
            const double p = std::fmin(std::fmax(x, 0.25), 0.75);
            return std::log(p / (1 - p));
          }),
  };
}

std::vector<OpRow> trigonometry() {
  return {
      unary("sin", sin, domain(-4, 4), extreme(1e4), [](double x) { return std::sin(x); }),
      unary("cos", cos, domain(-4, 4), extreme(1e4), [](double x) { return std::cos(x); }),
      unary("tan", tan, domain(-1.2, 1.2), extreme(1e4), [](double x) { return std::tan(x); }),
      unary("asin", asin, domain(-0.9, 0.9), extreme(0.999), [](double x) { return std::asin(x); }),
      unary("acos", acos, domain(-0.9, 0.9), extreme(0.999), [](double x) { return std::acos(x); }),
      unary("atan", atan, domain(-4, 4), extreme(1e15), [](double x) { return std::atan(x); }),
      unary("sinh", sinh, domain(-4, 4), extreme(80), [](double x) { return std::sinh(x); }),
      unary("cosh", cosh, domain(-4, 4), extreme(80), [](double x) { return std::cosh(x); }),
      unary("tanh", tanh, domain(-4, 4), extreme(1e4), [](double x) { return std::tanh(x); }),
      unary("asinh", asinh, domain(-4, 4), extreme(1e15), [](double x) { return std::asinh(x); }),
      unary("acosh", acosh, domain(1.2, 4), extreme(1.001, 1e15), [](double x) { return std::acosh(x); }),
      unary("atanh", atanh, domain(-0.9, 0.9), extreme(0.999), [](double x) { return std::atanh(x); }),
      unary("sinc", sinc, domain(-3, 3), extreme(1e4),
            [](double x) { return x == 0 ? 1 : std::sin(pi * x) / (pi * x); }),
      unary("deg2rad", deg2rad, domain(-180, 180), extreme(1e30), [](double x) { return x * pi / 180; }),
      unary("rad2deg", rad2deg, domain(-4, 4), extreme(1e30), [](double x) { return x * 180 / pi; }),
  };
}

std::vector<OpRow> special_functions() {
  OpRow polygamma_row = unary(
      "polygamma", [](const Tensor& x) { return polygamma(1, x); }, domain(0.5, 4), extreme(0.01, 1e10),
      [](double x) {
        double sum = 0;
        for (; x < 30; x += 1) sum += 1 / (x * x);
        return sum + 1 / x + 1 / (2 * x * x) + 1 / (6 * std::pow(x, 3)) - 1 / (30 * std::pow(x, 5)) +
               1 / (42 * std::pow(x, 7));
      });
  return {
      unary("erf", erf, domain(-3, 3), extreme(1e4), [](double x) { return std::erf(x); }),
      unary("erfc", erfc, domain(-3, 3), extreme(1e4), [](double x) { return std::erfc(x); }),
      unary("erfinv", erfinv, domain(-0.9, 0.9), extreme(0.999), special::erfinv),
      unary("lgamma", lgamma, domain(0.5, 4), extreme(0.001, 1e10), [](double x) { return std::lgamma(x); }),
      unary("digamma", digamma, domain(0.5, 4), extreme(0.001, 1e10),
            [](double x) {
              double sum = 0;
              for (; x < 30; x += 1) sum -= 1 / x;
              return sum + std::log(x) - 1 / (2 * x) - 1 / (12 * x * x) + 1 / (120 * std::pow(x, 4)) -
                     1 / (252 * std::pow(x, 6));
            }),
      std::move(polygamma_row),
  };
}

std::vector<OpRow> steps() {
  const auto nan_to_num_of = [](const Tensor& x) { return nan_to_num(x, 0.5, 100, -100); };
  OpRow replaced =
      unary("nan_to_num", nan_to_num_of, domain(-4, 4), extreme(1e30), [](double x) { return x; });
  for (const double v : {std::nan(""), HUGE_VAL, -HUGE_VAL})
    replaced.extremes.push_back({full({2}, v, {.dtype = float64})});
  return {
      stepwise(unary("floor", floor, domain(-4, 4, {-3, -2, -1, 0, 1, 2, 3}), extreme(1e30),
                     [](double x) { return std::floor(x); })),
      stepwise(unary("ceil", ceil, domain(-4, 4, {-3, -2, -1, 0, 1, 2, 3}), extreme(1e30),
                     [](double x) { return std::ceil(x); })),
      stepwise(unary("round", round, domain(-4, 4, {-3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5}),
                     extreme(1e30), [](double x) { return std::nearbyint(x); })),
      stepwise(unary("trunc", trunc, domain(-4, 4, {-3, -2, -1, 0, 1, 2, 3}), extreme(1e30),
                     [](double x) { return std::trunc(x); })),
      unary("frac", frac, domain(-4, 4, {-3, -2, -1, 0, 1, 2, 3}), extreme(1e30),
            [](double x) { return x - std::trunc(x); }),
      std::move(replaced),
  };
}

std::vector<OpRow> pairs() {
  return {
      binary("atan2", atan2, domain(-3, 3, {0}), domain(0.5, 3),
             [](double y, double x) { return std::atan2(y, x); }),
      binary("hypot", hypot, domain(-3, 3, {0}), domain(-3, 3, {0}),
             [](double a, double b) { return std::hypot(a, b); }),
      binary("logaddexp", logaddexp, domain(-3, 3), domain(-3, 3),
             [](double a, double b) { return std::log(std::exp(a) + std::exp(b)); }),
      binary("logaddexp2", logaddexp2, domain(-3, 3), domain(-3, 3),
             [](double a, double b) { return std::log2(std::exp2(a) + std::exp2(b)); }),
      binary("xlogy", xlogy, domain(-3, 3, {0}), domain(0.2, 3),
             [](double x, double y) { return x * std::log(y); }),
      binary("xlog1py", xlog1py, domain(-3, 3, {0}), domain(-0.8, 3),
             [](double x, double y) { return x * std::log1p(y); }),
  };
}

const RowsOf exponential_rows(exponentials), trigonometric_rows(trigonometry),
    special_rows(special_functions), step_rows(steps), pair_rows(pairs);

}  // namespace
}  // namespace xg::test
