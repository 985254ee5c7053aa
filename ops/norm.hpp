#pragma once
/// Normalisations. Weight and bias may be undefined, which leaves them out.

#include <cstdint>

#include "../core/tensor.hpp"

namespace xg {

/// y = (x - mean) / sqrt(var + eps) * weight + bias, over the last axes.
/// Shapes  x [..., normalized_shape]; weight and bias normalized_shape.
/// Grad    x, weight, bias, any order; saves x, mean and 1 / sqrt(var + eps).
/// Throws  ShapeError "[layer_norm] weight [8] must have the shape [16]".
/// Source  Ba et al. 2016, arXiv:1607.06450.
Tensor layer_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight = {},
                  const Tensor& bias = {}, double eps = 1e-5);
/// y = x / sqrt(mean(x^2) + eps) * weight, over the last axes.
/// Shapes  x [..., normalized_shape]; weight normalized_shape.
/// Grad    x and weight, any order.
/// Throws  ShapeError "[rms_norm] weight [8] must have the shape [16]".
/// Source  Zhang and Sennrich 2019, arXiv:1910.07467.
Tensor rms_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight = {}, double eps = 1e-5);
/// y = (x - mean) / sqrt(var + eps) * weight + bias for each channel, over all other axes. In training mean
/// and var are the batch's, and the running ones move towards them by `momentum`, in place, with the unbiased
/// variance; else they are the running ones.
/// Shapes  x [n, c, ...]; all others [c].
/// Grad    x, weight, bias, any order.
/// Throws  ShapeError "[batch_norm] weight [3] must have the shape [4]"; ValueError for a batch of one value
///         a channel in training, and without running statistics otherwise.
/// Source  Ioffe and Szegedy 2015, arXiv:1502.03167.
Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                  const Tensor& weight = {}, const Tensor& bias = {}, bool training = false,
                  double momentum = 0.1, double eps = 1e-5);
/// layer_norm over each of `groups` groups of neighbouring channels of each sample, then a weight and a bias
/// for each channel.
/// Shapes  x [n, c, ...]; weight and bias [c].
/// Grad    x, weight, bias, any order.
/// Throws  ShapeError "[group_norm] 4 channels do not make 3 groups".
/// Source  Wu and He 2018, arXiv:1803.08494.
Tensor group_norm(const Tensor& x, std::int64_t groups, const Tensor& weight = {}, const Tensor& bias = {},
                  double eps = 1e-5);
/// y = (x - mean) / sqrt(var + eps) * weight + bias for each channel of each sample, over all other axes.
/// With use_input_stats mean and var are its own, and the running ones, if there are any, move towards their
/// means over the batch by `momentum`, in place, with the unbiased variance; else they are the running ones.
/// Shapes  x [n, c, ...]; all others [c].
/// Grad    x, weight, bias, any order.
/// Throws  ShapeError "[instance_norm] weight [3] must have the shape [4]"; ValueError for one value a
///         channel, and without running statistics where they are needed.
/// Source  Ulyanov et al. 2016, arXiv:1607.08022.
Tensor instance_norm(const Tensor& x, const Tensor& running_mean = {}, const Tensor& running_var = {},
                     const Tensor& weight = {}, const Tensor& bias = {}, bool use_input_stats = true,
                     double momentum = 0.1, double eps = 1e-5);
/// x / (k + alpha * m)^beta, where m is the mean of x^2 over `size` neighbouring channels, with zeros beyond
/// the ends: size / 2 of them before the channel, itself, and (size - 1) / 2 behind.
/// Shapes  x [n, c, ...].
/// Grad    any order.
/// Throws  ValueError "[local_response_norm] size 0: must be at least 1".
/// Source  Krizhevsky et al. 2012.
Tensor local_response_norm(const Tensor& x, std::int64_t size, double alpha = 1e-4, double beta = 0.75,
                           double k = 1);
/// g * v / ||v||, with the 2-norm over all axes but one: the length of a weight apart from its direction.
/// Shapes  v any; g as v, with length 1 along all other axes.
/// Grad    v and g, any order.
/// Throws  ShapeError "[weight_norm] g [4] must have the shape [4, 1]".
/// Source  Salimans and Kingma 2016, arXiv:1602.07868.
Tensor weight_norm(const Tensor& v, const Tensor& g, std::int64_t axis = 0);

}  // namespace xg
