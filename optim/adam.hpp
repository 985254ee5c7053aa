#pragma once

#include "optimizer.hpp"

namespace xg::optim {

struct AdamOptions {
  Hyper lr = 1e-3;
  std::array<Hyper, 2> betas = {0.9, 0.999};
  Hyper eps = 1e-8;
  Hyper weight_decay = 0;  ///< L2: adds weight_decay * p to the gradient
  bool amsgrad = false;    ///< divides by the largest v' so far
  bool maximize = false;   ///< climbs instead of descending
};

/// m' = b1 m + (1 - b1) g, v' = b2 v + (1 - b2) g^2 and, with t counting steps from 1,
/// p' = p - lr m' / (1 - b1^t) / (sqrt(v' / (1 - b2^t)) + eps).
/// Units   eps is absolute and stands outside of the root.
/// State   "exp_avg", "exp_avg_sq"; "max_exp_avg_sq" with amsgrad.
/// Grad    where v' = 0, as after zero gradients only, its root has the derivative 0.
/// Throws  ValueError "[Adam] betas[0] 1: expected at least 0 and less than 1".
/// Source  Kingma & Ba 2015, arXiv:1412.6980; amsgrad: Reddi et al. 2018, arXiv:1904.09237.
using Adam = OptimizerOf<AdamOptions>;

Update update(const AdamOptions& options, std::int64_t step);

struct AdamWOptions {
  Hyper lr = 1e-3;
  std::array<Hyper, 2> betas = {0.9, 0.999};
  Hyper eps = 1e-8;
  Hyper weight_decay = 1e-2;  ///< decoupled: multiplies p by 1 - lr * weight_decay
  bool amsgrad = false;       ///< divides by the largest v' so far
  bool maximize = false;      ///< climbs instead of descending
};

/// Adam with (1 - lr weight_decay) p in place of p.
/// Source  Loshchilov & Hutter 2019, arXiv:1711.05101.
using AdamW = OptimizerOf<AdamWOptions>;

Update update(const AdamWOptions& options, std::int64_t step);

}  // namespace xg::optim
