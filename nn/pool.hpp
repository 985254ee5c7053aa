#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "../ops/pool.hpp"
#include "of_axes.hpp"

/// Pools as layers, each the function of its name: `nn::MaxPool2d pool{2};`.
namespace xg::nn {

/// with_indices() also says where the largest elements stand, for MaxUnpool.
template <std::size_t N> struct MaxPool {
  SizeNd<N> kernel_size;
  MaxPoolOptions<N> options = {};

  Tensor operator()(const Tensor& x) const {
    return detail::of_axes<N>(max_pool1d, max_pool2d, max_pool3d)(x, kernel_size, options);
  }
  std::array<Tensor, 2> with_indices(const Tensor& x) const {
    return detail::of_axes<N>(max_pool1d_with_indices, max_pool2d_with_indices, max_pool3d_with_indices)(
        x, kernel_size, options);
  }
};
using MaxPool1d = MaxPool<1>;
using MaxPool2d = MaxPool<2>;
using MaxPool3d = MaxPool<3>;

template <std::size_t N> struct MaxUnpool {
  SizeNd<N> kernel_size;
  MaxUnpoolOptions<N> options = {};

  Tensor operator()(const Tensor& x, const Tensor& indices,
                    const std::optional<SizeNd<N>>& output_size = {}) const {
    MaxUnpoolOptions<N> passed = options;
    if (output_size) passed.output_size = output_size;
    return detail::of_axes<N>(max_unpool1d, max_unpool2d, max_unpool3d)(x, indices, kernel_size, passed);
  }
};
using MaxUnpool1d = MaxUnpool<1>;
using MaxUnpool2d = MaxUnpool<2>;
using MaxUnpool3d = MaxUnpool<3>;

template <std::size_t N> struct AvgPool {
  SizeNd<N> kernel_size;
  AvgPoolOptions<N> options = {};

  Tensor operator()(const Tensor& x) const {
    return detail::of_axes<N>(avg_pool1d, avg_pool2d, avg_pool3d)(x, kernel_size, options);
  }
};
using AvgPool1d = AvgPool<1>;
using AvgPool2d = AvgPool<2>;
using AvgPool3d = AvgPool<3>;

template <std::size_t N> struct LPPool {
  double norm_type;
  SizeNd<N> kernel_size;
  LpPoolOptions<N> options = {};

  Tensor operator()(const Tensor& x) const {
    return detail::of_axes<N>(lp_pool1d, lp_pool2d, lp_pool3d)(x, norm_type, kernel_size, options);
  }
};
using LPPool1d = LPPool<1>;
using LPPool2d = LPPool<2>;
using LPPool3d = LPPool<3>;

/// `nn::AdaptiveAvgPool2d pool{1};` takes the mean of each channel.
template <std::size_t N> struct AdaptiveAvgPool {
  SizeNd<N> output_size;

  Tensor operator()(const Tensor& x) const {
    return detail::of_axes<N>(adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)(x, output_size);
  }
};
using AdaptiveAvgPool1d = AdaptiveAvgPool<1>;
using AdaptiveAvgPool2d = AdaptiveAvgPool<2>;
using AdaptiveAvgPool3d = AdaptiveAvgPool<3>;

/// with_indices() as of MaxPool.
template <std::size_t N> struct AdaptiveMaxPool {
  SizeNd<N> output_size;

  Tensor operator()(const Tensor& x) const {
    return detail::of_axes<N>(adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d)(x, output_size);
  }
  std::array<Tensor, 2> with_indices(const Tensor& x) const {
    return detail::of_axes<N>(adaptive_max_pool1d_with_indices, adaptive_max_pool2d_with_indices,
                              adaptive_max_pool3d_with_indices)(x, output_size);
  }
};
using AdaptiveMaxPool1d = AdaptiveMaxPool<1>;
using AdaptiveMaxPool2d = AdaptiveMaxPool<2>;
using AdaptiveMaxPool3d = AdaptiveMaxPool<3>;

}  // namespace xg::nn
