#pragma once

#include <string>
#include <vector>

#include "mistakes.hpp"

namespace xg::optim {

struct GalleryOptions {
  std::string title{};
  int tile = 96;  ///< edge of a picture
  int width = 1080;
};

/// Pictures side by side, each with its caption and its loss below. Values of images within [0, 1] are shades,
/// others are scaled so that the lowest is black and the highest white.
/// Units   tile and width in pixels.
/// Throws  ShapeError "[gallery] image 0 is [2, 8, 8]: expected [height, width], or 1 or 3 channels of that";
///         ValueError for a tile below 16 or wider than the gallery.
std::string gallery(const std::vector<Example>& examples, const GalleryOptions& options = {});

}  // namespace xg::optim
