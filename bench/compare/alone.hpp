#pragma once

#include <string>

#include "peers.hpp"

namespace bench {

/// One workload in a process of its own.
struct Alone {
  double nanoseconds, slowest;  ///< of a step: the median and the longest
  double peak_bytes;
  double page_faults, system_allocations;  ///< a step, on average
};
Alone run_alone(const Programs& programs, const std::string& name, const std::string& workload,
                int threads = 1);

}  // namespace bench
