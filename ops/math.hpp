#pragma once

#include <optional>

#include "../core/operand.hpp"

namespace xg {

// Functions of one tensor. Integers become float32 first. Gradients are of any order; where a function has
// none (at a pole, outside of its domain) they are infinite or NaN as the formula has it.

/// e^x.  Saves its output.
Tensor exp(const Tensor& x);
/// 2^x.
Tensor exp2(const Tensor& x);
/// e^x - 1, accurate near 0.
Tensor expm1(const Tensor& x);
Tensor log(const Tensor& x);
Tensor log2(const Tensor& x);
Tensor log10(const Tensor& x);
/// log(1 + x), accurate near 0.
Tensor log1p(const Tensor& x);
Tensor sqrt(const Tensor& x);
/// 1 / sqrt(x).
Tensor rsqrt(const Tensor& x);
/// The real cube root, of negative numbers too.
Tensor cbrt(const Tensor& x);
/// 1 / x.
Tensor reciprocal(const Tensor& x);

/// Trigonometric functions of radians.
Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
Tensor tan(const Tensor& x);
Tensor asin(const Tensor& x);
Tensor acos(const Tensor& x);
Tensor atan(const Tensor& x);
/// Hyperbolic functions.
Tensor sinh(const Tensor& x);
Tensor cosh(const Tensor& x);
Tensor tanh(const Tensor& x);
Tensor asinh(const Tensor& x);
Tensor acosh(const Tensor& x);
Tensor atanh(const Tensor& x);
/// sin(pi x) / (pi x), 1 at 0.
Tensor sinc(const Tensor& x);
/// x * pi / 180.
Tensor deg2rad(const Tensor& x);
/// x * 180 / pi.
Tensor rad2deg(const Tensor& x);

/// The error function 2 / sqrt(pi) * integral of exp(-t^2) from 0 to x, its complement and its inverse.
Tensor erf(const Tensor& x);
Tensor erfc(const Tensor& x);
Tensor erfinv(const Tensor& x);
/// log |gamma(x)|.
Tensor lgamma(const Tensor& x);
/// The derivative of lgamma.
Tensor digamma(const Tensor& x);
/// The n-th derivative of digamma, n >= 0.
/// Throws  ValueError "[polygamma] n -1: must not be negative".
Tensor polygamma(int n, const Tensor& x);
/// 1 / (1 + e^-x).  Saves its output.
Tensor sigmoid(const Tensor& x);
/// log(x / (1 - x)), the inverse of sigmoid; with eps, of x clamped to [eps, 1 - eps].
/// Grad    0 where it was clamped.
Tensor logit(const Tensor& x, std::optional<double> eps = {});

/// Rounding down, up, to the nearest with halves to even, and towards 0.  Integers stay as they are.
/// Grad    zero.
Tensor floor(const Tensor& x);
Tensor ceil(const Tensor& x);
Tensor round(const Tensor& x);
Tensor trunc(const Tensor& x);
/// x - trunc(x).
/// Grad    1.
Tensor frac(const Tensor& x);
/// x with NaN and the infinities replaced, by default with 0 and the dtype's largest numbers.
/// Grad    zero where it was replaced.
Tensor nan_to_num(const Tensor& x, double nan = 0, std::optional<double> posinf = {},
                  std::optional<double> neginf = {});

// Functions of two arguments, which broadcast.

/// The angle of the point (x, y).
/// Grad    0 at the origin.
Tensor atan2(const Operand& y, const Operand& x);
/// sqrt(a^2 + b^2) without overflow on the way.
/// Grad    0 at the origin.
Tensor hypot(const Operand& a, const Operand& b);
/// log(e^a + e^b).
Tensor logaddexp(const Operand& a, const Operand& b);
/// log2(2^a + 2^b).
Tensor logaddexp2(const Operand& a, const Operand& b);
/// x * log(y), 0 at x = 0 unless y is NaN.
Tensor xlogy(const Operand& x, const Operand& y);
/// x * log1p(y), 0 at x = 0 unless y is NaN.
Tensor xlog1py(const Operand& x, const Operand& y);

}  // namespace xg
