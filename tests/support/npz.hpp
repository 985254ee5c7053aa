#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xg::test {

/// An array of an .npz file, in C order and in this machine's byte order.
struct NpzArray {
  char dtype;  ///< As numpy writes it: 'd' float64, 'f' float32, 'q' int64, 'i' int32, '?' bool.
  std::vector<std::size_t> shape;
  std::vector<std::byte> bytes;

  /// The values, converted: exact for every dtype but int64 beyond 2^53.
  std::vector<double> to_doubles() const;

  /// The values of an int64, int32 or bool array.
  /// Throws  DtypeError for floating-point arrays.
  std::vector<std::int64_t> to_integers() const;
};

using Npz = std::map<std::string, NpzArray>;

/// Reads every array of an .npz file (zip, stored or deflated), without the ".npy" of its name.
/// Throws  IoError if the bytes are truncated, damaged, or of a kind that is not read here; `name` stands in
/// its text.
Npz parse_npz(std::span<const std::byte> file, std::string_view name);

/// Throws  IoError if the file cannot be read, and as parse_npz.
Npz read_npz(const std::filesystem::path& path);

}  // namespace xg::test
