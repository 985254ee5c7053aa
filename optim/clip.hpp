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

}  // namespace detail

/// Scales all gradients of a model's parameters, in place, by min(1, max_norm / (norm + 1e-6)), where norm is
/// that of all of them as one vector. Returns the norm before. PyTorch's clip_grad_norm_.
/// Throws  ValueError "[clip_grad_norm] the gradients have the norm nan: ...", if asked to, before anything is
/// scaled; GraphError for gradients that are on the tape.
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

}  // namespace xg::optim
