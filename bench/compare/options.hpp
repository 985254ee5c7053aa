#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace bench {

struct Options {
  std::vector<int> threads{1, 2};
  int rounds = 5;
  double min_time = 0.1;  // seconds a workload and round
  std::string only = "";  // workloads whose names start so
  std::vector<std::string> parts{"speed", "threads", "cost", "growth"};
  std::filesystem::path readme{};  // a file that takes in the tables
  bool markdown = false;           // on the screen too
  std::filesystem::path out = "bench-results";
};

/// Throws  std::invalid_argument with the usage.
Options parse_options(int argc, char** argv);

}  // namespace bench
