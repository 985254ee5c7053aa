// What the machine can do at best, measured beside the workloads: copying at several sizes, multiply-adds.
#include <benchmark/benchmark.h>

#include <cstring>
#include <utility>
#include <xgrad/core/memory.hpp>
#include <xgrad/core/parallel.hpp>
#include <xgrad/core/simd.hpp>

#include "workload.hpp"

namespace {

// Enough independent chains to keep two units of a latency of four busy, and no more than registers hold.
constexpr std::size_t chains = 12;
constexpr int rounds = 100000;

using Wide8 [[gnu::vector_size(32)]] = float;
using Wide16 [[gnu::vector_size(64)]] = float;

template <class V, std::size_t... I> XGRAD_INLINE float multiply_add(std::index_sequence<I...>) {
  V sums[] = {(V{} + static_cast<float>(I))...};
  const V factor = V{} + 0.9999f, term = V{} + 1e-9f;
  for (int i = 0; i < rounds; ++i) ((sums[I] = sums[I] * factor + term), ...);
  return (sums[I][0] + ...);
}

#if defined(__x86_64__)
__attribute__((target("avx512f"))) float multiply_add_16() {
  return multiply_add<Wide16>(std::make_index_sequence<chains>());
}
XGRAD_AVX2 float multiply_add_8() { return multiply_add<Wide8>(std::make_index_sequence<chains>()); }
bool has_16() { return __builtin_cpu_supports("avx512f") > 0; }
#else
float multiply_add_16() { return multiply_add<Wide16>(std::make_index_sequence<chains>()); }
float multiply_add_8() { return multiply_add<Wide8>(std::make_index_sequence<chains>()); }
bool has_16() { return false; }
#endif

void peak(benchmark::State& state) {
  const auto threads = static_cast<std::size_t>(xg::num_threads());
  const bool wide = has_16();
  for (auto _ : state)
    xg::parallel_for(threads, [&](std::size_t) {
      float result = wide ? multiply_add_16() : multiply_add_8();
      benchmark::DoNotOptimize(result);
    });
  state.counters["flops"] = 2.0 * chains * (wide ? 16 : 8) * rounds * static_cast<double>(threads);
}

class Buffer {
 public:
  explicit Buffer(std::size_t bytes) : bytes_(bytes), data_(static_cast<char*>(xg::allocate(bytes))) {
    std::memset(data_, 1, bytes);
  }
  ~Buffer() { xg::deallocate(data_, bytes_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  char* data() const { return data_; }

 private:
  std::size_t bytes_;
  char* data_;
};

void copy(benchmark::State& state) {
  const auto bytes = static_cast<std::size_t>(state.range(0)) * sizeof(float);
  const Buffer from(bytes), to(bytes);
  const std::size_t piece = bytes / static_cast<std::size_t>(xg::num_threads());
  for (auto _ : state) {
    xg::parallel_ranges(bytes, piece, [&](std::size_t begin, std::size_t end) {
      std::memcpy(to.data() + begin, from.data() + begin, end - begin);
    });
    benchmark::ClobberMemory();
  }
  state.counters["bytes"] = 2.0 * static_cast<double>(bytes);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::RegisterBenchmark("limits/peak", peak)->UseRealTime();
  benchmark::RegisterBenchmark("limits/copy", copy)
      ->RangeMultiplier(4)
      ->Range(1 << 12, 1 << 24)
      ->UseRealTime();
  return bench::run(argc, argv, {xg::set_num_threads});
}
