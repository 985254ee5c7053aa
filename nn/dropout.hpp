#pragma once

#include "../ops/dropout.hpp"

/// Dropouts as layers, each the function of its name; `generator` is what draws, if not the default generator,
/// and must outlive the layer.
namespace xg::nn {

using xg::dropout;

namespace detail {

inline Generator& generator_or_default(Generator* generator) {
  return generator ? *generator : default_generator();
}

}  // namespace detail

/// dropout(); `nn::Dropout drop{0.2};`.
struct Dropout {
  double p = 0.5;
  bool training = true;
  Generator* generator = nullptr;

  Tensor operator()(const Tensor& x) const {
    return xg::dropout(x, p, training, detail::generator_or_default(generator));
  }
};

/// dropout1d(), of whole channels.
struct Dropout1d {
  double p = 0.5;
  bool training = true;
  Generator* generator = nullptr;

  Tensor operator()(const Tensor& x) const {
    return dropout1d(x, p, training, detail::generator_or_default(generator));
  }
};

/// dropout2d(), of whole channels.
struct Dropout2d {
  double p = 0.5;
  bool training = true;
  Generator* generator = nullptr;

  Tensor operator()(const Tensor& x) const {
    return dropout2d(x, p, training, detail::generator_or_default(generator));
  }
};

/// dropout3d(), of whole channels.
struct Dropout3d {
  double p = 0.5;
  bool training = true;
  Generator* generator = nullptr;

  Tensor operator()(const Tensor& x) const {
    return dropout3d(x, p, training, detail::generator_or_default(generator));
  }
};

/// alpha_dropout(), which goes with SELU.
struct AlphaDropout {
  double p = 0.5;
  bool training = true;
  Generator* generator = nullptr;

  Tensor operator()(const Tensor& x) const {
    return alpha_dropout(x, p, training, detail::generator_or_default(generator));
  }
};

/// feature_alpha_dropout(), of whole channels.
struct FeatureAlphaDropout {
  double p = 0.5;
  bool training = true;
  Generator* generator = nullptr;

  Tensor operator()(const Tensor& x) const {
    return feature_alpha_dropout(x, p, training, detail::generator_or_default(generator));
  }
};

}  // namespace xg::nn
