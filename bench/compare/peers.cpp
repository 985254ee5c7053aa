#include "peers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bench {

namespace fs = std::filesystem;

fs::path Programs::path(const std::string& name) const { return folder / fmt::format("bench_{}", name); }

Programs find_programs(const fs::path& folder) {
  const std::string prefix = "bench_";
  const std::set<std::string> own{"xgrad", "limits", "compare"};
  Programs found{folder, {}};
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || !name.starts_with(prefix)) continue;
    if (const std::string peer = name.substr(prefix.size()); !own.contains(peer)) found.peers.insert(peer);
  }
  return found;
}

Launch best_launch(int threads) {
  const fs::path libraries = "/usr/lib/x86_64-linux-gnu";
  std::string preload;
  const auto add = [&](const fs::path& library) {
    if (fs::exists(library)) preload += fmt::format("{}{}", preload.empty() ? "" : ":", library.string());
  };
  add(libraries / "libtcmalloc_minimal.so.4");
  if (threads > 1) add(libraries / "openblas-openmp/libopenblas.so.0");
  Launch launch{{fmt::format("OMP_NUM_THREADS={}", threads)}, first_cores(threads)};
  if (!preload.empty()) launch.environment.push_back("LD_PRELOAD=" + preload);
  return launch;
}

std::set<std::string> find_groups(const fs::path& program, std::string_view only) {
  const std::string names = run_program(program, {"--benchmark_list_tests"}).output;
  std::set<std::string> groups;
  for (std::size_t at = 0; at < names.size(); at = names.find('\n', at) + 1) {
    const std::string name = names.substr(at, names.find('\n', at) - at);
    if (name.starts_with(only)) groups.insert(name.substr(0, std::max(name.find('/') + 1, only.size())));
  }
  return groups;
}

std::string written(const std::string& peer) {
  static const std::map<std::string, std::string> names{{"torch", "libtorch"}, {"openblas", "OpenBLAS"},
                                                        {"dnnl", "oneDNN"},    {"adolc", "ADOL-C"},
                                                        {"eigen", "Eigen"},    {"plain", "plain C++"}};
  const auto it = names.find(peer);
  return it == names.end() ? peer : it->second;
}

}  // namespace bench
