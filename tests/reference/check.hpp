#pragma once

#include <string>
#include <vector>

#include "case.hpp"
#include "compare.hpp"

namespace xg::test {

enum class Verdict { passed, failed, missing };

/// What came of one case.
struct Result {
  const Case* of = nullptr;
  Verdict verdict = Verdict::passed;
  double worst = 0;         ///< the largest difference, in units of what is allowed
  std::string detail = {};  ///< where that is, the first failure, or what is missing
};

/// Runs a case and compares all that it holds: outputs, vjps from a plain and from a recorded walk, jvp and
/// second derivatives from a walk over the recorded one; and where it asks for that, all again from
/// non-contiguous memory.
Result check(const Case& c, Arrays& arrays);

}  // namespace xg::test
