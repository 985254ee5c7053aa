#include "idx.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "file.hpp"

namespace xg::nn {
namespace {

/// The bytes of a file, inflated if it is compressed; what goes wrong is told with its path.
class InflatingFile {
 public:
  explicit InflatingFile(const std::filesystem::path& path) : path_(path) {
    // Tells a missing file or a folder in the system's words.
    const InputFile readable("read_idx", path);
    file_.reset(::gzopen(path.c_str(), "rb"));
    if (!file_) fail(std::generic_category().message(errno));
  }

  /// Fills as much of `out` as the file can, and tells how much that was.
  std::size_t read(std::span<std::byte> out) {
    std::size_t got = 0;
    while (got < out.size()) {
      constexpr std::size_t largest = std::size_t{1} << 30;
      const int n =
          ::gzread(file_.get(), out.data() + got, static_cast<unsigned>(std::min(out.size() - got, largest)));
      if (n <= 0) check_end();
      if (n <= 0) break;
      got += static_cast<std::size_t>(n);
    }
    return got;
  }

  [[noreturn]] void fail(std::string_view why) const {
    throw IoError(fmt::format("[read_idx] {}: {}", path_.string(), why));
  }

 private:
  // A short read is the end of the file only if zlib has no complaint.
  void check_end() const {
    int error = Z_OK;
    ::gzerror(file_.get(), &error);
    if (error == Z_BUF_ERROR) fail("the compressed data is truncated");
    if (error == Z_ERRNO) fail(std::generic_category().message(errno));
    if (error < 0) fail("the compressed data is damaged");
  }

  struct Close {
    void operator()(gzFile file) const { ::gzclose(file); }
  };

  std::filesystem::path path_;
  std::unique_ptr<gzFile_s, Close> file_;
};

std::uint32_t big_endian(const std::byte* b) {
  return std::to_integer<std::uint32_t>(b[0]) << 24 | std::to_integer<std::uint32_t>(b[1]) << 16 |
         std::to_integer<std::uint32_t>(b[2]) << 8 | std::to_integer<std::uint32_t>(b[3]);
}

/// The type code of an IDX file: how wide an element is, and what it becomes.
struct Element {
  unsigned code;
  std::size_t size;
  Dtype dtype;
};
constexpr std::array elements{Element{0x08, 1, int64}, Element{0x09, 1, int64},   Element{0x0b, 2, int64},
                              Element{0x0c, 4, int64}, Element{0x0d, 4, float32}, Element{0x0e, 8, float64}};

template <class From, class To> void convert_big_endian(std::span<const std::byte> bytes, To* out) {
  for (std::size_t i = 0; i * sizeof(From) < bytes.size(); ++i) {
    std::array<std::byte, sizeof(From)> one{};
    std::reverse_copy(bytes.begin() + static_cast<std::ptrdiff_t>(i * sizeof(From)),
                      bytes.begin() + static_cast<std::ptrdiff_t>((i + 1) * sizeof(From)), one.begin());
    out[i] = static_cast<To>(std::bit_cast<From>(one));
  }
}

template <class To> void convert_elements(unsigned code, std::span<const std::byte> bytes, To* out) {
  switch (code) {
    case 0x08:
      return convert_big_endian<std::uint8_t>(bytes, out);
    case 0x09:
      return convert_big_endian<std::int8_t>(bytes, out);
    case 0x0b:
      return convert_big_endian<std::int16_t>(bytes, out);
    case 0x0c:
      return convert_big_endian<std::int32_t>(bytes, out);
    case 0x0d:
      return convert_big_endian<float>(bytes, out);
    default:
      return convert_big_endian<double>(bytes, out);
  }
}

const Element& element_of(const InflatingFile& file, unsigned code) {
  const auto* found = std::ranges::find(elements, code, &Element::code);
  if (found == elements.end()) file.fail(fmt::format("0x{:02x} is no type code of the format", code));
  return *found;
}

Shape read_shape(InflatingFile& file, std::size_t rank) {
  if (rank > max_rank)
    file.fail(fmt::format("{} axes are more than the {} that are possible", rank, max_rank));
  std::vector<std::byte> sizes(4 * rank);
  if (file.read(sizes) != sizes.size()) file.fail("the header is truncated");
  Shape shape;
  for (std::size_t axis = 0; axis < rank; ++axis) shape.push_back(big_endian(&sizes[4 * axis]));
  return shape;
}

// The number of bytes that the header promises.
std::uint64_t promised_bytes(const InflatingFile& file, const Shape& shape, std::size_t element_size) {
  std::int64_t bytes = static_cast<std::int64_t>(element_size);
  for (const std::int64_t size : shape)
    if (__builtin_mul_overflow(bytes, std::max<std::int64_t>(1, size), &bytes))
      file.fail(fmt::format("shape {} is too large", to_string(shape)));
  return shape.contains(0) ? 0 : static_cast<std::uint64_t>(bytes);
}

// Grows with what is there, so that a false header cannot ask for more memory than the file fills.
std::vector<std::byte> read_data(InflatingFile& file, std::uint64_t promised) {
  constexpr std::uint64_t first_piece = 1 << 24;
  std::vector<std::byte> bytes;
  while (bytes.size() < promised) {
    const std::size_t before = bytes.size();
    bytes.resize(std::min(promised, std::max<std::uint64_t>(first_piece, 2 * before)));
    const std::size_t got = before + file.read(std::span(bytes).subspan(before));
    if (got < bytes.size())
      file.fail(fmt::format("{} of {} bytes of data: the file is truncated", got, promised));
  }
  std::byte surplus;
  if (file.read({&surplus, 1}) != 0)
    file.fail(fmt::format("more than the {} bytes of data that the header promises", promised));
  return bytes;
}

Tensor read_as(const std::filesystem::path& path, std::optional<Dtype> dtype) {
  InflatingFile file(path);
  std::array<std::byte, 4> magic;
  if (file.read(magic) != magic.size() || magic[0] != std::byte{0} || magic[1] != std::byte{0})
    file.fail("no IDX file: it does not start with two zero bytes, a type code and a rank");
  const Element& element = element_of(file, std::to_integer<unsigned>(magic[2]));
  const Shape shape = read_shape(file, std::to_integer<std::size_t>(magic[3]));
  const std::vector<std::byte> bytes = read_data(file, promised_bytes(file, shape, element.size));
  Tensor tensor = empty(shape, dtype.value_or(element.dtype));
  visit_dtype(tensor.dtype(), [&]<class T>(std::type_identity<T>) {
    convert_elements(element.code, bytes, tensor.mutable_data<T>());
  });
  return tensor;
}

std::filesystem::path find_plain_or_gz(const std::filesystem::path& directory, const std::string& name) {
  for (const char* suffix : {"", ".gz"}) {
    std::error_code ignored;
    const auto path = directory / (name + suffix);
    if (std::filesystem::exists(path, ignored)) return path;
  }
  throw IoError(fmt::format(
      "[load_mnist] {}: neither {} nor {}.gz is there. The folder must hold train-images-idx3-ubyte, "
      "train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, plain or .gz; get them "
      "from "
      "https://ossci-datasets.s3.amazonaws.com/mnist/ or http://yann.lecun.com/exdb/mnist/",
      directory.string(), name, name));
}

Tensor read_images(const std::filesystem::path& path) {
  const Tensor bytes = read_idx(path, float32);
  if (bytes.dim() != 3)
    throw IoError(fmt::format("[load_mnist] {}: images of shape {}, not [n, height, width]", path.string(),
                              to_string(bytes.shape())));
  const Shape shape{bytes.size(0), 1, bytes.size(1), bytes.size(2)};
  Tensor images = as_strided(bytes, shape, contiguous_strides(shape));
  float* pixels = images.mutable_data<float>();
  std::for_each(pixels, pixels + images.numel(), [](float& pixel) { pixel /= 255; });
  return images;
}

std::array<Tensor, 2> read_pair(const std::filesystem::path& directory, const std::string& part) {
  const auto labels_path = find_plain_or_gz(directory, part + "-labels-idx1-ubyte");
  Tensor images = read_images(find_plain_or_gz(directory, part + "-images-idx3-ubyte"));
  Tensor labels = read_idx(labels_path, int64);
  if (labels.shape() != Shape{images.size(0)})
    throw StructureError(fmt::format("[load_mnist] {}: labels of shape {} for images of shape {}",
                                     labels_path.string(), to_string(labels.shape()),
                                     to_string(images.shape())));
  return {std::move(images), std::move(labels)};
}

}  // namespace

Tensor read_idx(const std::filesystem::path& path) { return read_as(path, {}); }
Tensor read_idx(const std::filesystem::path& path, Dtype dtype) { return read_as(path, dtype); }

Mnist load_mnist(const std::filesystem::path& directory) {
  auto [train_images, train_labels] = read_pair(directory, "train");
  auto [test_images, test_labels] = read_pair(directory, "t10k");
  return {std::move(train_images), std::move(train_labels), std::move(test_images), std::move(test_labels)};
}

}  // namespace xg::nn
