#include "alone.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace bench {

Alone run_alone(const Programs& programs, const std::string& name, const std::string& workload, int threads) {
  Launch launch = best_launch(threads);
  if (!programs.peers.contains(name)) launch.environment.clear();
  const Finished finished =
      run_program(programs.path(name), {fmt::format("--threads={}", threads), "--alone=" + workload}, launch);
  const auto report = nlohmann::json::parse(finished.output);
  const double steps = report.at("steps");
  const auto a_step = [&](const char* key) { return report.at(key).get<double>() / steps; };
  return {report.at("nanoseconds"), report.at("slowest"), 1024 * report.at("peak_kilobytes").get<double>(),
          a_step("page_faults"), a_step("system_allocations")};
}

}  // namespace bench
