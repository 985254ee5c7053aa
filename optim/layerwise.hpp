#pragma once
/// Optimizers for large batches, whose steps are as long as each tensor's norm asks for.

#include "optimizer.hpp"

namespace xg::optim {

struct LarsOptions {
  Hyper lr = 1e-1;
  Hyper momentum = 0.9;
  Hyper weight_decay = 0;  ///< adds weight_decay * p to the gradient
  Hyper trust_coefficient = 1e-3;
  Hyper eps = 0;
  bool nesterov = false;
  bool maximize = false;  ///< climbs instead of descending
};

/// d = g + weight_decay p, b' = momentum b + trust_coefficient |p| / (|d| + eps) d, p' = p - lr b': the chain
/// of add_decayed_weights, scale_by_trust_ratio and trace.
/// State   "momentum_buffer".
/// Throws  ValueError "[LARS] lr -1: expected at least 0".
/// Source  You et al. 2017, arXiv:1708.03888.
using LARS = OptimizerOf<LarsOptions>;

std::vector<Update> update(const LarsOptions& options, std::int64_t step);

struct LambOptions {
  Hyper lr = 1e-3;
  std::array<Hyper, 2> betas = {0.9, 0.999};
  Hyper eps = 1e-6;
  Hyper weight_decay = 0;  ///< decoupled: adds weight_decay * p to the direction
  bool maximize = false;   ///< climbs instead of descending
};

/// u = Adam's direction + weight_decay p, p' = p - lr |p| / |u| u: the chain of scale_by_adam,
/// add_decayed_weights and scale_by_trust_ratio.
/// State   "exp_avg", "exp_avg_sq".
/// Throws  ValueError "[LAMB] lr -1: expected at least 0".
/// Source  You et al. 2020, arXiv:1904.00962.
using LAMB = OptimizerOf<LambOptions>;

std::vector<Update> update(const LambOptions& options, std::int64_t step);

}  // namespace xg::optim
