#include "workload.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string_view>

#include "list.hpp"

namespace bench {
namespace {

std::map<std::string, std::function<Run()>>& setups() {
  static std::map<std::string, std::function<Run()>> all;
  return all;
}

// The first step's value, that of three steps on, and the first step's gradients, when all libraries still have
// the same parameters. A peer may end before the gradients.
std::vector<double> first_results(const Run& run) {
  run.step();
  std::vector<double> results = run.results();
  for (int i = 0; i < 3; ++i) run.step();
  results.insert(results.begin() + 1, run.results().front());
  return results;
}

// A workload that is ready. Only the latest is kept: Google Benchmark asks for each one several times.
struct Ready {
  std::string name{};
  Run run{};
  std::vector<double> results{};
};

const Ready& make_ready(const std::string& name, const std::function<Run()>& setup) {
  static Ready latest;
  if (latest.name != name) {
    latest = {};
    const Run run = setup();
    latest = {name, run, first_results(run)};
  }
  return latest;
}

void measure(benchmark::State& state, const Workload& w, const std::function<Run()>& setup) {
  const Ready& ready = make_ready(w.name, setup);
  for (auto _ : state) ready.run.step();
  state.SetLabel(w.unit);
  state.counters["units"] = w.units;
  state.counters["flops"] = w.flops;
  state.counters["bytes"] = w.bytes;
  for (const auto& [peer, ratio] : w.at_most) state.counters["at_most/" + peer] = ratio;
  for (std::size_t i = 0; i < ready.results.size(); ++i)
    state.counters[fmt::format("result/{:03}", i)] = ready.results[i];
}

std::int64_t page_faults() {
  rusage u;
  getrusage(RUSAGE_SELF, &u);
  return u.ru_minflt;
}

// Of this program alone: rusage starts from the size of the one that started it.
std::int64_t peak_kilobytes() {
  std::ifstream status("/proc/self/status");
  const std::string key = "VmHWM:";
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(key)) return std::stoll(line.substr(key.size()));
  return 0;
}

// As in the table: processor time on one thread, the clock's on several.
double nanoseconds(int threads) {
  timespec t;
  clock_gettime(threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
  return 1e9 * static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec);
}

double time_of(const Run& run, int threads) {
  const double start = nanoseconds(threads);
  run.step();
  return nanoseconds(threads) - start;
}

// One workload in a process of its own: what a step takes, and which memory.
int run_alone(const std::string& name, int threads, const Library& library) {
  constexpr double enough = 0.2e9;  // nanoseconds
  constexpr std::size_t least = 3;
  const auto setup = setups().find(name);
  if (setup == setups().end()) throw std::invalid_argument("this library has no workload " + name);
  const Run run = setup->second();
  for (std::size_t i = 0; i < least; ++i) run.step();
  const auto asked = [&] { return library.system_allocations ? library.system_allocations() : 0; };
  std::vector<double> times(4096);
  const std::int64_t asked_before = asked(), faults_before = page_faults();
  std::size_t steps = 0;
  for (double total = 0; steps < times.size() && (total < enough || steps < least); ++steps)
    total += times[steps] = time_of(run, threads);
  const std::int64_t faults = page_faults() - faults_before, asked_for = asked() - asked_before;
  times.resize(steps);
  std::ranges::sort(times);
  const nlohmann::json report{
      {"nanoseconds", times[steps / 2]},    {"slowest", times.back()}, {"steps", steps},
      {"peak_kilobytes", peak_kilobytes()}, {"page_faults", faults},   {"system_allocations", asked_for}};
  fmt::print("{}\n", report.dump());
  return 0;
}

// Takes --name=value out of the arguments.
std::string take(const std::string& name, const std::string& otherwise, int& argc, char** argv) {
  const std::string prefix = "--" + name + "=";
  std::string value = otherwise;
  int kept = 0;
  for (int i = 0; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with(prefix))
      value = argument.substr(prefix.size());
    else
      argv[kept++] = argv[i];
  }
  argc = kept;
  return value;
}

template <class T> std::vector<T> normals_of(std::int64_t n, unsigned seed, double scale) {
  std::mt19937 engine(seed);
  std::normal_distribution<double> normal(0, scale);
  std::vector<T> values(static_cast<std::size_t>(n));
  for (T& v : values) v = static_cast<T>(normal(engine));
  return values;
}

}  // namespace

void add(const std::string& name, std::function<Run()> setup) {
  find_workload(name);
  setups()[name] = std::move(setup);
}

int run(int argc, char** argv, const Library& library) {
  const int threads = std::stoi(take("threads", "1", argc, argv));
  library.set_threads(threads);
  const std::string alone = take("alone", "", argc, argv);
  if (!alone.empty()) return run_alone(alone, threads, library);
  for (const auto& entry : setups()) {
    if (entry.first.starts_with("growth/")) continue;
    const auto measured = [&](benchmark::State& state) {
      measure(state, find_workload(entry.first), entry.second);
    };
    benchmark::RegisterBenchmark(entry.first.c_str(), measured)->UseRealTime();
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

std::vector<float> normals(std::int64_t n, unsigned seed, double scale) {
  return normals_of<float>(n, seed, scale);
}
std::vector<double> wide_normals(std::int64_t n, unsigned seed, double scale) {
  return normals_of<double>(n, seed, scale);
}

std::vector<float> parameter_values(const Sizes& shape, unsigned i) {
  const std::int64_t n = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
  return normals(n, i + 1, shape.size() > 1 ? 1 / std::sqrt(static_cast<double>(n / shape[0])) : 0.5);
}

std::vector<std::int64_t> classes(std::int64_t n, std::int64_t below, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_int_distribution<std::int64_t> uniform(0, below - 1);
  std::vector<std::int64_t> values(static_cast<std::size_t>(n));
  for (std::int64_t& v : values) v = uniform(engine);
  return values;
}

}  // namespace bench
