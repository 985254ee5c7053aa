#pragma once

#include <cstdint>

#include "../ops/resample.hpp"
#include "../ops/shuffle.hpp"
#include "../ops/unfold.hpp"

/// Images of other sizes and layouts as layers, each the function of its name.
namespace xg::nn {

/// interpolate() as a layer; `nn::Upsample up{{.scale_factor = 2, .mode = Interpolation::bilinear}};`.
struct Upsample {
  InterpolateOptions options;
  Tensor operator()(const Tensor& x) const { return interpolate(x, options); }
};
struct PixelShuffle {
  std::int64_t upscale_factor;
  Tensor operator()(const Tensor& x) const { return pixel_shuffle(x, upscale_factor); }
};
struct PixelUnshuffle {
  std::int64_t downscale_factor;
  Tensor operator()(const Tensor& x) const { return pixel_unshuffle(x, downscale_factor); }
};
struct ChannelShuffle {
  std::int64_t groups;
  Tensor operator()(const Tensor& x) const { return channel_shuffle(x, groups); }
};
struct Unfold {
  Size2d kernel_size;
  UnfoldOptions options = {};
  Tensor operator()(const Tensor& x) const { return unfold(x, kernel_size, options); }
};
struct Fold {
  Size2d output_size, kernel_size;
  UnfoldOptions options = {};
  Tensor operator()(const Tensor& x) const { return fold(x, output_size, kernel_size, options); }
};

}  // namespace xg::nn
