#pragma once
/// Lanes: a fixed number of numbers that are computed on together, tagged by the instruction set they run on.
/// The tag is a part of the type, so code for two instruction sets never shares a symbol, and a lane is
/// passed by reference in the ABI (its copy constructor is user-provided), so functions with different
/// targets agree.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#define XGRAD_INLINE inline __attribute__((always_inline))
#if defined(__x86_64__)
#define XGRAD_AVX2 __attribute__((target("avx2,fma")))
// Clang 14 at -O3 puts one vector of 64 bytes over another in long kernels, so there it is AVX2 at best.
#if !defined(__clang__)
#define XGRAD_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))
#endif
#endif

namespace xg {

namespace isa {

/// 128-bit vectors, which every CPU of the compilation target has.
struct baseline {
  static constexpr std::size_t bytes = 16;
  static constexpr const char* name = "baseline";
};

/// 256-bit vectors with fused multiply-add.
struct avx2 {
  static constexpr std::size_t bytes = 32;
  static constexpr const char* name = "avx2";
};

/// 512-bit vectors, 32 registers of them.
struct avx512 {
  static constexpr std::size_t bytes = 64;
  static constexpr const char* name = "avx512";
};

}  // namespace isa

template <class... Isas> struct isa_list {};

/// The instruction sets this file makes code for, the best one last. Templates that choose among them take
/// this as a default argument: files compiled with different flags then differ in their symbols' names.
#if defined(__AVX2__) && defined(__FMA__) && defined(XGRAD_AVX512)
using compiled_isas = isa_list<isa::avx2, isa::avx512>;
#elif defined(__AVX2__) && defined(__FMA__)
using compiled_isas = isa_list<isa::avx2>;
#elif defined(XGRAD_AVX512)
using compiled_isas = isa_list<isa::baseline, isa::avx2, isa::avx512>;
#elif defined(__x86_64__)
using compiled_isas = isa_list<isa::baseline, isa::avx2>;
#else
using compiled_isas = isa_list<isa::baseline>;
#endif

template <class T, class Isa> struct lane;

namespace detail {

template <class T, class Isa> struct vectors {
  typedef T type __attribute__((vector_size(Isa::bytes)));
  typedef T unaligned __attribute__((vector_size(Isa::bytes), aligned(alignof(T)), may_alias));
  using bits = decltype(type{} < type{});
};

}  // namespace detail

namespace detail {

// What a comparison is for vectors, and its number among the instructions that compare into a mask register.
#define XGRAD_COMPARISON(Name, op, number)                                         \
  struct Name {                                                                    \
    static constexpr int predicate = number;                                       \
    template <class M, class L> XGRAD_INLINE static M of(const L& a, const L& b) { \
      return M::make(a.v op b.v);                                                  \
    }                                                                              \
  };
XGRAD_COMPARISON(Equal, ==, 0)
XGRAD_COMPARISON(Less, <, 1)
XGRAD_COMPARISON(LessEqual, <=, 2)
XGRAD_COMPARISON(NotEqual, !=, 4)
XGRAD_COMPARISON(GreaterEqual, >=, 13)
XGRAD_COMPARISON(Greater, >, 14)
#undef XGRAD_COMPARISON

template <class T> bool no_single_truth() {
  static_assert(sizeof(T) == 0,
                "a condition on a lane has one truth value an element: use where(c, a, b) instead of "
                "if and ?:, and & | ! instead of && || not");
  return false;
}

}  // namespace detail

/// One truth value for each element of a `lane<T, Isa>`.
template <class T, class Isa> struct mask {
  static constexpr std::size_t size = Isa::bytes / sizeof(T);
  using bits = typename detail::vectors<T, Isa>::bits;

  bits v;

  mask() = default;
  XGRAD_INLINE mask(const mask& other) : v(other.v) {}
  XGRAD_INLINE mask(bool all) : v(bits{} - all) {}
  XGRAD_INLINE mask& operator=(const mask& other) {
    v = other.v;
    return *this;
  }

  static mask load(const bool* p) { return load_partial(p, size); }

  /// The first n elements from p, the others false.
  static mask load_partial(const bool* p, std::size_t n) {
    mask r(false);
    for (std::size_t i = 0; i < n; ++i) r.v[i] = -p[i];
    return r;
  }

  void store(bool* p) const { store_partial(p, size); }

  void store_partial(bool* p, std::size_t n) const {
    for (std::size_t i = 0; i < n; ++i) p[i] = v[i] != 0;
  }

  /// True for the first n elements.
  static mask first(std::size_t n) {
    mask r(false);
    for (std::size_t i = 0; i < n; ++i) r.v[i] = -1;
    return r;
  }

  explicit operator bool() const { return detail::no_single_truth<T>(); }

  XGRAD_INLINE friend mask operator&(const mask& a, const mask& b) { return make(a.v & b.v); }
  XGRAD_INLINE friend mask operator|(const mask& a, const mask& b) { return make(a.v | b.v); }
  XGRAD_INLINE friend mask operator^(const mask& a, const mask& b) { return make(a.v ^ b.v); }
  XGRAD_INLINE friend mask operator!(const mask& a) { return make(~a.v); }

  /// a where the mask is true, b elsewhere; scalars are spread over all elements.
  XGRAD_INLINE friend lane<T, Isa> where(const mask& c, const lane<T, Isa>& a, const lane<T, Isa>& b) {
    return select(c, a, b);
  }

  friend bool any(const mask& a) {
    bool r = false;
    for (std::size_t i = 0; i < size; ++i) r |= a.v[i] != 0;
    return r;
  }

  friend bool all(const mask& a) { return !any(!a); }

  template <class V> XGRAD_INLINE static mask make(const V& v) {
    mask r;
    r.v = v;
    return r;
  }
};

/// `size` elements of type T (float, double or int64) in one vector register of Isa.
template <class T, class Isa> struct lane {
  using value_type = T;
  using isa_type = Isa;
  using mask_type = mask<T, Isa>;
  using vec = typename detail::vectors<T, Isa>::type;
  static constexpr std::size_t size = Isa::bytes / sizeof(T);

  vec v;

  lane() = default;
  XGRAD_INLINE lane(const lane& other) : v(other.v) {}
  XGRAD_INLINE lane& operator=(const lane& other) {
    v = other.v;
    return *this;
  }

  /// Every element is s.
  template <class S>
  requires std::is_arithmetic_v<S> XGRAD_INLINE lane(S s) { spread(*this, static_cast<T>(s)); }

  XGRAD_INLINE static lane load(const T* p) {
    lane r;
    r.v = *reinterpret_cast<const typename detail::vectors<T, Isa>::unaligned*>(p);
    return r;
  }

  XGRAD_INLINE void store(T* p) const {
    *reinterpret_cast<typename detail::vectors<T, Isa>::unaligned*>(p) = v;
  }

  /// The first n elements from p. The others repeat p[0] (0 if n is 0), so that whatever is computed on them
  /// is no slower and raises nothing that the real elements do not; leave them out of reductions with
  /// `mask::first(n)`.
  static lane load_partial(const T* p, std::size_t n) {
    lane r(n == 0 ? T{} : p[0]);
    load_first(r, p, n);
    return r;
  }

  void store_partial(T* p, std::size_t n) const { store_first(*this, p, n); }

  XGRAD_INLINE T operator[](std::size_t i) const { return v[i]; }

  XGRAD_INLINE friend lane operator+(const lane& a) { return a; }
  XGRAD_INLINE friend lane operator-(const lane& a) { return make(-a.v); }
  XGRAD_INLINE friend lane operator+(const lane& a, const lane& b) { return make(a.v + b.v); }
  XGRAD_INLINE friend lane operator-(const lane& a, const lane& b) { return make(a.v - b.v); }
  XGRAD_INLINE friend lane operator*(const lane& a, const lane& b) { return make(a.v * b.v); }
  XGRAD_INLINE friend lane operator/(const lane& a, const lane& b) { return make(a.v / b.v); }
  XGRAD_INLINE lane& operator+=(const lane& b) { return *this = *this + b; }
  XGRAD_INLINE lane& operator-=(const lane& b) { return *this = *this - b; }
  XGRAD_INLINE lane& operator*=(const lane& b) { return *this = *this * b; }
  XGRAD_INLINE lane& operator/=(const lane& b) { return *this = *this / b; }

  XGRAD_INLINE friend mask_type operator==(const lane& a, const lane& b) {
    return compare(detail::Equal(), a, b);
  }
  XGRAD_INLINE friend mask_type operator!=(const lane& a, const lane& b) {
    return compare(detail::NotEqual(), a, b);
  }
  XGRAD_INLINE friend mask_type operator<(const lane& a, const lane& b) {
    return compare(detail::Less(), a, b);
  }
  XGRAD_INLINE friend mask_type operator<=(const lane& a, const lane& b) {
    return compare(detail::LessEqual(), a, b);
  }
  XGRAD_INLINE friend mask_type operator>(const lane& a, const lane& b) {
    return compare(detail::Greater(), a, b);
  }
  XGRAD_INLINE friend mask_type operator>=(const lane& a, const lane& b) {
    return compare(detail::GreaterEqual(), a, b);
  }

  /// The larger element; NaN if either is NaN.
  XGRAD_INLINE friend lane maximum(const lane& a, const lane& b) { return select((a > b) | (a != a), a, b); }

  /// The smaller element; NaN if either is NaN.
  XGRAD_INLINE friend lane minimum(const lane& a, const lane& b) { return select((a < b) | (a != a), a, b); }

  /// The larger element; a NaN loses against a number.
  XGRAD_INLINE friend lane fmax(const lane& a, const lane& b) { return select((a > b) | (b != b), a, b); }

  /// The smaller element; a NaN loses against a number.
  XGRAD_INLINE friend lane fmin(const lane& a, const lane& b) { return select((a < b) | (b != b), a, b); }

  /// One choice for all elements.
  XGRAD_INLINE friend lane where(bool c, const lane& a, const lane& b) { return c ? a : b; }

  /// The magnitude of a with the sign of b.
  XGRAD_INLINE friend lane copysign(const lane& a, const lane& b) {
    using bits = typename detail::vectors<T, Isa>::bits;
    const bits sign = reinterpret_cast<bits>(T{-0.0} - vec{});
    return make(
        reinterpret_cast<vec>((reinterpret_cast<bits>(a.v) & ~sign) | (reinterpret_cast<bits>(b.v) & sign)));
  }

  /// a * b + c, rounded once where Isa has the instruction.
  XGRAD_INLINE friend lane fma(const lane& a, const lane& b, const lane& c) { return multiply_add(a, b, c); }

  template <class V> XGRAD_INLINE static lane make(const V& v) {
    lane r;
    r.v = v;
    return r;
  }
};

template <class T> inline constexpr bool is_lane = false;
template <class T, class Isa> inline constexpr bool is_lane<lane<T, Isa>> = true;

inline double where(bool c, double a, double b) { return c ? a : b; }

inline double zeros_like(double) { return 0; }
template <class T, class Isa> XGRAD_INLINE lane<T, Isa> zeros_like(const lane<T, Isa>&) { return T{}; }

template <class T, class Isa> XGRAD_INLINE lane<T, Isa> abs(const lane<T, Isa>& x) {
  if constexpr (std::is_floating_point_v<T>) {
    return copysign(x, T{});
  } else {
    return where(x < 0, -x, x);
  }
}

/// -1, 0 or 1; NaN gives 0, as in PyTorch.
template <class T, class Isa> XGRAD_INLINE lane<T, Isa> sign(const lane<T, Isa>& x) {
  using L = lane<T, Isa>;
  return where(x > 0, L(1), where(x < 0, L(-1), L(0)));
}

template <class T, class Isa> XGRAD_INLINE mask<T, Isa> isnan(const lane<T, Isa>& x) { return x != x; }

template <class T, class Isa> XGRAD_INLINE mask<T, Isa> isinf(const lane<T, Isa>& x) {
  return abs(x) == std::numeric_limits<T>::infinity();
}

template <class T, class Isa> XGRAD_INLINE mask<T, Isa> isfinite(const lane<T, Isa>& x) {
  return abs(x) < std::numeric_limits<T>::infinity();
}

namespace detail {

/// Combines the elements in a fixed tree: halves, quarters, ...
template <class T, class Isa, class F> T reduce(const lane<T, Isa>& x, F f) {
  T a[lane<T, Isa>::size];
  x.store(a);
  for (std::size_t width = lane<T, Isa>::size / 2; width > 0; width /= 2) {
    for (std::size_t i = 0; i < width; ++i) a[i] = f(a[i], a[i + width]);
  }
  return a[0];
}

}  // namespace detail

template <class T, class Isa> T reduce_add(const lane<T, Isa>& x) {
  return detail::reduce(x, [](T a, T b) { return a + b; });
}

/// The largest element; NaN if one is NaN.
template <class T, class Isa> T reduce_max(const lane<T, Isa>& x) {
  return detail::reduce(x, [](T a, T b) { return a > b || a != a ? a : b; });
}

/// The smallest element; NaN if one is NaN.
template <class T, class Isa> T reduce_min(const lane<T, Isa>& x) {
  return detail::reduce(x, [](T a, T b) { return a < b || a != a ? a : b; });
}

// What follows has one form for any instruction set and better ones, preferred as non-templates, for some.

/// Every element becomes s. (s - 0 and not 0 + s: the sign of a zero must survive.)
template <class T, class Isa> XGRAD_INLINE void spread(lane<T, Isa>& r, T s) {
  r.v = s - typename lane<T, Isa>::vec{};
}

template <class C, class T, class Isa>
XGRAD_INLINE mask<T, Isa> compare(C, const lane<T, Isa>& a, const lane<T, Isa>& b) {
  return C::template of<mask<T, Isa>>(a, b);
}

template <class T, class Isa>
XGRAD_INLINE lane<T, Isa> select(const mask<T, Isa>& c, const lane<T, Isa>& a, const lane<T, Isa>& b) {
  return lane<T, Isa>::make(c.v ? a.v : b.v);
}

/// The first n elements of r become those at p; r[0] is there already.
template <class T, class Isa> XGRAD_INLINE void load_first(lane<T, Isa>& r, const T* p, std::size_t n) {
  for (std::size_t i = 1; i < n; ++i) r.v[i] = p[i];
}

template <class T, class Isa> XGRAD_INLINE void store_first(const lane<T, Isa>& x, T* p, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) p[i] = x.v[i];
}

template <class T, class Isa>
inline lane<T, Isa> multiply_add(const lane<T, Isa>& a, const lane<T, Isa>& b, const lane<T, Isa>& c) {
  return a * b + c;
}

/// The nearest integer, halves to even. Adding 2^(digits - 1) leaves no room for a fraction, and the FPU
/// rounds.
template <class T, class Isa> inline lane<T, Isa> round(const lane<T, Isa>& x) {
  const T big = 1 / std::numeric_limits<T>::epsilon();
  const auto shift = copysign(lane<T, Isa>(big), x);
  return where(abs(x) < big, copysign((x + shift) - shift, x), x);
}

template <class T, class Isa> inline lane<T, Isa> floor(const lane<T, Isa>& x) {
  const auto r = round(x);
  return where(r > x, r - 1, r);
}

template <class T, class Isa> inline lane<T, Isa> ceil(const lane<T, Isa>& x) { return -floor(-x); }

template <class T, class Isa> inline lane<T, Isa> trunc(const lane<T, Isa>& x) {
  return copysign(floor(abs(x)), x);
}

template <class T, class Isa> inline lane<T, Isa> sqrt(const lane<T, Isa>& x) {
  lane<T, Isa> r;
  for (std::size_t i = 0; i < lane<T, Isa>::size; ++i) {
    if constexpr (sizeof(T) == sizeof(float)) {
      r.v[i] = __builtin_sqrtf(x.v[i]);
    } else {
      r.v[i] = __builtin_sqrt(x.v[i]);
    }
  }
  return r;
}

}  // namespace xg

#if defined(__x86_64__)
#include "simd_x86.hpp"
#endif
