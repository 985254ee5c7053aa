#pragma once

#include <vector>

#include "../core/parameters.hpp"

namespace xg::optim {

struct PenaltyOptions {
  bool weights_only = false;  ///< leaves out parameters with fewer than two axes: biases, norms' scales
};

namespace detail {

Tensor l1_penalty(const std::vector<Tensor>& parameters, PenaltyOptions options);
Tensor l2_penalty(const std::vector<Tensor>& parameters, PenaltyOptions options);
Tensor elastic_net_penalty(const std::vector<Tensor>& parameters, double l1_ratio, PenaltyOptions options);

}  // namespace detail

/// The sum of |w| over all elements of a model's parameters, to be added to a loss:
/// `loss = mse_loss(net(x), y) + 1e-4 * l1_penalty(net)`.
/// Shapes  returns [].
/// Grad    sign(w), 0 at 0.
template <TensorTree Net = std::vector<Tensor>>
Tensor l1_penalty(const Net& net, PenaltyOptions options = {}) {
  return detail::l1_penalty(parameters(net), options);
}

/// The sum of w^2 over all elements of a model's parameters; times weight_decay / 2 it does what SGD's
/// weight_decay does.
/// Shapes  returns [].
/// Grad    2 w, any order.
template <TensorTree Net = std::vector<Tensor>>
Tensor l2_penalty(const Net& net, PenaltyOptions options = {}) {
  return detail::l2_penalty(parameters(net), options);
}

/// l1_ratio |w| + (1 - l1_ratio) / 2 w^2, summed over all elements of a model's parameters.
/// Shapes  returns [].
/// Throws  ValueError "[elastic_net_penalty] l1_ratio 2: expected 0 to 1".
/// Source  Zou & Hastie 2005, doi.org/10.1111/j.1467-9868.2005.00503.x.
template <TensorTree Net = std::vector<Tensor>>
Tensor elastic_net_penalty(const Net& net, double l1_ratio = 0.5, PenaltyOptions options = {}) {
  return detail::elastic_net_penalty(parameters(net), l1_ratio, options);
}

}  // namespace xg::optim
