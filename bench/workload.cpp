#include "workload.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <random>
#include <stdexcept>

namespace bench {
namespace {

constexpr int steps_before_checksum = 3;

// `flops` counts a multiply-add as two; `bytes` is the least that must move to and from memory.
struct Workload {
  std::string name, unit;
  double units = 1, flops = 0, bytes = 0;  // of one step
};

void add_elementwise(std::vector<Workload>& all, const std::string& op, std::int64_t size) {
  const auto n = static_cast<double>(size);
  all.push_back({fmt::format("{}/{}/forward", op, size), "element", n, 0, 8 * n});
  all.push_back({fmt::format("{}/{}/forward_backward", op, size), "element", n, 0, 20 * n});
}

double mlp_flops() {
  double products = 0;
  for (std::size_t i = 0; i + 1 < std::size(mlp_widths); ++i)
    products += 2.0 * static_cast<double>(mlp_widths[i] * mlp_widths[i + 1]);
  // Three products a layer, but nobody needs the gradient of the images.
  return batch_size * (3 * products - 2.0 * static_cast<double>(mlp_widths[0] * mlp_widths[1]));
}

double cnn_flops() {
  const double first = 2.0 * 26 * 26 * 32 * 9, second = 2.0 * 24 * 24 * 64 * 32 * 9;
  const double rest = 2.0 * (9216 * 128 + 128 * 10);
  return batch_size * (2 * first + 3 * second + 3 * rest);
}

std::vector<Workload> all_workloads() {
  std::vector<Workload> all;
  for (int n : {1, 64})
    for (const char* way : {"forward", "forward_backward"})
      all.push_back({fmt::format("chain/{}/{}", n, way), "op", 2.0 * chain_length});
  for (std::int64_t n : elementwise_sizes) {
    all.push_back(
        {fmt::format("copy/{}", n), "element", static_cast<double>(n), 0, 8.0 * static_cast<double>(n)});
    for (const char* op : {"mish_composed", "mish"}) add_elementwise(all, op, n);
  }
  for (const char* op : {"relu", "gelu", "tanh", "sigmoid", "silu"}) add_elementwise(all, op, 1048576);
  all.push_back({"cross_entropy/256x1000/forward_backward", "element", 256e3, 0, 12 * 256e3});
  all.push_back({"layer_norm/1024x768/forward_backward", "element", 1024 * 768, 0, 20.0 * 1024 * 768});
  for (const char* axis : {"axis0", "axis1"})
    all.push_back({fmt::format("sum/4096x1024/{}", axis), "element", 4096 * 1024, 0, 4.0 * 4096 * 1024});
  all.push_back({"transpose/1024/copy", "element", 1024 * 1024, 0, 8.0 * 1024 * 1024});
  for (int n : {64, 256, 1024}) all.push_back({fmt::format("matmul/{}", n), "product", 1, 2.0 * n * n * n});
  for (const char* rule : {"sgd", "adam"})
    all.push_back({fmt::format("mlp/64/{}", rule), "step", 1, mlp_flops()});
  all.push_back({"cnn/64/adam", "step", 1, cnn_flops()});
  return all;
}

const Workload& find_workload(const std::string& name) {
  static const std::vector<Workload> all = all_workloads();
  for (const Workload& w : all)
    if (w.name == name) return w;
  throw std::invalid_argument("no workload is called " + name);
}

void measure(benchmark::State& state, const Workload& w, const std::function<Run()>& setup) {
  const Run run = setup();
  for (int i = 0; i < steps_before_checksum; ++i) run.step();
  const double sum = run.checksum();
  for (auto _ : state) run.step();
  state.SetLabel(w.unit);
  state.counters["units"] = w.units;
  state.counters["flops"] = w.flops;
  state.counters["bytes"] = w.bytes;
  state.counters["checksum"] = sum;
}

// Takes --threads=N out of the arguments.
int take_threads(int& argc, char** argv) {
  int threads = 1, kept = 0;
  for (int i = 0; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--threads="))
      threads = std::stoi(std::string(argument.substr(10)));
    else
      argv[kept++] = argv[i];
  }
  argc = kept;
  return threads;
}

}  // namespace

void add(const std::string& name, std::function<Run()> setup) {
  const Workload& w = find_workload(name);
  benchmark::RegisterBenchmark(name.c_str(), [&w, setup = std::move(setup)](benchmark::State& state) {
    measure(state, w, setup);
  })->UseRealTime();
}

int run(int argc, char** argv, void (*set_threads)(int)) {
  set_threads(take_threads(argc, argv));
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

std::vector<float> normals(std::int64_t n, unsigned seed, double scale) {
  std::mt19937 engine(seed);
  std::normal_distribution<double> normal(0, scale);
  std::vector<float> values(static_cast<std::size_t>(n));
  for (float& v : values) v = static_cast<float>(normal(engine));
  return values;
}

std::vector<std::int64_t> classes(std::int64_t n, std::int64_t below, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_int_distribution<std::int64_t> uniform(0, below - 1);
  std::vector<std::int64_t> values(static_cast<std::size_t>(n));
  for (std::int64_t& v : values) v = uniform(engine);
  return values;
}

double checksum(const float* values, std::int64_t n) {
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i)
    sum += std::abs(static_cast<double>(values[i])) * (1 + 0.1 * static_cast<double>(i % 7));
  return sum;
}

}  // namespace bench
