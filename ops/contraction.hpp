#pragma once
/// Sums of products of tensors whose axes have labels: equal labels run together. Internal to ops.

#include <cstdint>
#include <vector>

#include "../core/tensor.hpp"

namespace xg::contraction {

/// One number below 64 for each axis, each of them once.
using Labels = std::vector<int>;

struct Term {
  Tensor x;
  Labels labels;
};

/// The product of all terms, summed over the labels that `result` does not have, with the axes that it has.
/// Each of result's labels is one of a term's.
Tensor contract(std::vector<Term> terms, const Labels& result);

}  // namespace xg::contraction
