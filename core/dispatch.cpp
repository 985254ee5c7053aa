#include "dispatch.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <string_view>

#include "error.hpp"

namespace xg {

namespace {

using detail::IsaLevel;

// Of the CPU and of this file's compiler.
IsaLevel best_level() {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return IsaLevel::baseline;
#if defined(XGRAD_AVX512)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    return IsaLevel::avx512;
#endif
  return IsaLevel::avx2;
#else
  return IsaLevel::baseline;
#endif
}

constexpr const char* names[] = {isa::baseline::name, isa::avx2::name, isa::avx512::name};

}  // namespace

IsaLevel detail::chosen_level(const char* wish) {
  const IsaLevel best = best_level();
  if (wish == nullptr || *wish == '\0') return best;
  for (const IsaLevel level : {IsaLevel::baseline, IsaLevel::avx2, IsaLevel::avx512}) {
    if (std::string_view(wish) != names[static_cast<std::size_t>(level)]) continue;
    if (level > best)
      throw ValueError(fmt::format("[dispatch] XGRAD_ISA={}, but here there is no more than {}: unset it",
                                   wish, names[static_cast<std::size_t>(best)]));
    return level;
  }
  throw ValueError(fmt::format("[dispatch] XGRAD_ISA={} is unknown: use baseline, avx2 or avx512", wish));
}

IsaLevel detail::active_level() {
  static const IsaLevel level = chosen_level(std::getenv("XGRAD_ISA"));
  return level;
}

const char* active_isa() { return names[static_cast<std::size_t>(detail::active_level())]; }

}  // namespace xg
