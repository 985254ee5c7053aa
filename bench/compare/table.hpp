#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "samples.hpp"

namespace bench {

/// How a peer did at a workload.
struct PeerCell {
  Summary time;   // ns a unit
  Summary ratio;  // its time over xgrad's, round by round: above 1, xgrad is faster
  bool agrees;    // both computed the same, to the rounding of float32
};

struct Row {
  std::string workload, unit;
  Summary time;                             // ns a unit
  std::optional<double> of_limit;           // the time that the machine needs at least, over xgrad's
  std::map<std::string, PeerCell> peers{};  // by name
};

struct Table {
  int threads, rounds;
  double peak_gflops = 0;
  std::vector<std::string> peers{};
  std::vector<Row> rows{};
};

/// Puts what was measured side by side.
Table make_table(int threads, int rounds, const Results& xgrad, const std::map<std::string, Results>& peers,
                 const Results& limits);

/// True if all peers computed what xgrad did.
bool all_agree(const Table& table);

std::string as_text(const Table& table);
/// Writes bench.txt, bench.json and bench.html.
void write_table(const Table& table, const std::filesystem::path& folder);

}  // namespace bench
