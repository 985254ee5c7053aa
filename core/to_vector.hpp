#pragma once

#include <vector>

#include "copy.hpp"

namespace xg {

/// The elements in row-major order, converted: `to_vector(x)`, `to_vector<std::int64_t>(index)`. The way back is
/// from_values().
template <Element T = double> std::vector<T> to_vector(const Tensor& x) {
  const Tensor values = contiguous(to(x, dtype_of<T>));
  return std::vector<T>(values.data<T>(), values.data<T>() + values.numel());
}

}  // namespace xg
