#pragma once
/// Mathematics of lanes and of double, one name for both: what is in libmvec.hpp and <cmath>, special
/// functions, and stable composites such as softplus. dual_math.hpp has the derivatives.

#include <cmath>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <numbers>
#include <type_traits>

#include "libmvec.hpp"
#include "simd.hpp"
#include "special.hpp"

namespace xg {

using std::abs;
using std::acos;
using std::acosh;
using std::asin;
using std::asinh;
using std::atan;
using std::atan2;
using std::atanh;
using std::cbrt;
using std::ceil;
using std::copysign;
using std::cos;
using std::cosh;
using std::erf;
using std::erfc;
using std::exp;
using std::exp2;
using std::expm1;
using std::floor;
using std::fma;
using std::fmax;
using std::fmin;
using std::hypot;
using std::isfinite;
using std::isinf;
using std::isnan;
using std::log;
using std::log10;
using std::log1p;
using std::log2;
using std::pow;
using std::sin;
using std::sinh;
using std::sqrt;
using std::tan;
using std::tanh;
using std::trunc;

// Templates where the C library has a global function of the same name, so that a user of both namespaces may
// call it.

template <std::same_as<double> X> X round(X x) { return std::nearbyint(x); }

template <std::same_as<double> X> X lgamma(X x) { return special::lgamma(x); }

inline double sign(double x) { return (x > 0) - (x < 0); }
inline double maximum(double a, double b) { return a > b || a != a ? a : b; }
inline double minimum(double a, double b) { return a < b || a != a ? a : b; }
inline double digamma(double x) { return special::digamma(x); }
inline double polygamma(int n, double x) { return special::polygamma(n, x); }
inline double erfinv(double x) { return special::erfinv(x); }

template <class T, class Isa> lane<T, Isa> lgamma(const lane<T, Isa>& x) {
  return detail::map(x, [](T v) { return static_cast<T>(special::lgamma(v)); });
}

template <class T, class Isa> lane<T, Isa> digamma(const lane<T, Isa>& x) {
  return detail::map(x, [](T v) { return static_cast<T>(special::digamma(v)); });
}

template <class T, class Isa> lane<T, Isa> polygamma(int n, const lane<T, Isa>& x) {
  return detail::map(x, [n](T v) { return static_cast<T>(special::polygamma(n, v)); });
}

template <class T, class Isa> lane<T, Isa> erfinv(const lane<T, Isa>& x) {
  return detail::map(x, [](T v) { return static_cast<T>(special::erfinv(v)); });
}

namespace detail {

/// A lane and a number, in either order; the number is spread over the lane.
template <class A, class B>
concept LaneAndNumber = (is_lane<A> && std::is_arithmetic_v<B>) || (std::is_arithmetic_v<A> && is_lane<B>);

template <class A, class B> using lane_of = std::conditional_t<is_lane<A>, A, B>;

}  // namespace detail

/// The common exponents have shorter ways, which PyTorch takes too.
template <class T, class Isa, class S>
requires std::is_arithmetic_v<S> lane<T, Isa> pow(const lane<T, Isa>& x, S exponent) {
  const double p = static_cast<double>(exponent);
  if (p == 1) return x;
  if (p == 2) return x * x;
  if (p == 3) return x * x * x;
  if (p == 0.5) return sqrt(x);
  if (p == -1) return 1 / x;
  return pow(x, lane<T, Isa>(exponent));
}

template <class T, class Isa, class S>
requires std::is_arithmetic_v<S> lane<T, Isa> pow(S base, const lane<T, Isa>& x) {
  return pow(lane<T, Isa>(base), x);
}

template <class A, class B>
requires detail::LaneAndNumber<A, B> XGRAD_INLINE auto atan2(const A& y, const B& x) {
  using L = detail::lane_of<A, B>;
  return atan2(L(y), L(x));
}

template <class A, class B>
requires detail::LaneAndNumber<A, B> XGRAD_INLINE auto hypot(const A& a, const B& b) {
  using L = detail::lane_of<A, B>;
  return hypot(L(a), L(b));
}

/// What the composites below work on.
template <class X>
concept Real = std::same_as<X, double> || is_lane<X>;

template <Real X> XGRAD_INLINE X square(const X& x) { return x * x; }

template <Real X> XGRAD_INLINE X reciprocal(const X& x) { return 1.0 / x; }

template <Real X> XGRAD_INLINE X rsqrt(const X& x) { return 1.0 / sqrt(x); }

namespace detail {

/// The whole number next to x, and 1 or -1 as it is even or odd: sin(pi x) is this sign times sin(pi (x - n)), whose
/// argument is exact where pi * x would be rounded.
template <class X> struct HalfTurns {
  explicit HalfTurns(const X& x) : n(round(x)), sign(where(2.0 * floor(0.5 * n) == n, X(1.0), X(-1.0))) {}
  X n, sign;
};

}  // namespace detail

/// sin(pi x) and cos(pi x), exact at whole numbers.
template <class X> XGRAD_INLINE X sin_pi(const X& x) {
  const detail::HalfTurns<X> turns(x);
  return turns.sign * sin(std::numbers::pi * (x - turns.n));
}
template <class X> XGRAD_INLINE X cos_pi(const X& x) {
  const detail::HalfTurns<X> turns(x);
  return turns.sign * cos(std::numbers::pi * (x - turns.n));
}

/// sin(pi x) / (pi x), 1 at 0.
template <Real X> XGRAD_INLINE X sinc(const X& x) {
  return where(x == 0, 1.0, sin_pi(x) / (std::numbers::pi * x));
}

/// x within [low, high]; high if low > high. For duals too: the tangent of x at both bounds, 0 outside.
template <class X>
requires(Real<X> || requires { typename X::primal_type; }) X clamp(const X& x, double low, double high) {
  const X raised = where(x < low, low, x);
  return where(raised > high, high, raised);
}

/// 1 / (1 + exp(-x)), from the exponential that cannot overflow.
template <Real X> XGRAD_INLINE X sigmoid(const X& x) {
  const X e = exp(-abs(x));
  return where(x < 0, e, 1.0) / (1.0 + e);
}

/// log(sigmoid(x)).
template <Real X> XGRAD_INLINE X log_sigmoid(const X& x) { return minimum(x, -0.0) - log1p(exp(-abs(x))); }

/// log(1 + exp(x)).
template <Real X> XGRAD_INLINE X softplus(const X& x) { return maximum(x, 0.0) + log1p(exp(-abs(x))); }

/// x * sigmoid(x).
template <Real X> XGRAD_INLINE X silu(const X& x) { return x * sigmoid(x); }

/// x * tanh(softplus(x)). With e = exp(x), tanh(softplus(x)) = n / (n + 2) where n = e (e + 2); from x = 22
/// on it is 1 to the last bit of a double, while the square of n still is a float.
template <Real X> XGRAD_INLINE X mish(const X& x) {
  const X e = exp(minimum(x, 22.0));
  const X n = e * (e + 2.0);
  return x * (n / (n + 2.0));
}

namespace detail {

template <class X> struct number_of {
  using type = X;
  static constexpr bool fuses = true;  // std::fma
};
template <class T, class Isa> struct number_of<lane<T, Isa>> {
  using type = T;
  static constexpr bool fuses = !std::same_as<Isa, isa::baseline>;
};

/// a * b - p, where p is the product rounded: without a fused instruction from halves of a and b whose products are
/// exact (Dekker 1971).
template <Real X> XGRAD_INLINE X lost_in_product(const X& a, const X& b, const X& p) {
  if constexpr (number_of<X>::fuses) {
    return fma(a, b, -p);
  } else {
    using T = typename number_of<X>::type;
    constexpr T splitter = static_cast<T>((std::int64_t{1} << (std::numeric_limits<T>::digits + 1) / 2) + 1);
    const auto upper = [](const X& v) {
      const X t = X(splitter) * v;
      return t - (t - v);
    };
    const X a1 = upper(a), a2 = a - a1, b1 = upper(b), b2 = b - b1;
    return ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2;
  }
}

}  // namespace detail

/// exp(-x^2 / 2) / sqrt(2 pi), with what the square's rounding lost.
template <Real X> XGRAD_INLINE X normal_pdf(const X& x) {
  const X half = -0.5 * x;
  const X exponent = half * x;
  const X lost = detail::lost_in_product(half, x, exponent);
  const X y = exp(exponent) * (std::numbers::inv_sqrtpi / std::numbers::sqrt2);
  return where(exponent > -1000.0, y + y * lost, y);
}

namespace detail {

/// Phi(-t) / normal_pdf(t) for t >= 0 to 2 units of a float's last place. Times t + 3 it is smooth in
/// s = (t - 3) / (t + 3), from 3 sqrt(pi / 2) at s = -1 to 1 at s = 1, and the polynomial that meets it at the
/// Chebyshev points of degree 10 is within 6e-8 of it.
template <class X> XGRAD_INLINE X mills_ratio(const X& t) {
  const X r = 1.0 / (t + 3.0);
  const X s = (t - 3.0) * r;
  X y = 9.50735575e-05;
  for (const double c : {0.00028074292, -0.000552737154, -0.0025137524, 0.00253857132, 0.0174306397,
                         -0.0262200733, -0.118462433, 0.576568602, -1.27670637, 1.82754179})
    y = fma(y, s, X(c));
  return y * r;
}

}  // namespace detail

/// The normal distribution function. A float's is made of its derivative, which backward needs anyway; a double's is
/// erfc(-x / sqrt(2)) / 2, whose left tail would magnify the rounding of erfc's argument z by x^2: what was lost
/// comes back to first order, with erfc'(z) / erfc(z) = -2z.
template <Real X> XGRAD_INLINE X normal_cdf(const X& x) {
  using T = typename detail::number_of<X>::type;
  if constexpr (std::same_as<T, float>) {
    const X tail = minimum(normal_pdf(x) * detail::mills_ratio(minimum(abs(x), 40.0)), 0.5);
    return where(x < 0.0, tail, 1.0 - tail);
  } else {
    constexpr double root = std::numbers::sqrt2 / 2, below_root = -4.833646656726457e-17;
    constexpr T high = static_cast<T>(root),
                low = static_cast<T>(root - static_cast<double>(high) + below_root);
    const X z = X(-high) * x;
    const X lost = fma(X(-low), x, detail::lost_in_product(X(-high), x, z));
    const X cdf = 0.5 * erfc(z);
    return where((z > 0.0) & (z < 30.0), cdf - cdf * (2.0 * z * lost), cdf);
  }
}

/// x * Phi(x) with the normal distribution's Phi.
template <Real X> XGRAD_INLINE X gelu(const X& x) { return x * normal_cdf(x); }

/// x/2 * (1 + tanh(u)) with u = sqrt(2/pi) (x + 0.044715 x^3), which is x * sigmoid(2u).
template <Real X> XGRAD_INLINE X gelu_tanh(const X& x) {
  const double scale = 2 * std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
  return x * sigmoid(scale * x * (1.0 + 0.044715 * x * x));
}

/// log(exp(a) + exp(b)).
template <Real X> XGRAD_INLINE X logaddexp(const X& a, const X& b) {
  return where(a == b, a + std::numbers::ln2, maximum(a, b) + log1p(exp(-abs(a - b))));
}

template <class A, class B>
requires detail::LaneAndNumber<A, B> XGRAD_INLINE auto logaddexp(const A& a, const B& b) {
  using L = detail::lane_of<A, B>;
  return logaddexp(L(a), L(b));
}

/// x * log(y), 0 where x is 0 and y a number.
template <Real X> XGRAD_INLINE X xlogy(const X& x, const X& y) {
  return where(x == 0, where(y == y, 0.0, y), x * log(y));
}

template <class A, class B>
requires detail::LaneAndNumber<A, B> XGRAD_INLINE auto xlogy(const A& x, const B& y) {
  using L = detail::lane_of<A, B>;
  return xlogy(L(x), L(y));
}

}  // namespace xg
