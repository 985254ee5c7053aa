#include "npz.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <tuple>
#include <utility>
#include <xgrad/core/error.hpp>

namespace xg::test {
namespace {

static_assert(std::endian::native == std::endian::little, ".npz files of the tests are little-endian");

[[noreturn]] void fail(std::string_view name, const std::string& why) {
  throw IoError(fmt::format("[npz] \"{}\": {}", name, why));
}

/// Bytes with checked access; `name` is the file, for messages.
struct Bytes {
  std::span<const std::byte> data;
  std::string_view name;

  std::span<const std::byte> slice(std::size_t at, std::size_t size, std::string_view what) const {
    if (at > data.size() || size > data.size() - at) {
      fail(name, fmt::format("truncated in {}: {} bytes needed at {}, the file has {}", what, size, at,
                             data.size()));
    }
    return data.subspan(at, size);
  }

  template <class Integer> Integer read(std::size_t at, std::string_view what) const {
    Integer value;
    std::memcpy(&value, slice(at, sizeof value, what).data(), sizeof value);
    return value;
  }
};

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A member as zip's central directory describes it.
struct Member {
  std::string name;
  unsigned method;
  std::uint32_t checksum;
  std::size_t packed_size;
  std::size_t size;
  std::size_t header_at;
};

/// Zip's directory ends the file, but for a comment of up to 65535 bytes.
std::size_t find_directory_end(const Bytes& file) {
  constexpr std::size_t record_size = 22, longest_comment = 0xffff;
  const std::size_t stop =
      file.data.size() > record_size + longest_comment ? file.data.size() - record_size - longest_comment : 0;
  for (std::size_t at = file.data.size(); at >= record_size + stop; --at) {
    if (file.read<std::uint32_t>(at - record_size, "the directory's end") == 0x06054b50U)
      return at - record_size;
  }
  fail(file.name, "no zip directory at its end: truncated, or not an .npz file");
}

std::vector<Member> read_directory(const Bytes& file) {
  const std::size_t end = find_directory_end(file);
  const std::size_t count = file.read<std::uint16_t>(end + 10, "the directory's end");
  std::size_t at = file.read<std::uint32_t>(end + 16, "the directory's end");
  std::vector<Member> members;
  for (std::size_t i = 0; i < count; ++i) {
    constexpr std::string_view what = "the directory";
    if (file.read<std::uint32_t>(at, what) != 0x02014b50U) fail(file.name, "its zip directory is damaged");
    const std::size_t name_size = file.read<std::uint16_t>(at + 28, what);
    const std::size_t skipped =
        std::size_t{file.read<std::uint16_t>(at + 30, what)} + file.read<std::uint16_t>(at + 32, what);
    Member m{std::string(as_text(file.slice(at + 46, name_size, what))),
             file.read<std::uint16_t>(at + 10, what),
             file.read<std::uint32_t>(at + 16, what),
             file.read<std::uint32_t>(at + 20, what),
             file.read<std::uint32_t>(at + 24, what),
             file.read<std::uint32_t>(at + 42, what)};
    if ((file.read<std::uint16_t>(at + 8, what) & 1U) != 0) fail(file.name, m.name + " is encrypted");
    constexpr std::size_t zip64 = std::numeric_limits<std::uint32_t>::max();
    if (m.packed_size == zip64 || m.size == zip64 || m.header_at == zip64) {
      fail(file.name, m.name + " needs zip64: write smaller files");
    }
    at += 46 + name_size + skipped;
    members.push_back(std::move(m));
  }
  return members;
}

std::vector<std::byte> inflate_raw(std::span<const std::byte> packed, const Member& member,
                                   std::string_view file) {
  // Deflate packs at most about 1032 to 1; a larger claim is damage, not a reason to allocate.
  if (member.size / 1100 > packed.size()) fail(file, member.name + " claims an impossible size");
  std::vector<std::byte> out(member.size);
  std::byte nothing{};
  z_stream stream{};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.empty() ? &nothing : out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) fail(file, "zlib does not start");
  const int result = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  if (result != Z_STREAM_END || stream.total_out != member.size) {
    fail(file, member.name + " does not inflate to its size: damaged");
  }
  return out;
}

std::vector<std::byte> read_member(const Bytes& file, const Member& member) {
  if (file.read<std::uint32_t>(member.header_at, member.name) != 0x04034b50U) {
    fail(file.name, member.name + " has a damaged header");
  }
  const std::size_t start = member.header_at + 30 +
                            file.read<std::uint16_t>(member.header_at + 26, member.name) +
                            file.read<std::uint16_t>(member.header_at + 28, member.name);
  const auto packed = file.slice(start, member.packed_size, member.name);
  std::vector<std::byte> out;
  if (member.method == 8) {
    out = inflate_raw(packed, member, file.name);
  } else if (member.method == 0 && member.packed_size == member.size) {
    out.assign(packed.begin(), packed.end());
  } else {
    fail(file.name, fmt::format("{} has zip method {}: only stored and deflated members are read",
                                member.name, member.method));
  }
  const auto checksum = crc32(0, reinterpret_cast<const Bytef*>(out.data()), static_cast<uInt>(out.size()));
  if (checksum != member.checksum) fail(file.name, member.name + " has a wrong checksum: damaged");
  return out;
}

/// What stands behind a key of the Python dict that is an array's header, up to `close`.
std::string_view header_value(std::string_view header, std::string_view key, char close, const Bytes& npy) {
  const std::string quoted = fmt::format("'{}':", key);
  const std::size_t start = header.find(quoted);
  const std::size_t end = header.find(close, start);
  if (start == std::string_view::npos || end == std::string_view::npos) {
    fail(npy.name, fmt::format("the array's header has no \"{}\"", key));
  }
  std::string_view value = header.substr(start + quoted.size(), end - start - quoted.size());
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  return value;
}

std::pair<char, std::size_t> dtype_and_size(std::string_view descr, const Bytes& npy) {
  constexpr std::array<std::tuple<std::string_view, char, std::size_t>, 5> known{
      {{"'<f8'", 'd', 8}, {"'<f4'", 'f', 4}, {"'<i8'", 'q', 8}, {"'<i4'", 'i', 4}, {"'|b1'", '?', 1}}};
  for (const auto& [text, dtype, size] : known) {
    if (descr == text) return {dtype, size};
  }
  fail(npy.name, fmt::format("dtype {} is not read here: use float64, float32, int64, int32 or bool", descr));
}

std::vector<std::size_t> parse_shape(std::string_view text, const Bytes& npy) {
  std::vector<std::size_t> shape;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    while (at != end && (*at == ' ' || *at == '(' || *at == ',')) ++at;
    if (at == end) return shape;
    std::size_t extent;
    const auto [next, error] = std::from_chars(at, end, extent);
    if (error != std::errc()) fail(npy.name, fmt::format("shape {}) makes no sense", text));
    shape.push_back(extent);
    at = next;
  }
}

/// Whether an array of this shape takes so many bytes; by division, for a product of damaged extents may
/// overflow.
bool holds(const std::vector<std::size_t>& shape, std::size_t bytes, std::size_t item_size) {
  if (std::ranges::find(shape, std::size_t{0}) != shape.end()) return bytes == 0;
  if (bytes % item_size != 0) return false;
  std::size_t rest = bytes / item_size;
  for (const std::size_t extent : shape) {
    if (rest % extent != 0) return false;
    rest /= extent;
  }
  return rest == 1;
}

NpzArray parse_npy(const Bytes& npy) {
  constexpr std::string_view what = "the array's header";
  if (as_text(npy.slice(0, 6, what)) != "\x93NUMPY") fail(npy.name, "not an .npy array");
  const auto version = npy.read<std::uint8_t>(6, what);
  if (version != 1 && version != 2)
    fail(npy.name, fmt::format("NPY version {}: only 1 and 2 are read", version));
  const std::size_t header_at = version == 1 ? 10 : 12;
  const std::size_t header_size =
      version == 1 ? npy.read<std::uint16_t>(8, what) : npy.read<std::uint32_t>(8, what);
  const std::string_view header = as_text(npy.slice(header_at, header_size, what));
  if (header_value(header, "fortran_order", ',', npy) != "False") {
    fail(npy.name, "the array is in Fortran order: save numpy.ascontiguousarray(a)");
  }
  const auto [dtype, item_size] = dtype_and_size(header_value(header, "descr", ',', npy), npy);
  NpzArray out{dtype, parse_shape(header_value(header, "shape", ')', npy), npy), {}};

  const auto data = npy.data.subspan(header_at + header_size);
  if (!holds(out.shape, data.size(), item_size))
    fail(npy.name, "the array's size does not fit its shape: damaged");
  out.bytes.assign(data.begin(), data.end());
  return out;
}

template <class From, class To> std::vector<To> convert(const NpzArray& array) {
  std::vector<To> out(array.bytes.size() / sizeof(From));
  for (std::size_t i = 0; i < out.size(); ++i) {
    From value;
    std::memcpy(&value, array.bytes.data() + i * sizeof(From), sizeof(From));
    out[i] = static_cast<To>(value);
  }
  return out;
}

}  // namespace

std::vector<double> NpzArray::to_doubles() const {
  switch (dtype) {
    case 'd':
      return convert<double, double>(*this);
    case 'f':
      return convert<float, double>(*this);
    case 'q':
      return convert<std::int64_t, double>(*this);
    case 'i':
      return convert<std::int32_t, double>(*this);
    default:
      return convert<std::uint8_t, double>(*this);
  }
}

std::vector<std::int64_t> NpzArray::to_integers() const {
  switch (dtype) {
    case 'q':
      return convert<std::int64_t, std::int64_t>(*this);
    case 'i':
      return convert<std::int32_t, std::int64_t>(*this);
    case '?':
      return convert<std::uint8_t, std::int64_t>(*this);
    default:
      throw DtypeError(fmt::format("[npz] dtype '{}' holds no integers: use to_doubles", dtype));
  }
}

Npz parse_npz(std::span<const std::byte> data, std::string_view name) {
  const Bytes file{data, name};
  Npz out;
  for (const Member& member : read_directory(file)) {
    const std::vector<std::byte> npy = read_member(file, member);
    const std::string inner_name = fmt::format("{}:{}", name, member.name);
    std::string key = member.name;
    if (key.ends_with(".npy")) key.resize(key.size() - 4);
    out.emplace(std::move(key), parse_npy({npy, inner_name}));
  }
  return out;
}

Npz read_npz(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(path.string(), "cannot be opened: check the path and its rights");
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) fail(path.string(), "cannot be read to its end");
  return parse_npz(std::as_bytes(std::span(bytes)), path.string());
}

}  // namespace xg::test
