#include <fmt/format.h>

#include <numbers>

#include "../core/elementwise.hpp"
#include "arithmetic.hpp"
#include "math.hpp"

// The rarer half of math.hpp: trigonometry, special functions, functions of two arguments.

namespace xg {

Tensor sin(const Tensor& x) {
  static const auto op = elementwise("sin", [](auto v) { return sin(v); });
  return op(x);
}

Tensor cos(const Tensor& x) {
  static const auto op = elementwise("cos", [](auto v) { return cos(v); });
  return op(x);
}

Tensor asin(const Tensor& x) {
  static const auto op = elementwise("asin", [](auto v) { return asin(v); });
  return op(x);
}

Tensor acos(const Tensor& x) {
  static const auto op = elementwise("acos", [](auto v) { return acos(v); });
  return op(x);
}

Tensor atan(const Tensor& x) {
  static const auto op = elementwise("atan", [](auto v) { return atan(v); });
  return op(x);
}

Tensor sinh(const Tensor& x) {
  static const auto op = elementwise("sinh", [](auto v) { return sinh(v); });
  return op(x);
}

Tensor cosh(const Tensor& x) {
  static const auto op = elementwise("cosh", [](auto v) { return cosh(v); });
  return op(x);
}

Tensor asinh(const Tensor& x) {
  static const auto op = elementwise("asinh", [](auto v) { return asinh(v); });
  return op(x);
}

Tensor acosh(const Tensor& x) {
  static const auto op = elementwise("acosh", [](auto v) { return acosh(v); });
  return op(x);
}

Tensor atanh(const Tensor& x) {
  static const auto op = elementwise("atanh", [](auto v) { return atanh(v); });
  return op(x);
}

Tensor sinc(const Tensor& x) {
  static const auto op = elementwise("sinc", [](auto v) { return sinc(v); });
  return op(x);
}

Tensor lgamma(const Tensor& x) {
  static const auto op = elementwise("lgamma", [](auto v) { return lgamma(v); });
  return op(x);
}

Tensor digamma(const Tensor& x) {
  static const auto op = elementwise("digamma", [](auto v) { return digamma(v); });
  return op(x);
}

Tensor polygamma(int n, const Tensor& x) {
  if (n < 0) throw ValueError(fmt::format("[polygamma] n {}: must not be negative", n));
  return elementwise("polygamma", [n](auto v) { return polygamma(n, v); })(x);
}

Tensor atan2(const Operand& y, const Operand& x) {
  static const auto op = elementwise("atan2", [](auto p, auto q) { return atan2(p, q); });
  return op(y, x);
}

Tensor hypot(const Operand& a, const Operand& b) {
  static const auto op = elementwise("hypot", [](auto p, auto q) { return hypot(p, q); });
  return op(a, b);
}

Tensor logaddexp(const Operand& a, const Operand& b) {
  static const auto op = elementwise("logaddexp", [](auto p, auto q) { return logaddexp(p, q); });
  return op(a, b);
}

Tensor xlogy(const Operand& x, const Operand& y) {
  static const auto op = elementwise("xlogy", [](auto p, auto q) { return xlogy(p, q); });
  return op(x, y);
}

Tensor logaddexp2(const Operand& a, const Operand& b) {
  static const auto op = elementwise(
      "logaddexp2",
      [](auto p, auto q) {
        const auto sum = maximum(p, q) + std::numbers::log2e * log1p(exp2(-abs(p - q)));
        return where(p == q, p + 1.0, sum);
      },
      pullback<Keep::inputs>([](auto g, auto p, auto q) {
        const auto d = std::numbers::ln2 * (p - q);
        return std::tuple{g * sigmoid(d), g * sigmoid(-d)};
      }));
  return op(a, b);
}

Tensor xlog1py(const Operand& x, const Operand& y) {
  static const auto op = elementwise(
      "xlog1py", [](auto p, auto q) { return where(p == 0.0, where(q == q, 0.0, q), p * log1p(q)); },
      pullback<Keep::inputs>([](auto g, auto p, auto q) {
        const auto defined = where(p == 0.0, where(q > -1.0, q, 0.0), q);
        return std::tuple{g * log1p(defined), g * (p / (1.0 + q))};
      }));
  return op(x, y);
}

}  // namespace xg
