#pragma once

#include <cstdlib>
#include <string>

namespace xg::test {

inline std::string environment(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value ? value : otherwise;
}

/// Whether XGRAD_ROWS, if set, is part of this op's name.
inline bool is_wanted(const std::string& op) {
  return op.find(environment("XGRAD_ROWS", "")) != std::string::npos;
}

}  // namespace xg::test
