#pragma once
/// Optimizers that differ from Adam in how they average or what they divide by.

#include "optimizer.hpp"

namespace xg::optim {

struct AdamaxOptions {
  Hyper lr = 2e-3;
  std::array<Hyper, 2> betas = {0.9, 0.999};
  Hyper eps = 1e-8;
  Hyper weight_decay = 0;  ///< L2: adds weight_decay * p to the gradient
  bool maximize = false;   ///< climbs instead of descending
};

/// m' = b1 m + (1 - b1) g, u' = max(b2 u, |g| + eps), p' = p - lr m' / (1 - b1^t) / u'.
/// State   "exp_avg", "exp_inf".
/// Throws  ValueError "[Adamax] lr -1: expected at least 0".
/// Source  Kingma & Ba 2015, arXiv:1412.6980, section 7.1.
using Adamax = OptimizerOf<AdamaxOptions>;

Update update(const AdamaxOptions& options, std::int64_t step);

struct NAdamOptions {
  Hyper lr = 2e-3;
  std::array<Hyper, 2> betas = {0.9, 0.999};
  Hyper eps = 1e-8;
  Hyper weight_decay = 0;        ///< L2: adds weight_decay * p to the gradient
  double momentum_decay = 4e-3;  ///< how fast the momentum grows to betas[0]
  bool maximize = false;         ///< climbs instead of descending
};

/// Adam with Nesterov's momentum: with mu_t = b1 (1 - 0.96^(t momentum_decay) / 2) and M_t = mu_1 ... mu_t,
/// p' = p - lr (mu_{t+1} m' / (1 - M_{t+1}) + (1 - mu_t) g / (1 - M_t)) / (sqrt(v' / (1 - b2^t)) + eps).
/// State   "exp_avg", "exp_avg_sq".
/// Grad    as Adam.
/// Throws  ValueError "[NAdam] momentum_decay -1: expected at least 0".
/// Source  Dozat 2016, openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ.
using NAdam = OptimizerOf<NAdamOptions>;

Update update(const NAdamOptions& options, std::int64_t step);

struct RAdamOptions {
  Hyper lr = 1e-3;
  std::array<Hyper, 2> betas = {0.9, 0.999};
  Hyper eps = 1e-8;
  Hyper weight_decay = 0;  ///< L2: adds weight_decay * p to the gradient
  bool maximize = false;   ///< climbs instead of descending
};

/// Adam that divides by sqrt(v') only when v' has seen enough: with n = 2 / (1 - b2) - 1 and
/// n_t = n - 2 t b2^t / (1 - b2^t), p' = p - lr m' / (1 - b1^t) while n_t <= 5, then the step is multiplied
/// by r_t sqrt(1 - b2^t) / (sqrt(v') + eps), r_t^2 = (n_t - 4) (n_t - 2) n / ((n - 4) (n - 2) n_t).
/// State   "exp_avg", "exp_avg_sq".
/// Grad    as Adam.
/// Throws  ValueError "[RAdam] lr -1: expected at least 0".
/// Source  Liu et al. 2020, arXiv:1908.03265.
using RAdam = OptimizerOf<RAdamOptions>;

Update update(const RAdamOptions& options, std::int64_t step);

struct AdaBeliefOptions {
  Hyper lr = 1e-3;
  std::array<Hyper, 2> betas = {0.9, 0.999};
  Hyper eps = 1e-16;
  Hyper weight_decay = 0;  ///< decoupled: multiplies p by 1 - lr * weight_decay
  bool maximize = false;   ///< climbs instead of descending
};

/// AdamW that divides by how far gradients are from their average: s' = b2 s + (1 - b2) (g - m')^2 + eps,
/// p' = (1 - lr weight_decay) p - lr m' / (1 - b1^t) / (sqrt(s' / (1 - b2^t)) + eps).
/// State   "exp_avg", "exp_avg_var".
/// Grad    as Adam.
/// Throws  ValueError "[AdaBelief] lr -1: expected at least 0".
/// Source  Zhuang et al. 2020, arXiv:2010.07468.
using AdaBelief = OptimizerOf<AdaBeliefOptions>;

Update update(const AdaBeliefOptions& options, std::int64_t step);

}  // namespace xg::optim
