#pragma once
/// Layers whose weight is computed from other parameters at each call. They wrap a layer that has a field
/// `weight`; its other tensors keep their paths.

#include <cstdint>

#include "../core/tree.hpp"
#include "../ops/norm.hpp"

namespace xg::nn {
namespace detail {

/// Moves the weight out of a layer, which is left without.
Tensor taken(Tensor& weight);
/// Its norms over all axes but one, a parameter with length 1 along those.
Tensor lengths_along(const Tensor& weight, std::int64_t axis);

/// The layer called with this weight.
template <class Layer, class... Inputs>
auto call_with_weight(Layer layer, const Tensor& weight, const Inputs&... inputs) {
  layer.weight = weight;
  return layer(inputs...);
}

}  // namespace detail

/// A layer whose weight is weight_g * weight_v / ||weight_v||, with the norm over all axes but one; it starts
/// with the layer's own weight. `nn::WeightNorm fc{nn::Linear{20, 40}};`.
/// Source  Salimans and Kingma 2016, arXiv:1602.07868.
template <class Layer> struct WeightNorm {
  Inlined<Layer> layer;
  std::int64_t axis = 0;
  Tensor weight_g = detail::lengths_along(layer->weight, axis);
  Tensor weight_v = detail::taken(layer->weight);

  template <class... Inputs> auto operator()(const Inputs&... inputs) const {
    return detail::call_with_weight(*layer, weight_norm(weight_v, weight_g, axis), inputs...);
  }
};
template <class Layer> WeightNorm(Layer) -> WeightNorm<Layer>;
template <class Layer> WeightNorm(Layer, std::int64_t) -> WeightNorm<Layer>;

struct SpectralNormOptions {
  std::int64_t n_power_iterations = 1;  ///< for each call in training
  double eps = 1e-12;                   ///< least length of the vectors
  std::int64_t axis = 0;  ///< of the weight's outputs: 1 for transposed convolutions; the others are joined
};

namespace detail {

/// A random vector of length 1 for the rows or the columns of a weight as a matrix.
Tensor start_vector(const Tensor& weight, bool left, const SpectralNormOptions& options);
/// The weight over its largest singular value; in training u and v move towards its vectors first.
Tensor spectrally_normalized(const Tensor& weight, Tensor u, Tensor v, bool training,
                             const SpectralNormOptions& options);

}  // namespace detail

/// A layer whose weight is weight_orig over its largest singular value, which follows from power iterations
/// that go on from call to call in training; `nn::SpectralNorm fc{nn::Linear{20, 40}};`. weight_u and weight_v
/// are tensors of the model but not parameters.
/// Source  Miyato et al. 2018, arXiv:1802.05957.
template <class Layer> struct SpectralNorm {
  Inlined<Layer> layer;
  SpectralNormOptions options = {};
  Tensor weight_u = detail::start_vector(layer->weight, true, options);
  Tensor weight_v = detail::start_vector(layer->weight, false, options);
  Tensor weight_orig = detail::taken(layer->weight);
  bool training = true;

  template <class... Inputs> auto operator()(const Inputs&... inputs) const {
    const Tensor weight = detail::spectrally_normalized(weight_orig, weight_u, weight_v, training, options);
    return detail::call_with_weight(*layer, weight, inputs...);
  }
};
template <class Layer> SpectralNorm(Layer) -> SpectralNorm<Layer>;
template <class Layer> SpectralNorm(Layer, SpectralNormOptions) -> SpectralNorm<Layer>;

}  // namespace xg::nn
