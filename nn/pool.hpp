#pragma once

#include "../ops/pool.hpp"

namespace xg::nn {

/// max_pool2d as a layer; `nn::MaxPool2d pool{2};`.
struct MaxPool2d {
  Size2d kernel_size;
  MaxPool2dOptions options = {};

  Tensor operator()(const Tensor& x) const { return max_pool2d(x, kernel_size, options); }
};

/// avg_pool2d as a layer.
struct AvgPool2d {
  Size2d kernel_size;
  AvgPool2dOptions options = {};

  Tensor operator()(const Tensor& x) const { return avg_pool2d(x, kernel_size, options); }
};

/// adaptive_avg_pool2d as a layer; `nn::AdaptiveAvgPool2d pool{1};` takes the mean of each channel.
struct AdaptiveAvgPool2d {
  Size2d output_size;

  Tensor operator()(const Tensor& x) const { return adaptive_avg_pool2d(x, output_size); }
};

}  // namespace xg::nn
