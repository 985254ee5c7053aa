#pragma once
/// Losses that ask for a margin between right and wrong; included by loss.hpp.

#include "../core/tensor.hpp"
#include "reduction.hpp"

namespace xg::nn {

/// log(1 + e^(-target * input)), for targets 1 and -1; finite and accurate for any input.
/// Grad    input, target, any order.
/// Throws  ShapeError "[soft_margin_loss] input [2, 1] and target [2] differ in shape: reshape one of them".
Tensor soft_margin_loss(const Tensor& input, const Tensor& target, LossOptions options = {});

struct MarginRankingLossOptions {
  double margin = 0;
  Reduction reduction = Reduction::mean;
};
/// max(0, margin - target * (input1 - input2)): with target 1 input1 should be larger, with -1 input2.
/// Grad    all three, any order; at the joint that of the line.
/// Throws  ShapeError as soft_margin_loss.
Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                           MarginRankingLossOptions options = {});

struct MultiMarginLossOptions {
  int p = 1;  ///< 1, or 2 for squares
  double margin = 1;
  Tensor weight = {};  ///< of each class [c]; undefined: 1
  Reduction reduction = Reduction::mean;
};
/// The mean over the classes of weight[target] * max(0, margin - input[target] + input[i])^p, i != target.
/// Shapes  input [n, c] or [c]; target int64 [n] or []; returns as target.
/// Grad    input, any order; 0 at the joint.
/// Throws  ShapeError, IndexError and DtypeError as nll_loss; ValueError for another p.
Tensor multi_margin_loss(const Tensor& input, const Tensor& target,
                         const MultiMarginLossOptions& options = {});

/// The sum over labels y and all classes i that are none, of max(0, 1 - input[y] + input[i]), divided by the
/// number of classes.
/// Shapes  input [n, c] or [c]; target int64 of its shape, the labels first, -1 after the last one; returns
///         [n] or [].
/// Grad    input, any order; 0 at the joint.
/// Throws  ShapeError as soft_margin_loss; IndexError for a label that is no class; DtypeError unless int64.
Tensor multilabel_margin_loss(const Tensor& input, const Tensor& target, LossOptions options = {});

struct MultilabelSoftMarginLossOptions {
  Tensor weight = {};  ///< of each class [c]; undefined: 1
  Reduction reduction = Reduction::mean;
};
/// The mean of binary_cross_entropy_with_logits over the classes, the last axis.
/// Shapes  input [..., c] and target equal; returns [...].
/// Grad    input, target, weight, any order.
/// Throws  ShapeError as soft_margin_loss, or for a weight that does not fit.
Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target,
                                   const MultilabelSoftMarginLossOptions& options = {});

}  // namespace xg::nn
