#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "../core/create.hpp"
#include "../ops/norm.hpp"

namespace xg::nn {

/// The last axes of a tensor: one number, or a list of them.
struct NormalizedShape : Shape {
  using Shape::Shape;
  NormalizedShape() = default;
  NormalizedShape(std::int64_t last) : Shape{last} {}
  NormalizedShape(const Shape& shape) : Shape(shape) {}
};

namespace detail {

/// A learned weight that starts at 1, where there is one.
inline Tensor scale_if(bool wanted, const Shape& shape, Dtype dtype) {
  return wanted ? ones(shape, {.dtype = dtype, .requires_grad = true}) : Tensor();
}
/// A learned bias that starts at 0, where there is one.
inline Tensor shift_if(bool wanted, const Shape& shape, Dtype dtype) {
  return wanted ? zeros(shape, {.dtype = dtype, .requires_grad = true}) : Tensor();
}
/// A running statistic, where it is tracked.
inline Tensor running_if(bool tracked, double start, std::int64_t channels, Dtype dtype) {
  return tracked ? full({channels}, start, {.dtype = dtype}) : Tensor();
}

}  // namespace detail

struct LayerNormOptions {
  double eps = 1e-5;
  bool elementwise_affine = true;  ///< with weight, and bias where the next says so
  bool bias = true;
  Dtype dtype = float32;
};

/// layer_norm with a learned weight, which starts at 1, and bias, which starts at 0;
/// `nn::LayerNorm norm{64};` or `{{8, 8}}`.
/// Shapes  x [..., normalized_shape]; returns the same.
struct LayerNorm {
  NormalizedShape normalized_shape;
  LayerNormOptions options = {};
  Tensor weight = detail::scale_if(options.elementwise_affine, normalized_shape, options.dtype);
  Tensor bias = detail::shift_if(options.elementwise_affine && options.bias, normalized_shape, options.dtype);

  Tensor operator()(const Tensor& x) const {
    return layer_norm(x, normalized_shape, weight, bias, options.eps);
  }
};

struct RMSNormOptions {
  std::optional<double> eps = {};  ///< by default the step from 1 to the next number of x's dtype
  bool elementwise_affine = true;  ///< with weight
  Dtype dtype = float32;
};

/// rms_norm with a learned weight, which starts at 1; `nn::RMSNorm norm{64};`.
/// Shapes  x [..., normalized_shape]; returns the same.
struct RMSNorm {
  NormalizedShape normalized_shape;
  RMSNormOptions options = {};
  Tensor weight = detail::scale_if(options.elementwise_affine, normalized_shape, options.dtype);

  Tensor operator()(const Tensor& x) const;
};

struct GroupNormOptions {
  double eps = 1e-5;
  bool affine = true;  ///< with weight and bias
  Dtype dtype = float32;
};

/// group_norm with a learned weight, which starts at 1, and bias, which starts at 0, for each channel;
/// `nn::GroupNorm norm{4, 32};`.
/// Shapes  x [n, num_channels, ...]; returns the same.
struct GroupNorm {
  std::int64_t num_groups, num_channels;
  GroupNormOptions options = {};
  Tensor weight = detail::scale_if(options.affine, {num_channels}, options.dtype);
  Tensor bias = detail::shift_if(options.affine, {num_channels}, options.dtype);

  Tensor operator()(const Tensor& x) const { return group_norm(x, num_groups, weight, bias, options.eps); }
};

/// local_response_norm with these arguments.
struct LocalResponseNorm {
  std::int64_t size;
  double alpha = 1e-4, beta = 0.75, k = 1;

  Tensor operator()(const Tensor& x) const { return local_response_norm(x, size, alpha, beta, k); }
};

struct BatchNormOptions {
  double eps = 1e-5;
  std::optional<double> momentum = 0.1;  ///< nullopt: running statistics are plain averages of all batches
  bool affine = true;
  bool track_running_stats = true;  ///< without, the batch's own statistics serve in evaluation too
  Dtype dtype = float32;
};

/// batch_norm with a learned weight, which starts at 1, and bias, which starts at 0. While `training`, each
/// call moves the running statistics, which are tensors of the model but not parameters;
/// `nn::BatchNorm2d norm{32};`.
/// Shapes  x [n, num_features] followed by spatial axes, which may be left out where there is but one.
/// Throws  ShapeError "[BatchNorm2d] x [8, 32]: expected [n, 32, ...] of 4 axes"; as batch_norm.
template <std::size_t SpatialAxes> struct BatchNorm {
  std::int64_t num_features;
  BatchNormOptions options = {};
  Tensor weight = detail::scale_if(options.affine, {num_features}, options.dtype);
  Tensor bias = detail::shift_if(options.affine, {num_features}, options.dtype);
  Tensor running_mean = detail::running_if(options.track_running_stats, 0, num_features, options.dtype);
  Tensor running_var = detail::running_if(options.track_running_stats, 1, num_features, options.dtype);
  Tensor num_batches_tracked = options.track_running_stats ? scalar(0, {.dtype = int64}) : Tensor();
  bool training = true;

  Tensor operator()(const Tensor& x) const;
};

using BatchNorm1d = BatchNorm<1>;
using BatchNorm2d = BatchNorm<2>;
using BatchNorm3d = BatchNorm<3>;

struct InstanceNormOptions {
  double eps = 1e-5;
  double momentum = 0.1;
  bool affine = false;  ///< with weight and bias
  bool track_running_stats =
      false;  ///< for evaluation; without, each sample's own statistics serve there, too
  Dtype dtype = float32;
};

/// instance_norm, perhaps with a learned weight, which starts at 1, and bias, which starts at 0. While
/// `training`, each call moves the running statistics, if there are any; `nn::InstanceNorm2d norm{32};`.
/// Shapes  x [n, num_features] followed by spatial axes, or without n.
/// Throws  ShapeError "[InstanceNorm2d] x [8, 32]: expected [n, 32, ...] of 4 axes"; as instance_norm.
template <std::size_t SpatialAxes> struct InstanceNorm {
  std::int64_t num_features;
  InstanceNormOptions options = {};
  Tensor weight = detail::scale_if(options.affine, {num_features}, options.dtype);
  Tensor bias = detail::shift_if(options.affine, {num_features}, options.dtype);
  Tensor running_mean = detail::running_if(options.track_running_stats, 0, num_features, options.dtype);
  Tensor running_var = detail::running_if(options.track_running_stats, 1, num_features, options.dtype);
  bool training = true;

  Tensor operator()(const Tensor& x) const;
};

using InstanceNorm1d = InstanceNorm<1>;
using InstanceNorm2d = InstanceNorm<2>;
using InstanceNorm3d = InstanceNorm<3>;

}  // namespace xg::nn
