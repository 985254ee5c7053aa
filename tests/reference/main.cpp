#include <fmt/format.h>

#include <cstdlib>
#include <optional>
#include <string_view>

#include "report.hpp"

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
  const Totals totals = print_report(results);
  return totals.failed == 0 && (totals.missing == 0 || a.allow_missing) ? exit_passed : exit_failed;
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
