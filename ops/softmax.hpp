#pragma once

#include <cstdint>

#include "../core/random.hpp"
#include "../core/tensor.hpp"

namespace xg {

/// exp(x) / sum(exp(x)) along one axis, shifted so that nothing overflows.
/// Grad    any order; saves the result.
/// Throws  DtypeError "[softmax] needs a floating tensor, got int64: ...".
Tensor softmax(const Tensor& x, std::int64_t axis);
/// x - log(sum(exp(x))) along one axis.
/// Grad    any order; saves the result.
Tensor log_softmax(const Tensor& x, std::int64_t axis);
/// softmax(-x).
/// Grad    any order.
Tensor softmin(const Tensor& x, std::int64_t axis);
/// softmax((logits + noise) / tau) with Gumbel noise -log(-log(u)): the largest element is a draw from
/// softmax(logits). `hard` returns that draw, 1 at the largest element and 0 elsewhere, with the gradient of
/// the soft one.
/// Grad    logits, any order.
/// Throws  ValueError "[gumbel_softmax] tau 0: must be positive".
/// Source  Jang et al. 2016, arXiv:1611.01144; Maddison et al. 2016, arXiv:1611.00712.
Tensor gumbel_softmax(const Tensor& logits, double tau = 1, bool hard = false, std::int64_t axis = -1,
                      Generator& generator = default_generator());

struct CrossEntropyOptions {
  Tensor weight = {};          ///< of each class; undefined: 1
  double label_smoothing = 0;  ///< share of the target that is spread over all classes
  std::int64_t ignore_index = -100;
};

/// The cross entropy of each row against a class: -log_softmax(logits)[target], times the target's weight;
/// with smoothing s, (1 - s) of that and s / c of the same for all classes. One fused pass forward, one
/// backward.
/// Shapes  logits [n, c]; target [n], int64; weight [c]; returns [n], 0 where the target is ignore_index.
/// Grad    logits, any order; saves exp(logits - largest).
/// Throws  IndexError "[cross_entropy_rows] target 10 at [3] is no class: logits are [64, 10]"; ShapeError;
/// ValueError for smoothing outside of [0, 1].
Tensor cross_entropy_rows(const Tensor& logits, const Tensor& target,
                          const CrossEntropyOptions& options = {});

}  // namespace xg
