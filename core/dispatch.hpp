#pragma once
/// Runs a piece of code on the best instruction set that this CPU has.

#include "simd.hpp"

namespace xg {

/// The name of the best instruction set that may be used: "baseline", "avx2" or "avx512".
/// XGRAD_ISA=baseline or avx2 in the environment forbids the better ones; it is read once.
/// Throws  ValueError "[dispatch] XGRAD_ISA=...": the name is unknown, or this CPU or the compiler lacks it.
const char* active_isa();

/// Calls f(Isa{}) inside a function that is compiled for Isa, with everything f calls inlined into it: lanes
/// and plain loops alike use Isa's instructions, whatever flags the file is compiled with. The CPU must have
/// Isa.
template <class Isa, class F>
__attribute__((flatten)) auto run_on(F& f) -> decltype(f(Isa{})) requires std::is_same_v<Isa, isa::baseline> {
  return f(Isa{});
}

#if defined(__x86_64__)
template <class Isa, class F>
XGRAD_AVX2 __attribute__((flatten)) auto run_on(F& f)
    -> decltype(f(Isa{})) requires std::is_same_v<Isa, isa::avx2> {
  return f(Isa{});
}
#endif
#if defined(XGRAD_AVX512)
template <class Isa, class F>
XGRAD_AVX512 __attribute__((flatten)) auto run_on(F& f)
    -> decltype(f(Isa{})) requires std::is_same_v<Isa, isa::avx512> {
  return f(Isa{});
}
#endif

namespace detail {

/// Instruction sets from the poorest to the best.
enum class IsaLevel : std::uint8_t { baseline, avx2, avx512 };
template <class Isa> inline constexpr IsaLevel level_of = IsaLevel::baseline;
template <> inline constexpr IsaLevel level_of<isa::avx2> = IsaLevel::avx2;
template <> inline constexpr IsaLevel level_of<isa::avx512> = IsaLevel::avx512;

/// The best one that may be used: XGRAD_ISA's wish, or else what the CPU has.
IsaLevel active_level();

/// What follows from a value of XGRAD_ISA, null if it is not set.
IsaLevel chosen_level(const char* wish);

template <class Isas> struct dispatcher;

template <class Isa> struct dispatcher<isa_list<Isa>> {
  template <class F> static decltype(auto) call(F& f, IsaLevel) { return run_on<Isa>(f); }
};

template <class Isa, class Better, class... Best> struct dispatcher<isa_list<Isa, Better, Best...>> {
  template <class F> static decltype(auto) call(F& f, IsaLevel level) {
    return level >= level_of<Better> ? dispatcher<isa_list<Better, Best...>>::call(f, level)
                                     : run_on<Isa>(f);
  }
};

}  // namespace detail

/// Calls f(isa) with the tag of the best instruction set among those compiled, and returns what f returns:
/// `dispatch([&](auto isa) { using L = lane<float, decltype(isa)>; ... })`.
template <class F, class Isas = compiled_isas> decltype(auto) dispatch(F&& f) {
  return detail::dispatcher<Isas>::call(f, detail::active_level());
}
}  // namespace xg
