#pragma once

#include "optimizer.hpp"

namespace xg::optim {

struct AdafactorOptions {
  Hyper lr = 1e-2;  ///< the largest relative step: the rate is min(lr, 1 / sqrt(t))
  Hyper beta2_decay = -0.8;
  std::array<Hyper, 2> eps = {1e-30, 1e-3};
  Hyper d = 1;             ///< the largest root mean square of a step before its rate
  Hyper weight_decay = 0;  ///< decoupled: multiplies p by 1 - lr * weight_decay
  bool maximize = false;   ///< climbs instead of descending
};

/// Keeps of the second moment of a matrix only the means of its rows R and columns C, averaged with the share
/// c = t^beta2_decay: R' = (1 - c) R + c mean_row(g^2 + eps[0]), C' alike, u = g / sqrt(R' C' / mean(R')),
/// p' = p - min(lr, 1 / sqrt(t)) max(eps[1], rms(p)) u / max(1, rms(u) / d).
/// Shapes  the last two axes are the matrix; a vector is a matrix of one column, for which this is exact.
/// State   "exp_avg_sq_row" [..., n, 1], "exp_avg_sq_col" [..., 1, m].
/// Throws  ValueError "[Adafactor] beta2_decay 1: expected at most 0".
/// Source  Shazeer & Stern 2018, arXiv:1804.04235.
using Adafactor = OptimizerOf<AdafactorOptions>;

std::vector<Update> update(const AdafactorOptions& options, std::int64_t step);

}  // namespace xg::optim
