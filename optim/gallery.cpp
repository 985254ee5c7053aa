#include "gallery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "../core/copy.hpp"
#include "../core/error.hpp"
#include "../core/mode.hpp"
#include "../ops/reduce.hpp"
#include "png.hpp"
#include "svg.hpp"

namespace xg::optim {
namespace {

using svg::number;

// Below a picture: two lines of text.
constexpr double text_room = 40.0, gap = 14.0;

struct Raster {
  std::vector<std::uint8_t> rgba;
  std::size_t width, height;
};

Raster raster_of(const Tensor& image, std::size_t index) {
  const std::size_t dims = image.defined() ? image.dim() : 0;
  const std::int64_t channels = dims == 3 ? image.size(0) : 1;
  if (dims < 2 || dims > 3 || (channels != 1 && channels != 3) || image.numel() == 0)
    throw ShapeError(
        fmt::format("[gallery] image {} is {}: expected [height, width], or 1 or 3 channels of that", index,
                    image.defined() ? to_string(image.shape()) : "undefined"));
  const NoGrad guard;
  const Tensor values = contiguous(to(image.detach(), float64));
  const double lowest = amin(values).item(), highest = amax(values).item();
  const bool are_shades = lowest >= 0 && highest <= 1;
  const double from = are_shades ? 0 : lowest, span = are_shades ? 1 : std::max(highest - lowest, 1e-300);
  const double* data = values.data<double>();
  Raster raster{{}, static_cast<std::size_t>(image.size(-1)), static_cast<std::size_t>(image.size(-2))};
  const std::size_t pixels = raster.width * raster.height;
  for (std::size_t i = 0; i < pixels; ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      const double shade = (data[channels == 3 ? c * pixels + i : i] - from) / span;
      raster.rgba.push_back(
          static_cast<std::uint8_t>(std::lround(255 * std::clamp(std::isnan(shade) ? 0 : shade, 0.0, 1.0))));
    }
    raster.rgba.push_back(255);
  }
  return raster;
}

}  // namespace

std::string gallery(const std::vector<Example>& examples, const GalleryOptions& o) {
  if (o.tile < 16 || o.tile > o.width)
    throw ValueError(
        fmt::format("[gallery] tile {} and width {}: expected 16 <= tile <= width", o.tile, o.width));
  double column = o.tile + gap;
  for (const Example& e : examples)
    column = std::max(column, svg::text_width(e.caption, svg::label_size) + gap);
  const auto columns = std::max<std::size_t>(1, static_cast<std::size_t>((o.width + gap) / column));
  const std::size_t rows = (examples.size() + columns - 1) / columns;
  const double top = o.title.empty() ? 4.0 : 36.0, row = o.tile + text_room + gap;
  const svg::Frame frame{
      column * static_cast<double>(std::min(columns, std::max<std::size_t>(1, examples.size()))),
      top + row * static_cast<double>(rows),
      {{}, false, 4.0, 4.0},
      {},
      {o.title, "", ""}};
  std::string out = svg::open(frame);
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const Raster raster = raster_of(examples[i].image, i);
    const double x = 4.0 + column * static_cast<double>(i % columns);
    const double y = top + row * static_cast<double>(i / columns);
    out += fmt::format(
        "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" style=\"image-rendering:pixelated\" "
        "href=\"{}\"/>\n",
        number(x), number(y), o.tile, o.tile, png_data_uri(raster.rgba, raster.width, raster.height));
    if (!examples[i].caption.empty())
      out += svg::text(x, y + o.tile + 16.0, examples[i].caption, "font-weight=\"600\"");
    out += svg::text(x, y + o.tile + (examples[i].caption.empty() ? 16.0 : 32.0),
                     fmt::format("loss {}", svg::value_text(examples[i].loss, 3)), "fill-opacity=\"0.75\"");
  }
  return out + "</svg>\n";
}

}  // namespace xg::optim
