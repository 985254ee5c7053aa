#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <string_view>

#include "check.hpp"

namespace xg::test {
namespace {

constexpr const char* usage =
    "usage: xgrad_reference [DIR] [--family F] [--op O] [--allow-missing] [--verbose]\n"
    "Compares xgrad with the reference values in DIR, or in the folder that XGRAD_REFERENCE_DIR names.\n"
    "  --family F, --op O  only these cases\n"
    "  --allow-missing     ops that xgrad does not have are no failure\n"
    "  --verbose           one line a case\n";

constexpr int exit_passed = 0, exit_failed = 1, exit_usage = 2, exit_skipped = 77;

struct Arguments {
  std::filesystem::path folder;
  std::string family, op;
  bool allow_missing = false, verbose = false;
};

// Nothing if the command line makes no sense.
std::optional<Arguments> parse(int argc, char** argv) {
  Arguments a;
  if (const char* folder = std::getenv("XGRAD_REFERENCE_DIR")) a.folder = folder;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const bool has_value = i + 1 < argc;
    if (word == "--allow-missing")
      a.allow_missing = true;
    else if (word == "--verbose")
      a.verbose = true;
    else if (word == "--family" && has_value)
      a.family = argv[++i];
    else if (word == "--op" && has_value)
      a.op = argv[++i];
    else if (word.starts_with('-'))
      return {};
    else
      a.folder = word;
  }
  return a;
}

struct Tally {
  int passed = 0, failed = 0, missing = 0;
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

void print_case(const Result& r) {
  constexpr const char* words[] = {"passed", "FAILED", "missing"};
  fmt::print("{:8} {:40} {:9.3g} {}\n", words[static_cast<int>(r.verdict)], r.of->id, r.worst, r.detail);
}

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

int run(const Arguments& a) {
  const std::vector<Case> cases = read_index(a.folder);
  Arrays arrays(a.folder);
  std::vector<Result> results;
  for (const Case& c : cases) {
    if ((!a.family.empty() && c.family != a.family) || (!a.op.empty() && c.op != a.op)) continue;
    results.push_back(check(c, arrays));
    if (a.verbose) print_case(results.back());
  }
  if (results.empty()) {
    fmt::print(stderr, "[reference] no case of family '{}', op '{}' in {}\n", a.family, a.op,
               a.folder.string());
    return exit_usage;
  }
  std::map<std::string, Tally> tallies;
  std::vector<const Result*> failures;
  int missing = 0;
  for (const Result& r : results) {
    tallies[r.of->family].add(r);
    missing += r.verdict == Verdict::missing;
    if (r.verdict == Verdict::failed) failures.push_back(&r);
  }
  print_tallies(tallies);
  print_missing(tallies);
  print_failures(failures);
  fmt::print("\n{} cases: {} passed, {} failed, {} not implemented\n", results.size(),
             results.size() - failures.size() - static_cast<std::size_t>(missing), failures.size(), missing);
  return failures.empty() && (missing == 0 || a.allow_missing) ? exit_passed : exit_failed;
}

}  // namespace
}  // namespace xg::test

int main(int argc, char** argv) {
  using namespace xg::test;
  const auto arguments = parse(argc, argv);
  if (!arguments) {
    fmt::print(stderr, "{}", usage);
    return exit_usage;
  }
  if (arguments->folder.empty() || !std::filesystem::is_directory(arguments->folder)) {
    fmt::print("skipped: no folder of reference values; name one in XGRAD_REFERENCE_DIR{}\n",
               arguments->folder.empty() ? "" : ", '" + arguments->folder.string() + "' is none");
    return exit_skipped;
  }
  try {
    return run(*arguments);
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return exit_failed;
  }
}
