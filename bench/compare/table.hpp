#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "samples.hpp"

namespace bench {

/// What all programs said at one number of threads.
struct Measured {
  Results xgrad{}, limits{};
  std::map<std::string, Results> peers{};
};

/// How a peer did at a workload.
struct PeerCell {
  Summary time;   // ns a unit
  Summary ratio;  // xgrad's time over the peer's, round by round: below 1, xgrad is faster
  bool agrees;    // both computed the same, to the rounding of float32
};

/// xgrad beside one peer, on one number of threads.
struct Cell {
  Summary time;                    // ns a unit
  std::optional<double> of_limit;  // the time that the machine needs at least, over xgrad's
  double gflops, gigabytes;        // a second
  std::optional<PeerCell> peer;
};

struct Row {
  std::string workload, unit, peer;  // no peer: ""
  std::optional<double> at_most;     // the ratio that is wanted
  bool same_bits = true;             // on every number of threads
  std::vector<Cell> cells{};         // one for each number of threads
};

struct Table {
  std::vector<int> threads;
  std::vector<double> peak_gflops{};
  std::vector<Row> rows{};
};

/// Puts what was measured side by side.
Table make_table(const std::map<int, Measured>& measured);

/// True if all peers computed what xgrad did, and xgrad the same on any number of threads.
bool all_agree(const Table& table);

}  // namespace bench
