#pragma once
/// Optimizers whose rate falls by itself as gradients, or steps, add up.

#include "optimizer.hpp"

namespace xg::optim {

struct AdagradOptions {
  Hyper lr = 1e-2;
  Hyper lr_decay = 0;
  Hyper weight_decay = 0;  ///< L2: adds weight_decay * p to the gradient
  Hyper initial_accumulator_value = 0;
  Hyper eps = 1e-10;
  bool maximize = false;  ///< climbs instead of descending
};

/// s' = s + g^2 and, with t counting steps from 1, p' = p - lr / (1 + (t - 1) lr_decay) g / (sqrt(s') + eps).
/// Units   eps is absolute and stands outside of the root.
/// State   "sum".
/// Grad    where s' = 0 its root has the derivative 0.
/// Throws  ValueError "[Adagrad] lr_decay -1: expected at least 0".
/// Source  Duchi et al. 2011, jmlr.org/papers/v12/duchi11a.html.
using Adagrad = OptimizerOf<AdagradOptions>;

Update update(const AdagradOptions& options, std::int64_t step);

struct AdadeltaOptions {
  Hyper lr = 1;
  Hyper rho = 0.9;
  Hyper eps = 1e-6;
  Hyper weight_decay = 0;  ///< L2: adds weight_decay * p to the gradient
  bool maximize = false;   ///< climbs instead of descending
};

/// v' = rho v + (1 - rho) g^2, d = sqrt(u + eps) / sqrt(v' + eps) g, u' = rho u + (1 - rho) d^2,
/// p' = p - lr d.
/// Units   eps is absolute and stands inside of both roots.
/// State   "square_avg", "acc_delta".
/// Throws  ValueError "[Adadelta] rho 1: expected at least 0 and less than 1".
/// Source  Zeiler 2012, arXiv:1212.5701.
using Adadelta = OptimizerOf<AdadeltaOptions>;

Update update(const AdadeltaOptions& options, std::int64_t step);

struct AsgdOptions {
  Hyper lr = 1e-2;
  Hyper lambd = 1e-4;      ///< how fast p and the rate decay
  Hyper alpha = 0.75;      ///< power of the rate's decay
  double t0 = 1e6;         ///< steps before the averaging begins
  Hyper weight_decay = 0;  ///< L2: adds weight_decay * p to the gradient
  bool maximize = false;   ///< climbs instead of descending
};

/// With t counting steps from 1, r = lr / (1 + lambd lr (t - 1))^alpha and c = 1 / max(1, t - 1 - t0),
/// p' = (1 - lambd r) p - r g, and a' = a + c (p' - a) is the average.
/// State   "ax": the average.
/// Throws  ValueError "[ASGD] lambd -1: expected at least 0".
/// Source  Polyak & Juditsky 1992, doi.org/10.1137/0330046; PyTorch's form.
using ASGD = OptimizerOf<AsgdOptions>;

Update update(const AsgdOptions& options, std::int64_t step);

}  // namespace xg::optim
