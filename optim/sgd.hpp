#pragma once

#include "optimizer.hpp"

namespace xg::optim {

struct SgdOptions {
  Hyper lr = 1e-3;
  Hyper momentum = 0;
  Hyper dampening = 0;
  Hyper weight_decay = 0;  ///< L2: adds weight_decay * p to the gradient
  bool nesterov = false;
  bool maximize = false;  ///< climbs instead of descending
};

/// p' = p - lr d with d = g + weight_decay p; with momentum b' = momentum b + (1 - dampening) d, where b' = d
/// at the first step, and p' = p - lr b', or p - lr (d + momentum b') if nesterov.
/// State   "momentum_buffer", with momentum only.
/// Throws  ValueError "[SGD] nesterov needs a momentum above 0 and a dampening of 0".
/// Source  Sutskever et al. 2013, proceedings.mlr.press/v28/sutskever13.html; PyTorch's form.
using SGD = OptimizerOf<SgdOptions>;

Update update(const SgdOptions& options, std::int64_t step);

}  // namespace xg::optim
