#include <xgrad/ops/resample.hpp>
#include <xgrad/ops/shuffle.hpp>
#include <xgrad/ops/unfold.hpp>

#include "size_nd.hpp"

namespace xg::test {
namespace {

Interpolation mode_of(const Call& c, const std::string& otherwise) {
  static const std::map<std::string, Interpolation> modes{{"nearest", Interpolation::nearest},
                                                          {"nearest-exact", Interpolation::nearest_exact},
                                                          {"linear", Interpolation::linear},
                                                          {"bilinear", Interpolation::bilinear},
                                                          {"trilinear", Interpolation::trilinear},
                                                          {"bicubic", Interpolation::bicubic},
                                                          {"area", Interpolation::area}};
  return modes.at(c.text("mode", otherwise));
}

Tensor interpolate_with(const Call& c) {
  InterpolateOptions options{.size = c.integers("size"),
                             .mode = mode_of(c, "nearest"),
                             .align_corners = c.flag("align_corners"),
                             .recompute_scale_factor = c.flag("recompute_scale_factor")};
  if (const nlohmann::json& factor = c.json("scale_factor"); !factor.is_null())
    options.scale_factor =
        factor.is_array() ? factor.get<std::vector<double>>() : std::vector{factor.get<double>()};
  return interpolate(c[0], options);
}

Tensor grid_sample_with(const Call& c) {
  static const std::map<std::string, GridPadding> paddings{{"zeros", GridPadding::zeros},
                                                           {"border", GridPadding::border},
                                                           {"reflection", GridPadding::reflection}};
  return grid_sample(c[0], c[1],
                     {.mode = mode_of(c, "bilinear"),
                      .padding_mode = paddings.at(c.text("padding_mode", "zeros")),
                      .align_corners = c.flag("align_corners")});
}

UnfoldOptions unfold_options(const Call& c) {
  return {.dilation = size_nd<2>(c, "dilation", 1),
          .padding = size_nd<2>(c, "padding", 0),
          .stride = size_nd<2>(c, "stride", 1)};
}

const OpsOf resampling{
    {"interpolate", interpolate_with},
    {"grid_sample", grid_sample_with},
    {"affine_grid", [](const Call& c) { return affine_grid(c[0], c.dims("size"), c.flag("align_corners")); }},
    {"pixel_shuffle", [](const Call& c) { return pixel_shuffle(c[0], c.integer("upscale_factor")); }},
    {"pixel_unshuffle", [](const Call& c) { return pixel_unshuffle(c[0], c.integer("downscale_factor")); }},
    {"channel_shuffle", [](const Call& c) { return channel_shuffle(c[0], c.integer("groups")); }},
    {"unfold",
     [](const Call& c) { return unfold(c[0], size_nd<2>(c, "kernel_size", 1), unfold_options(c)); }},
    {"fold",
     [](const Call& c) {
       return fold(c[0], size_nd<2>(c, "output_size", 1), size_nd<2>(c, "kernel_size", 1), unfold_options(c));
     }},
};

}  // namespace
}  // namespace xg::test
