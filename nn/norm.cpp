#include "norm.hpp"

#include <fmt/format.h>

#include <limits>

#include "../core/copy.hpp"
#include "../ops/view.hpp"

namespace xg::nn {

namespace {

[[noreturn]] void throw_axes(const char* layer, std::size_t spatial, const Tensor& x, std::int64_t features) {
  throw ShapeError(fmt::format("[{}{}d] x {}: expected [n, {}, ...] of {} axes", layer, spatial,
                               to_string(x.shape()), features, 2 + spatial));
}

}  // namespace

Tensor RMSNorm::operator()(const Tensor& x) const {
  constexpr auto step64 = std::numeric_limits<double>::epsilon();
  constexpr auto step32 = static_cast<double>(std::numeric_limits<float>::epsilon());
  return rms_norm(x, normalized_shape, weight, options.eps.value_or(x.dtype() == float64 ? step64 : step32));
}

template <std::size_t SpatialAxes> Tensor BatchNorm<SpatialAxes>::operator()(const Tensor& x) const {
  if (x.dim() != 2 + SpatialAxes && !(SpatialAxes == 1 && x.dim() == 2))
    throw_axes("BatchNorm", SpatialAxes, x, num_features);
  const bool updates = training && options.track_running_stats;
  const std::int64_t batches = updates ? num_batches_tracked.item<std::int64_t>() + 1 : 0;
  const double momentum = options.momentum.value_or(updates ? 1 / static_cast<double>(batches) : 0);
  Tensor y = batch_norm(x, running_mean, running_var, weight, bias, training || !options.track_running_stats,
                        momentum, options.eps);
  if (updates) {
    Tensor counter = num_batches_tracked;
    assign(counter, scalar(static_cast<double>(batches), {.dtype = int64}));
  }
  return y;
}

template struct BatchNorm<1>;
template struct BatchNorm<2>;
template struct BatchNorm<3>;

template <std::size_t SpatialAxes> Tensor InstanceNorm<SpatialAxes>::operator()(const Tensor& x) const {
  const bool batched = x.dim() == 2 + SpatialAxes;
  if (!batched && x.dim() != 1 + SpatialAxes) throw_axes("InstanceNorm", SpatialAxes, x, num_features);
  const Tensor y = instance_norm(batched ? x : unsqueeze(x, 0), running_mean, running_var, weight, bias,
                                 training || !options.track_running_stats, options.momentum, options.eps);
  return batched ? y : squeeze(y, 0);
}

template struct InstanceNorm<1>;
template struct InstanceNorm<2>;
template struct InstanceNorm<3>;

}  // namespace xg::nn
