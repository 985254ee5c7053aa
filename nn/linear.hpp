#pragma once

#include <cstdint>

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

}  // namespace xg::nn
