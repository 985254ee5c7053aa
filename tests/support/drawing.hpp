#pragma once
/// A look into SVG, HTML and PNG.

#include <doctest/doctest.h>
#include <zlib.h>

#include <cstdint>
#include <string>
#include <vector>

#include "message_of.hpp"

inline std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

/// Whether every element is closed in order and no markup stands in a text.
inline bool well_formed(const std::string& svg) {
  std::vector<std::string> open;
  std::size_t tags = 0;
  for (std::size_t at = svg.find('<'); at != std::string::npos; at = svg.find('<', at + 1), ++tags) {
    const std::string tag = svg.substr(at + 1, svg.find('>', at) - at - 1);
    const std::string name = tag.substr(0, tag.find(' '));
    if (tag.find('<') != std::string::npos || tag.empty()) return false;
    if (tag.back() == '/') continue;
    if (tag.front() != '/') {
      open.push_back("/" + name);
    } else if (open.empty() || open.back() != name) {
      return false;
    } else {
      open.pop_back();
    }
  }
  return open.empty() && tags > 0 && tags == count(svg, ">");
}

/// The bytes behind the first PNG data URI of a text.
inline std::string png_bytes(const std::string& text) {
  const std::string prefix = "data:image/png;base64,";
  const std::size_t start = text.find(prefix) + prefix.size();
  const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (std::size_t at = start; at < text.size(); ++at) {
    const std::size_t value = letters.find(text[at]);
    if (value == std::string::npos) break;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>(bits >> held & 0xffU);
    }
  }
  return out;
}

inline std::uint32_t big_endian(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t k = 0; k < 4; ++k) value = value << 8 | static_cast<unsigned char>(bytes.at(at + k));
  return value;
}

/// The RGBA rows of a PNG that was made by png_data_uri, after its checksums were compared.
inline std::vector<std::uint8_t> png_pixels(const std::string& png) {
  REQUIRE(png.substr(0, 8) == "\x89PNG\r\n\x1a\n");
  const std::size_t width = big_endian(png, 16), height = big_endian(png, 20);
  std::string packed;
  for (std::size_t at = 8; at < png.size(); at += 12 + big_endian(png, at)) {
    const std::string checked = png.substr(at + 4, 4 + big_endian(png, at));
    CHECK(crc32(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<uInt>(checked.size())) ==
          big_endian(png, at + 4 + checked.size()));
    if (checked.starts_with("IDAT")) packed += checked.substr(4);
  }
  std::vector<std::uint8_t> rows((4 * width + 1) * height);
  uLongf size = static_cast<uLongf>(rows.size());
  REQUIRE(uncompress(rows.data(), &size, reinterpret_cast<const Bytef*>(packed.data()),
                     static_cast<uLong>(packed.size())) == Z_OK);
  REQUIRE(size == rows.size());
  std::vector<std::uint8_t> out;
  for (std::size_t r = 0; r < height; ++r) {
    const auto row = rows.begin() + static_cast<std::ptrdiff_t>(r * (4 * width + 1));
    REQUIRE(*row == 0);
    out.insert(out.end(), row + 1, row + 1 + static_cast<std::ptrdiff_t>(4 * width));
  }
  return out;
}
