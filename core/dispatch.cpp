#include "dispatch.hpp"

#include <cstdlib>
#include <string>
#include <string_view>

#include "error.hpp"

namespace xg {

namespace {

bool cpu_has_avx2() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

}  // namespace

bool detail::chooses_avx2(const char* wish) {
  if (wish == nullptr || *wish == '\0') return cpu_has_avx2();
  if (std::string_view(wish) == isa::baseline::name) return false;
  if (std::string_view(wish) != isa::avx2::name) {
    throw ValueError("[dispatch] XGRAD_ISA=" + std::string(wish) + " is unknown: use baseline or avx2");
  }
  if (!cpu_has_avx2())
    throw ValueError("[dispatch] XGRAD_ISA=avx2, but this CPU lacks AVX2 or FMA: unset it");
  return true;
}

bool detail::avx2_is_active() {
  static const bool active = chooses_avx2(std::getenv("XGRAD_ISA"));
  return active;
}

const char* active_isa() { return detail::avx2_is_active() ? isa::avx2::name : isa::baseline::name; }

}  // namespace xg
