#include <fmt/format.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/resample.hpp>
#include <xgrad/ops/shuffle.hpp>
#include <xgrad/ops/unfold.hpp>

#include "random_op.hpp"

namespace xg::test {
namespace {

Shape images(Choices& c, std::size_t axes, std::int64_t longest) {
  Shape shape{c.integer(0, 2), c.integer(1, 2)};
  for (std::size_t i = 0; i < axes; ++i) shape.push_back(c.integer(1, longest));
  return shape;
}

Sample draw_interpolate(Choices& c) {
  struct Mode {
    const char* name;
    Interpolation mode;
    std::size_t axes;
  };
  const Mode mode = c.pick<Mode>({{"nearest", Interpolation::nearest, 1},
                                  {"nearest_exact", Interpolation::nearest_exact, 2},
                                  {"linear", Interpolation::linear, 1},
                                  {"bilinear", Interpolation::bilinear, 2},
                                  {"trilinear", Interpolation::trilinear, 3},
                                  {"bicubic", Interpolation::bicubic, 2},
                                  {"area", Interpolation::area, 3}});
  const Tensor x = distinct_tensor(c, images(c, mode.axes, mode.axes == 3 ? 3 : 6));
  InterpolateOptions options{.mode = mode.mode};
  const bool smooth = mode.mode != Interpolation::area && mode.mode != Interpolation::nearest &&
                      mode.mode != Interpolation::nearest_exact;
  options.align_corners = smooth && c.coin();
  if (c.coin()) {
    options.scale_factor = c.pick({1.0, 1.5, 2.25});
    options.recompute_scale_factor = c.coin();
  } else {
    std::vector<std::int64_t> size;
    for (std::size_t i = 0; i < mode.axes; ++i) size.push_back(c.integer(1, 5));
    options.size = size;
  }
  return {.inputs = {x},
          .run = [=](const Inputs& in) { return interpolate(in[0], options); },
          .text = fmt::format("interpolate {} {} size [{}] scale_factor [{}] align_corners {} recompute {}",
                              mode.name, to_string(x.shape()), fmt::join(options.size, ", "),
                              fmt::join(options.scale_factor, ", "), options.align_corners,
                              options.recompute_scale_factor)};
}

// Places between the elements, inside of the image and around it: quarters are exact in float32, and no kinks.
double draw_place(Choices& c, std::int64_t length, bool align_corners) {
  const auto n = static_cast<double>(length);
  const double at = static_cast<double>(c.integer(-2, length)) + c.pick({0.25, 0.75});
  return align_corners ? 2 * at / (n - 1) - 1 : (2 * at + 1) / n - 1;
}

Sample draw_grid_sample(Choices& c) {
  const std::size_t axes = c.coin() ? 3 : 2;
  GridSampleOptions options{
      .mode = c.pick({Interpolation::bilinear, Interpolation::nearest, Interpolation::bicubic}),
      .padding_mode = c.pick({GridPadding::zeros, GridPadding::border, GridPadding::reflection}),
      .align_corners = c.coin()};
  if (axes == 3 && options.mode == Interpolation::bicubic) options.mode = Interpolation::bilinear;
  // Lengths at which the grid's numbers are exact in float32.
  Shape image{c.integer(1, 2), c.integer(1, 2)}, grid{image[0]};
  for (std::size_t i = 0; i < axes; ++i)
    image.push_back(options.align_corners ? c.pick<std::int64_t>({2, 3, 5})
                                          : c.pick<std::int64_t>({1, 2, 4}));
  for (std::size_t i = 0; i < axes; ++i) grid.push_back(c.integer(0, 2));
  grid.push_back(static_cast<std::int64_t>(axes));
  std::vector<double> places;
  for (std::int64_t i = 0; i < count(grid); ++i)
    places.push_back(
        draw_place(c, image[axes + 1 - static_cast<std::size_t>(i) % axes], options.align_corners));
  return {.inputs = {distinct_tensor(c, image), from_values(places, grid, {.dtype = float64})},
          .run = [=](const Inputs& in) { return grid_sample(in[0], in[1], options); },
          .text = fmt::format("grid_sample {} at {} mode {} padding {} align_corners {}", to_string(image),
                              to_string(grid), static_cast<int>(options.mode),
                              static_cast<int>(options.padding_mode), options.align_corners)};
}

Sample draw_affine_grid(Choices& c) {
  const std::int64_t axes = c.coin() ? 3 : 2;
  const Shape size = images(c, static_cast<std::size_t>(axes), 4);
  const bool align_corners = c.coin();
  return {.inputs = {distinct_tensor(c, {size[0], axes, axes + 1})},
          .run = [=](const Inputs& in) { return affine_grid(in[0], size, align_corners); },
          .text = fmt::format("affine_grid {} align_corners {}", to_string(size), align_corners)};
}

Sample draw_pixel_shuffle(Choices& c) {
  const std::int64_t r = c.integer(1, 3), channels = c.integer(1, 2), h = c.integer(0, 3),
                     w = c.integer(1, 3);
  const bool back = c.coin();
  Shape shape = c.shape(0, 2, 1, 2);
  for (const std::int64_t length : back ? Shape{channels, h * r, w * r} : Shape{channels * r * r, h, w})
    shape.push_back(length);
  return {
      .inputs = {distinct_tensor(c, shape)},
      .run = [=](const Inputs& in) { return back ? pixel_unshuffle(in[0], r) : pixel_shuffle(in[0], r); },
      .text = fmt::format("{} {} by {}", back ? "pixel_unshuffle" : "pixel_shuffle", to_string(shape), r)};
}

Sample draw_unfold(Choices& c) {
  Size2d in = 0, kernel = 0;
  UnfoldOptions o;
  for (std::size_t i = 0; i < 2; ++i) {
    kernel[i] = c.integer(1, 3);
    o.stride[i] = c.integer(1, 3);
    o.padding[i] = c.below(3);
    o.dilation[i] = c.integer(1, 2);
    in[i] = std::max<std::int64_t>(o.dilation[i] * (kernel[i] - 1) + 1 - 2 * o.padding[i], 1) + c.below(3);
  }
  const Shape image{c.integer(0, 2), c.integer(1, 2), in[0], in[1]};
  const bool back = c.coin();
  const Tensor x = distinct_tensor(c, back ? unfold(zeros(image), kernel, o).shape() : image);
  return {
      .inputs = {x},
      .run = [=](const Inputs& at) { return back ? fold(at[0], in, kernel, o) : unfold(at[0], kernel, o); },
      .text =
          fmt::format("{} {} image {} kernel {} stride {} padding {} dilation {}", back ? "fold" : "unfold",
                      to_string(x.shape()), to_string(in.dims()), to_string(kernel.dims()),
                      to_string(o.stride.dims()), to_string(o.padding.dims()), to_string(o.dilation.dims()))};
}

std::vector<RandomOp> resampling() {
  return {{"interpolate", draw_interpolate},
          {"grid_sample", draw_grid_sample},
          {"affine_grid", draw_affine_grid},
          {"pixel_shuffle", draw_pixel_shuffle},
          {"unfold", draw_unfold}};
}

const RandomOps resample_ops(resampling);

}  // namespace
}  // namespace xg::test
