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

}  // namespace detail

// `const` lets the compiler share a call between a value and its derivative. The AVX2 functions are not always_inline:
// a lambda compiled out of line for the baseline must still be able to name them.

#if defined(XGRAD_HAS_LIBMVEC)

// A call as the compiler makes it, from code for one instruction set.
#define XGRAD_DIRECT_UNARY(target, L, name, symbol)                        \
  extern "C" __attribute__((const, nothrow)) target L::vec symbol(L::vec); \
  inline target L name(const L& x) { return L::make(symbol(x.v)); }

#define XGRAD_DIRECT_BINARY(target, L, name, symbol)                               \
  extern "C" __attribute__((const, nothrow)) target L::vec symbol(L::vec, L::vec); \
  inline target L name(const L& x, const L& y) { return L::make(symbol(x.v, y.v)); }

#if defined(__clang__) && !defined(__AVX__)

// Clang takes the calling convention from the file's flags, not from the function's target: without -mavx it would pass
// 32-byte vectors on the stack, where libmvec does not look for them. So the call is written out: arguments in ymm0 and
// ymm1, the stack aligned below the red zone, and everything that a callee may change named as changed.
#define XGRAD_CALL(symbol) \
  "mov %%rsp, %%r12\n\tsub $128, %%rsp\n\tand $-32, %%rsp\n\tcall " #symbol "@PLT\n\tmov %%r12, %%rsp"
#define XGRAD_CLOBBERS                                                                                \
  "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "ymm2", "ymm3", "ymm4", "ymm5", \
      "ymm6", "ymm7", "ymm8", "ymm9", "ymm10", "ymm11", "ymm12", "ymm13", "ymm14", "ymm15", "cc"

#define XGRAD_AVX2_UNARY(L, name, symbol)                             \
  inline XGRAD_AVX2 L name(const L& x) {                              \
    register L::vec a __asm__("ymm0") = x.v;                          \
    __asm__(XGRAD_CALL(symbol) : "+x"(a) : : "ymm1", XGRAD_CLOBBERS); \
    return L::make(a);                                                \
  }

#define XGRAD_AVX2_BINARY(L, name, symbol)                             \
  inline XGRAD_AVX2 L name(const L& x, const L& y) {                   \
    register L::vec a __asm__("ymm0") = x.v;                           \
    register L::vec b __asm__("ymm1") = y.v;                           \
    __asm__(XGRAD_CALL(symbol) : "+x"(a), "+x"(b) : : XGRAD_CLOBBERS); \
    return L::make(a);                                                 \
  }

#else

#define XGRAD_AVX2_UNARY(L, name, symbol) XGRAD_DIRECT_UNARY(XGRAD_AVX2, L, name, symbol)
#define XGRAD_AVX2_BINARY(L, name, symbol) XGRAD_DIRECT_BINARY(XGRAD_AVX2, L, name, symbol)

#endif

#define XGRAD_BASELINE_UNARY(L, name, symbol) XGRAD_DIRECT_UNARY(, L, name, symbol)
#define XGRAD_BASELINE_BINARY(L, name, symbol) XGRAD_DIRECT_BINARY(, L, name, symbol)

#if defined(XGRAD_AVX512)
#define XGRAD_AVX512_UNARY(L, name, symbol) XGRAD_DIRECT_UNARY(XGRAD_AVX512, L, name, symbol)
#define XGRAD_AVX512_BINARY(L, name, symbol) XGRAD_DIRECT_BINARY(XGRAD_AVX512, L, name, symbol)
#else
#define XGRAD_AVX512_UNARY(L, name, symbol)
#define XGRAD_AVX512_BINARY(L, name, symbol)
#endif

#define XGRAD_UNARY_BUT_16(name)                                  \
  XGRAD_BASELINE_UNARY(baseline_floats, name, _ZGVbN4v_##name##f) \
  XGRAD_BASELINE_UNARY(baseline_doubles, name, _ZGVbN2v_##name)   \
  XGRAD_AVX2_UNARY(avx2_floats, name, _ZGVdN8v_##name##f)         \
  XGRAD_AVX2_UNARY(avx2_doubles, name, _ZGVdN4v_##name)           \
  XGRAD_AVX512_UNARY(avx512_doubles, name, _ZGVeN8v_##name)

#define XGRAD_UNARY(name)  \
  XGRAD_UNARY_BUT_16(name) \
  XGRAD_AVX512_UNARY(avx512_floats, name, _ZGVeN16v_##name##f)

#define XGRAD_BINARY(name)                                          \
  XGRAD_BASELINE_BINARY(baseline_floats, name, _ZGVbN4vv_##name##f) \
  XGRAD_BASELINE_BINARY(baseline_doubles, name, _ZGVbN2vv_##name)   \
  XGRAD_AVX2_BINARY(avx2_floats, name, _ZGVdN8vv_##name##f)         \
  XGRAD_AVX2_BINARY(avx2_doubles, name, _ZGVdN4vv_##name)           \
  XGRAD_AVX512_BINARY(avx512_floats, name, _ZGVeN16vv_##name##f)    \
  XGRAD_AVX512_BINARY(avx512_doubles, name, _ZGVeN8vv_##name)

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
XGRAD_UNARY(cbrt)
XGRAD_BINARY(pow)
XGRAD_BINARY(atan2)
XGRAD_BINARY(hypot)

#if defined(XGRAD_HAS_LIBMVEC)
XGRAD_UNARY_BUT_16(erfc)
#else
XGRAD_UNARY(erfc)
#endif
#if defined(XGRAD_HAS_LIBMVEC) && defined(XGRAD_AVX512)
// Twice the narrower erfc takes two thirds of the time of the one for 16 floats.
inline XGRAD_AVX512 avx512_floats erfc(const avx512_floats& x) {
  float values[avx512_floats::size];
  x.store(values);
  for (std::size_t i = 0; i < avx512_floats::size; i += avx2_floats::size)
    erfc(avx2_floats::load(values + i)).store(values + i);
  return avx512_floats::load(values);
}
#endif

#undef XGRAD_UNARY
#undef XGRAD_BINARY
#if defined(XGRAD_HAS_LIBMVEC)
#undef XGRAD_DIRECT_UNARY
#undef XGRAD_DIRECT_BINARY
#undef XGRAD_CALL
#undef XGRAD_CLOBBERS
#undef XGRAD_AVX2_UNARY
#undef XGRAD_AVX2_BINARY
#undef XGRAD_AVX512_UNARY
#undef XGRAD_AVX512_BINARY
#undef XGRAD_UNARY_BUT_16
#undef XGRAD_BASELINE_UNARY
#undef XGRAD_BASELINE_BINARY
#endif

}  // namespace xg
