#pragma once
/// Runs a piece of code on the best instruction set that this CPU has.

#include "simd.hpp"

namespace xg {

/// The name of the instruction set that `dispatch` chooses: "baseline" or "avx2".
/// XGRAD_ISA=baseline in the environment forces the baseline; it is read once.
/// Throws  ValueError "[dispatch] XGRAD_ISA=...": the name is unknown, or this CPU lacks the instruction set.
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

namespace detail {

/// True if `dispatch` is to use avx2: XGRAD_ISA's wish, or else what the CPU has.
bool avx2_is_active();

/// What follows from a value of XGRAD_ISA, null if it is not set.
bool chooses_avx2(const char* wish);

template <class Isas> struct dispatcher;

template <class Isa> struct dispatcher<isa_list<Isa>> {
  template <class F> static decltype(auto) call(F& f) { return run_on<Isa>(f); }
};

template <> struct dispatcher<isa_list<isa::baseline, isa::avx2>> {
  template <class F> static decltype(auto) call(F& f) {
    return avx2_is_active() ? run_on<isa::avx2>(f) : run_on<isa::baseline>(f);
  }
};

}  // namespace detail

/// Calls f(isa) with the tag of the best instruction set among those compiled, and returns what f returns:
/// `dispatch([&](auto isa) { using L = lane<float, decltype(isa)>; ... })`.
template <class F, class Isas = compiled_isas> decltype(auto) dispatch(F&& f) {
  return detail::dispatcher<Isas>::call(f);
}

}  // namespace xg
