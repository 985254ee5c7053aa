#pragma once
/// Elementary functions of lanes: glibc's vector mathematics, 4 ULP or better, where there is one (x86-64
/// with glibc 2.35), and a loop over <cmath> elsewhere.

#include <cmath>

#include "simd.hpp"

#if defined(__x86_64__) && defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 35)
#define XGRAD_HAS_LIBMVEC
#endif
#endif

namespace xg {

namespace detail {

/// f of each element.
template <class T, class Isa, class F> lane<T, Isa> map(const lane<T, Isa>& x, F f) {
  lane<T, Isa> r;
  for (std::size_t i = 0; i < lane<T, Isa>::size; ++i) r.v[i] = f(x[i]);
  return r;
}

/// f of each pair of elements.
template <class T, class Isa, class F> lane<T, Isa> map(const lane<T, Isa>& x, const lane<T, Isa>& y, F f) {
  lane<T, Isa> r;
  for (std::size_t i = 0; i < lane<T, Isa>::size; ++i) r.v[i] = f(x[i], y[i]);
  return r;
}

#if defined(XGRAD_HAS_LIBMVEC)

typedef float floats4 __attribute__((vector_size(16)));
typedef float floats8 __attribute__((vector_size(32)));
typedef double doubles2 __attribute__((vector_size(16)));
typedef double doubles4 __attribute__((vector_size(32)));

/// f on the two registers that the baseline needs for a lane.
template <class Half, class L> XGRAD_INLINE L by_halves(Half (*f)(Half), const L& x) {
  Half a[2];
  __builtin_memcpy(a, &x.v, sizeof a);
  a[0] = f(a[0]);
  a[1] = f(a[1]);
  L r;
  __builtin_memcpy(&r.v, a, sizeof a);
  return r;
}

template <class Half, class L> XGRAD_INLINE L by_halves(Half (*f)(Half, Half), const L& x, const L& y) {
  Half a[2], b[2];
  __builtin_memcpy(a, &x.v, sizeof a);
  __builtin_memcpy(b, &y.v, sizeof b);
  a[0] = f(a[0], b[0]);
  a[1] = f(a[1], b[1]);
  L r;
  __builtin_memcpy(&r.v, a, sizeof a);
  return r;
}

#endif

}  // namespace detail

// `const` lets the compiler share a call between a value and its derivative. The AVX2 functions are not
// always_inline: a lambda compiled out of line for the baseline must still be able to name them.

#if defined(XGRAD_HAS_LIBMVEC)

#define XGRAD_PURE extern "C" __attribute__((const, nothrow))

#define XGRAD_UNARY(name)                                                         \
  XGRAD_PURE detail::floats4 _ZGVbN4v_##name##f(detail::floats4);                 \
  XGRAD_PURE detail::doubles2 _ZGVbN2v_##name(detail::doubles2);                  \
  XGRAD_PURE XGRAD_AVX2 detail::floats8 _ZGVdN8v_##name##f(detail::floats8);      \
  XGRAD_PURE XGRAD_AVX2 detail::doubles4 _ZGVdN4v_##name(detail::doubles4);       \
  inline lane<float, isa::baseline> name(const lane<float, isa::baseline>& x) {   \
    return detail::by_halves(_ZGVbN4v_##name##f, x);                              \
  }                                                                               \
  inline lane<double, isa::baseline> name(const lane<double, isa::baseline>& x) { \
    return detail::by_halves(_ZGVbN2v_##name, x);                                 \
  }                                                                               \
  inline XGRAD_AVX2 avx2_floats name(const avx2_floats& x) {                      \
    return avx2_floats::make(_ZGVdN8v_##name##f(x.v));                            \
  }                                                                               \
  inline XGRAD_AVX2 avx2_doubles name(const avx2_doubles& x) {                    \
    return avx2_doubles::make(_ZGVdN4v_##name(x.v));                              \
  }

#define XGRAD_BINARY(name)                                                                     \
  XGRAD_PURE detail::floats4 _ZGVbN4vv_##name##f(detail::floats4, detail::floats4);            \
  XGRAD_PURE detail::doubles2 _ZGVbN2vv_##name(detail::doubles2, detail::doubles2);            \
  XGRAD_PURE XGRAD_AVX2 detail::floats8 _ZGVdN8vv_##name##f(detail::floats8, detail::floats8); \
  XGRAD_PURE XGRAD_AVX2 detail::doubles4 _ZGVdN4vv_##name(detail::doubles4, detail::doubles4); \
  inline lane<float, isa::baseline> name(const lane<float, isa::baseline>& x,                  \
                                         const lane<float, isa::baseline>& y) {                \
    return detail::by_halves(_ZGVbN4vv_##name##f, x, y);                                       \
  }                                                                                            \
  inline lane<double, isa::baseline> name(const lane<double, isa::baseline>& x,                \
                                          const lane<double, isa::baseline>& y) {              \
    return detail::by_halves(_ZGVbN2vv_##name, x, y);                                          \
  }                                                                                            \
  inline XGRAD_AVX2 avx2_floats name(const avx2_floats& x, const avx2_floats& y) {             \
    return avx2_floats::make(_ZGVdN8vv_##name##f(x.v, y.v));                                   \
  }                                                                                            \
  inline XGRAD_AVX2 avx2_doubles name(const avx2_doubles& x, const avx2_doubles& y) {          \
    return avx2_doubles::make(_ZGVdN4vv_##name(x.v, y.v));                                     \
  }

#else

#define XGRAD_UNARY(name)                                                  \
  template <class T, class Isa> lane<T, Isa> name(const lane<T, Isa>& x) { \
    return detail::map(x, [](T v) { return std::name(v); });               \
  }

#define XGRAD_BINARY(name)                                                                        \
  template <class T, class Isa> lane<T, Isa> name(const lane<T, Isa>& x, const lane<T, Isa>& y) { \
    return detail::map(x, y, [](T v, T w) { return std::name(v, w); });                           \
  }

#endif

XGRAD_UNARY(exp)
XGRAD_UNARY(exp2)
XGRAD_UNARY(expm1)
XGRAD_UNARY(log)
XGRAD_UNARY(log2)
XGRAD_UNARY(log10)
XGRAD_UNARY(log1p)
XGRAD_UNARY(sin)
XGRAD_UNARY(cos)
XGRAD_UNARY(tan)
XGRAD_UNARY(asin)
XGRAD_UNARY(acos)
XGRAD_UNARY(atan)
XGRAD_UNARY(sinh)
XGRAD_UNARY(cosh)
XGRAD_UNARY(tanh)
XGRAD_UNARY(asinh)
XGRAD_UNARY(acosh)
XGRAD_UNARY(atanh)
XGRAD_UNARY(erf)
XGRAD_UNARY(erfc)
XGRAD_UNARY(cbrt)
XGRAD_BINARY(pow)
XGRAD_BINARY(atan2)
XGRAD_BINARY(hypot)

#undef XGRAD_UNARY
#undef XGRAD_BINARY
#undef XGRAD_PURE

}  // namespace xg
