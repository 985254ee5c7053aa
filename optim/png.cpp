#include "png.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <string_view>
#include <vector>

#include "../core/error.hpp"

namespace xg::optim {
namespace {

void append_u32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xffU);
}

void append_chunk(std::string& out, std::string_view kind, std::string_view data) {
  append_u32(out, static_cast<std::uint32_t>(data.size()));
  const std::size_t checked_from = out.size();
  out.append(kind).append(data);
  const auto* checked = reinterpret_cast<const Bytef*>(out.data() + checked_from);
  append_u32(out,
             static_cast<std::uint32_t>(crc32(0, checked, static_cast<uInt>(out.size() - checked_from))));
}

std::string deflate_rows(std::span<const std::uint8_t> rgba, std::size_t width, std::size_t height) {
  std::vector<Bytef> rows;
  rows.reserve(rgba.size() + height);
  for (std::size_t r = 0; r < height; ++r) {
    rows.push_back(0);  // the row's filter: none
    const auto row = rgba.subspan(r * width * 4, width * 4);
    rows.insert(rows.end(), row.begin(), row.end());
  }
  uLongf size = compressBound(static_cast<uLong>(rows.size()));
  std::string out(size, '\0');
  if (compress2(reinterpret_cast<Bytef*>(out.data()), &size, rows.data(), static_cast<uLong>(rows.size()),
                9) != Z_OK) {
    throw Error(fmt::format("[png_data_uri] zlib cannot compress {} bytes: free some memory", rows.size()));
  }
  out.resize(size);
  return out;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::string_view group = bytes.substr(i, 3);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      bits = bits << 8 | (k < group.size() ? static_cast<unsigned char>(group[k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= group.size() ? letters[bits >> (18 - 6 * k) & 63U] : '=';
    }
  }
  return out;
}

}  // namespace

std::string png_data_uri(std::span<const std::uint8_t> rgba, std::size_t width, std::size_t height) {
  if (width == 0 || height == 0 || rgba.size() != 4 * width * height) {
    throw ShapeError(fmt::format("[png_data_uri] {} bytes for {} x {} pixels: give 4 bytes a pixel",
                                 rgba.size(), width, height));
  }
  std::string header;
  append_u32(header, static_cast<std::uint32_t>(width));
  append_u32(header, static_cast<std::uint32_t>(height));
  header += std::string_view("\x08\x06\x00\x00\x00", 5);  // 8 bits, RGBA, deflate, no interlacing
  std::string png = "\x89PNG\r\n\x1a\n";
  append_chunk(png, "IHDR", header);
  append_chunk(png, "IDAT", deflate_rows(rgba, width, height));
  append_chunk(png, "IEND", "");
  return "data:image/png;base64," + base64(png);
}

}  // namespace xg::optim
