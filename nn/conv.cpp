#include "conv.hpp"

#include <fmt/format.h>

namespace xg::nn::detail {

Shape conv2d_weight_shape(std::int64_t in_channels, std::int64_t out_channels, Size2d kernel,
                          std::int64_t groups) {
  if (groups < 1 || in_channels % groups != 0 || out_channels % groups != 0)
    throw ValueError(fmt::format("[Conv2d] {} input and {} output channels do not divide into {} groups",
                                 in_channels, out_channels, groups));
  return {out_channels, in_channels / groups, kernel[0], kernel[1]};
}

}  // namespace xg::nn::detail
