// Every workload, xgrad and its peers in turns.
#include "speed.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace bench {
namespace {

class Rounds {
 public:
  Rounds(const Options& options, const Programs& programs)
      : options_(options), programs_(programs), groups_(find_groups(programs.path("xgrad"), options.only)) {
    for (const std::string& peer : programs.peers)
      peer_groups_[peer] = find_groups(programs.path(peer), options.only);
  }

  std::map<int, Measured> run() {
    for (int round = 0; round < options_.rounds; ++round)
      for (int threads : options_.threads) {
        fmt::print(stderr, "round {} of {}, threads {}:", round + 1, options_.rounds, threads);
        measure(measured_[threads].limits, "limits", "limits/", threads);
        for (const std::string& group : groups_) measure_all(group, threads, round % 2 == 1);
        fmt::print(stderr, "\n");
      }
    return std::move(measured_);
  }

 private:
  // Every other round goes the other way, so that whoever comes first has no advantage.
  void measure_all(const std::string& group, int threads, bool peers_first) {
    fmt::print(stderr, " {}", group.substr(0, group.find('/')));
    Measured& m = measured_[threads];
    if (!peers_first) measure(m.xgrad, "xgrad", group, threads);
    for (const auto& [peer, groups] : peer_groups_)
      if (groups.contains(group)) measure(m.peers[peer], peer, group, threads);
    if (peers_first) measure(m.xgrad, "xgrad", group, threads);
  }

  void measure(Results& results, const std::string& name, const std::string& group, int threads) {
    Launch launch = best_launch(threads);
    if (!programs_.peers.contains(name)) launch.environment.clear();
    const Finished finished =
        run_program(programs_.path(name),
                    {fmt::format("--threads={}", threads), "--benchmark_filter=^" + group,
                     "--benchmark_format=json", fmt::format("--benchmark_min_time={}", options_.min_time)},
                    launch);
    add_samples(results, finished.output, clock_for(threads));
  }

  Options options_;
  Programs programs_;
  std::set<std::string> groups_;
  std::map<std::string, std::set<std::string>> peer_groups_{};
  std::map<int, Measured> measured_{};
};

}  // namespace

Table measure_speed(const Options& options, const Programs& programs) {
  return make_table(Rounds(options, programs).run());
}

}  // namespace bench
