#include "arithmetic.hpp"

#include <cmath>

#include "../core/elementwise.hpp"
#include "math.hpp"
#include "whole.hpp"

namespace xg {
namespace {

bool is_number_beside(const Operand& number, const Operand& tensor) {
  return !number.is_tensor() && tensor.is_tensor();
}

// floor(a / b), by way of the exact remainder: the rounded quotient may have jumped onto the next integer.
template <class T> T floor_quotient(T a, T b) {
  if (b == 0) return a / b;
  const T rest = std::fmod(a, b);
  const T quotient = std::nearbyint((a - rest) / b);
  return rest != 0 && (rest < 0) != (b < 0) ? quotient - 1 : quotient;
}

}  // namespace

// A number beside a tensor is captured: nothing but the tensor's cotangent is needed for backward then.

Tensor operator+(const Operand& a, const Operand& b) {
  if (whole::both(a, b)) return whole::add(a, b);
  if (is_number_beside(a, b)) return b + a;
  if (is_number_beside(b, a))
    return elementwise(
        "add", [c = b.value()](auto x) { return x + c; }, pass_on)(a);
  static const auto op = elementwise(
      "add", [](auto x, auto y) { return x + y; }, pass_on);
  return op(a, b);
}

Tensor operator-(const Operand& a, const Operand& b) {
  if (whole::both(a, b)) return whole::subtract(a, b);
  if (is_number_beside(b, a))
    return elementwise(
        "sub", [c = b.value()](auto x) { return x - c; }, pass_on)(a);
  if (is_number_beside(a, b))
    return elementwise(
        "sub", [c = a.value()](auto x) { return c - x; },
        pullback<Keep::nothing>([](auto g) { return -g; }))(b);
  static const auto op = elementwise(
      "sub", [](auto x, auto y) { return x - y; }, pullback<Keep::nothing>([](auto g) {
        return std::tuple{g, -g};
      }));
  return op(a, b);
}

Tensor operator*(const Operand& a, const Operand& b) {
  if (whole::both(a, b)) return whole::multiply(a, b);
  if (is_number_beside(a, b)) return b * a;
  if (is_number_beside(b, a))
    return elementwise(
        "mul", [c = b.value()](auto x) { return x * c; },
        pullback<Keep::nothing>([c = b.value()](auto g) { return g * c; }))(a);
  static const auto op = elementwise(
      "mul", [](auto x, auto y) { return x * y; }, pullback<Keep::inputs>([](auto g, auto x, auto y) {
        return std::tuple{g * y, g * x};
      }));
  return op(a, b);
}

Tensor operator/(const Operand& a, const Operand& b) {
  if (is_number_beside(b, a))
    return elementwise(
        "div", [c = b.value()](auto x) { return x / c; },
        pullback<Keep::nothing>([c = b.value()](auto g) { return g / c; }))(a);
  static const auto op = elementwise(
      "div", [](auto x, auto y) { return x / y; }, pullback<Keep::inputs>([](auto g, auto x, auto y) {
        const auto gx = g / y;
        return std::tuple{gx, -gx * (x / y)};
      }));
  return op(a, b);
}

Tensor neg(const Tensor& x) {
  if (whole::is(x)) return whole::subtract(0, x);
  static const auto op = elementwise(
      "neg", [](auto v) { return -v; }, pullback<Keep::nothing>([](auto g) { return -g; }));
  return op(x);
}
Tensor operator-(const Tensor& x) { return neg(x); }

Tensor floor_divide(const Operand& a, const Operand& b) {
  if (whole::both(a, b)) return whole::floor_divide(a, b);
  static const auto op = elementwise(
      "floor_divide",
      [](auto x, auto y) { return detail::map(x, y, [](auto v, auto w) { return floor_quotient(v, w); }); },
      pullback<Keep::nothing>([](auto g) {
        return std::tuple{zeros_like(g), zeros_like(g)};
      }));
  return op(a, b);
}

Tensor remainder(const Operand& a, const Operand& b) {
  if (whole::both(a, b)) return whole::remainder(a, b);
  static const auto op = elementwise(
      "remainder",
      [](auto x, auto y) {
        const auto r = detail::map(x, y, [](auto v, auto w) { return std::fmod(v, w); });
        return where((r != 0) & ((r < 0) ^ (y < 0)), r + y, r);
      },
      pullback<Keep::inputs>([](auto g, auto x, auto y) {
        return std::tuple{g, -g * floor(x / y)};
      }));
  return op(a, b);
}

Tensor fmod(const Operand& a, const Operand& b) {
  if (whole::both(a, b)) return whole::fmod(a, b);
  static const auto op = elementwise(
      "fmod",
      [](auto x, auto y) { return detail::map(x, y, [](auto v, auto w) { return std::fmod(v, w); }); },
      pullback<Keep::inputs>([](auto g, auto x, auto y) {
        return std::tuple{g, -g * trunc(x / y)};
      }));
  return op(a, b);
}

Tensor pow(const Operand& a, const Operand& b) {
  if (whole::both(a, b)) return whole::pow(a, b);
  if (is_number_beside(b, a)) return elementwise("pow", [p = b.value()](auto x) { return pow(x, p); })(a);
  if (is_number_beside(a, b))
    return elementwise("pow", [base = a.value()](auto x) { return pow(base, x); })(b);
  static const auto op = elementwise("pow", [](auto x, auto p) { return pow(x, p); });
  return op(a, b);
}

Tensor square(const Tensor& x) {
  if (whole::is(x)) return whole::multiply(x, x);
  static const auto op = elementwise("square", [](auto v) { return square(v); });
  return op(x);
}

Tensor abs(const Tensor& x) {
  if (whole::is(x)) return maximum(x, neg(x));
  static const auto op = elementwise("abs", [](auto v) { return abs(v); });
  return op(x);
}

Tensor sign(const Tensor& x) {
  if (whole::is(x)) return clamp(x, -1, 1);
  static const auto op = elementwise(
      "sign", [](auto v) { return sign(v); }, pullback<Keep::nothing>([](auto g) { return zeros_like(g); }));
  return op(x);
}

Tensor copysign(const Operand& a, const Operand& b) {
  static const auto op = elementwise(
      "copysign", [](auto x, auto y) { return copysign(x, y); },
      pullback<Keep::inputs>([](auto g, auto x, auto y) {
        return std::tuple{g * sign(x) * copysign(1.0, y), zeros_like(g)};
      }));
  return op(a, b);
}

Tensor maximum(const Operand& a, const Operand& b) {
  if (whole::both(a, b)) return whole::maximum(a, b);
  static const auto op = elementwise("maximum", [](auto x, auto y) { return maximum(x, y); });
  return op(a, b);
}

Tensor minimum(const Operand& a, const Operand& b) {
  if (whole::both(a, b)) return whole::minimum(a, b);
  static const auto op = elementwise("minimum", [](auto x, auto y) { return minimum(x, y); });
  return op(a, b);
}

Tensor fmax(const Operand& a, const Operand& b) {
  if (whole::both(a, b)) return whole::maximum(a, b);
  static const auto op = elementwise("fmax", [](auto x, auto y) { return fmax(x, y); });
  return op(a, b);
}

Tensor fmin(const Operand& a, const Operand& b) {
  if (whole::both(a, b)) return whole::minimum(a, b);
  static const auto op = elementwise("fmin", [](auto x, auto y) { return fmin(x, y); });
  return op(a, b);
}

Tensor clamp(const Tensor& x, const Operand& low, const Operand& high) {
  if (whole::is(x)) return clamp_max(clamp_min(x, low), high);
  if (low.is_tensor() || high.is_tensor()) {
    static const auto op = elementwise("clamp", [](auto v, auto lo, auto hi) {
      const auto raised = where(v < lo, lo, v);
      return where(raised > hi, hi, raised);
    });
    return op(x, low, high);
  }
  return elementwise("clamp", [lo = low.value(), hi = high.value()](auto v) { return clamp(v, lo, hi); })(x);
}

Tensor clamp_min(const Tensor& x, const Operand& low) {
  if (whole::both(x, low)) return whole::maximum(x, low);
  static const auto op = elementwise("clamp_min", [](auto v, auto lo) { return where(v < lo, lo, v); });
  return op(x, low);
}

Tensor clamp_max(const Tensor& x, const Operand& high) {
  if (whole::both(x, high)) return whole::minimum(x, high);
  static const auto op = elementwise("clamp_max", [](auto v, auto hi) { return where(v > hi, hi, v); });
  return op(x, high);
}

Tensor lerp(const Tensor& start, const Tensor& end, const Operand& weight) {
  // The nearer end is the one to start from: exact there.
  static const auto op = elementwise("lerp", [](auto a, auto b, auto w) {
    return where(w < 0.5, a + w * (b - a), b - (1.0 - w) * (b - a));
  });
  return op(start, end, weight);
}

Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, double value) {
  return elementwise("addcmul", [value](auto v, auto p, auto q) { return v + value * p * q; })(x, a, b);
}

Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, double value) {
  return elementwise("addcdiv", [value](auto v, auto p, auto q) { return v + value * p / q; })(x, a, b);
}

}  // namespace xg
