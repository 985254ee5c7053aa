#pragma once
/// Random zeros. Names, formulas and defaults are PyTorch's; outside of training all return x itself.

#include "../core/random.hpp"
#include "../core/tensor.hpp"

namespace xg {

/// While training, each element is 0 with probability p, and else x / (1 - p), so that the mean stays.
/// Grad    any order; saves what was kept, not x.
/// Throws  ValueError "[dropout] p 1.5: a probability lies in [0, 1]".
/// Source  Srivastava et al. 2014.
Tensor dropout(const Tensor& x, double p = 0.5, bool training = true,
               Generator& generator = default_generator());
/// dropout() of whole channels.
/// Shapes  x [n, c, length] or without n.
/// Grad    as dropout().
/// Throws  ShapeError "[dropout1d] x [3]: expected [n, c, ...] with 1 spatial axis, or the same without n".
/// Source  Tompson et al. 2015, arXiv:1411.4280.
Tensor dropout1d(const Tensor& x, double p = 0.5, bool training = true,
                 Generator& generator = default_generator());
/// The same for x [n, c, height, width].
Tensor dropout2d(const Tensor& x, double p = 0.5, bool training = true,
                 Generator& generator = default_generator());
/// The same for x [n, c, depth, height, width].
Tensor dropout3d(const Tensor& x, double p = 0.5, bool training = true,
                 Generator& generator = default_generator());

/// While training, a x + b, where x is -1.758 (selu's lower bound) instead with probability p; a and b keep
/// mean 0 and variance 1.
/// Grad    any order.
/// Throws  ValueError as dropout().
/// Source  Klambauer et al. 2017, arXiv:1706.02515.
Tensor alpha_dropout(const Tensor& x, double p = 0.5, bool training = true,
                     Generator& generator = default_generator());
/// alpha_dropout() of whole channels.
/// Shapes  x [n, c, ...].
/// Throws  ShapeError "[feature_alpha_dropout] x [3]: expected [n, c, ...]".
Tensor feature_alpha_dropout(const Tensor& x, double p = 0.5, bool training = true,
                             Generator& generator = default_generator());

}  // namespace xg
