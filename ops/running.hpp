#pragma once
/// Running statistics of normalisations. Internal to ops.

#include "../core/tensor.hpp"

namespace xg {

/// running = running * (1 - momentum) + batch * momentum, in place; an undefined one is left alone.
void move_towards(Tensor running, const Tensor& batch, double momentum);

}  // namespace xg
