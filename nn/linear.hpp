#pragma once

#include <cstdint>

#include "../ops/einsum.hpp"
#include "../ops/matmul.hpp"
#include "init.hpp"

namespace xg::nn {

struct LinearOptions {
  bool bias = true;
  Dtype dtype = float32;
};

/// y = x weight^T + bias over the last axis; `nn::Linear fc{784, 10};`. Both start uniform within
/// +-1/sqrt(in_features).
/// Shapes  x [..., in_features]; weight [out_features, in_features]; returns [..., out_features].
struct Linear {
  std::int64_t in_features, out_features;
  LinearOptions options = {};
  Tensor weight = init::default_weight({out_features, in_features}, options.dtype);
  Tensor bias = options.bias ? init::default_bias(weight) : Tensor();

  Tensor operator()(const Tensor& x) const { return linear(x, weight, bias); }
};

/// y_k = x1^T W_k x2 + b_k; `nn::Bilinear mix{20, 30, 40};`. Weight and bias start uniform within
/// +-1/sqrt(in1_features).
/// Shapes  x1 [..., in1_features], x2 [..., in2_features]; weight [out_features, in1_features, in2_features];
///         returns [..., out_features].
struct Bilinear {
  std::int64_t in1_features, in2_features, out_features;
  LinearOptions options = {};
  Tensor weight =
      init::uniform_parameter({out_features, in1_features, in2_features}, in1_features, options.dtype);
  Tensor bias =
      options.bias ? init::uniform_parameter({out_features}, in1_features, options.dtype) : Tensor();

  Tensor operator()(const Tensor& x1, const Tensor& x2) const { return bilinear(x1, x2, weight, bias); }
};

}  // namespace xg::nn
