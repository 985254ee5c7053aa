#include "table.hpp"

#include <algorithm>
#include <cmath>

namespace bench {
namespace {

// Sums over many float32 numbers that were rounded in another order.
constexpr double tolerance = 1e-5;

// Of the results that both have: a peer may compute the value only.
bool agree(const Samples& a, const Samples& b) {
  for (std::size_t i = 0; i < std::min(a.results.size(), b.results.size()); ++i)
    if (!(std::abs(a.results[i] - b.results[i]) <= tolerance * std::abs(a.results[i]))) return false;
  return true;
}

double best(const Samples& s) { return *std::ranges::min_element(s.nanoseconds); }

Summary per_unit(const Samples& s) {
  const Summary t = summarise(s.nanoseconds);
  return {t.median / s.units, t.lowest / s.units, t.highest / s.units};
}

Summary ratio(const Samples& own, const Samples& peer) {
  std::vector<double> rounds;
  for (std::size_t i = 0; i < std::min(peer.nanoseconds.size(), own.nanoseconds.size()); ++i)
    rounds.push_back(own.nanoseconds[i] / peer.nanoseconds[i]);
  return summarise(rounds);
}

// Nanoseconds to move these bytes, at the speed of the copy whose size is next to them.
double time_to_move(double bytes, const Results& limits) {
  double distance = INFINITY, time = 0;
  for (const auto& [name, s] : limits) {
    if (s.bytes <= 0 || std::abs(std::log(s.bytes / bytes)) >= distance) continue;
    distance = std::abs(std::log(s.bytes / bytes));
    time = best(s) * bytes / s.bytes;
  }
  return time;
}

double time_to_compute(double flops, const Results& limits) {
  const auto peak = limits.find("limits/peak");
  return peak == limits.end() ? 0 : best(peak->second) * flops / peak->second.flops;
}

std::optional<double> of_limit(const Samples& s, const Results& limits) {
  const double least =
      std::max(s.bytes > 0 ? time_to_move(s.bytes, limits) : 0, time_to_compute(s.flops, limits));
  if (least == 0) return std::nullopt;
  return least / summarise(s.nanoseconds).median;
}

Cell make_cell(const Measured& m, const std::string& workload, const std::string& peer) {
  const Samples& own = m.xgrad.at(workload);
  const double nanoseconds = summarise(own.nanoseconds).median;
  Cell cell{per_unit(own), of_limit(own, m.limits), own.flops / nanoseconds, own.bytes / nanoseconds, {}};
  if (peer.empty()) return cell;
  const Samples& other = m.peers.at(peer).at(workload);
  cell.peer = PeerCell{per_unit(other), ratio(own, other), agree(own, other)};
  return cell;
}

std::vector<std::string> peers_of(const Measured& m, const std::string& workload) {
  std::vector<std::string> names;
  for (const auto& [name, results] : m.peers)
    if (results.contains(workload)) names.push_back(name);
  if (names.empty()) names.push_back("");
  return names;
}

}  // namespace

Table make_table(const std::map<int, Measured>& measured) {
  Table table;
  for (const auto& [threads, m] : measured) {
    const Samples& peak = m.limits.at("limits/peak");
    table.threads.push_back(threads);
    table.peak_gflops.push_back(peak.flops / best(peak));
  }
  const Measured& first = measured.begin()->second;
  for (const auto& [workload, own] : first.xgrad)
    for (const std::string& peer : peers_of(first, workload)) {
      Row row{workload, own.unit, peer, {}};
      if (const auto it = own.at_most.find(peer); it != own.at_most.end()) row.at_most = it->second;
      for (const auto& [threads, m] : measured) {
        row.cells.push_back(make_cell(m, workload, peer));
        row.same_bits = row.same_bits && m.xgrad.at(workload).results == own.results;
      }
      table.rows.push_back(std::move(row));
    }
  return table;
}

bool all_agree(const Table& table) {
  for (const Row& row : table.rows) {
    if (!row.same_bits) return false;
    for (const Cell& cell : row.cells)
      if (cell.peer && !cell.peer->agrees) return false;
  }
  return true;
}

}  // namespace bench
