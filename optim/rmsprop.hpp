#pragma once

#include "optimizer.hpp"

namespace xg::optim {

struct RmspropOptions {
  Hyper lr = 1e-2;
  Hyper alpha = 0.99;
  Hyper eps = 1e-8;
  Hyper weight_decay = 0;  ///< L2: adds weight_decay * p to the gradient
  Hyper momentum = 0;
  bool centered = false;  ///< divides by the standard deviation instead of the root mean square
  bool maximize = false;  ///< climbs instead of descending
};

/// v' = alpha v + (1 - alpha) g^2 and d = g / (sqrt(v') + eps), p' = p - lr d; with momentum
/// b' = momentum b + d and p' = p - lr b'; centered, a' = alpha a + (1 - alpha) g and sqrt(v' - a'^2).
/// Units   eps is absolute and stands outside of the root.
/// State   "square_avg"; "momentum_buffer" with momentum, "grad_avg" if centered.
/// Grad    where v' = 0, as after zero gradients only, its root has the derivative 0.
/// Throws  ValueError "[RMSprop] alpha 1: expected at least 0 and less than 1".
/// Source  Hinton, lecture 6e of Neural Networks for Machine Learning, 2012; centered: Graves 2013,
/// arXiv:1308.0850.
using RMSprop = OptimizerOf<RmspropOptions>;

Update update(const RmspropOptions& options, std::int64_t step);

}  // namespace xg::optim
