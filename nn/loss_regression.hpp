#pragma once
/// Losses of numbers that are to be met; included by loss.hpp.

#include "../core/tensor.hpp"
#include "reduction.hpp"

namespace xg::nn {

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

struct PoissonNllLossOptions {
  bool log_input = true;  ///< the input is the logarithm of the rate
  bool full = false;      ///< with Stirling's approximation of log(target!) where target > 1
  double eps = 1e-8;      ///< added to a rate before its logarithm is taken
  Reduction reduction = Reduction::mean;
};
/// The negative log-likelihood of counts, e^input - target * input, or input - target * log(input + eps) of
/// rates; in full plus target log(target) - target + log(2 pi target) / 2.
/// Grad    input, target, any order.
/// Throws  ShapeError as mse_loss.
Tensor poisson_nll_loss(const Tensor& input, const Tensor& target, PoissonNllLossOptions options = {});

struct GaussianNllLossOptions {
  bool full = false;  ///< with the constant log(2 pi) / 2
  double eps = 1e-6;  ///< the least variance
  Reduction reduction = Reduction::mean;
};
/// The negative log-likelihood of normal variables, (log(v) + (input - target)^2 / v) / 2, v = max(var, eps).
/// Shapes  input and target equal; var as they are, or with one variance for each row of the last axis.
/// Grad    input, target, var, any order; var's passes where eps takes its place, too.
/// Throws  ShapeError as mse_loss, or for a var that does not fit; ValueError for a negative var.
/// Source  Nix and Weigend 1994.
Tensor gaussian_nll_loss(const Tensor& input, const Tensor& target, const Tensor& var,
                         GaussianNllLossOptions options = {});

}  // namespace xg::nn
