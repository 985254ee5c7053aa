#include "table.hpp"

#include <algorithm>
#include <cmath>
#include <set>

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

Summary ratio(const Samples& peer, const Samples& own) {
  std::vector<double> rounds;
  for (std::size_t i = 0; i < std::min(peer.nanoseconds.size(), own.nanoseconds.size()); ++i)
    rounds.push_back(peer.nanoseconds[i] / own.nanoseconds[i]);
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

}  // namespace

Table make_table(int threads, int rounds, const Results& xgrad, const std::map<std::string, Results>& peers,
                 const Results& limits) {
  Table table{threads, rounds};
  if (const auto peak = limits.find("limits/peak"); peak != limits.end())
    table.peak_gflops = peak->second.flops / best(peak->second);
  for (const auto& [name, results] : peers) table.peers.push_back(name);
  for (const auto& [name, own] : xgrad) {
    Row row{name, own.unit, per_unit(own), of_limit(own, limits)};
    for (const auto& [peer, results] : peers) {
      const auto it = results.find(name);
      if (it == results.end()) continue;
      const Samples& other = it->second;
      row.peers.emplace(peer, PeerCell{per_unit(other), ratio(other, own), agree(own, other)});
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

bool all_agree(const Table& table) {
  for (const Row& row : table.rows)
    for (const auto& [name, cell] : row.peers)
      if (!cell.agrees) return false;
  return true;
}

}  // namespace bench
