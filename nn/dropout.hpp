#pragma once

#include "../core/random.hpp"
#include "../core/tensor.hpp"

namespace xg::nn {

/// While training, each element is 0 with probability p, and else x / (1 - p), so that the mean stays; x
/// itself otherwise.
/// Grad    any order; saves what was kept, not x.
/// Throws  ValueError "[dropout] p 1.5: a probability lies in [0, 1]".
/// Source  Srivastava et al. 2014.
Tensor dropout(const Tensor& x, double p = 0.5, bool training = true,
               Generator& generator = default_generator());

/// dropout() as a layer; `nn::Dropout drop{0.2};`.
struct Dropout {
  double p = 0.5;
  bool training = true;
  Generator* generator = nullptr;  ///< what draws, if not the default generator; it must outlive the layer

  Tensor operator()(const Tensor& x) const {
    return dropout(x, p, training, generator ? *generator : default_generator());
  }
};

}  // namespace xg::nn
