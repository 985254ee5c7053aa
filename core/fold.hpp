#pragma once
/// Sums, largest and smallest elements along axes of any strides: the kernels under reductions. Never recorded.

#include "tensor.hpp"

namespace xg::folding {

enum class Kind : std::uint8_t { add, max, min };

/// x (int64 or floating) folded along these normalised axes, which stay with length 1. The order of folding
/// depends on the shape alone and is a tree, so that rounding grows with its height only. Without elements:
/// 0 for add; the others need at least one.
Tensor along(const Tensor& x, const Axes& axes, Kind kind);

}  // namespace xg::folding
