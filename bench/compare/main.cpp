// Measures xgrad and every peer that was built, in turns, and prints them side by side.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <stdexcept>
#include <string>

#include "program.hpp"
#include "table.hpp"

namespace {

namespace fs = std::filesystem;

struct Options {
  int threads = 1;
  int rounds = 7;
  double min_time = 0.2;  // seconds a workload and round
  std::string only = "";  // names that start so
  fs::path out = "bench-results";
};

constexpr const char* usage =
    "bench_compare [--threads=1] [--rounds=7] [--min-time=0.2] [--only=mish/] [--out=bench-results] "
    "[--quick]\n"
    "--quick runs every workload, too briefly for figures\n";

Options parse(int argc, char** argv) {
  Options o;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::string value = argument.substr(std::min(argument.size(), argument.find('=') + 1));
    if (argument.starts_with("--threads="))
      o.threads = std::stoi(value);
    else if (argument.starts_with("--rounds="))
      o.rounds = std::stoi(value);
    else if (argument.starts_with("--min-time="))
      o.min_time = std::stod(value);
    else if (argument.starts_with("--only="))
      o.only = value;
    else if (argument.starts_with("--out="))
      o.out = value;
    else if (argument == "--quick")
      o.rounds = 1, o.min_time = 1e-3;
    else
      throw std::invalid_argument(usage);
  }
  if (o.threads < 1 || o.rounds < 1 || o.min_time <= 0) throw std::invalid_argument(usage);
  return o;
}

// The peers are the other programs beside this one: bench_<peer>.
std::map<std::string, fs::path> find_peers(const fs::path& folder) {
  const std::string prefix = "bench_";
  std::map<std::string, fs::path> peers;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || !name.starts_with(prefix)) continue;
    const std::string peer = name.substr(prefix.size());
    if (peer != "xgrad" && peer != "limits" && peer != "compare") peers[peer] = entry.path();
  }
  return peers;
}

// What makes a peer fastest: tcmalloc, and on several threads the BLAS whose threads suit OpenMP.
std::vector<std::string> best_environment(int threads) {
  const fs::path libraries = "/usr/lib/x86_64-linux-gnu";
  std::string preload;
  for (const char* name : {"libtcmalloc_minimal.so.4", "libtcmalloc.so.4"})
    if (preload.empty() && fs::exists(libraries / name)) preload = (libraries / name).string();
  const fs::path openmp = libraries / "openblas-openmp/libopenblas.so.0";
  if (threads > 1 && fs::exists(openmp))
    preload = preload.empty() ? openmp.string() : fmt::format("{}:{}", preload, openmp.string());
  return preload.empty() ? std::vector<std::string>{}
                         : std::vector<std::string>{fmt::format("LD_PRELOAD={}", preload)};
}

// Workloads whose names start alike are measured together, xgrad and its peers right after one another.
std::set<std::string> find_groups(const fs::path& program, const std::string& only) {
  const std::string names = bench::run_program(program, {"--benchmark_list_tests"});
  std::set<std::string> groups;
  for (std::size_t at = 0; at < names.size(); at = names.find('\n', at) + 1) {
    const std::string name = names.substr(at, names.find('\n', at) - at);
    if (name.starts_with(only)) groups.insert(name.substr(0, std::max(name.find('/') + 1, only.size())));
  }
  return groups;
}

class Comparison {
 public:
  Comparison(const Options& options, const fs::path& folder)
      : options_(options), folder_(folder), peers_(find_peers(folder)) {}

  bench::Table run() {
    const std::set<std::string> groups = find_groups(folder_ / "bench_xgrad", options_.only);
    for (int round = 0; round < options_.rounds; ++round) {
      std::fprintf(stderr, "round %d of %d\n", round + 1, options_.rounds);
      measure(limits_, folder_ / "bench_limits", "limits/", {});
      for (const std::string& group : groups) measure_all(group, round % 2 == 1);
    }
    return bench::make_table(options_.threads, options_.rounds, xgrad_, results_, limits_);
  }

 private:
  // Every other round goes the other way, so that whoever comes first has no advantage.
  void measure_all(const std::string& group, bool peers_first) {
    if (!peers_first) measure(xgrad_, folder_ / "bench_xgrad", group, {});
    for (const auto& [name, program] : peers_)
      measure(results_[name], program, group, best_environment(options_.threads));
    if (peers_first) measure(xgrad_, folder_ / "bench_xgrad", group, {});
  }

  void measure(bench::Results& results, const fs::path& program, const std::string& group,
               const std::vector<std::string>& environment) {
    const std::string json = bench::run_program(
        program,
        {fmt::format("--threads={}", options_.threads), "--benchmark_filter=^" + group,
         "--benchmark_format=json", fmt::format("--benchmark_min_time={}", options_.min_time)},
        environment);
    bench::add_samples(results, json, bench::clock_for(options_.threads));
  }

  Options options_;
  fs::path folder_;
  std::map<std::string, fs::path> peers_;
  bench::Results xgrad_, limits_;
  std::map<std::string, bench::Results> results_;
};

}  // namespace

int main(int argc, char** argv) try {
  const Options options = parse(argc, argv);
  bench::stay_on_cores(options.threads);
  Comparison comparison(options, fs::canonical("/proc/self/exe").parent_path());
  const bench::Table table = comparison.run();
  std::fputs(bench::as_text(table).c_str(), stdout);
  bench::write_table(table, options.out);
  std::fprintf(stderr, "written to %s\n", fs::absolute(options.out).c_str());
  if (bench::all_agree(table)) return 0;
  std::fputs("some results differ: see the rows with DIFFERS\n", stderr);
  return 1;
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 2;
}
