#include <xgrad/core/simd_math.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "support/each_isa.hpp"

using namespace xg;
using support::each_isa;

namespace {

template <class T> constexpr T inf = std::numeric_limits<T>::infinity();
template <class T> constexpr T quiet_nan = std::numeric_limits<T>::quiet_NaN();

/// Distance in units of the last place of T at the reference; huge where one is NaN or infinite and the other is not.
template <class T> double ulps(T got, long double reference) {
  const T rounded = static_cast<T>(reference);
  if (got == rounded || (std::isnan(got) && std::isnan(reference))) return 0;
  if (!std::isfinite(got) || !std::isfinite(rounded)) return inf<double>;
  const long double scale =
      std::max(std::fabs(reference), static_cast<long double>(std::numeric_limits<T>::min()));
  return static_cast<double>(std::fabs(got - reference) /
                             std::ldexp(1.0L, std::ilogb(scale) + 1 - std::numeric_limits<T>::digits));
}

/// Numbers in [low, high], half of them gathered around 0 through all magnitudes.
template <class T> class Samples {
 public:
  Samples(double low, double high) : low_(low), high_(high), position_(low, high) {}
  T operator()() {
    const double x = position_(engine_);
    const bool near_zero = low_ <= 0 && high_ >= 0 && engine_() % 2 == 0;
    return static_cast<T>(near_zero ? std::ldexp(x, -static_cast<int>(engine_() % 40)) : x);
  }

 private:
  double low_, high_;
  std::mt19937 engine_{1};
  std::uniform_real_distribution<double> position_;
};

template <class L, class F, class R>
void check_unary(const std::string& name, double low, double high, double bound, F f, R reference) {
  using T = typename L::value_type;
  Samples<T> samples(low, high);
  T in[L::size], out[L::size];
  const auto kernel = [&](auto) { f(L::load(in)).store(out); };
  double worst = 0;
  T where_worst = 0;
  for (int i = 0; i < 2000; ++i) {
    for (T& x : in) x = samples();
    run_on<typename L::isa_type>(kernel);
    for (std::size_t j = 0; j < L::size; ++j) {
      const double distance = ulps(out[j], reference(static_cast<long double>(in[j])));
      if (distance > worst) worst = distance, where_worst = in[j];
    }
  }
  CAPTURE(name);
  CAPTURE(std::string(L::isa_type::name));
  CAPTURE(sizeof(T));
  CAPTURE(where_worst);
  CHECK(worst <= bound);
  for (T& x : in) x = quiet_nan<T>;
  run_on<typename L::isa_type>(kernel);
  CHECK(std::isnan(out[0]));
}

template <class F, class R>
void check(const std::string& name, double low, double high, double bound, F f, R reference) {
  each_isa([&](auto isa) {
    check_unary<lane<float, decltype(isa)>>(name, low, high, bound, f, reference);
    check_unary<lane<double, decltype(isa)>>(name, low, high, bound, f, reference);
  });
}

}  // namespace

#define ROW(name, low, high) \
  check(                     \
      #name, low, high, 4, [](auto x) { return name(x); }, [](long double x) { return std::name(x); })

TEST_CASE("elementary functions are within 4 units of the last place and pass NaN on") {
  ROW(exp, -87, 88);
  ROW(exp2, -125, 127);
  ROW(expm1, -87, 88);
  ROW(log, 1e-30, 1e3);
  ROW(log2, 1e-30, 1e3);
  ROW(log10, 1e-30, 1e3);
  ROW(log1p, -0.999, 1e3);
  ROW(sin, -1e4, 1e4);
  ROW(cos, -1e4, 1e4);
  ROW(tan, -1e4, 1e4);
  ROW(asin, -1, 1);
  ROW(acos, -1, 1);
  ROW(atan, -100, 100);
  ROW(sinh, -80, 80);
  ROW(cosh, -80, 80);
  ROW(tanh, -20, 20);
  ROW(asinh, -100, 100);
  ROW(acosh, 1, 100);
  ROW(atanh, -0.999, 0.999);
  ROW(erf, -5, 5);
  ROW(erfc, -8, 8);
  ROW(cbrt, -1e3, 1e3);
}

#undef ROW

TEST_CASE(
    "functions of two lanes, or of a lane and a number on either side, are within 4 units of the last "
    "place") {
  const auto row = [](const std::string& name, auto f, auto reference) {
    for (const float second : {-2.0F, -0.5F, 0.25F, 1.75F, 3.5F}) {
      const auto constant = static_cast<long double>(second);
      check(
          name, 0.01, 30, 4, [&](auto x) { return f(x, second); },
          [&](long double x) { return reference(x, constant); });
      if (second < 0) continue;
      check(
          name, -9, 9, 4, [&](auto x) { return f(second, x); },
          [&](long double x) { return reference(constant, x); });
    }
    check(
        name, 0.05, 8, 4, [&](auto x) { return f(x, x + x); },
        [&](long double x) { return reference(x, x + x); });
  };
  row(
      "pow", [](auto a, auto b) { return pow(a, b); }, [](auto a, auto b) { return std::pow(a, b); });
  row(
      "atan2", [](auto a, auto b) { return atan2(a, b); }, [](auto a, auto b) { return std::atan2(a, b); });
  row(
      "hypot", [](auto a, auto b) { return hypot(a, b); }, [](auto a, auto b) { return std::hypot(a, b); });
}

TEST_CASE("the short ways of pow agree with the long one") {
  for (const double p : {1.0, 2.0, 3.0, 0.5, -1.0}) {
    check(
        "pow", 0.01, 30, 4, [p](auto x) { return pow(x, p); },
        [p](long double x) { return std::pow(x, static_cast<long double>(p)); });
  }
}

TEST_CASE("composites keep their relative accuracy on both tails") {
  const auto row = [](const std::string& name, double low, double high, auto f, auto reference) {
    check(name, low, high, 10, f, reference);
  };
  row(
      "sigmoid", -87, 87, [](auto x) { return sigmoid(x); },
      [](long double x) { return 1 / (1 + std::exp(-x)); });
  row(
      "softplus", -87, 87, [](auto x) { return softplus(x); },
      [](long double x) { return std::log1p(std::exp(x)); });
  row(
      "log_sigmoid", -87, 87, [](auto x) { return log_sigmoid(x); },
      [](long double x) { return -std::log1p(std::exp(-x)); });
  row(
      "silu", -80, 87, [](auto x) { return silu(x); }, [](long double x) { return x / (1 + std::exp(-x)); });
  row(
      "mish", -80, 87, [](auto x) { return mish(x); },
      [](long double x) { return x * std::tanh(std::log1p(std::exp(x))); });
  row(
      "rsqrt", 1e-6, 1e6, [](auto x) { return rsqrt(x); }, [](long double x) { return 1 / std::sqrt(x); });
  row(
      "square", -1e3, 1e3, [](auto x) { return square(x); }, [](long double x) { return x * x; });
  row(
      "reciprocal", 1e-3, 1e3, [](auto x) { return reciprocal(x); }, [](long double x) { return 1 / x; });
  row(
      "logaddexp", -80, 80, [](auto x) { return logaddexp(x, 1.5); },
      [](long double x) { return std::log1p(std::exp(-std::fabs(x - 1.5L))) + std::fmax(x, 1.5L); });
  row(
      "xlogy", 1e-6, 1e3, [](auto x) { return xlogy(2.5, x) - 0.0; },
      [](long double x) { return 2.5L * std::log(x); });
}

TEST_CASE("gelu keeps its left tail as far as its argument's rounding allows") {
  const auto exact = [](long double x) { return x / 2 * std::erfc(-x / std::sqrt(2.0L)); };
  check(
      "gelu", -3, 10, 20, [](auto x) { return gelu(x); }, exact);
  check(
      "gelu", -11, -3, 200, [](auto x) { return gelu(x); }, exact);
  const auto by_tanh = [](long double x) {
    const long double u = 2 * std::sqrt(2 / std::acos(-1.0L)) * (x + 0.044715L * x * x * x);
    return x / (1 + std::exp(-u));
  };
  check(
      "gelu_tanh", -3, 10, 20, [](auto x) { return gelu_tanh(x); }, by_tanh);
  check(
      "gelu_tanh", -8, -3, 200, [](auto x) { return gelu_tanh(x); }, by_tanh);
}

TEST_CASE("sinc is 1 at zero and within 4 units of the last place near it") {
  check(
      "sinc", -0.4, 0.4, 4, [](auto x) { return sinc(x); },
      [](long double x) {
        const long double t = std::acos(-1.0L) * x;
        return x == 0 ? 1 : std::sin(t) / t;
      });
  each_isa([](auto isa) { CHECK(sinc(lane<float, decltype(isa)>(0))[0] == 1); });
}

namespace {

template <class L> void check_special_values() {
  using T = typename L::value_type;
  const T infinite = inf<T>;
  CAPTURE(std::string(L::isa_type::name));
  CHECK(exp(L(-infinite))[0] == 0);
  CHECK(exp(L(infinite))[0] == infinite);
  CHECK(exp(L(710))[0] == infinite);
  const T deep = sizeof(T) == 4 ? T(-100) : T(-740);
  CHECK(ulps(exp(L(deep))[0], std::exp(static_cast<long double>(deep))) <= 4);
  CHECK(log(L(0))[0] == -infinite);
  CHECK(std::isnan(log(L(-1))[0]));
  CHECK(log(L(std::numeric_limits<T>::denorm_min()))[0] ==
        doctest::Approx(std::log(static_cast<double>(std::numeric_limits<T>::denorm_min()))));
  CHECK(log1p(L(-1))[0] == -infinite);
  CHECK(std::signbit(log1p(L(-0.0))[0]));
  CHECK(tanh(L(infinite))[0] == 1);
  CHECK(tanh(L(-infinite))[0] == -1);
  CHECK(erf(L(-infinite))[0] == -1);
  CHECK(erfc(L(infinite))[0] == 0);
  CHECK(std::isnan(sin(L(infinite))[0]));
  CHECK(atanh(L(1))[0] == infinite);
  CHECK(std::isnan(acosh(L(0.5))[0]));
  CHECK(std::isnan(asin(L(1.5))[0]));
  CHECK(pow(L(0), L(0))[0] == 1);
  CHECK(pow(L(0), L(-1))[0] == infinite);
  CHECK(pow(L(-2), L(3))[0] == -8);
  CHECK(std::isnan(pow(L(-2), L(0.5))[0]));
  CHECK(hypot(L(infinite), L(quiet_nan<T>))[0] == infinite);
  CHECK(atan2(L(-0.0), L(-1))[0] == doctest::Approx(-std::acos(-1.0)));
  CHECK(sigmoid(L(infinite))[0] == 1);
  CHECK(sigmoid(L(-infinite))[0] == 0);
  CHECK(softplus(L(infinite))[0] == infinite);
  CHECK(softplus(L(-infinite))[0] == 0);
  CHECK(log_sigmoid(L(-infinite))[0] == -infinite);
  CHECK(log_sigmoid(L(infinite))[0] == 0);
  CHECK(logaddexp(L(-infinite), L(-infinite))[0] == -infinite);
  CHECK(logaddexp(L(infinite), L(infinite))[0] == infinite);
  CHECK(xlogy(L(0), L(0))[0] == 0);
  CHECK(std::isnan(xlogy(L(0), L(quiet_nan<T>))[0]));
  CHECK(clamp(L(3), 0, 2)[0] == 2);
  CHECK(clamp(L(-3), 0, 2)[0] == 0);
  CHECK(std::isnan(clamp(L(quiet_nan<T>), 0, 2)[0]));
  for (const T x : {T(-1e30), T(-1e4), T(1e4), T(1e30)}) {
    const T expected = x > 0 ? x : 0;
    CHECK(silu(L(x))[0] == expected);
    CHECK(mish(L(x))[0] == expected);
    CHECK(gelu(L(x))[0] == expected);
    CHECK(gelu_tanh(L(x))[0] == expected);
  }
}

}  // namespace

TEST_CASE("infinities, zeros, subnormals and poles give their limits") {
  each_isa([](auto isa) {
    check_special_values<lane<float, decltype(isa)>>();
    check_special_values<lane<double, decltype(isa)>>();
  });
}

TEST_CASE("a value does not depend on its neighbours in the lane") {
  each_isa([](auto isa) {
    using L = lane<float, decltype(isa)>;
    for (std::size_t i = 0; i < L::size; ++i) {
      L x(quiet_nan<float>);
      x.v[i] = 0.7F;
      CHECK(exp(x)[i] == exp(L(0.7))[0]);
      CHECK(pow(x, L(1e30))[i] == pow(L(0.7), L(1e30))[0]);
      CHECK(tan(x)[i] == tan(L(0.7))[0]);
    }
  });
}

TEST_CASE("gamma functions meet their closed forms, on lanes too") {
  const double euler = 0.57721566490153286061;
  const double pi2 = std::numbers::pi * std::numbers::pi;
  CHECK(digamma(1.0) == doctest::Approx(-euler).epsilon(1e-14));
  CHECK(digamma(0.5) == doctest::Approx(-euler - 2 * std::numbers::ln2).epsilon(1e-14));
  CHECK(digamma(-1.5) == doctest::Approx(digamma(0.5) + 2 + 2.0 / 3).epsilon(1e-13));
  CHECK(digamma(0.0) == -inf<double>);
  CHECK(std::isnan(digamma(-2.0)));
  CHECK(polygamma(0, 3.25) == digamma(3.25));
  CHECK(polygamma(1, 1.0) == doctest::Approx(pi2 / 6).epsilon(1e-14));
  CHECK(polygamma(1, 0.5) == doctest::Approx(pi2 / 2).epsilon(1e-14));
  CHECK(polygamma(1, -1.5) == doctest::Approx(pi2 / 2 + 4 + 4.0 / 9).epsilon(1e-14));
  CHECK(polygamma(3, 0.5) == doctest::Approx(pi2 * pi2).epsilon(1e-13));
  CHECK(polygamma(2, 1.0) == doctest::Approx(-2.40411380631918857080).epsilon(1e-14));
  CHECK(polygamma(1, 0.0) == inf<double>);
  CHECK(polygamma(1, inf<double>) == 0);
  CHECK(xg::lgamma(5.0) == doctest::Approx(std::log(24)).epsilon(1e-15));
  CHECK(xg::lgamma(-1.0) == inf<double>);
  each_isa([](auto isa) {
    using L = lane<double, decltype(isa)>;
    CHECK(digamma(L(1.25))[0] == digamma(1.25));
    CHECK(polygamma(1, L(1.25))[0] == polygamma(1, 1.25));
    CHECK(lgamma(L(1.25))[0] == xg::lgamma(1.25));
    CHECK(erfinv(L(0.25))[0] == erfinv(0.25));
  });
}

TEST_CASE("digamma and polygamma satisfy their recurrence on both sides of zero") {
  for (const double x : {-20.3, -3.7, -0.2, 0.01, 0.9, 4.4, 30.0}) {
    CAPTURE(x);
    CHECK(digamma(x + 1) - digamma(x) == doctest::Approx(1 / x).epsilon(1e-12));
    CHECK(polygamma(1, x + 1) - polygamma(1, x) == doctest::Approx(-1 / (x * x)).epsilon(1e-11));
    CHECK(polygamma(2, x + 1) - polygamma(2, x) == doctest::Approx(2 / (x * x * x)).epsilon(1e-10));
  }
}

TEST_CASE("erfinv inverts erf, and erfc in the tail") {
  for (const double x : {1e-300, 1e-10, 0.01, 0.099, 0.101, 0.5, 0.9, 0.999999}) {
    CAPTURE(x);
    CHECK(std::erf(erfinv(x)) == doctest::Approx(x).epsilon(1e-14));
    CHECK(erfinv(-x) == -erfinv(x));
  }
  const double last = std::nextafter(1.0, 0.0);
  CHECK(std::erfc(erfinv(last)) == doctest::Approx(1 - last).epsilon(1e-13));
  CHECK(erfinv(1.0) == inf<double>);
  CHECK(erfinv(-1.0) == -inf<double>);
  CHECK(std::isnan(erfinv(1.5)));
  CHECK(std::signbit(erfinv(-0.0)));
}
