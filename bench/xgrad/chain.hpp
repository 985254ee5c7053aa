#pragma once

#include <xgrad/ops/arithmetic.hpp>

#include "workloads.hpp"

namespace bench {

inline Leaves chain_leaves(std::int64_t n) {
  Leaves leaves;
  for (double value : {1.0, 0.999, 0.001}) leaves.push_back(xg::full({n}, value, {.requires_grad = true}));
  return leaves;
}

/// y = y * a + b over and over.
inline xg::Tensor chain(const Leaves& l, std::int64_t length) {
  xg::Tensor y = l[0];
  for (std::int64_t i = 0; i < length; ++i) y = y * l[1] + l[2];
  return y;
}

}  // namespace bench
