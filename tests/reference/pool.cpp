#include <xgrad/ops/pool.hpp>

#include "size2d.hpp"

namespace xg::test {
namespace {

Outputs max_pool(const Call& c) {
  return max_pool2d_with_indices(c[0], size2d(c, "kernel_size", 1),
                                 {.stride = size2d(c, "stride", 0),
                                  .padding = size2d(c, "padding", 0),
                                  .dilation = size2d(c, "dilation", 1),
                                  .ceil_mode = c.flag("ceil_mode")});
}

Tensor avg_pool(const Call& c) {
  AvgPool2dOptions options{.stride = size2d(c, "stride", 0),
                           .padding = size2d(c, "padding", 0),
                           .ceil_mode = c.flag("ceil_mode"),
                           .count_include_pad = c.flag("count_include_pad", true)};
  if (c.has("divisor_override")) options.divisor_override = c.integer("divisor_override");
  return avg_pool2d(c[0], size2d(c, "kernel_size", 1), options);
}

// An output size of null keeps the input's.
Tensor adaptive_avg_pool(const Call& c) {
  const nlohmann::json& size = c.json("output_size");
  const auto along = [&](std::size_t axis) {
    const nlohmann::json& one = size.is_array() ? size[axis] : size;
    return one.is_null() ? c[0].size(static_cast<std::int64_t>(axis) - 2) : one.get<std::int64_t>();
  };
  return adaptive_avg_pool2d(c[0], {along(0), along(1)});
}

const OpsOf pools{
    {"max_pool2d", max_pool},
    {"avg_pool2d", avg_pool},
    {"adaptive_avg_pool2d", adaptive_avg_pool},
};

}  // namespace
}  // namespace xg::test
