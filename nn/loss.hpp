#pragma once
/// Losses. Names, defaults and conventions are PyTorch's; each is made of ops, so each can be differentiated again.

#include <cstdint>

#include "../core/tensor.hpp"

namespace xg::nn {

/// What becomes of the single losses.
enum class Reduction { none, mean, sum };

struct LossOptions {
  Reduction reduction = Reduction::mean;
};

/// (input - target)^2.
/// Shapes  input and target broadcast; returns a 0-d tensor, or their shape without reduction.
/// Grad    input and target, any order.
Tensor mse_loss(const Tensor& input, const Tensor& target, const LossOptions& options = {});

/// |input - target|.
/// Grad    input and target; 0 where they are equal.
Tensor l1_loss(const Tensor& input, const Tensor& target, const LossOptions& options = {});

struct HuberOptions {
  Reduction reduction = Reduction::mean;
  double delta = 1;  ///< from here on the loss is linear
};
/// d^2 / 2 for |d| <= delta, else delta (|d| - delta / 2), with d = input - target.
/// Grad    input and target, any order.
/// Throws  ValueError "[huber_loss] delta 0: it must be above 0".
/// Source  Huber 1964.
Tensor huber_loss(const Tensor& input, const Tensor& target, const HuberOptions& options = {});

struct SmoothL1Options {
  Reduction reduction = Reduction::mean;
  double beta = 1;  ///< from here on the loss is linear; 0 is l1_loss
};
/// huber_loss with delta = beta, divided by beta.
/// Throws  ValueError "[smooth_l1_loss] beta -1: it must not be negative".
/// Source  Girshick 2015, arXiv:1504.08083.
Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, const SmoothL1Options& options = {});

struct ClassOptions {
  Tensor weight = {};                ///< of each class; undefined: 1
  std::int64_t ignore_index = -100;  ///< targets with this value do not count
  Reduction reduction = Reduction::mean;
};
struct CrossEntropyLossOptions {
  Tensor weight = {};                ///< of each class; undefined: 1
  std::int64_t ignore_index = -100;  ///< targets with this value do not count
  double label_smoothing = 0;        ///< share of the target that is spread over all classes
  Reduction reduction = Reduction::mean;
};

/// -log softmax(input)[target]. The mean is weighted: the sum of the losses over the sum of the targets' weights, NaN
/// if all targets are ignored. A floating target holds the probabilities of all classes; its mean is over the samples.
/// Shapes  input [n, c] or [n, c, d...] (or [c]) of logits; target int64 [n] or [n, d...] (or []), or floating of the
///         input's shape; weight [c].
/// Grad    input, and a floating target; any order.
/// Throws  ShapeError "[cross_entropy] input [64, 10] and target [32]: ..."; IndexError for a target that is no class.
Tensor cross_entropy(const Tensor& input, const Tensor& target, const CrossEntropyLossOptions& options = {});

/// -input[target], for log-probabilities, weighted as cross_entropy.
/// Shapes  as cross_entropy with an int64 target.
/// Grad    input, any order.
Tensor nll_loss(const Tensor& input, const Tensor& target, const ClassOptions& options = {});

struct BinaryCrossEntropyOptions {
  Tensor weight = {};  ///< of each element, broadcast; undefined: 1
  Reduction reduction = Reduction::mean;
};
/// -(target log input + (1 - target) log(1 - input)), for probabilities; logarithms are cut off at -100.
/// Grad    input and target; (input - target) / max(input (1 - input), 1e-12) with respect to input.
/// Throws  ValueError "[binary_cross_entropy] input 1.5 at element 3: probabilities lie in [0, 1]; for logits use
///         binary_cross_entropy_with_logits".
Tensor binary_cross_entropy(const Tensor& input, const Tensor& target,
                            const BinaryCrossEntropyOptions& options = {});

struct LogitsOptions {
  Tensor weight = {};      ///< of each element, broadcast; undefined: 1
  Tensor pos_weight = {};  ///< of the targets that are 1, broadcast; undefined: 1
  Reduction reduction = Reduction::mean;
};
/// binary_cross_entropy(sigmoid(input), target) without overflow or cancellation.
/// Grad    input, target and pos_weight, any order.
Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        const LogitsOptions& options = {});

}  // namespace xg::nn
