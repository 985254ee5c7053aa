#pragma once
/// The loss of sequences whose alignment is not known; included by loss.hpp.

#include <cstdint>

#include "../core/tensor.hpp"
#include "reduction.hpp"

namespace xg::nn {

struct CtcLossOptions {
  std::int64_t blank = 0;                 ///< the class that stands for no label
  Reduction reduction = Reduction::mean;  ///< the mean divides each loss by its target's length first
  bool zero_infinity = false;             ///< 0 instead of infinity where no path is long enough
};
/// -log of the probability of a target sequence: the sum over all paths, one class a step, that become the
/// target when repeats are merged and then blanks dropped. Adds up in logarithms, one step after the other.
/// Shapes  log_probs [time, n, c], log_softmax along the last axis, with targets [n, longest], padded at will,
///         or all one after the other; both lengths [n]. One sample: log_probs [time, c], targets [length],
///         lengths []. All but log_probs are int64. Returns [n] or [].
/// Grad    log_probs, any order: minus the probability of each class at each step, given the target; 0 where
///         the loss is infinite. PyTorch adds exp(log_probs), which a log_softmax in front takes away again.
/// Throws  ShapeError, ValueError and IndexError for lengths, labels and a blank that do not fit.
/// Source  Graves et al. 2006.
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, const CtcLossOptions& options = {});

}  // namespace xg::nn
