// What the machine can do at best, measured beside the workloads: copying at several sizes, multiply-adds.
#include <benchmark/benchmark.h>

#include <cstring>
#include <utility>
#include <xgrad/core/dispatch.hpp>
#include <xgrad/core/memory.hpp>
#include <xgrad/core/parallel.hpp>
#include <xgrad/core/simd_math.hpp>

#include "workload.hpp"

namespace {

// Enough independent chains to keep two units of a latency of four busy, and no more than registers hold.
constexpr std::size_t chains = 12;
constexpr int rounds = 100000;

template <class L, std::size_t... I> XGRAD_INLINE float multiply_add(std::index_sequence<I...>) {
  L sums[] = {L(static_cast<float>(I))...};
  const L factor(0.9999f), term(1e-9f);
  for (int i = 0; i < rounds; ++i) ((sums[I] = fma(sums[I], factor, term)), ...);
  float lanes[L::size];
  float total = 0;
  for (const L& sum : sums) {
    sum.store(lanes);
    total += lanes[0];
  }
  return total;
}

struct Flops {
  std::size_t lanes;
  float result;
};

Flops multiply_add() {
  return xg::dispatch([](auto isa) {
    using L = xg::lane<float, decltype(isa)>;
    return Flops{L::size, multiply_add<L>(std::make_index_sequence<chains>())};
  });
}

void peak(benchmark::State& state) {
  const auto threads = static_cast<std::size_t>(xg::num_threads());
  for (auto _ : state)
    xg::parallel_for(threads, [](std::size_t) { benchmark::DoNotOptimize(multiply_add()); });
  const auto per_call = static_cast<double>(2 * chains * multiply_add().lanes * rounds * threads);
  state.counters["flops"] = per_call;
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
  return bench::run(argc, argv, xg::set_num_threads);
}
