#include <xgrad/ops/pool.hpp>

#include "size_nd.hpp"

namespace xg::test {
namespace {

template <std::size_t N, class Result, class Options>
using Moving = Result (*)(const Tensor&, SizeNd<N>, const Options&);
template <std::size_t N, class Result> using Covering = Result (*)(const Tensor&, SizeNd<N>);
using Indexed = std::array<Tensor, 2>;

template <std::size_t N> Op max_pool(Moving<N, Indexed, MaxPoolOptions<N>> op) {
  return [op](const Call& c) {
    return op(c[0], size_nd<N>(c, "kernel_size", 1),
              {.stride = size_nd<N>(c, "stride", 0),
               .padding = size_nd<N>(c, "padding", 0),
               .dilation = size_nd<N>(c, "dilation", 1),
               .ceil_mode = c.flag("ceil_mode")});
  };
}

template <std::size_t N> Op avg_pool(Moving<N, Tensor, AvgPoolOptions<N>> op) {
  return [op](const Call& c) {
    AvgPoolOptions<N> options{.stride = size_nd<N>(c, "stride", 0),
                              .padding = size_nd<N>(c, "padding", 0),
                              .ceil_mode = c.flag("ceil_mode"),
                              .count_include_pad = c.flag("count_include_pad", true)};
    if (c.has("divisor_override")) options.divisor_override = c.integer("divisor_override");
    return op(c[0], size_nd<N>(c, "kernel_size", 1), options);
  };
}

template <std::size_t N> Op lp_pool(Tensor (*op)(const Tensor&, double, SizeNd<N>, const LpPoolOptions<N>&)) {
  return [op](const Call& c) {
    return op(c[0], c.number("norm_type"), size_nd<N>(c, "kernel_size", 1),
              {.stride = size_nd<N>(c, "stride", 0), .ceil_mode = c.flag("ceil_mode")});
  };
}

// An output size of null keeps the input's.
template <std::size_t N, class Result> Op adaptive_pool(Covering<N, Result> op) {
  return [op](const Call& c) {
    const nlohmann::json& given = c.json("output_size");
    SizeNd<N> size = 0;
    for (std::size_t i = 0; i < N; ++i) {
      const nlohmann::json& one = given.is_array() ? given[i] : given;
      size[i] = one.is_null() ? c[0].shape()[c[0].dim() - N + i] : one.template get<std::int64_t>();
    }
    return op(c[0], size);
  };
}

template <std::size_t N>
Op max_unpool(Tensor (*op)(const Tensor&, const Tensor&, SizeNd<N>, const MaxUnpoolOptions<N>&)) {
  return [op](const Call& c) {
    MaxUnpoolOptions<N> options{.stride = size_nd<N>(c, "stride", 0), .padding = size_nd<N>(c, "padding", 0)};
    if (c.has("output_size")) options.output_size = size_nd<N>(c, "output_size", 0);
    return op(c[0], c[1], size_nd<N>(c, "kernel_size", 1), options);
  };
}

const OpsOf pools{
    {"max_pool1d", max_pool<1>(max_pool1d_with_indices)},
    {"max_pool2d", max_pool<2>(max_pool2d_with_indices)},
    {"max_pool3d", max_pool<3>(max_pool3d_with_indices)},
    {"avg_pool1d", avg_pool<1>(avg_pool1d)},
    {"avg_pool2d", avg_pool<2>(avg_pool2d)},
    {"avg_pool3d", avg_pool<3>(avg_pool3d)},
    {"lp_pool1d", lp_pool<1>(lp_pool1d)},
    {"lp_pool2d", lp_pool<2>(lp_pool2d)},
    {"lp_pool3d", lp_pool<3>(lp_pool3d)},
    {"adaptive_avg_pool1d", adaptive_pool<1, Tensor>(adaptive_avg_pool1d)},
    {"adaptive_avg_pool2d", adaptive_pool<2, Tensor>(adaptive_avg_pool2d)},
    {"adaptive_avg_pool3d", adaptive_pool<3, Tensor>(adaptive_avg_pool3d)},
    {"adaptive_max_pool1d", adaptive_pool<1, Indexed>(adaptive_max_pool1d_with_indices)},
    {"adaptive_max_pool2d", adaptive_pool<2, Indexed>(adaptive_max_pool2d_with_indices)},
    {"adaptive_max_pool3d", adaptive_pool<3, Indexed>(adaptive_max_pool3d_with_indices)},
    {"max_unpool1d", max_unpool<1>(max_unpool1d)},
    {"max_unpool2d", max_unpool<2>(max_unpool2d)},
    {"max_unpool3d", max_unpool<3>(max_unpool3d)},
};

}  // namespace
}  // namespace xg::test
