#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace xg::optim {

/// A picture as a PNG inside a data URI, ready for an image element: "data:image/png;base64,...".
/// Shapes  rgba holds height rows of width pixels of 4 bytes, the top row first.
/// Throws  ShapeError if rgba has another size.
std::string png_data_uri(std::span<const std::uint8_t> rgba, std::size_t width, std::size_t height);

}  // namespace xg::optim
