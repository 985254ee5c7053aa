#pragma once
/// What lanes do better with the instructions of x86-64 than with code for any instruction set. Included by simd.hpp.

#include "simd.hpp"

namespace xg {

using baseline_floats = lane<float, isa::baseline>;
using baseline_doubles = lane<double, isa::baseline>;
using avx2_floats = lane<float, isa::avx2>;
using avx2_doubles = lane<double, isa::avx2>;

#if !defined(__clang__)
// Inlined into a lambda that is compiled for the baseline, GCC would take the vector apart there and not put it together
// again in the AVX2 driver. (Clang would rather not inline functions with many such calls.)
inline XGRAD_AVX2 void spread(avx2_floats& r, float s) { r.v = s - avx2_floats::vec{}; }
inline XGRAD_AVX2 void spread(avx2_doubles& r, double s) { r.v = s - avx2_doubles::vec{}; }
#endif

inline XGRAD_AVX2 avx2_floats multiply_add(const avx2_floats& a, const avx2_floats& b, const avx2_floats& c) {
  return avx2_floats::make(__builtin_ia32_vfmaddps256(a.v, b.v, c.v));
}
inline XGRAD_AVX2 avx2_doubles multiply_add(const avx2_doubles& a, const avx2_doubles& b,
                                            const avx2_doubles& c) {
  return avx2_doubles::make(__builtin_ia32_vfmaddpd256(a.v, b.v, c.v));
}

#define XGRAD_ROUND(name, mode)                                      \
  inline XGRAD_AVX2 avx2_floats name(const avx2_floats& x) {         \
    return avx2_floats::make(__builtin_ia32_roundps256(x.v, mode));  \
  }                                                                  \
  inline XGRAD_AVX2 avx2_doubles name(const avx2_doubles& x) {       \
    return avx2_doubles::make(__builtin_ia32_roundpd256(x.v, mode)); \
  }
XGRAD_ROUND(round, 8)
XGRAD_ROUND(floor, 9)
XGRAD_ROUND(ceil, 10)
XGRAD_ROUND(trunc, 11)
#undef XGRAD_ROUND

inline baseline_floats sqrt(const baseline_floats& x) {
  return baseline_floats::make(__builtin_ia32_sqrtps(x.v));
}
inline baseline_doubles sqrt(const baseline_doubles& x) {
  return baseline_doubles::make(__builtin_ia32_sqrtpd(x.v));
}
inline XGRAD_AVX2 avx2_floats sqrt(const avx2_floats& x) {
  return avx2_floats::make(__builtin_ia32_sqrtps256(x.v));
}
inline XGRAD_AVX2 avx2_doubles sqrt(const avx2_doubles& x) {
  return avx2_doubles::make(__builtin_ia32_sqrtpd256(x.v));
}

#if defined(XGRAD_AVX512)

// With 512 bits comparisons go to mask registers, an integer with a bit for each element. GCC cannot be left to find
// that: it lowers comparisons of vectors as the function says in which they are written, not the one they end up in.

namespace detail {
template <class T> using mask_bits = std::conditional_t<sizeof(T) == 4, std::uint16_t, std::uint8_t>;
}  // namespace detail

template <class T> struct mask<T, isa::avx512> {
  static constexpr std::size_t size = isa::avx512::bytes / sizeof(T);
  using bits = detail::mask_bits<T>;

  bits v;

  mask() = default;
  XGRAD_INLINE mask(const mask& other) : v(other.v) {}
  XGRAD_INLINE mask(bool all) : v(static_cast<bits>(all ? -1 : 0)) {}
  XGRAD_INLINE mask& operator=(const mask& other) {
    v = other.v;
    return *this;
  }

  static mask load(const bool* p) { return load_partial(p, size); }
  static mask load_partial(const bool* p, std::size_t n) {
    unsigned r = 0;
    for (std::size_t i = 0; i < n; ++i) r |= static_cast<unsigned>(p[i]) << i;
    return make(static_cast<bits>(r));
  }
  void store(bool* p) const { store_partial(p, size); }
  void store_partial(bool* p, std::size_t n) const {
    for (std::size_t i = 0; i < n; ++i) p[i] = ((v >> i) & 1) != 0;
  }
  static mask first(std::size_t n) { return make(static_cast<bits>((1U << n) - 1)); }

  explicit operator bool() const { return detail::no_single_truth<T>(); }

  XGRAD_INLINE friend mask operator&(const mask& a, const mask& b) {
    return make(static_cast<bits>(a.v & b.v));
  }
  XGRAD_INLINE friend mask operator|(const mask& a, const mask& b) {
    return make(static_cast<bits>(a.v | b.v));
  }
  XGRAD_INLINE friend mask operator^(const mask& a, const mask& b) {
    return make(static_cast<bits>(a.v ^ b.v));
  }
  XGRAD_INLINE friend mask operator!(const mask& a) { return make(static_cast<bits>(~a.v)); }

  XGRAD_INLINE friend lane<T, isa::avx512> where(const mask& c, const lane<T, isa::avx512>& a,
                                                 const lane<T, isa::avx512>& b) {
    return select(c, a, b);
  }
  friend bool any(const mask& a) { return a.v != 0; }
  friend bool all(const mask& a) { return !any(!a); }

  XGRAD_INLINE static mask make(bits v) {
    mask r;
    r.v = v;
    return r;
  }
};

using avx512_floats = lane<float, isa::avx512>;
using avx512_doubles = lane<double, isa::avx512>;
using avx512_integers = lane<std::int64_t, isa::avx512>;

inline XGRAD_AVX512 void spread(avx512_floats& r, float s) { r.v = s - avx512_floats::vec{}; }
inline XGRAD_AVX512 void spread(avx512_doubles& r, double s) { r.v = s - avx512_doubles::vec{}; }

// The 512-bit instructions come with a mask and a rounding mode: all elements, and the current one.
namespace detail {
inline constexpr short all16 = -1;
inline constexpr char all8 = -1;
}  // namespace detail

inline XGRAD_AVX512 avx512_floats multiply_add(const avx512_floats& a, const avx512_floats& b,
                                               const avx512_floats& c) {
  return avx512_floats::make(__builtin_ia32_vfmaddps512_mask(a.v, b.v, c.v, detail::all16, 4));
}
inline XGRAD_AVX512 avx512_doubles multiply_add(const avx512_doubles& a, const avx512_doubles& b,
                                                const avx512_doubles& c) {
  return avx512_doubles::make(__builtin_ia32_vfmaddpd512_mask(a.v, b.v, c.v, detail::all8, 4));
}

#define XGRAD_ROUND(name, mode)                                                                   \
  inline XGRAD_AVX512 avx512_floats name(const avx512_floats& x) {                                \
    return avx512_floats::make(__builtin_ia32_rndscaleps_mask(x.v, mode, x.v, detail::all16, 4)); \
  }                                                                                               \
  inline XGRAD_AVX512 avx512_doubles name(const avx512_doubles& x) {                              \
    return avx512_doubles::make(__builtin_ia32_rndscalepd_mask(x.v, mode, x.v, detail::all8, 4)); \
  }
XGRAD_ROUND(round, 8)
XGRAD_ROUND(floor, 9)
XGRAD_ROUND(ceil, 10)
XGRAD_ROUND(trunc, 11)
#undef XGRAD_ROUND

inline XGRAD_AVX512 avx512_floats sqrt(const avx512_floats& x) {
  return avx512_floats::make(__builtin_ia32_sqrtps512_mask(x.v, x.v, detail::all16, 4));
}
inline XGRAD_AVX512 avx512_doubles sqrt(const avx512_doubles& x) {
  return avx512_doubles::make(__builtin_ia32_sqrtpd512_mask(x.v, x.v, detail::all8, 4));
}
namespace detail {
using Int64x8 __attribute__((vector_size(64))) = long long;  // as the instructions' builtins want it
}  // namespace detail

template <class C>
inline XGRAD_AVX512 mask<float, isa::avx512> compare(C, const avx512_floats& a, const avx512_floats& b) {
  return mask<float, isa::avx512>::make(
      static_cast<std::uint16_t>(__builtin_ia32_cmpps512_mask(a.v, b.v, C::predicate, detail::all16, 4)));
}
template <class C>
inline XGRAD_AVX512 mask<double, isa::avx512> compare(C, const avx512_doubles& a, const avx512_doubles& b) {
  return mask<double, isa::avx512>::make(
      static_cast<std::uint8_t>(__builtin_ia32_cmppd512_mask(a.v, b.v, C::predicate, detail::all8, 4)));
}
template <class C>
inline XGRAD_AVX512 mask<std::int64_t, isa::avx512> compare(C, const avx512_integers& a,
                                                            const avx512_integers& b) {
  // Of the predicates' eight meanings for integers, those from 8 on are the same again.
  return mask<std::int64_t, isa::avx512>::make(static_cast<std::uint8_t>(
      __builtin_ia32_cmpq512_mask(reinterpret_cast<detail::Int64x8>(a.v),
                                  reinterpret_cast<detail::Int64x8>(b.v), C::predicate & 7, detail::all8)));
}

#define XGRAD_SELECT(L, Vector, blend)                                                               \
  inline XGRAD_AVX512 L select(const L::mask_type& c, const L& a, const L& b) {                      \
    return L::make(                                                                                  \
        reinterpret_cast<L::vec>(blend(reinterpret_cast<Vector>(b.v), reinterpret_cast<Vector>(a.v), \
                                       static_cast<std::make_signed_t<L::mask_type::bits>>(c.v))));  \
  }
XGRAD_SELECT(avx512_floats, avx512_floats::vec, __builtin_ia32_blendmps_512_mask)
XGRAD_SELECT(avx512_doubles, avx512_doubles::vec, __builtin_ia32_blendmpd_512_mask)
XGRAD_SELECT(avx512_integers, detail::Int64x8, __builtin_ia32_blendmq_512_mask)
#undef XGRAD_SELECT

// The first n elements in one masked instruction.
#define XGRAD_FIRST(L, T, Vector, all, load_masked, store_masked)                           \
  inline XGRAD_AVX512 void load_first(L& r, const L::value_type* p, std::size_t n) {        \
    const auto first = static_cast<std::remove_const_t<decltype(all)>>((1U << n) - 1);      \
    r = L::make(reinterpret_cast<L::vec>(                                                   \
        load_masked(reinterpret_cast<const T*>(p), reinterpret_cast<Vector>(r.v), first))); \
  }                                                                                         \
  inline XGRAD_AVX512 void store_first(const L& x, L::value_type* p, std::size_t n) {       \
    const auto first = static_cast<std::remove_const_t<decltype(all)>>((1U << n) - 1);      \
    store_masked(reinterpret_cast<T*>(p), reinterpret_cast<Vector>(x.v), first);            \
  }
XGRAD_FIRST(avx512_floats, float, avx512_floats::vec, detail::all16, __builtin_ia32_loadups512_mask,
            __builtin_ia32_storeups512_mask)
XGRAD_FIRST(avx512_doubles, double, avx512_doubles::vec, detail::all8, __builtin_ia32_loadupd512_mask,
            __builtin_ia32_storeupd512_mask)
XGRAD_FIRST(avx512_integers, long long, detail::Int64x8, detail::all8, __builtin_ia32_loaddqudi512_mask,
            __builtin_ia32_storedqudi512_mask)
#undef XGRAD_FIRST

#endif

}  // namespace xg
