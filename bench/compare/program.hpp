#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace bench {

using Cores = std::vector<int>;

/// The first `count` cores that this process may use, or fewer.
Cores first_cores(int count);

struct Launch {
  std::vector<std::string> environment{};  ///< NAME=value, in addition to ours
  Cores cores{};                           ///< where it may run; empty: anywhere
};

struct Finished {
  std::string output;
  double seconds, processor_seconds;
  long peak_kilobytes;  ///< of the program or of one that it started, whichever is more; never less than ours
};

/// Runs a program to its end; its messages go where ours go.
/// Throws  std::runtime_error if it cannot be started or fails.
Finished run_program(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                     const Launch& launch = {});

/// Keeps a core busy while it lives.
class BusyNeighbour {
 public:
  explicit BusyNeighbour(int core);
  ~BusyNeighbour();
  BusyNeighbour(const BusyNeighbour&) = delete;
  BusyNeighbour& operator=(const BusyNeighbour&) = delete;

 private:
  pid_t child_;
};

}  // namespace bench
