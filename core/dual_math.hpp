#pragma once
/// Derivatives: one row a function, value and derivative side by side, in functions that lanes, double,
/// Tensor and dual all have. Conventions at kinks and ties are PyTorch's.

#include <numbers>

#include "dual.hpp"
#include "simd_math.hpp"

namespace xg {

/// Two arguments, one of them a dual and the other a dual of the same type or a constant for it.
template <class A, class B>
concept DualPair = (Dual<A> && (std::same_as<A, B> || ConstantFor<B, A>)) || (Dual<B> && ConstantFor<A, B>);

// exponentials and logarithms

template <Dual D> XGRAD_INLINE D exp(const D& x) {
  const auto y = exp(x.value);
  return lift(x, y, y);
}

template <Dual D> XGRAD_INLINE D exp2(const D& x) {
  const auto y = exp2(x.value);
  return lift(x, y, std::numbers::ln2 * y);
}

template <Dual D> XGRAD_INLINE D expm1(const D& x) {
  const auto y = expm1(x.value);
  return lift(x, y, y + 1.0);
}

template <Dual D> XGRAD_INLINE D log(const D& x) { return lift(x, log(x.value), 1.0 / x.value); }

template <Dual D> XGRAD_INLINE D log2(const D& x) {
  return lift(x, log2(x.value), std::numbers::log2e / x.value);
}

template <Dual D> XGRAD_INLINE D log10(const D& x) {
  return lift(x, log10(x.value), std::numbers::log10e / x.value);
}

template <Dual D> XGRAD_INLINE D log1p(const D& x) { return lift(x, log1p(x.value), 1.0 / (1.0 + x.value)); }

// trigonometric and hyperbolic functions

template <Dual D> XGRAD_INLINE D sin(const D& x) { return lift(x, sin(x.value), cos(x.value)); }

template <Dual D> XGRAD_INLINE D cos(const D& x) { return lift(x, cos(x.value), -sin(x.value)); }

template <Dual D> XGRAD_INLINE D tan(const D& x) {
  const auto y = tan(x.value);
  return lift(x, y, 1.0 + y * y);
}

template <Dual D> XGRAD_INLINE D asin(const D& x) {
  return lift(x, asin(x.value), 1.0 / sqrt((1.0 - x.value) * (1.0 + x.value)));
}

template <Dual D> XGRAD_INLINE D acos(const D& x) {
  return lift(x, acos(x.value), -1.0 / sqrt((1.0 - x.value) * (1.0 + x.value)));
}

template <Dual D> XGRAD_INLINE D atan(const D& x) {
  return lift(x, atan(x.value), 1.0 / (1.0 + x.value * x.value));
}

template <Dual D> XGRAD_INLINE D sinh(const D& x) { return lift(x, sinh(x.value), cosh(x.value)); }

template <Dual D> XGRAD_INLINE D cosh(const D& x) { return lift(x, cosh(x.value), sinh(x.value)); }

template <Dual D> XGRAD_INLINE D tanh(const D& x) {
  const auto y = tanh(x.value);
  return lift(x, y, (1.0 - y) * (1.0 + y));  // 1 - y y would cancel near the ends
}

template <Dual D> XGRAD_INLINE D asinh(const D& x) {
  return lift(x, asinh(x.value), 1.0 / sqrt(x.value * x.value + 1.0));
}

template <Dual D> XGRAD_INLINE D acosh(const D& x) {
  return lift(x, acosh(x.value), 1.0 / (sqrt(x.value - 1.0) * sqrt(x.value + 1.0)));
}

template <Dual D> XGRAD_INLINE D atanh(const D& x) {
  return lift(x, atanh(x.value), 1.0 / ((1.0 - x.value) * (1.0 + x.value)));
}

/// sinc' = (cos(pi x) - sinc(x)) / x; near 0, where that cancels, its power series.
template <Dual D> XGRAD_INLINE D sinc(const D& x) {
  const auto near = abs(x.value) < 0.15;
  const auto t = std::numbers::pi * x.value;
  const auto u = t * t;
  const auto series =
      t * (-1.0 / 3 +
           u * (1.0 / 30 +
                u * (-1.0 / 840 + u * (1.0 / 45360 + u * (-1.0 / 3991680 + u * (1.0 / 518918400 -
                                                                                u * (1.0 / 93405312000)))))));
  const std::decay_t<decltype(x.value)> far = where(near, 1.0, x.value);
  return lift(x, sinc(x.value), where(near, std::numbers::pi * series, (cos_pi(far) - sinc(far)) / far));
}

// powers

template <Dual D> XGRAD_INLINE D square(const D& x) { return lift(x, square(x.value), 2.0 * x.value); }

template <Dual D> XGRAD_INLINE D sqrt(const D& x) {
  const auto y = sqrt(x.value);
  return lift(x, y, 0.5 / y);
}

template <Dual D> XGRAD_INLINE D rsqrt(const D& x) {
  const auto y = rsqrt(x.value);
  return lift(x, y, -0.5 * y * y * y);
}

template <Dual D> XGRAD_INLINE D reciprocal(const D& x) {
  const auto y = reciprocal(x.value);
  return lift(x, y, -y * y);
}

template <Dual D> XGRAD_INLINE D cbrt(const D& x) {
  const auto y = cbrt(x.value);
  return lift(x, y, 1.0 / (3.0 * y * y));
}

/// x^p. By x: p x^(p-1), 0 at x = p = 0. By p: x^p log x, 0 at x = 0 for p >= 0.
template <class A, class B>
requires(DualPair<A, B> && !std::is_arithmetic_v<A> && !std::is_arithmetic_v<B>) XGRAD_INLINE
    auto pow(const A& a, const B& b) {
  const auto& x = detail::primal(a);
  const auto& p = detail::primal(b);
  const auto y = pow(x, p);
  return lift(
      a, b, y, [&] { return p * pow(x, where(x == 0.0, where(p == 0.0, 0.0, p - 1.0), p - 1.0)); },
      [&] { return y * log(where(x == 0.0, where(p < 0.0, x, 1.0), x)); });
}

template <Dual D, Arithmetic S> XGRAD_INLINE D pow(const D& x, S exponent) {
  const double p = static_cast<double>(exponent);
  const auto y = pow(x.value, p);
  return p == 0 ? lift_step(x, y) : lift(x, y, p * pow(x.value, p - 1.0));
}

template <Arithmetic S, Dual D> XGRAD_INLINE D pow(S base, const D& x) {
  const double b = static_cast<double>(base);
  const auto y = pow(b, x.value);
  return b == 0 ? lift(x, y, where(x.value < 0.0, -y, 0.0)) : lift(x, y, y * std::log(b));
}

/// At the origin, which has no derivative, 0 by both.
template <class A, class B>
requires DualPair<A, B> XGRAD_INLINE auto hypot(const A& a, const B& b) {
  const auto& x = detail::primal(a);
  const auto& y = detail::primal(b);
  const auto r = hypot(x, y);
  const auto divisor = where(r == 0.0, 1.0, r);
  return lift(
      a, b, r, [&] { return x / divisor; }, [&] { return y / divisor; });
}

/// At the origin, which has no derivative, 0 by both.
template <class A, class B>
requires DualPair<A, B> XGRAD_INLINE auto atan2(const A& a, const B& b) {
  const auto& y = detail::primal(a);
  const auto& x = detail::primal(b);
  const auto r = hypot(y, x);
  const auto divisor = where(r == 0.0, 1.0, r);
  return lift(
      a, b, atan2(y, x), [&] { return x / divisor / divisor; }, [&] { return -y / divisor / divisor; });
}

/// a * b + c.
template <class A, class B, class C>
requires(Dual<A> || Dual<B> || Dual<C>) XGRAD_INLINE auto fma(const A& a, const B& b, const C& c) {
  return a * b + c;
}

// special functions

template <Dual D> XGRAD_INLINE D erf(const D& x) {
  return lift(x, erf(x.value), 2 * std::numbers::inv_sqrtpi * exp(-x.value * x.value));
}

template <Dual D> XGRAD_INLINE D erfc(const D& x) {
  return lift(x, erfc(x.value), -2 * std::numbers::inv_sqrtpi * exp(-x.value * x.value));
}

template <Dual D> XGRAD_INLINE D erfinv(const D& x) {
  const auto y = erfinv(x.value);
  return lift(x, y, 0.5 / std::numbers::inv_sqrtpi * exp(y * y));
}

template <Dual D> XGRAD_INLINE D lgamma(const D& x) { return lift(x, lgamma(x.value), digamma(x.value)); }

template <Dual D> XGRAD_INLINE D digamma(const D& x) {
  return lift(x, digamma(x.value), polygamma(1, x.value));
}

template <Dual D> XGRAD_INLINE D polygamma(int n, const D& x) {
  return lift(x, polygamma(n, x.value), polygamma(n + 1, x.value));
}

/// By x: log y, 0 at x = 0 for y <= 0. By y: x / y.
template <class A, class B>
requires DualPair<A, B> XGRAD_INLINE auto xlogy(const A& a, const B& b) {
  const auto& x = detail::primal(a);
  const auto& y = detail::primal(b);
  return lift(
      a, b, xlogy(x, y), [&] { return log(where(x == 0.0, where(y > 0.0, y, 1.0), y)); },
      [&] { return x / y; });
}

template <class A, class B>
requires DualPair<A, B> XGRAD_INLINE auto logaddexp(const A& a, const B& b) {
  const auto& x = detail::primal(a);
  const auto& y = detail::primal(b);
  return lift(
      a, b, logaddexp(x, y), [&] { return sigmoid(x - y); }, [&] { return sigmoid(y - x); });
}

// kinks, steps and ties

template <Dual D> XGRAD_INLINE D abs(const D& x) { return lift(x, abs(x.value), sign(x.value)); }

template <Dual D> XGRAD_INLINE D sign(const D& x) { return lift_step(x, sign(x.value)); }

template <Dual D> XGRAD_INLINE D floor(const D& x) { return lift_step(x, floor(x.value)); }

template <Dual D> XGRAD_INLINE D ceil(const D& x) { return lift_step(x, ceil(x.value)); }

template <Dual D> XGRAD_INLINE D round(const D& x) { return lift_step(x, round(x.value)); }

template <Dual D> XGRAD_INLINE D trunc(const D& x) { return lift_step(x, trunc(x.value)); }

/// At a tie each has half of the derivative; NaN passes from either.
template <class A, class B>
requires DualPair<A, B> XGRAD_INLINE auto maximum(const A& a, const B& b) {
  return where(a == b, 0.5 * a + 0.5 * b, where(a > b, a, where(a < b, b, a + b)));
}

/// At a tie each has half of the derivative; NaN passes from either.
template <class A, class B>
requires DualPair<A, B> XGRAD_INLINE auto minimum(const A& a, const B& b) {
  return where(a == b, 0.5 * a + 0.5 * b, where(a < b, a, where(a > b, b, a + b)));
}

/// At a tie a has all of the derivative; a NaN loses against a number.
template <class A, class B>
requires DualPair<A, B> XGRAD_INLINE auto fmax(const A& a, const B& b) {
  return where(a >= b, a, where(b == b, b, a));
}

/// At a tie a has all of the derivative; a NaN loses against a number.
template <class A, class B>
requires DualPair<A, B> XGRAD_INLINE auto fmin(const A& a, const B& b) {
  return where(a <= b, a, where(b == b, b, a));
}

// activations

template <Dual D> XGRAD_INLINE D sigmoid(const D& x) {
  const auto y = sigmoid(x.value);
  return lift(x, y, y * (1.0 - y));
}

template <Dual D> XGRAD_INLINE D log_sigmoid(const D& x) {
  return lift(x, log_sigmoid(x.value), sigmoid(-x.value));
}

template <Dual D> XGRAD_INLINE D softplus(const D& x) { return lift(x, softplus(x.value), sigmoid(x.value)); }

template <Dual D> XGRAD_INLINE D silu(const D& x) {
  const auto s = sigmoid(x.value);
  return lift(x, x.value * s, s * (1.0 + x.value * (1.0 - s)));
}

/// With n of mish's definition and w = n / (n + 2): mish' = w + x w', w' = 4 e (e + 1) / (n + 2)^2.
template <Dual D> XGRAD_INLINE D mish(const D& x) {
  const auto c = where(x.value > 22.0, 22.0, x.value);
  const auto e = exp(c);
  const auto n = e * (e + 2.0);
  const auto r = 1.0 / (n + 2.0);
  const auto w = n * r;
  return lift(x, x.value * w, w + c * (4.0 * e * (e + 1.0)) * r * r);
}

// What Real does not have, recorded tensors above all, has the plain formulas.

template <class X>
requires(!Real<X>) XGRAD_INLINE auto normal_cdf(const X& x) {
  return 0.5 * erfc(-std::numbers::sqrt2 / 2 * x);
}

template <class X>
requires(!Real<X>) XGRAD_INLINE auto normal_pdf(const X& x) {
  return std::numbers::inv_sqrtpi / std::numbers::sqrt2 * exp(-0.5 * x * x);
}

template <Dual D> XGRAD_INLINE D gelu(const D& x) {
  const auto cdf = normal_cdf(x.value);
  return lift(x, x.value * cdf, cdf + x.value * normal_pdf(x.value));
}

/// Beyond +-30 the sigmoid is 0 or 1 exactly; the polynomial stops there lest 0 times its overflow make a
/// NaN.
template <Dual D> XGRAD_INLINE D gelu_tanh(const D& x) {
  const double scale = 2 * std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
  const auto c = where(x.value > 30.0, 30.0, where(x.value < -30.0, -30.0, x.value));
  const auto s = sigmoid(scale * c * (1.0 + 0.044715 * c * c));
  const auto slope = scale * (1.0 + 3 * 0.044715 * c * c);
  return lift(x, x.value * s, s + c * s * (1.0 - s) * slope);
}

}  // namespace xg
