#include "safetensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string_view>

#include "../core/copy.hpp"
#include "file.hpp"

namespace xg {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

using json = nlohmann::json;

constexpr std::size_t length_bytes = 8;
constexpr std::uint64_t longest_header = 100'000'000;  // the format's own limit
constexpr int deepest_nesting = 3;
constexpr std::string_view metadata_key = "__metadata__";

float half_to_float(std::uint16_t h) {
  const std::uint32_t sign = (h & 0x8000u) << 16, magnitude = h & 0x7fffu;
  // The exponent moves from bias 15 to 127; subnormals become normal by the multiplication.
  const float finite = std::bit_cast<float>(magnitude << 13) * 0x1p112f;
  const std::uint32_t bits =
      magnitude < 0x7c00u ? std::bit_cast<std::uint32_t>(finite) : 0x7f800000u | (magnitude & 0x3ffu) << 13;
  return std::bit_cast<float>(bits | sign);
}

float bfloat_to_float(std::uint16_t b) { return std::bit_cast<float>(static_cast<std::uint32_t>(b) << 16); }

template <class From, class To, auto Convert>
void convert_values(std::span<const std::byte> bytes, Tensor& to) {
  To* out = to.mutable_data<To>();
  for (std::size_t i = 0; i * sizeof(From) < bytes.size(); ++i) {
    From value;
    std::memcpy(&value, bytes.data() + i * sizeof(From), sizeof(From));
    out[i] = Convert(value);
  }
}

template <class From> std::int64_t widen(From value) { return value; }
bool is_true(std::uint8_t byte) { return byte != 0; }

/// How one of the format's dtypes becomes one of ours; those that are ours already are read in place.
struct FileDtype {
  std::string_view name;
  std::uint64_t size;
  Dtype dtype;
  void (*convert)(std::span<const std::byte> bytes, Tensor& to) = nullptr;
};

constexpr std::array file_dtypes{
    FileDtype{"F32", 4, float32},
    FileDtype{"F64", 8, float64},
    FileDtype{"I64", 8, int64},
    FileDtype{"BOOL", 1, boolean, convert_values<std::uint8_t, bool, is_true>},
    FileDtype{"F16", 2, float32, convert_values<std::uint16_t, float, half_to_float>},
    FileDtype{"BF16", 2, float32, convert_values<std::uint16_t, float, bfloat_to_float>},
    FileDtype{"I32", 4, int64, convert_values<std::int32_t, std::int64_t, widen<std::int32_t>>},
    FileDtype{"I16", 2, int64, convert_values<std::int16_t, std::int64_t, widen<std::int16_t>>},
    FileDtype{"I8", 1, int64, convert_values<std::int8_t, std::int64_t, widen<std::int8_t>>},
    FileDtype{"U8", 1, int64, convert_values<std::uint8_t, std::int64_t, widen<std::uint8_t>>},
};

std::string_view file_name_of(Dtype dtype) {
  return dtype == float32 ? "F32" : dtype == float64 ? "F64" : dtype == int64 ? "I64" : "BOOL";
}

/// One line of the header, checked.
struct Entry {
  std::string name;
  const FileDtype* type;
  Shape shape;
  std::uint64_t begin, end;  // in the bytes after the header
};

/// A value of the header for a message, shortened.
std::string shown(const json& value) {
  constexpr std::size_t longest = 80;
  const std::string text = value.dump();
  return text.size() <= longest ? text : text.substr(0, longest) + "...";
}

/// Turns a header into entries; every complaint names the file.
class Header {
 public:
  Header(std::string_view op, const std::filesystem::path& path) : op_(op), path_(path), file_(op, path) {
    json header = parse(read_text());
    if (!header.is_object()) fail("the header is not a JSON object");
    if (const auto found = header.find(metadata_key); found != header.end()) {
      read_metadata(*found);
      header.erase(found);
    }
    for (const auto& [name, value] : header.items()) entries_.push_back(entry(name, value));
    check_layout();
  }

  const std::vector<Entry>& entries() const { return entries_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }

  Tensor read(const Entry& entry) const {
    Tensor tensor = empty(entry.shape, entry.type->dtype);
    const std::uint64_t offset = data_offset_ + entry.begin;
    if (entry.type->convert) {
      std::vector<std::byte> bytes(entry.end - entry.begin);
      file_.read(offset, bytes);
      entry.type->convert(bytes, tensor);
    } else {
      file_.read(offset, {tensor.impl().data, entry.end - entry.begin});
    }
    return tensor;
  }

 private:
  template <class... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> text, const Args&... args) const {
    throw IoError(
        fmt::format("[{}] {}: {}", op_, path_.string(), fmt::vformat(text, fmt::make_format_args(args...))));
  }

  std::string read_text() {
    if (file_.size() < length_bytes) fail("{} bytes are too few for a .safetensors file", file_.size());
    std::array<std::byte, length_bytes> bytes;
    file_.read(0, bytes);
    const auto length = std::bit_cast<std::uint64_t>(bytes);
    if (length > longest_header)
      fail("a header of {} bytes is longer than the {} that are allowed: this is no .safetensors file",
           length, longest_header);
    if (length > file_.size() - length_bytes)
      fail("a header of {} bytes does not fit a file of {} bytes: the file is truncated", length,
           file_.size());
    data_offset_ = length_bytes + length;
    std::string text(length, '\0');
    file_.read(length_bytes, std::as_writable_bytes(std::span(text)));
    return text;
  }

  json parse(const std::string& text) const {
    if (!text.starts_with('{')) fail("the header does not start with '{{'");
    // The library keeps the last of two equal keys, and its printing of values recurses as deep as they nest.
    std::vector<std::set<std::string>> open_objects;
    const auto check_event = [&](int depth, json::parse_event_t event, json& value) {
      if (depth > deepest_nesting) fail("the header nests deeper than any tensor's description");
      if (event == json::parse_event_t::object_start) open_objects.emplace_back();
      if (event == json::parse_event_t::object_end) open_objects.pop_back();
      if (event == json::parse_event_t::key &&
          !open_objects.back().insert(value.get_ref<const std::string&>()).second)
        fail("\"{}\" stands twice in the header", value.get_ref<const std::string&>());
      return true;
    };
    try {
      return json::parse(text, check_event);
    } catch (const json::exception& e) {
      fail("the header is not valid JSON: {}", e.what());
    }
  }

  void read_metadata(const json& value) {
    if (!value.is_object()) fail("the metadata is not a JSON object");
    for (const auto& [key, text] : value.items()) {
      if (!text.is_string()) fail("the metadata \"{}\" is not text", key);
      metadata_.emplace(key, text.get<std::string>());
    }
  }

  Entry entry(const std::string& name, const json& value) const {
    if (!value.is_object() || value.size() != 3 || !value.contains("dtype") || !value.contains("shape") ||
        !value.contains("data_offsets"))
      fail("tensor \"{}\" must have dtype, shape and data_offsets, and nothing else", name);
    Entry e{name, dtype(name, value["dtype"]), shape(name, value["shape"]), 0, 0};
    const std::vector<std::uint64_t> offsets = numbers(name, "data_offsets", value["data_offsets"]);
    const std::uint64_t data_bytes = file_.size() - data_offset_;
    if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data_bytes)
      fail("tensor \"{}\" has data_offsets {} of {} bytes of data: the file is truncated or damaged", name,
           shown(value["data_offsets"]), data_bytes);
    e.begin = offsets[0];
    e.end = offsets[1];
    std::uint64_t bytes;
    if (__builtin_mul_overflow(static_cast<std::uint64_t>(count(e.shape)), e.type->size, &bytes) ||
        bytes != e.end - e.begin)
      fail("tensor \"{}\" is {} {} and cannot fill {} bytes", name, e.type->name, to_string(e.shape),
           e.end - e.begin);
    return e;
  }

  const FileDtype* dtype(const std::string& name, const json& value) const {
    for (const FileDtype& type : file_dtypes)
      if (value.is_string() && value.get_ref<const std::string&>() == type.name) return &type;
    fail("tensor \"{}\" has dtype {}; F64, F32, F16, BF16, I64, I32, I16, I8, U8 and BOOL can be read", name,
         shown(value));
  }

  Shape shape(const std::string& name, const json& value) const {
    Shape shape;
    // Without the zeros, since strides are products of any of the sizes.
    std::int64_t elements = 1;
    for (const std::uint64_t n : numbers(name, "shape", value)) {
      if (shape.size() == max_rank || n > std::uint64_t{INT64_MAX} ||
          __builtin_mul_overflow(elements, std::max<std::int64_t>(1, static_cast<std::int64_t>(n)),
                                 &elements))
        fail("tensor \"{}\" has shape {}; at most {} axes and 2^63 - 1 elements are possible", name,
             shown(value), max_rank);
      shape.push_back(static_cast<std::int64_t>(n));
    }
    return shape;
  }

  std::vector<std::uint64_t> numbers(const std::string& name, std::string_view field,
                                     const json& value) const {
    std::vector<std::uint64_t> all;
    if (!value.is_array()) fail("tensor \"{}\": {} is not an array", name, field);
    for (const json& number : value) {
      if (!number.is_number_unsigned()) fail("tensor \"{}\": {} has an entry {}", name, field, shown(number));
      all.push_back(number.get<std::uint64_t>());
    }
    return all;
  }

  // The data must be covered exactly, so that no byte is read twice and none is hidden.
  void check_layout() {
    std::ranges::sort(entries_, {}, [](const Entry& e) { return std::pair(e.begin, e.end); });
    std::uint64_t covered = 0;
    for (const Entry& e : entries_) {
      if (e.begin != covered)
        fail("tensor \"{}\" starts at byte {} of the data, not {}: tensors overlap or leave a gap", e.name,
             e.begin, covered);
      covered = e.end;
    }
    if (covered != file_.size() - data_offset_)
      fail("{} bytes follow after the last tensor", file_.size() - data_offset_ - covered);
  }

  std::string op_;
  std::filesystem::path path_;
  InputFile file_;
  std::uint64_t data_offset_ = 0;
  std::vector<Entry> entries_;
  std::map<std::string, std::string> metadata_;
};

/// Tensors in the order of their bytes: wide elements first, so that every one is aligned.
std::vector<std::pair<std::string, Tensor>> in_file_order(const std::map<std::string, Tensor>& tensors) {
  std::vector<std::pair<std::string, Tensor>> ordered;
  for (const auto& [name, tensor] : tensors) ordered.emplace_back(name, contiguous(tensor.detach()));
  std::ranges::stable_sort(ordered, std::greater{}, [](const auto& t) { return size_of(t.second.dtype()); });
  return ordered;
}

std::span<const std::byte> bytes_of(const Tensor& dense) {
  return {dense.impl().data, static_cast<std::size_t>(dense.numel()) * size_of(dense.dtype())};
}

std::string header_text(const std::vector<std::pair<std::string, Tensor>>& ordered,
                        const std::map<std::string, std::string>& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header[metadata_key] = metadata;
  std::size_t offset = 0;
  for (const auto& [name, tensor] : ordered) {
    if (name == metadata_key)
      throw ValueError("[write_safetensors] no tensor can be named \"__metadata__\": the format reserves it");
    const std::size_t end = offset + bytes_of(tensor).size();
    header[name] = {{"dtype", file_name_of(tensor.dtype())},
                    {"shape", std::vector(tensor.shape().begin(), tensor.shape().end())},
                    {"data_offsets", {offset, end}}};
    offset = end;
  }
  try {
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    return text;
  } catch (const json::exception& e) {
    throw ValueError(fmt::format("[write_safetensors] a name or the metadata is not UTF-8: {}", e.what()));
  }
}

// Values of the file in the leaf's own dtype.
Tensor fitted(const std::string& where, const Tensor& value, const Tensor& leaf) {
  const bool converts = is_floating(value.dtype()) && is_floating(leaf.dtype());
  if (value.shape() != leaf.shape() || (value.dtype() != leaf.dtype() && !converts))
    throw StructureError(
        fmt::format("{} is {} in the file and {} in the model: build the model with the sizes that the file "
                    "was saved with",
                    where, describe(value), describe(leaf)));
  if (!leaf.is_leaf())
    throw GraphError(
        fmt::format("{} was made by an op and cannot be written: load into a model of leaves", where));
  return to(value, leaf.dtype());
}

}  // namespace

std::map<std::string, Tensor> read_safetensors(const std::filesystem::path& path) {
  const Header header("read_safetensors", path);
  std::map<std::string, Tensor> tensors;
  for (const Entry& entry : header.entries()) tensors.emplace(entry.name, header.read(entry));
  return tensors;
}

std::map<std::string, std::string> read_safetensors_metadata(const std::filesystem::path& path) {
  return Header("read_safetensors_metadata", path).metadata();
}

void write_safetensors(const std::filesystem::path& path, const std::map<std::string, Tensor>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  const auto ordered = in_file_order(tensors);
  const std::string text = header_text(ordered, metadata);
  AtomicFile file("write_safetensors", path);
  const std::uint64_t length = text.size();
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(std::as_bytes(std::span(text)));
  for (const auto& [name, tensor] : ordered) file.write(bytes_of(tensor));
  file.commit();
}

void detail::add_leaf(std::map<std::string, Tensor>& tensors, const std::string& path, const Tensor& leaf) {
  if (!tensors.emplace(path, leaf).second)
    throw StructureError(
        fmt::format("[save_safetensors] two tensors have the path \"{}\": rename a field or a key", path));
}

void detail::load_leaves(const std::filesystem::path& path,
                         const std::vector<std::pair<std::string, Tensor*>>& leaves) {
  const std::string place = "[load_safetensors] " + path.string() + ": ";
  const Header header("load_safetensors", path);
  std::map<std::string, const Entry*> unclaimed;
  for (const Entry& entry : header.entries()) unclaimed.emplace(entry.name, &entry);
  std::vector<Tensor> values;
  for (const auto& [name, leaf] : leaves) {
    const auto found = unclaimed.find(name);
    if (found == unclaimed.end())
      throw StructureError(fmt::format(
          "{}\"{}\" {} of the model is missing in the file: save and load models of the same struct", place,
          name, describe(*leaf)));
    values.push_back(fitted(fmt::format("{}\"{}\"", place, name), header.read(*found->second), *leaf));
    unclaimed.erase(found);
  }
  if (!unclaimed.empty())
    throw StructureError(
        fmt::format("{}the model has no place for {} tensors of the file, among them \"{}\": save "
                    "and load models of the same struct",
                    place, unclaimed.size(), unclaimed.begin()->first));
  for (std::size_t i = 0; i < leaves.size(); ++i) assign(*leaves[i].second, values[i]);
}

}  // namespace xg
