#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace xg {

/// A regular file opened for reading, whose size is known; what goes wrong is told with its path.
class InputFile {
 public:
  /// Throws  IoError "[op] cannot open data.csv: No such file or directory".
  InputFile(std::string_view op, const std::filesystem::path& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  std::uint64_t size() const { return size_; }
  /// Fills `out` with the bytes from `offset` on.
  /// Throws  IoError if the file ends before.
  void read(std::uint64_t offset, std::span<std::byte> out) const;
  std::string read_all() const;

 private:
  std::string op_;
  std::filesystem::path path_;
  int descriptor_;
  std::uint64_t size_;
};

/// A file that appears under its name only when it is complete: it is written beside, flushed to the disk and
/// then renamed, so that a crash leaves the old file or the new one. Without commit() nothing happens to
/// `path`.
class AtomicFile {
 public:
  AtomicFile(std::string_view op, const std::filesystem::path& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Throws  IoError "[op] cannot write model.safetensors: No space left on device".
  void write(std::span<const std::byte> bytes);
  void commit();

 private:
  [[noreturn]] void fail() const;

  std::string op_;
  std::filesystem::path path_, temporary_;
  int descriptor_;
};

}  // namespace xg
