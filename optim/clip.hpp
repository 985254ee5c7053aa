#pragma once

#include <vector>

#include "../core/parameters.hpp"

namespace xg::optim {

struct ClipOptions {
  double norm_type = 2;             ///< p of the p-norm; infinity for the largest element
  bool error_if_nonfinite = false;  ///< throw instead of scaling by an infinite or NaN norm
};

namespace detail {

double clip_grad_norm(const std::vector<Tensor>& parameters, double max_norm, ClipOptions options);
void clip_grad_value(const std::vector<Tensor>& parameters, double clip_value);
void clip_grad_adaptive(const std::vector<Tensor>& parameters, double clipping, double eps);
void clip_weight_norm(const std::vector<Tensor>& parameters, double max_norm);

}  // namespace detail

/// The p-norm of all tensors as one vector, 0 of none.
/// Shapes  returns float64 [].
/// Grad    any order; 0 where the norm is 0.
Tensor global_norm(const std::vector<Tensor>& tensors, double norm_type = 2);

/// Scales all gradients of a model's parameters, in place, by min(1, max_norm / (norm + 1e-6)), where norm is
/// that of all of them as one vector. Returns the norm before. PyTorch's clip_grad_norm_.
/// Throws  ValueError "[clip_grad_norm] the gradients have the norm nan: ...", if asked to, before anything
/// is scaled; GraphError for gradients that are on the tape.
template <TensorTree Net = std::vector<Tensor>>
double clip_grad_norm(const Net& net, double max_norm, ClipOptions options = {}) {
  return detail::clip_grad_norm(parameters(net), max_norm, options);
}

/// Limits each element of the gradients of a model's parameters, in place, to [-clip_value, clip_value]; NaN
/// stays. PyTorch's clip_grad_value_.
/// Throws  ValueError "[clip_grad_value] clip_value -1: expected at least 0"; GraphError as above.
template <TensorTree Net = std::vector<Tensor>> void clip_grad_value(const Net& net, double clip_value) {
  detail::clip_grad_value(parameters(net), clip_value);
}

/// Scales the gradient of each unit, in place, by min(1, clipping max(|w|, eps) / |g|), where w and g are
/// what feeds the unit: a row of a matrix, a kernel of a convolution, a vector as a whole.
/// Throws  ValueError "[clip_grad_adaptive] clipping -1: expected at least 0".
/// Source  Brock et al. 2021, arXiv:2102.06171.
template <TensorTree Net = std::vector<Tensor>>
void clip_grad_adaptive(const Net& net, double clipping = 0.01, double eps = 1e-3) {
  detail::clip_grad_adaptive(parameters(net), clipping, eps);
}

/// Scales the weights that feed each unit, in place, by min(1, max_norm / |w|): rows of matrices, kernels of
/// convolutions; vectors stay. To be called after each step.
/// Throws  ValueError "[clip_weight_norm] max_norm -1: expected at least 0".
/// Source  Srivastava et al. 2014, jmlr.org/papers/v15/srivastava14a.html.
template <TensorTree Net = std::vector<Tensor>> void clip_weight_norm(const Net& net, double max_norm) {
  detail::clip_weight_norm(parameters(net), max_norm);
}

}  // namespace xg::optim
