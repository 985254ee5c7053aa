#pragma once
/// Losses, with PyTorch's names, formulas and defaults. Input and target must have one shape: they are not
/// broadcast, since a target [n] beside an input [n, 1] is nearly always a mistake.

#include <cstdint>

#include "../core/tensor.hpp"

namespace xg::nn {

/// What becomes of the elements' losses.
enum class Reduction { none, mean, sum };

struct LossOptions {
  Reduction reduction = Reduction::mean;
};

/// (input - target)^2.
/// Grad    input, target, any order.
/// Throws  ShapeError "[mse_loss] input [8, 1] and target [8] differ in shape: reshape one of them".
Tensor mse_loss(const Tensor& input, const Tensor& target, LossOptions options = {});
/// |input - target|.
/// Grad    input, target, any order; 0 where both are equal.
/// Throws  ShapeError as mse_loss.
Tensor l1_loss(const Tensor& input, const Tensor& target, LossOptions options = {});

struct HuberLossOptions {
  Reduction reduction = Reduction::mean;
  double delta = 1;  ///< where the square becomes a line
};
/// d^2 / 2 for |d| < delta, else delta * (|d| - delta / 2), with d = input - target.
/// Grad    input, target, any order.
/// Throws  ShapeError as mse_loss; ValueError unless delta > 0.
/// Source  Huber 1964.
Tensor huber_loss(const Tensor& input, const Tensor& target, HuberLossOptions options = {});

struct SmoothL1LossOptions {
  Reduction reduction = Reduction::mean;
  double beta = 1;  ///< where the square becomes a line; 0 gives l1_loss
};
/// d^2 / (2 beta) for |d| < beta, else |d| - beta / 2, with d = input - target.
/// Grad    input, target, any order.
/// Throws  ShapeError as mse_loss; ValueError unless beta >= 0.
/// Source  Girshick 2015, arXiv:1504.08083.
Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, SmoothL1LossOptions options = {});

struct CrossEntropyOptions {
  Tensor weight = {};                ///< of each class [c]; undefined: 1
  std::int64_t ignore_index = -100;  ///< a target that counts for nothing
  double label_smoothing = 0;        ///< share of the target that is spread over all classes
  Reduction reduction = Reduction::mean;
};
/// -log_softmax(input)[target] * weight[target] over the classes, axis 1. The mean divides by the sum of the
/// targets' weights; it is NaN, with gradient 0, if all targets are ignored.
/// Shapes  input [n, c], [n, c, d...] or [c]; target int64 without c, or probabilities of input's shape, whose
///         mean divides by the number of targets.
/// Grad    input and a target of probabilities, any order.
/// Throws  ShapeError "[cross_entropy] input [8, 10] needs a target [8], not [4]"; IndexError for a target that
///         is no class; ValueError for smoothing outside of [0, 1].
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

}  // namespace xg::nn
