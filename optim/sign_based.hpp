#pragma once
/// Optimizers that use the signs of gradients, not their sizes.

#include "optimizer.hpp"

namespace xg::optim {

struct RpropOptions {
  Hyper lr = 1e-2;  ///< the first step size; later ones follow from it
  std::array<Hyper, 2> etas = {0.5, 1.2};
  std::array<Hyper, 2> step_sizes = {1e-6, 50};
  bool maximize = false;  ///< climbs instead of descending
};

/// Each element has a step size s: times etas[1] where its gradient keeps its sign, times etas[0], and no
/// step, where the sign changes; kept within step_sizes. p' = p - s' sign(g).
/// State   "prev": the gradient, 0 where its sign has changed; "step_size".
/// Grad    as through the chosen branch; of sign(g) it is 0.
/// Throws  ValueError "[Rprop] etas [1.5, 1.2]: expected 0 < etas[0] < 1 < etas[1]".
/// Source  Riedmiller & Braun 1993, doi.org/10.1109/ICNN.1993.298623; PyTorch's form.
using Rprop = OptimizerOf<RpropOptions>;

Update update(const RpropOptions& options, std::int64_t step);

struct LionOptions {
  Hyper lr = 1e-4;
  std::array<Hyper, 2> betas = {0.9, 0.99};
  Hyper weight_decay = 0;  ///< decoupled: multiplies p by 1 - lr * weight_decay
  bool maximize = false;   ///< climbs instead of descending
};

/// p' = (1 - lr weight_decay) p - lr sign(b1 m + (1 - b1) g), m' = b2 m + (1 - b2) g.
/// State   "exp_avg".
/// Grad    of the sign it is 0.
/// Throws  ValueError "[Lion] betas[0] 1: expected at least 0 and less than 1".
/// Source  Chen et al. 2023, arXiv:2302.06675.
using Lion = OptimizerOf<LionOptions>;

Update update(const LionOptions& options, std::int64_t step);

}  // namespace xg::optim
