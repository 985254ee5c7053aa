#include <xgrad/core/dual_math.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "support/each_isa.hpp"

using namespace xg;

namespace {

using D = dual<double, 1>;
using DD = dual<D, 1>;
using D2 = dual<double, 2>;

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

D at(double x) { return D{x, 1.0}; }

/// The derivative of f at x by central differences, extrapolated from steps h and h/2.
template <class F> double difference(F f, double x) {
  const double h = 1e-3 * std::max(1.0, std::fabs(x));
  const auto slope = [&](double step) { return (f(x + step) - f(x - step)) / (2 * step); };
  return (64 * slope(h / 4) - 20 * slope(h / 2) + slope(h)) / 45;
}

/// First and second derivative of f on (low, high), the second by nesting, against differences of the order
/// below.
template <class F> void check_derivatives(const std::string& name, double low, double high, F f) {
  std::mt19937 engine(7);
  std::uniform_real_distribution<double> position(low, high);
  for (int i = 0; i < 40; ++i) {
    const double x = position(engine);
    CAPTURE(name);
    CAPTURE(x);
    const D y = f(at(x));
    CHECK(y.value == doctest::Approx(f(x)).epsilon(1e-14));
    const double first = difference([&](double v) { return static_cast<double>(f(v)); }, x);
    CHECK(std::fabs(y.tangent[0] - first) <= 1e-8 * (1 + std::fabs(first)));
    const DD z = f(DD{D{x, 1.0}, D(1.0)});
    CHECK(z.tangent[0].value == doctest::Approx(y.tangent[0]).epsilon(1e-13));
    const double second = difference([&](double v) { return f(at(v)).tangent[0]; }, x);
    CHECK(std::fabs(z.tangent[0].tangent[0] - second) <= 1e-7 * (1 + std::fabs(second)));
  }
}

/// f on lanes of duals gives what f on dual<double> gives.
template <class Isa, class F> void check_lane(const std::string& name, double x, F f) {
  using L = lane<double, Isa>;
  const dual<L, 1> y = f(dual<L, 1>{L(x), L(1)});
  const D expected = f(at(x));
  CAPTURE(name);
  CAPTURE(x);
  CHECK(y.value[0] == doctest::Approx(expected.value).epsilon(1e-13));
  CHECK(y.tangent[0][L::size - 1] == doctest::Approx(expected.tangent[0]).epsilon(1e-12));
}

template <class F> void check_row(const std::string& name, double low, double high, F f) {
  check_derivatives(name, low, high, f);
  support::each_isa([&](auto isa) {
    for (int i = 1; i < 8; ++i) check_lane<decltype(isa)>(name, low + (high - low) * i / 8, f);
  });
}

}  // namespace

#define ROW(name, low, high) check_row(#name, low, high, [](auto x) { return name(x); })

TEST_CASE("every unary function has its first and second derivative, on doubles and on lanes") {
  ROW(exp, -3, 3);
  ROW(exp2, -3, 3);
  ROW(expm1, -3, 3);
  ROW(log, 0.3, 4);
  ROW(log2, 0.3, 4);
  ROW(log10, 0.3, 4);
  ROW(log1p, -0.6, 4);
  ROW(sin, -4, 4);
  ROW(cos, -4, 4);
  ROW(tan, -1.1, 1.1);
  ROW(asin, -0.8, 0.8);
  ROW(acos, -0.8, 0.8);
  ROW(atan, -4, 4);
  ROW(sinh, -3, 3);
  ROW(cosh, -3, 3);
  ROW(tanh, -3, 3);
  ROW(asinh, -4, 4);
  ROW(acosh, 1.3, 4);
  ROW(atanh, -0.8, 0.8);
  ROW(sinc, -3, 3);
  ROW(square, -3, 3);
  ROW(sqrt, 0.3, 4);
  ROW(rsqrt, 0.3, 4);
  ROW(reciprocal, 0.3, 4);
  ROW(cbrt, 0.3, 4);
  ROW(erf, -3, 3);
  ROW(erfc, -3, 3);
  ROW(erfinv, -0.8, 0.8);
  ROW(lgamma, 0.4, 5);
  ROW(digamma, 0.4, 5);
  ROW(sigmoid, -6, 6);
  ROW(log_sigmoid, -6, 6);
  ROW(softplus, -6, 6);
  ROW(silu, -6, 6);
  ROW(mish, -6, 6);
  ROW(gelu, -4, 4);
  ROW(gelu_tanh, -4, 4);
  ROW(abs, 0.3, 4);
  ROW(abs, -4, -0.3);
  ROW(sign, 0.3, 4);
  ROW(floor, 1.1, 1.9);
  ROW(ceil, 1.1, 1.9);
  ROW(round, 0.6, 1.4);
  ROW(trunc, 1.1, 1.9);
}

#undef ROW

TEST_CASE("every binary function has its derivatives by either argument, beside a constant or itself") {
  const auto row = [](const std::string& name, auto f) {
    check_row(name, 0.4, 1.6, [&](auto x) { return f(x, 2.25); });
    check_row(name, 0.4, 1.6, [&](auto x) { return f(2.25, x); });
    check_row(name, 0.4, 1.6, [&](auto x) { return f(x, 3.0 - x * x); });
  };
  row("pow", [](const auto& a, const auto& b) { return pow(a, b); });
  row("hypot", [](const auto& a, const auto& b) { return hypot(a, b); });
  row("atan2", [](const auto& a, const auto& b) { return atan2(a, b); });
  row("xlogy", [](const auto& a, const auto& b) { return xlogy(a, b + 2.0); });
  row("logaddexp", [](const auto& a, const auto& b) { return logaddexp(a, b); });
  row("maximum", [](const auto& a, const auto& b) { return maximum(a, b - 4.0); });
  row("minimum", [](const auto& a, const auto& b) { return minimum(a, b - 4.0); });
  row("fmax", [](const auto& a, const auto& b) { return fmax(a, b - 4.0); });
  row("fmin", [](const auto& a, const auto& b) { return fmin(a, b - 4.0); });
  row("fma", [](const auto& a, const auto& b) { return fma(a, b, a); });
  row("operators",
      [](const auto& a, const auto& b) { return -(2 * a - b / 3) / (a * b + 1) + 4 / a - (b - 1) * 2; });
  check_row("polygamma", 0.6, 4, [](auto x) { return polygamma(2, x); });
  check_row("clamp", 0.2, 0.8, [](auto x) { return clamp(x, 0.1, 0.9) * x; });
}

TEST_CASE("an integral or common exponent takes its short way with the same derivative") {
  for (const double p : {0.0, 1.0, 2.0, 3.0, 0.5, -1.0, 1.7}) {
    check_row("pow", 0.4, 3, [p](auto x) { return pow(x, p); });
  }
  check_row("pow", -3, -0.4, [](auto x) { return pow(x, 3); });
}

TEST_CASE("literals of any type mix with duals and keep the lane's precision") {
  support::each_isa([](auto isa) {
    using L = lane<float, decltype(isa)>;
    const dual<L, 1> x{L(3), L(1)};
    const dual<L, 1> y =
        1 - 2 * x / 4.0 + 1.5F * x * std::int64_t{2} + where(x > 2, x, 0) - where(x > 5, 1, 2.0) * x;
    CHECK(y.value[0] == 1 - 1.5F + 9 + 3 - 6);
    CHECK(y.tangent[0][0] == -0.5F + 3 + 1 - 2);
  });
}

TEST_CASE("compound assignment and a constant dual behave like their operators") {
  D x = at(3);
  x *= x;
  x += 1;
  x -= D(2);
  x /= 2.0;
  CHECK(x.value == 4);
  CHECK(x.tangent[0] == 3);
}

TEST_CASE("where takes value and tangents from the chosen side only") {
  const D x = at(-1);
  const D y = where(x > 0, log(x), 2 * x);
  CHECK(y.value == -2);
  CHECK(y.tangent[0] == 2);
  const D z = where(x < 0, 7, x);
  CHECK(z.value == 7);
  CHECK(z.tangent[0] == 0);
}

TEST_CASE("an infinite derivative by one input leaves the other input's derivative alone") {
  const D2 x = variable<2, 0>(0.0, 1.0);
  const D2 y = variable<2, 1>(3.0, 1.0);
  const D2 z = sqrt(x) + y * y;
  CHECK(z.tangent[0] == inf);
  CHECK(z.tangent[1] == 6);
  const D2 power = pow(variable<2, 0>(-2.0, 1.0), variable<2, 1>(2.0, 1.0));
  CHECK(power.tangent[0] == -4);
  CHECK(std::isnan(power.tangent[1]));
  const D2 product = variable<2, 0>(2.0, 1.0) * variable<2, 1>(inf, 1.0);
  CHECK(product.tangent[0] == inf);
  CHECK(product.tangent[1] == 2);
}

TEST_CASE("derivatives at kinks, ties and zeros follow PyTorch") {
  CHECK(abs(at(0)).tangent[0] == 0);
  CHECK(sign(at(0)).tangent[0] == 0);
  CHECK(floor(at(2)).tangent[0] == 0);
  CHECK(sqrt(at(0)).tangent[0] == inf);
  CHECK(rsqrt(at(0)).tangent[0] == -inf);
  CHECK(clamp(at(1), 1, 2).tangent[0] == 1);
  CHECK(clamp(at(2), 1, 2).tangent[0] == 1);
  CHECK(clamp(at(0), 1, 2).tangent[0] == 0);
  CHECK(clamp(at(1.5), 2, 1).value == 1);
  CHECK(clamp(at(1.5), 2, 1).tangent[0] == 0);
  CHECK(maximum(at(1), 1).tangent[0] == 0.5);
  CHECK(minimum(1, at(1)).tangent[0] == 0.5);
  CHECK(std::isnan(maximum(at(not_a_number), 1).value));
  CHECK(std::isnan(minimum(1, at(not_a_number)).value));
  CHECK(fmax(at(not_a_number), 1).value == 1);
  CHECK(fmin(at(1), not_a_number).tangent[0] == 1);
  CHECK(sinc(at(0)).value == 1);
  CHECK(sinc(at(0)).tangent[0] == 0);
}

TEST_CASE("powers of zero have PyTorch's derivatives") {
  const auto both = [](double x, double p) { return pow(variable<2, 0>(x, 1.0), variable<2, 1>(p, 1.0)); };
  CHECK(both(0, 0).value == 1);
  CHECK(both(0, 0).tangent[0] == 0);
  CHECK(both(0, 0).tangent[1] == 0);
  CHECK(both(0, 1).tangent[0] == 1);
  CHECK(both(0, 2).tangent[0] == 0);
  CHECK(both(0, 2).tangent[1] == 0);
  CHECK(both(0, 0.5).tangent[0] == inf);
  CHECK(both(3, 0).tangent[0] == 0);
  CHECK(both(3, 0).tangent[1] == doctest::Approx(std::log(3)));
  CHECK(both(0, -1).tangent[1] == -inf);
  CHECK(pow(at(0), 0).tangent[0] == 0);
  CHECK(pow(at(0), 1).tangent[0] == 1);
  CHECK(pow(0, at(2)).tangent[0] == 0);
  CHECK(pow(0, at(0)).tangent[0] == 0);
  const DD mixed = pow(DD{D(3.0), D(1.0)}, DD{D{0.0, 1.0}, D(0.0)});
  CHECK(mixed.tangent[0].tangent[0] == doctest::Approx(1.0 / 3));
}

TEST_CASE("xlogy, logaddexp and atan2 are right where their formulas meet 0 and infinity") {
  CHECK(xlogy(at(0), 0.0).value == 0);
  CHECK(xlogy(at(0), 0.0).tangent[0] == 0);
  CHECK(xlogy(at(0), -1.0).tangent[0] == 0);
  CHECK(xlogy(0.0, at(0)).value == 0);
  CHECK(std::isnan(xlogy(at(0), not_a_number).value));
  CHECK(logaddexp(at(-inf), 2.0).value == 2);
  CHECK(logaddexp(at(-inf), 2.0).tangent[0] == 0);
  CHECK(logaddexp(at(1000), 1000.0).value == doctest::Approx(1000 + std::log(2)));
  CHECK(atan2(at(1e-200), -1e-200).tangent[0] == doctest::Approx(-0.5e200));
}

TEST_CASE("activations and their derivatives stay finite far out, and keep the left tail's digits") {
  support::each_isa([](auto isa) {
    using L = lane<float, decltype(isa)>;
    const auto finite = [](const std::string& name, auto f) {
      for (const float x : {-1e30F, -1e4F, -200.0F, -90.0F, 90.0F, 200.0F, 1e4F, 1e30F}) {
        const dual<L, 1> y = f(dual<L, 1>{L(x), L(1)});
        CAPTURE(name);
        CAPTURE(x);
        CHECK(std::isfinite(y.value[0]));
        CHECK(y.tangent[0][0] == doctest::Approx(x > 0 ? 1 : 0));
      }
    };
    finite("silu", [](const auto& x) { return silu(x); });
    finite("mish", [](const auto& x) { return mish(x); });
    finite("gelu", [](const auto& x) { return gelu(x); });
    finite("gelu_tanh", [](const auto& x) { return gelu_tanh(x); });
    finite("softplus", [](const auto& x) { return softplus(x); });
    finite("log_sigmoid", [](const auto& x) { return -log_sigmoid(-x); });
  });
  CHECK(gelu(at(-8)).value == doctest::Approx(-4 * std::erfc(8 / std::sqrt(2))).epsilon(1e-13));
  CHECK(mish(at(-40)).tangent[0] == doctest::Approx(-39 * std::exp(-40)).epsilon(1e-13));
  CHECK(softplus(at(-40)).tangent[0] == doctest::Approx(std::exp(-40)).epsilon(1e-13));
}
