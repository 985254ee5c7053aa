#pragma once

#include <string>

#include <xgrad/core/tensor.hpp>

#include "../support/npz.hpp"

namespace xg::test {

struct Tolerance {
  double rtol, atol;
};

/// How far a tensor is from its reference.
struct Difference {
  double worst = 0;       ///< largest |got - reference| in units of what is allowed; above 1 it fails
  std::string text = {};  ///< where that is, or what else differs
};

/// Floats pass within atol + rtol |reference|, an infinity or a NaN only against its like; integers and bools
/// must be equal. Shapes and dtypes must match.
Difference compare(const Tensor& got, const NpzArray& reference, Tolerance allowed);

}  // namespace xg::test
