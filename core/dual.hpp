#pragma once
/// Dual numbers: a value with N tangents. Running a function on duals gives its derivatives beside its value.

#include <type_traits>
#include <utility>

#include "simd.hpp"

namespace xg {

template <class P, int N> struct dual;

template <class T> inline constexpr bool is_dual = false;
template <class P, int N> inline constexpr bool is_dual<dual<P, N>> = true;

template <class D>
concept Dual = is_dual<D>;

template <class T>
concept Arithmetic = std::is_arithmetic_v<T>;

namespace detail {

/// What a dual<P, N> treats as a constant: numbers, its own primal, and that primal's constants.
template <class S, class P>
inline constexpr bool is_constant = std::is_arithmetic_v<S> || std::is_same_v<S, P>;
template <class S, class P, int N>
inline constexpr bool is_constant<S, dual<P, N>> = std::is_same_v<S, dual<P, N>> || is_constant<S, P>;

/// A constant in the form that every P's operators take.
template <class S> XGRAD_INLINE decltype(auto) as_constant(const S& s) {
  if constexpr (std::is_arithmetic_v<S>) {
    return static_cast<double>(s);
  } else {
    return (s);
  }
}

/// The value of a dual, or a constant.
template <class X> XGRAD_INLINE decltype(auto) primal(const X& x) {
  if constexpr (is_dual<X>) {
    return (x.value);
  } else {
    return as_constant(x);
  }
}

/// Duals of lanes or numbers are the innermost ones: no derivative is taken of what is computed on their
/// tangents.
template <class P> inline constexpr bool is_innermost = std::is_arithmetic_v<P> || is_lane<P>;

/// One term d * t of a chain rule. Several tangents are mostly seeds for several inputs, hence full of zeros
/// that mean "does not depend on it": there an infinite or NaN derivative by one input must not spoil another
/// input's tangent.
template <int N, class D, class P> XGRAD_INLINE P chain(const D& d, const P& t) {
  if constexpr (N > 1 && is_innermost<P>) {
    return where(t == 0, t, d * t);
  } else {
    return d * t;
  }
}

}  // namespace detail

template <class S, class P>
concept ConstantOf = detail::is_constant<S, P>;

template <class S, class D>
concept ConstantFor = ConstantOf<S, typename D::primal_type>;

/// value + sum of tangent[i] * e_i, with e_i * e_j = 0. P is double, a lane, a Tensor, or again a dual; all
/// that is asked of it are operators and functions of the same names.
template <class P, int N> struct dual {
  using primal_type = P;
  static constexpr int size = N;

  P value;
  P tangent[N];

  dual() = default;

  /// A constant.
  XGRAD_INLINE dual(const P& v) : dual(v, [&](auto) -> decltype(auto) { return zeros_like(v); }) {}
  template <Arithmetic S>
  requires(!std::is_same_v<S, P>) XGRAD_INLINE dual(S s) : dual(P(static_cast<double>(s))) {}

  XGRAD_INLINE dual(const P& v, const P& t) requires(N == 1) : value(v), tangent{t} {}

  /// The i-th tangent is f(integral_constant<int, i>): a pack, because GCC is slow on loops over lanes.
  template <class F>
  requires std::is_invocable_r_v<P, F, std::integral_constant<int, 0>> XGRAD_INLINE dual(const P& v,
                                                                                         const F& f)
      : dual(v, f, std::make_integer_sequence<int, N>()) {}

  template <class S> XGRAD_INLINE dual& operator+=(const S& s) { return *this = *this + s; }
  template <class S> XGRAD_INLINE dual& operator-=(const S& s) { return *this = *this - s; }
  template <class S> XGRAD_INLINE dual& operator*=(const S& s) { return *this = *this * s; }
  template <class S> XGRAD_INLINE dual& operator/=(const S& s) { return *this = *this / s; }

 private:
  template <class F, int... I>
  XGRAD_INLINE dual(const P& v, const F& f, std::integer_sequence<int, I...>)
      : value(v), tangent{f(std::integral_constant<int, I>())...} {}
};

/// The variable number i: its i-th tangent is 1, the others are 0.
template <int N, int I = 0, class P> XGRAD_INLINE dual<P, N> variable(const P& value, const P& one) {
  return {value, [&](auto i) -> P {
            if constexpr (i == I) {
              return one;
            } else {
              return zeros_like(value);
            }
          }};
}

/// y = f(x), where d is f's derivative at x.
template <class P, int N, class D>
XGRAD_INLINE dual<P, N> lift(const dual<P, N>& x, const std::type_identity_t<P>& y, const D& d) {
  return {y, [&](auto i) { return detail::chain<N>(d, x.tangent[i]); }};
}

/// y = f(a, b), where da() and db() give f's derivatives at (a, b); a constant's derivative is not asked for.
template <class P, int N, class Da, class Db>
XGRAD_INLINE dual<P, N> lift(const dual<P, N>& a, const dual<P, N>& b, const std::type_identity_t<P>& y,
                             const Da& da, const Db& db) {
  const P dya = da();
  const P dyb = db();
  return {y,
          [&](auto i) { return detail::chain<N>(dya, a.tangent[i]) + detail::chain<N>(dyb, b.tangent[i]); }};
}

template <class P, int N, ConstantOf<P> S, class Da, class Db>
XGRAD_INLINE dual<P, N> lift(const dual<P, N>& a, const S&, const std::type_identity_t<P>& y, const Da& da,
                             const Db&) {
  return lift(a, y, da());
}

template <class P, int N, ConstantOf<P> S, class Da, class Db>
XGRAD_INLINE dual<P, N> lift(const S&, const dual<P, N>& b, const std::type_identity_t<P>& y, const Da&,
                             const Db& db) {
  return lift(b, y, db());
}

/// y = f(x), where f is constant on pieces.
template <class P, int N>
XGRAD_INLINE dual<P, N> lift_step(const dual<P, N>& x, const std::type_identity_t<P>& y) {
  return {y, [&](auto i) { return zeros_like(x.tangent[i]); }};
}

template <class P, int N> XGRAD_INLINE dual<P, N> zeros_like(const dual<P, N>& x) {
  return lift_step(x, zeros_like(x.value));
}

template <class P, int N> XGRAD_INLINE dual<P, N> operator+(const dual<P, N>& x) { return x; }

template <class P, int N> XGRAD_INLINE dual<P, N> operator-(const dual<P, N>& x) {
  return {-x.value, [&](auto i) { return -x.tangent[i]; }};
}

template <class P, int N> XGRAD_INLINE dual<P, N> operator+(const dual<P, N>& a, const dual<P, N>& b) {
  return {a.value + b.value, [&](auto i) { return a.tangent[i] + b.tangent[i]; }};
}

template <class P, int N, ConstantOf<P> S>
XGRAD_INLINE dual<P, N> operator+(const dual<P, N>& a, const S& b) {
  return {a.value + detail::as_constant(b), [&](auto i) -> const P& { return a.tangent[i]; }};
}

template <class P, int N, ConstantOf<P> S>
XGRAD_INLINE dual<P, N> operator+(const S& a, const dual<P, N>& b) {
  return {detail::as_constant(a) + b.value, [&](auto i) -> const P& { return b.tangent[i]; }};
}

template <class P, int N> XGRAD_INLINE dual<P, N> operator-(const dual<P, N>& a, const dual<P, N>& b) {
  return {a.value - b.value, [&](auto i) { return a.tangent[i] - b.tangent[i]; }};
}

template <class P, int N, ConstantOf<P> S>
XGRAD_INLINE dual<P, N> operator-(const dual<P, N>& a, const S& b) {
  return {a.value - detail::as_constant(b), [&](auto i) -> const P& { return a.tangent[i]; }};
}

template <class P, int N, ConstantOf<P> S>
XGRAD_INLINE dual<P, N> operator-(const S& a, const dual<P, N>& b) {
  return {detail::as_constant(a) - b.value, [&](auto i) { return -b.tangent[i]; }};
}

template <class P, int N> XGRAD_INLINE dual<P, N> operator*(const dual<P, N>& a, const dual<P, N>& b) {
  return lift(
      a, b, a.value * b.value, [&]() -> const P& { return b.value; }, [&]() -> const P& { return a.value; });
}

template <class P, int N, ConstantOf<P> S>
XGRAD_INLINE dual<P, N> operator*(const dual<P, N>& a, const S& b) {
  return lift(a, a.value * detail::as_constant(b), detail::as_constant(b));
}

template <class P, int N, ConstantOf<P> S>
XGRAD_INLINE dual<P, N> operator*(const S& a, const dual<P, N>& b) {
  return lift(b, detail::as_constant(a) * b.value, detail::as_constant(a));
}

template <class P, int N> XGRAD_INLINE dual<P, N> operator/(const dual<P, N>& a, const dual<P, N>& b) {
  const P y = a.value / b.value;
  const P r = 1.0 / b.value;
  return lift(
      a, b, y, [&] { return r; }, [&] { return -y * r; });
}

template <class P, int N, ConstantOf<P> S>
XGRAD_INLINE dual<P, N> operator/(const dual<P, N>& a, const S& b) {
  return {a.value / detail::as_constant(b), [&](auto i) { return a.tangent[i] / detail::as_constant(b); }};
}

template <class P, int N, ConstantOf<P> S>
XGRAD_INLINE dual<P, N> operator/(const S& a, const dual<P, N>& b) {
  const P y = detail::as_constant(a) / b.value;
  return lift(b, y, -y / b.value);
}

// Comparisons look at the values only and give what the primals' comparison gives.

#define XGRAD_DUAL_COMPARISON(op)                                                                     \
  template <class P, int N> XGRAD_INLINE auto operator op(const dual<P, N>& a, const dual<P, N>& b) { \
    return a.value op b.value;                                                                        \
  }                                                                                                   \
  template <class P, int N, ConstantOf<P> S>                                                          \
  XGRAD_INLINE auto operator op(const dual<P, N>& a, const S& b) {                                    \
    return a.value op detail::as_constant(b);                                                         \
  }                                                                                                   \
  template <class P, int N, ConstantOf<P> S>                                                          \
  XGRAD_INLINE auto operator op(const S& a, const dual<P, N>& b) {                                    \
    return detail::as_constant(a) op b.value;                                                         \
  }

XGRAD_DUAL_COMPARISON(==)
XGRAD_DUAL_COMPARISON(!=)
XGRAD_DUAL_COMPARISON(<)
XGRAD_DUAL_COMPARISON(<=)
XGRAD_DUAL_COMPARISON(>)
XGRAD_DUAL_COMPARISON(>=)

#undef XGRAD_DUAL_COMPARISON

// `where` chooses value and tangents: what was not chosen cannot spoil the result, be it infinite or NaN.

template <class C, class P, int N>
XGRAD_INLINE dual<P, N> where(const C& c, const dual<P, N>& a, const dual<P, N>& b) {
  return {where(c, a.value, b.value), [&](auto i) -> P { return where(c, a.tangent[i], b.tangent[i]); }};
}

template <class C, class P, int N, ConstantOf<P> S>
XGRAD_INLINE dual<P, N> where(const C& c, const dual<P, N>& a, const S& b) {
  return {where(c, a.value, detail::as_constant(b)),
          [&](auto i) -> P { return where(c, a.tangent[i], 0.0); }};
}

template <class C, class P, int N, ConstantOf<P> S>
XGRAD_INLINE dual<P, N> where(const C& c, const S& a, const dual<P, N>& b) {
  return {where(c, detail::as_constant(a), b.value),
          [&](auto i) -> P { return where(c, 0.0, b.tangent[i]); }};
}

}  // namespace xg
