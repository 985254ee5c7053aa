#pragma once

#include <map>
#include <string>
#include <vector>

namespace bench {

/// What one program said of one workload in all rounds.
struct Samples {
  std::vector<double> nanoseconds{};  // of one step, a round each
  std::string unit{};
  double units = 1, flops = 0, bytes = 0;
  std::vector<double> results{};            // sums over what was computed
  std::map<std::string, double> at_most{};  // by peer: what xgrad's time should be, in times of the peer's
};
using Results = std::map<std::string, Samples>;

struct Summary {
  double median, lowest, highest;
};
Summary summarise(std::vector<double> values);

/// Which of Google Benchmark's clocks counts: on one thread the processor's time, which others on the machine
/// disturb least.
const char* clock_for(int threads);

/// Adds what a program of Google Benchmark printed as JSON.
void add_samples(Results& results, const std::string& json, const char* clock);

}  // namespace bench
