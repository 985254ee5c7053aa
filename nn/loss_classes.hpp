#pragma once
/// Losses of classes and probabilities; included by loss.hpp.

#include <cstdint>

#include "../core/tensor.hpp"
#include "reduction.hpp"

namespace xg::nn {

struct CrossEntropyOptions {
  Tensor weight = {};                ///< of each class [c]; undefined: 1
  std::int64_t ignore_index = -100;  ///< a target that counts for nothing
  double label_smoothing = 0;        ///< share of the target that is spread over all classes
  Reduction reduction = Reduction::mean;
};
/// -log_softmax(input)[target] * weight[target] over the classes, axis 1. The mean divides by the sum of the
/// targets' weights; it is NaN, with gradient 0, if all targets are ignored.
/// Shapes  input [n, c], [n, c, d...] or [c]; target int64 without c, or probabilities of input's shape,
///         whose mean divides by the number of targets.
/// Grad    input and a target of probabilities, any order.
/// Throws  ShapeError "[cross_entropy] input [8, 10] needs a target [8], not [4]"; IndexError for a target
///         that is no class; ValueError for smoothing outside of [0, 1].
Tensor cross_entropy(const Tensor& input, const Tensor& target, const CrossEntropyOptions& options = {});

struct NllLossOptions {
  Tensor weight = {};                ///< of each class [c]; undefined: 1
  std::int64_t ignore_index = -100;  ///< a target that counts for nothing
  Reduction reduction = Reduction::mean;
};
/// cross_entropy of inputs that are log-probabilities already: -input[target] * weight[target].
/// Shapes  as cross_entropy; target int64.
/// Grad    input, any order.
/// Throws  as cross_entropy; DtypeError for a target that is not int64.
Tensor nll_loss(const Tensor& input, const Tensor& target, const NllLossOptions& options = {});

struct BinaryCrossEntropyOptions {
  Tensor weight = {};  ///< of each element, broadcast; undefined: 1
  Reduction reduction = Reduction::mean;
};
/// -(target log(input) + (1 - target) log(1 - input)) * weight, with the logarithms clamped at -100.
/// Shapes  input in [0, 1] and target, equal; weight broadcasts to them.
/// Grad    input and target, any order; input's is (input - target) / max((1 - input) input, 1e-12).
/// Throws  ShapeError as mse_loss, or for a weight that does not fit.
Tensor binary_cross_entropy(const Tensor& input, const Tensor& target,
                            const BinaryCrossEntropyOptions& options = {});

struct BinaryCrossEntropyWithLogitsOptions {
  Tensor weight = {};      ///< of each element, broadcast; undefined: 1
  Tensor pos_weight = {};  ///< of positive targets, broadcast; undefined: 1
  Reduction reduction = Reduction::mean;
};
/// binary_cross_entropy(sigmoid(input), target), finite and accurate for any input:
/// (pos_weight * target * softplus(-input) + (1 - target) * softplus(input)) * weight.
/// Grad    input, target, weights, any order.
/// Throws  ShapeError as binary_cross_entropy.
Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        const BinaryCrossEntropyWithLogitsOptions& options = {});

struct KlDivOptions {
  Reduction reduction = Reduction::mean;  ///< batchmean is the divergence as mathematics has it
  bool log_target = false;                ///< the target holds log-probabilities, too
};
/// The Kullback-Leibler divergence of the target from log-probabilities, target * (log(target) - input), 0
/// for a target of 0.
/// Shapes  input and target equal; batchmean divides by the length of the first axis.
/// Grad    input and target, any order; the target's is 0 at 0.
/// Throws  ShapeError as mse_loss, or for batchmean of a 0-d input.
Tensor kl_div(const Tensor& input, const Tensor& target, KlDivOptions options = {});

}  // namespace xg::nn
