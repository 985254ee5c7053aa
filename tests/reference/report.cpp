#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace xg::test {
namespace {

struct Tally : Totals {
  const Result* closest = nullptr;  // of those that passed, the nearest to its tolerance
  std::map<std::string, int> missing_what = {};

  void add(const Result& r) {
    if (r.verdict == Verdict::failed) ++failed;
    if (r.verdict == Verdict::missing) ++missing, ++missing_what[r.detail];
    if (r.verdict != Verdict::passed) return;
    ++passed;
    if (!closest || r.worst > closest->worst) closest = &r;
  }
};

void print_tallies(const std::map<std::string, Tally>& tallies) {
  fmt::print("\n{:12} {:>7} {:>7} {:>16}   closest to its tolerance\n", "family", "passed", "failed",
             "not implemented");
  for (const auto& [family, t] : tallies)
    fmt::print("{:12} {:7} {:7} {:16}   {}\n", family, t.passed, t.failed, t.missing,
               t.closest ? fmt::format("{:.3g} of it, {}", t.closest->worst, t.closest->of->id) : "");
}

void print_missing(const std::map<std::string, Tally>& tallies) {
  for (const auto& [family, t] : tallies) {
    if (t.missing_what.empty()) continue;
    fmt::print("\nnot implemented, {}:", family);
    for (const auto& [what, cases] : t.missing_what) fmt::print(" {},", what);
    fmt::print("\n");
  }
}

void print_failures(std::vector<const Result*> failures) {
  if (failures.empty()) return;
  std::ranges::stable_sort(failures, std::ranges::greater(), [](const Result* r) { return r->worst; });
  fmt::print("\nfailed, worst first (difference in units of the tolerance):\n");
  for (const Result* r : failures) fmt::print("  {:36} {:9.3g}  {}\n", r->of->id, r->worst, r->detail);
}

}  // namespace

void print_case(const Result& r) {
  constexpr const char* words[] = {"passed", "FAILED", "missing"};
  fmt::print("{:8} {:40} {:9.3g} {}\n", words[static_cast<int>(r.verdict)], r.of->id, r.worst, r.detail);
}

Totals print_report(std::span<const Result> results) {
  std::map<std::string, Tally> tallies;
  std::vector<const Result*> failures;
  Totals all;
  for (const Result& r : results) {
    tallies[r.of->family].add(r);
    if (r.verdict == Verdict::failed) failures.push_back(&r);
  }
  for (const auto& [family, t] : tallies) {
    all.passed += t.passed;
    all.failed += t.failed;
    all.missing += t.missing;
  }
  print_tallies(tallies);
  print_missing(tallies);
  print_failures(failures);
  fmt::print("\n{} cases: {} passed, {} failed, {} not implemented\n", results.size(), all.passed, all.failed,
             all.missing);
  return all;
}

}  // namespace xg::test
