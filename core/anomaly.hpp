#pragma once

#include <string>

#include "node.hpp"

namespace xg {

/// "nan at [0, 3]" for the first NaN or infinity of a floating tensor, empty if there is none.
std::string first_non_finite(const Tensor& x);

/// Throws AnomalyError if a cotangent that `node` made for `input` is NaN or infinite.
void check_gradient_anomaly(const Node& node, std::size_t input, const Tensor& gradient);

}  // namespace xg
