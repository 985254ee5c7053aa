#pragma once

#include <cstdint>

#include "../core/create.hpp"
#include "../ops/activation.hpp"
#include "../ops/softmax.hpp"
#include "../ops/view.hpp"

/// Ops as layers, for nn::Sequential. Each stands for the function of its name with these arguments.
namespace xg::nn {

struct Identity {
  Tensor operator()(const Tensor& x) const { return x; }
};
struct Flatten {
  std::int64_t start_axis = 1, end_axis = -1;
  Tensor operator()(const Tensor& x) const { return flatten(x, start_axis, end_axis); }
};
struct Unflatten {
  std::int64_t axis;
  Shape unflattened_size;
  Tensor operator()(const Tensor& x) const { return unflatten(x, axis, unflattened_size); }
};
struct Sigmoid {
  Tensor operator()(const Tensor& x) const { return sigmoid(x); }
};
struct Tanh {
  Tensor operator()(const Tensor& x) const { return tanh(x); }
};
struct ReLU {
  Tensor operator()(const Tensor& x) const { return relu(x); }
};
struct ReLU6 {
  Tensor operator()(const Tensor& x) const { return relu6(x); }
};
struct LeakyReLU {
  double negative_slope = 0.01;
  Tensor operator()(const Tensor& x) const { return leaky_relu(x, negative_slope); }
};
struct ELU {
  double alpha = 1;
  Tensor operator()(const Tensor& x) const { return elu(x, alpha); }
};
struct CELU {
  double alpha = 1;
  Tensor operator()(const Tensor& x) const { return celu(x, alpha); }
};
struct SELU {
  Tensor operator()(const Tensor& x) const { return selu(x); }
};
struct GELU {
  Approximate approximate = Approximate::none;
  Tensor operator()(const Tensor& x) const { return gelu(x, approximate); }
};
struct SiLU {
  Tensor operator()(const Tensor& x) const { return silu(x); }
};
struct Mish {
  Tensor operator()(const Tensor& x) const { return mish(x); }
};
struct Softplus {
  double beta = 1, threshold = 20;
  Tensor operator()(const Tensor& x) const { return softplus(x, beta, threshold); }
};
struct LogSigmoid {
  Tensor operator()(const Tensor& x) const { return log_sigmoid(x); }
};
struct Softsign {
  Tensor operator()(const Tensor& x) const { return softsign(x); }
};
struct Tanhshrink {
  Tensor operator()(const Tensor& x) const { return tanhshrink(x); }
};
struct Softshrink {
  double lambd = 0.5;
  Tensor operator()(const Tensor& x) const { return softshrink(x, lambd); }
};
struct Hardshrink {
  double lambd = 0.5;
  Tensor operator()(const Tensor& x) const { return hardshrink(x, lambd); }
};
struct Hardsigmoid {
  Tensor operator()(const Tensor& x) const { return hardsigmoid(x); }
};
struct Hardswish {
  Tensor operator()(const Tensor& x) const { return hardswish(x); }
};
struct Hardtanh {
  double min_val = -1, max_val = 1;
  Tensor operator()(const Tensor& x) const { return hardtanh(x, min_val, max_val); }
};
struct Threshold {
  double threshold, value;
  Tensor operator()(const Tensor& x) const { return xg::threshold(x, threshold, value); }
};
struct GLU {
  std::int64_t axis = -1;
  Tensor operator()(const Tensor& x) const { return glu(x, axis); }
};
struct Softmax {
  std::int64_t axis = -1;
  Tensor operator()(const Tensor& x) const { return softmax(x, axis); }
};
struct Softmin {
  std::int64_t axis = -1;
  Tensor operator()(const Tensor& x) const { return softmin(x, axis); }
};
/// softmax over the channels of images [..., c, h, w].
struct Softmax2d {
  Tensor operator()(const Tensor& x) const { return softmax(x, -3); }
};
struct LogSoftmax {
  std::int64_t axis = -1;
  Tensor operator()(const Tensor& x) const { return log_softmax(x, axis); }
};

struct PReLUOptions {
  double init = 0.25;
  Dtype dtype = float32;
};
/// prelu with a learned slope, one for all channels or one for each.
struct PReLU {
  std::int64_t num_parameters = 1;
  PReLUOptions options = {};
  Tensor weight = full({num_parameters}, options.init, {.dtype = options.dtype, .requires_grad = true});
  Tensor operator()(const Tensor& x) const { return prelu(x, weight); }
};

/// rrelu, with random slopes while `training`.
struct RReLU {
  double lower = 1.0 / 8, upper = 1.0 / 3;
  bool training = true;
  Generator* generator = nullptr;  ///< what draws, if not the default generator; it must outlive the layer

  Tensor operator()(const Tensor& x) const {
    return rrelu(x, lower, upper, training, generator ? *generator : default_generator());
  }
};

}  // namespace xg::nn
