#pragma once

#include <functional>

#include "optimizer.hpp"

namespace xg::optim {

struct SamOptions {
  double rho = 0.05;      ///< how far to look for a higher loss
  bool adaptive = false;  ///< distances in units of |p|; rho is then larger, e.g. 2
};

/// Another optimizer's steps with gradients taken where the loss is highest near the weights:
/// at p + rho g / |g|, with |g| over all gradients; adaptive, at p + rho p^2 g / | |p| g |.
///
///   optim::SAM sam{sgd};
///   const double loss = sam.step([&] { return cross_entropy(net(x), y); });
///
/// Throws  ValueError "[SAM] rho -1: expected at least 0".
/// Source  Foret et al. 2021, arXiv:2010.01412; adaptive: Kwon et al. 2021, arXiv:2102.11600.
class SAM {
 public:
  /// The optimizer must outlive it.
  explicit SAM(Optimizer& base, SamOptions options = {});

  /// Computes the loss twice, takes both gradients and steps. Returns the loss at the weights.
  double step(const std::function<Tensor()>& closure);

 private:
  Optimizer& base_;
  SamOptions options_;
};

}  // namespace xg::optim
