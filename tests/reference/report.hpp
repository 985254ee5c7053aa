#pragma once

#include <span>

#include "check.hpp"

namespace xg::test {

struct Totals {
  int passed = 0, failed = 0, missing = 0;
};

/// One line a case: its verdict and its largest difference.
void print_case(const Result& result);

/// Prints how many cases of each family passed, failed or are not implemented, then the names of the latter and
/// the failed cases, worst first.
Totals print_report(std::span<const Result> results);

}  // namespace xg::test
