#pragma once

#include <map>
#include <string>

#include "../core/parameters.hpp"
#include "optimizer.hpp"

namespace xg::optim {

struct ScheduleFreeAdamWOptions {
  Hyper lr = 2.5e-3;
  std::array<Hyper, 2> betas = {0.9, 0.999};
  Hyper eps = 1e-8;
  Hyper weight_decay = 0;  ///< decoupled: adds weight_decay * p to the direction
  std::int64_t warmup_steps = 0;
  bool maximize = false;  ///< climbs instead of descending
};

/// AdamW that needs no schedule, as it averages its iterates: with r_t = lr min(1, t / warmup_steps),
/// c = r_t^2 / (r_1^2 + ... + r_t^2), d = g / (sqrt(v' / (1 - b2^t)) + eps) + weight_decay p and z from p,
/// z' = z - r_t d, p' = (1 - c) p + c z - r_t (1 - b1 (1 - c)) d. Gradients are taken at p; the model to
/// evaluate and to save is averaged_weights().
/// State   "z", "exp_avg_sq".
/// Grad    where v' = 0 its root has the derivative 0.
/// Throws  ValueError "[ScheduleFreeAdamW] betas[0] 0: expected more than 0".
/// Source  Defazio et al. 2024, arXiv:2405.15682.
using ScheduleFreeAdamW = OptimizerOf<ScheduleFreeAdamWOptions>;

Update update(const ScheduleFreeAdamWOptions& options, std::int64_t step);

namespace detail {

/// The betas[0] of all groups.
double common_beta(const ScheduleFreeAdamW& optimizer);
/// p + (1 - 1 / b1) (z - p), if there is a z yet.
Tensor averaged(const Tensor& p, const std::map<std::string, Tensor>& state, const std::string& path,
                double beta);

}  // namespace detail

/// The average x = p + (1 - 1 / b1) (z - p) of the iterates, as a model of its own:
/// `const TemporaryWeights guard(net, averaged_weights(optimizer, net));`
/// Throws  ValueError "[averaged_weights] betas[0] is 0.9 and 0.8: expected the same in all groups".
template <TensorTree Net> Net averaged_weights(const ScheduleFreeAdamW& optimizer, const Net& net) {
  const auto state = optimizer.state();
  const double beta = detail::common_beta(optimizer);
  Net out = clone(net);
  for_each_leaf(out, [&](const std::string& path, Tensor& p) { p = detail::averaged(p, state, path, beta); });
  return out;
}

}  // namespace xg::optim
