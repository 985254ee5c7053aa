#pragma once

#include <xgrad/ops/window.hpp>

#include "table.hpp"

namespace xg::test {

/// An argument for height and width: one number for both, or two.
inline Size2d size2d(const Call& c, const char* name, std::int64_t otherwise) {
  const auto both = c.each<2>(name, otherwise);
  return {both[0], both[1]};
}

}  // namespace xg::test
