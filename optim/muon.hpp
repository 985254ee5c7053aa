#pragma once

#include "optimizer.hpp"

namespace xg::optim {

struct MuonOptions {
  Hyper lr = 1e-3;
  Hyper weight_decay = 0.1;  ///< decoupled: multiplies p by 1 - lr * weight_decay
  Hyper momentum = 0.95;
  bool nesterov = true;
  std::array<double, 3> ns_coefficients = {3.4445, -4.7750, 2.0315};
  double eps = 1e-7;
  std::int64_t ns_steps = 5;
  bool match_rms_adamw = false;  ///< steps of the size of AdamW's, so that its lr and decay can be kept
  bool maximize = false;         ///< climbs instead of descending
};

/// The step of a matrix [n, m] is its momentum with all singular values brought near 1 by ns_steps of Newton
/// and Schulz's iteration X' = (a + b X X^T + c (X X^T)^2) X, from X = u / (|u| + eps); then
/// p' = (1 - lr weight_decay) p - lr s X with s = sqrt(max(1, n / m)), or 0.2 sqrt(max(n, m)).
/// Shapes  [n, ...]: later axes count as one. Vectors and scalars belong to another optimizer, e.g.
///   `Muon hidden{matrices}; AdamW rest{others};`
/// State   "momentum_buffer": b' = momentum b + (1 - momentum) g, u = b' or, with nesterov,
///   momentum b' + (1 - momentum) g.
/// Throws  ShapeError "[Muon] the parameter is float32 [10]: ..." before anything is changed; ValueError
///   "[Muon] momentum 1: expected at least 0 and less than 1".
/// Source  Jordan et al. 2024, kellerjordan.github.io/posts/muon; match_rms_adamw: Liu et al. 2025,
///   arXiv:2502.16982.
using Muon = OptimizerOf<MuonOptions>;

std::vector<Update> update(const MuonOptions& options, std::int64_t step);

/// The matrix of the same singular vectors as x whose singular values the iteration above brings near 1.
/// Shapes  x [n, m]; returns [n, m].
/// Grad    any order.
Tensor newton_schulz(const Tensor& x, std::array<double, 3> coefficients = {3.4445, -4.7750, 2.0315},
                     std::int64_t steps = 5, double eps = 1e-7);

}  // namespace xg::optim
