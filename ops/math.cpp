#include "math.hpp"

#include <limits>
#include <numbers>

#include "../core/elementwise.hpp"
#include "arithmetic.hpp"
#include "whole.hpp"

namespace xg {

// Where the derivative is cheap to have from the output, that is what is kept.

Tensor exp(const Tensor& x) {
  static const auto op = elementwise(
      "exp", [](auto v) { return exp(v); }, pullback<Keep::output>([](auto g, auto y) { return g * y; }));
  return op(x);
}

Tensor exp2(const Tensor& x) {
  static const auto op = elementwise(
      "exp2", [](auto v) { return exp2(v); },
      pullback<Keep::output>([](auto g, auto y) { return g * (std::numbers::ln2 * y); }));
  return op(x);
}

Tensor expm1(const Tensor& x) {
  static const auto op = elementwise(
      "expm1", [](auto v) { return expm1(v); },
      pullback<Keep::output>([](auto g, auto y) { return g * (y + 1.0); }));
  return op(x);
}

Tensor sqrt(const Tensor& x) {
  static const auto op = elementwise(
      "sqrt", [](auto v) { return sqrt(v); },
      pullback<Keep::output>([](auto g, auto y) { return 0.5 * g / y; }));
  return op(x);
}

Tensor rsqrt(const Tensor& x) {
  static const auto op = elementwise(
      "rsqrt", [](auto v) { return rsqrt(v); },
      pullback<Keep::output>([](auto g, auto y) { return -0.5 * g * (y * y * y); }));
  return op(x);
}

Tensor cbrt(const Tensor& x) {
  static const auto op = elementwise(
      "cbrt", [](auto v) { return cbrt(v); },
      pullback<Keep::output>([](auto g, auto y) { return g / (3.0 * y * y); }));
  return op(x);
}

Tensor reciprocal(const Tensor& x) {
  static const auto op = elementwise(
      "reciprocal", [](auto v) { return reciprocal(v); },
      pullback<Keep::output>([](auto g, auto y) { return -g * (y * y); }));
  return op(x);
}

Tensor tanh(const Tensor& x) {
  static const auto op = elementwise(
      "tanh", [](auto v) { return tanh(v); },
      pullback<Keep::output>([](auto g, auto y) { return g * ((1.0 - y) * (1.0 + y)); }));
  return op(x);
}

Tensor sigmoid(const Tensor& x) {
  static const auto op = elementwise(
      "sigmoid", [](auto v) { return sigmoid(v); },
      pullback<Keep::output>([](auto g, auto y) { return g * (y * (1.0 - y)); }));
  return op(x);
}

Tensor tan(const Tensor& x) {
  static const auto op = elementwise(
      "tan", [](auto v) { return tan(v); },
      pullback<Keep::output>([](auto g, auto y) { return g * (1.0 + y * y); }));
  return op(x);
}

Tensor erfinv(const Tensor& x) {
  static const auto op = elementwise(
      "erfinv", [](auto v) { return erfinv(v); }, pullback<Keep::output>([](auto g, auto y) {
        return g * (0.5 / std::numbers::inv_sqrtpi) * exp(y * y);
      }));
  return op(x);
}

Tensor log(const Tensor& x) {
  static const auto op = elementwise("log", [](auto v) { return log(v); });
  return op(x);
}

Tensor log2(const Tensor& x) {
  static const auto op = elementwise("log2", [](auto v) { return log2(v); });
  return op(x);
}

Tensor log10(const Tensor& x) {
  static const auto op = elementwise("log10", [](auto v) { return log10(v); });
  return op(x);
}

Tensor log1p(const Tensor& x) {
  static const auto op = elementwise("log1p", [](auto v) { return log1p(v); });
  return op(x);
}

Tensor erf(const Tensor& x) {
  static const auto op = elementwise("erf", [](auto v) { return erf(v); });
  return op(x);
}

Tensor erfc(const Tensor& x) {
  static const auto op = elementwise("erfc", [](auto v) { return erfc(v); });
  return op(x);
}

Tensor logit(const Tensor& x, std::optional<double> eps) {
  // Near 1/2 the two logarithms cancel, and 2p - 1 is exact.
  const auto log_odds = [](auto p) {
    return where(abs(p - 0.5) < 0.25, 2.0 * atanh(2.0 * p - 1.0), log(p) - log1p(-p));
  };
  if (!eps) {
    static const auto op = elementwise("logit", log_odds);
    return op(x);
  }
  return elementwise("logit", [e = *eps, log_odds](auto v) { return log_odds(clamp(v, e, 1 - e)); })(x);
}

Tensor floor(const Tensor& x) {
  if (whole::is(x)) return x;
  static const auto op = elementwise(
      "floor", [](auto v) { return floor(v); },
      pullback<Keep::nothing>([](auto g) { return zeros_like(g); }));
  return op(x);
}

Tensor ceil(const Tensor& x) {
  if (whole::is(x)) return x;
  static const auto op = elementwise(
      "ceil", [](auto v) { return ceil(v); }, pullback<Keep::nothing>([](auto g) { return zeros_like(g); }));
  return op(x);
}

Tensor round(const Tensor& x) {
  if (whole::is(x)) return x;
  static const auto op = elementwise(
      "round", [](auto v) { return round(v); },
      pullback<Keep::nothing>([](auto g) { return zeros_like(g); }));
  return op(x);
}

Tensor trunc(const Tensor& x) {
  if (whole::is(x)) return x;
  static const auto op = elementwise(
      "trunc", [](auto v) { return trunc(v); },
      pullback<Keep::nothing>([](auto g) { return zeros_like(g); }));
  return op(x);
}

Tensor frac(const Tensor& x) {
  static const auto op = elementwise(
      "frac", [](auto v) { return v - trunc(v); }, pullback<Keep::nothing>([](auto g) { return g; }));
  return op(x);
}

Tensor nan_to_num(const Tensor& x, double nan, std::optional<double> posinf, std::optional<double> neginf) {
  if (whole::is(x)) return x;
  const double largest =
      x.dtype() == float64 ? std::numeric_limits<double>::max() : std::numeric_limits<float>::max();
  return elementwise("nan_to_num",
                     [nan, high = posinf.value_or(largest), low = neginf.value_or(-largest)](auto v) {
                       constexpr double inf = std::numeric_limits<double>::infinity();
                       return where(v != v, nan, where(v == inf, high, where(v == -inf, low, v)));
                     })(x);
}

Tensor deg2rad(const Tensor& x) { return x * (std::numbers::pi / 180); }

Tensor rad2deg(const Tensor& x) { return x * (180 / std::numbers::pi); }

}  // namespace xg
