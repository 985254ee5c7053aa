#pragma once
/// Optimizers put together from parts. A part makes of the gradient another one, e.g. a clipped one or one
/// divided by a running average; after the last part the parameter goes a step of lr against what is left.
///
///   optim::Chain adamw{net, {.parts = {optim::clip_by_global_norm(1), optim::scale_by_adam(),
///                                      optim::add_decayed_weights(1e-2)}, .lr = 1e-3}};
///
/// A part of one's own is a function of the step that returns a Rule, whose lambda returns the new gradient
/// in place of p', with its hyper-parameters.

#include <functional>
#include <vector>

#include "optimizer.hpp"
#include "schedule.hpp"

namespace xg::optim {

/// What is done to the gradient at a step that counts from 1.
using Part = std::function<Update(std::int64_t step)>;

struct ChainOptions {
  std::vector<Part> parts{};
  Hyper lr = 1e-3;
  bool maximize = false;  ///< climbs instead of descending
};

/// p' = p - lr u, where u is what the parts, one after the other, make of the gradient.
/// State   that of the parts; a name that occurs a second time becomes e.g. "momentum_buffer_2".
/// Throws  ValueError "[Chain] lr -1: expected at least 0", and what the parts throw for their options.
using Chain = OptimizerOf<ChainOptions>;

std::vector<Update> update(const ChainOptions& options, std::int64_t step);

/// p' = p - lr u: the end of every chain.
Update descend(Hyper lr);

/// factor u.
Part scale(Hyper factor);

/// schedule(t) u, with t counting the steps before this one.
Part scale_by_schedule(Schedule schedule);

/// u + decay p: before a part that scales it is L2, after it decoupled.
/// Throws  ValueError "[add_decayed_weights] decay -1: expected at least 0".
Part add_decayed_weights(Hyper decay);

struct TraceOptions {
  Hyper momentum = 0.9;
  bool nesterov = false;
};

/// b' = momentum b + u; returns b', or u + momentum b' if nesterov.
/// State   "momentum_buffer".
/// Throws  ValueError "[trace] momentum -1: expected at least 0".
Part trace(TraceOptions options = {});

struct ScaleByAdamOptions {
  std::array<Hyper, 2> betas = {0.9, 0.999};
  Hyper eps = 1e-8;
};

/// m' / (1 - b1^t) / (sqrt(v' / (1 - b2^t)) + eps), as in Adam.
/// State   "exp_avg", "exp_avg_sq".
/// Throws  ValueError "[scale_by_adam] betas[0] 1: expected at least 0 and less than 1".
Part scale_by_adam(ScaleByAdamOptions options = {});

struct ScaleByRmsOptions {
  Hyper alpha = 0.99;
  Hyper eps = 1e-8;
};

/// u / (sqrt(v') + eps), as in RMSprop.
/// State   "square_avg".
/// Throws  ValueError "[scale_by_rms] alpha 1: expected at least 0 and less than 1".
Part scale_by_rms(ScaleByRmsOptions options = {});

/// sign(u).
/// Grad    0.
Part scale_by_sign();

struct TrustRatioOptions {
  Hyper trust_coefficient = 1;
  Hyper eps = 0;
};

/// trust_coefficient |p| / (|u| + eps) u with the norms of the whole tensor; u where one of them is 0.
/// Throws  ValueError "[scale_by_trust_ratio] eps -1: expected at least 0".
/// Source  You et al. 2017, arXiv:1708.03888.
Part scale_by_trust_ratio(TrustRatioOptions options = {});

/// Each element limited to [-value, value].
/// Grad    1 at the limits, 0 beyond.
/// Throws  ValueError "[clip_by_value] value -1: expected at least 0".
Part clip_by_value(Hyper value);

/// min(1, max_norm / (|u| + 1e-6)) u, with the norm of each tensor by itself.
/// Throws  ValueError "[clip_by_norm] max_norm -1: expected at least 0".
Part clip_by_norm(Hyper max_norm);

/// The same with the norm of all gradients of a group as one vector, as clip_grad_norm.
/// Throws  ValueError "[clip_by_global_norm] max_norm -1: expected at least 0".
Part clip_by_global_norm(Hyper max_norm);

}  // namespace xg::optim
