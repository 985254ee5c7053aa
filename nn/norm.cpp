#include "norm.hpp"

#include <fmt/format.h>

#include "../core/copy.hpp"

namespace xg::nn {

template <std::size_t SpatialAxes> Tensor BatchNorm<SpatialAxes>::operator()(const Tensor& x) const {
  constexpr std::size_t axes = 2 + SpatialAxes;
  if (x.dim() != axes && !(SpatialAxes == 1 && x.dim() == 2))
    throw ShapeError(fmt::format("[BatchNorm{}d] x {}: expected [n, {}, ...] of {} axes", SpatialAxes,
                                 to_string(x.shape()), num_features, axes));
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

}  // namespace xg::nn
