#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <vector>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/nn/safetensors.hpp>

#include "support/message_of.hpp"

namespace {

using xg::Tensor;

/// A folder of its own, gone at the end of the test.
struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("xgrad_safetensors_" + std::to_string(::getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::filesystem::path file(const std::string& bytes, const char* name = "file.safetensors") const {
    // A file that is cut to nothing and written again is flushed to the disk by some file systems: slow.
    std::filesystem::remove(path / name);
    std::ofstream(path / name, std::ios::binary) << bytes;
    return path / name;
  }
};

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

template <class T> std::string bytes_of(std::vector<T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::string with_header(const std::string& header, const std::string& data) {
  return bytes_of<std::uint64_t>({header.size()}) + header + data;
}

template <class T> std::vector<T> values(const Tensor& t) {
  const Tensor dense = xg::contiguous(t);
  return std::vector<T>(dense.data<T>(), dense.data<T>() + dense.numel());
}

struct Layer {
  Tensor weight;
  Tensor bias;
};

struct Model {
  std::vector<Layer> layers;
  Tensor steps;
  double rate = 0.5;
};

Model make_model(double value) {
  return {{{xg::full({2, 3}, value, {.requires_grad = true}), xg::full({3}, value + 1)},
           {xg::full({1}, value + 2, {.dtype = xg::float64}), {}}},
          xg::scalar(value + 3, {.dtype = xg::int64})};
}

/// Bits of all values, in the order of the tree.
std::string snapshot(const Model& model) {
  std::string all;
  xg::for_each_leaf_of<Tensor>(model, [&](const std::string&, const Tensor& leaf) {
    if (leaf.defined())
      all.append(reinterpret_cast<const char*>(leaf.impl().data),
                 static_cast<std::size_t>(leaf.numel()) * size_of(leaf.dtype()));
  });
  return all;
}

}  // namespace

TEST_CASE("a handcrafted file of every dtype is read") {
  const Folder folder;
  const std::string header = R"({"__metadata__":{"format":"pt"},)"
                             R"("d":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},)"
                             R"("l":{"dtype":"I64","shape":[],"data_offsets":[8,16]},)"
                             R"("f":{"dtype":"F32","shape":[1,2],"data_offsets":[16,24]},)"
                             R"("i":{"dtype":"I32","shape":[1],"data_offsets":[24,28]},)"
                             R"("h":{"dtype":"F16","shape":[6],"data_offsets":[28,40]},)"
                             R"("bf":{"dtype":"BF16","shape":[1],"data_offsets":[40,42]},)"
                             R"("s":{"dtype":"I16","shape":[1],"data_offsets":[42,44]},)"
                             R"("c":{"dtype":"I8","shape":[1],"data_offsets":[44,45]},)"
                             R"("u":{"dtype":"U8","shape":[1],"data_offsets":[45,46]},)"
                             R"("b":{"dtype":"BOOL","shape":[2],"data_offsets":[46,48]},)"
                             R"("none":{"dtype":"F32","shape":[0,4],"data_offsets":[48,48]}}   )";
  const std::string data = bytes_of<double>({0.1}) + bytes_of<std::int64_t>({-5}) +
                           bytes_of<float>({1.5f, -2}) + bytes_of<std::int32_t>({-70000}) +
                           bytes_of<std::uint16_t>({0x3c00, 0xc100, 0x0001, 0x7c00, 0x7bff, 0x8000}) +
                           bytes_of<std::uint16_t>({0xc049}) + bytes_of<std::int16_t>({-300}) +
                           bytes_of<std::int8_t>({-3}) + bytes_of<std::uint8_t>({200, 0, 1});
  const auto path = folder.file(with_header(header, data));
  const std::map<std::string, Tensor> read = xg::read_safetensors(path);

  CHECK(read.size() == 11);
  CHECK(values<double>(read.at("d")) == std::vector{0.1});
  CHECK(read.at("l").shape() == xg::Shape{});
  CHECK(read.at("l").item<std::int64_t>() == -5);
  CHECK(read.at("f").shape() == xg::Shape{1, 2});
  CHECK(values<float>(read.at("f")) == std::vector{1.5f, -2.0f});
  CHECK(values<std::int64_t>(read.at("i")) == std::vector<std::int64_t>{-70000});
  CHECK(values<float>(read.at("h")) ==
        std::vector{1.0f, -2.5f, 0x1p-24f, std::numeric_limits<float>::infinity(), 65504.0f, 0.0f});
  CHECK(values<float>(read.at("bf")) == std::vector{-3.140625f});
  CHECK(values<std::int64_t>(read.at("s")) == std::vector<std::int64_t>{-300});
  CHECK(values<std::int64_t>(read.at("c")) == std::vector<std::int64_t>{-3});
  CHECK(values<std::int64_t>(read.at("u")) == std::vector<std::int64_t>{200});
  CHECK(values<bool>(read.at("b")) == std::vector<bool>{false, true});
  CHECK(read.at("none").shape() == xg::Shape{0, 4});
  CHECK(xg::read_safetensors_metadata(path) == std::map<std::string, std::string>{{"format", "pt"}});
}

TEST_CASE("the written bytes are those of the format: aligned header, wide elements first") {
  const Folder folder;
  const auto path = folder.path / "w.safetensors";
  xg::write_safetensors(path, {{"b", xg::full({3}, 1, {.dtype = xg::boolean})},
                               {"w", xg::from_values(std::vector<float>{1, 2}, {2, 1})},
                               {"n", xg::scalar(7, {.dtype = xg::int64})}});
  std::string header = R"({"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]},)"
                       R"("w":{"dtype":"F32","shape":[2,1],"data_offsets":[8,16]},)"
                       R"("b":{"dtype":"BOOL","shape":[3],"data_offsets":[16,19]}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  CHECK(content(path) ==
        with_header(header, bytes_of<std::int64_t>({7}) + bytes_of<float>({1, 2}) + std::string("\1\1\1")));
}

TEST_CASE("a model comes back bit by bit, with its metadata") {
  const Folder folder;
  const auto path = folder.path / "model.safetensors";
  const Model saved = make_model(0.1);
  xg::save_safetensors(path, saved, {{"epoch", "3"}, {"note", "\xc3\xa9\"\n"}});

  CHECK(xg::read_safetensors_metadata(path) ==
        std::map<std::string, std::string>{{"epoch", "3"}, {"note", "\xc3\xa9\"\n"}});
  CHECK(xg::read_safetensors(path).contains("layers.0.weight"));
  Model loaded = make_model(9);
  const std::uint64_t version = loaded.layers[0].weight.version();
  xg::load_safetensors(path, loaded);
  CHECK(snapshot(loaded) == snapshot(saved));
  CHECK(loaded.layers[0].weight.version() > version);
  CHECK(loaded.layers[0].weight.requires_grad());
}

TEST_CASE("transposed and broadcast tensors are written as they read") {
  const Folder folder;
  const auto path = folder.path / "views.safetensors";
  const Tensor x = xg::from_values(std::vector<double>{1, 2, 3, 4, 5, 6}, {2, 3}, {.dtype = xg::float64});
  xg::write_safetensors(
      path, {{"t", xg::as_strided(x, {3, 2}, {1, 3})}, {"b", xg::as_strided(x, {2, 2}, {0, 1}, 1)}});
  const auto read = xg::read_safetensors(path);
  CHECK(values<double>(read.at("t")) == std::vector<double>{1, 4, 2, 5, 3, 6});
  CHECK(values<double>(read.at("b")) == std::vector<double>{2, 3, 2, 3});
}

TEST_CASE("floating values convert to the model's dtype") {
  const Folder folder;
  const auto path = folder.path / "f64.safetensors";
  xg::write_safetensors(path, {{"weight", xg::full({2}, 0.1, {.dtype = xg::float64})}});
  Layer layer{xg::zeros({2}), {}};
  xg::load_safetensors(path, layer);
  CHECK(layer.weight.dtype() == xg::float32);
  CHECK(values<float>(layer.weight) == std::vector{0.1f, 0.1f});
}

TEST_CASE("what does not fit the model is told by file, tensor and remedy, and changes nothing") {
  const Folder folder;
  const auto path = folder.path / "model.safetensors";
  Model model = make_model(1);
  const std::string before = snapshot(model);
  const auto message = [&](const std::map<std::string, Tensor>& tensors) {
    xg::write_safetensors(path, tensors);
    const std::string text = message_of<xg::StructureError>([&] { xg::load_safetensors(path, model); });
    CHECK(snapshot(model) == before);
    CHECK(text.starts_with("[load_safetensors] " + path.string() + ": "));
    return text;
  };
  xg::save_safetensors(path, make_model(5));
  const std::map<std::string, Tensor> good = xg::read_safetensors(path);

  auto tensors = good;
  tensors["layers.1.weight"] = xg::zeros({4});
  CHECK(contains(message(tensors),
                 "\"layers.1.weight\" is float32 [4] in the file and float64 [1] in the model: build"));
  tensors = good;
  tensors["steps"] = xg::scalar(3);
  CHECK(contains(message(tensors), "\"steps\" is float32 [] in the file and int64 [] in the model"));
  tensors = good;
  tensors.erase("steps");
  CHECK(contains(message(tensors), "\"steps\" int64 [] of the model is missing in the file"));
  tensors = good;
  tensors["surplus"] = xg::zeros({1});
  CHECK(contains(message(tensors), "no place for 1 tensors of the file, among them \"surplus\""));
}

TEST_CASE("two leaves of one path cannot be saved") {
  const Folder folder;
  struct Twins {
    std::map<std::string, std::map<std::string, Tensor>> maps;
  };
  const Twins twins{{{"a", {{"b.c", xg::zeros({1})}}}, {"a.b", {{"c", xg::zeros({1})}}}}};
  CHECK(contains(
      message_of<xg::StructureError>([&] { xg::save_safetensors(folder.path / "y.safetensors", twins); }),
      "two tensors have the path \"maps.a.b.c\""));
}

TEST_CASE("malformed files are refused with the reason") {
  const Folder folder;
  const auto reason = [&](const std::string& bytes) {
    const auto path = folder.file(bytes);
    return message_of<xg::IoError>([&] { xg::read_safetensors(path); });
  };
  const auto of_header = [&](const std::string& header, const std::string& data = "") {
    return reason(with_header(header, data));
  };
  const std::string four(4, 'x');

  CHECK(contains(reason(""), "0 bytes are too few"));
  CHECK(contains(reason(bytes_of<std::uint64_t>({~std::uint64_t{0}}) + "{}"), "longer than"));
  CHECK(contains(reason(bytes_of<std::uint64_t>({100}) + "{}"), "truncated"));
  CHECK(contains(of_header("[]"), "does not start with '{'"));
  CHECK(contains(of_header(" {}"), "does not start with '{'"));
  CHECK(contains(of_header("{\"a\":"), "not valid JSON"));
  CHECK(contains(of_header("{\"\xff\":{}}"), "not valid JSON"));
  CHECK(contains(of_header("{}", four), "4 bytes follow"));
  CHECK(contains(of_header(R"({"a":3})"), "must have dtype"));
  CHECK(contains(of_header(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}})", four),
                 "nothing else"));
  CHECK(contains(of_header(R"({"__metadata__":[]})"), "metadata"));
  CHECK(contains(of_header(R"({"__metadata__":{"a":1}})"), "is not text"));
  const std::string a = R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  CHECK(contains(of_header("{" + a + "," + a + "}", four), "\"a\" stands twice"));
  CHECK(contains(of_header(R"({"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}})", four),
                 "\"dtype\" stands twice"));
  CHECK(contains(of_header("{" + a + R"(,"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", four),
                 "overlap"));
  CHECK(contains(of_header("{" + a + R"(,"b":{"dtype":"I8","shape":[1],"data_offsets":[5,6]}})", four + "xx"),
                 "leave a gap"));
  const auto tensor = [&](const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return of_header(
        "{\"a\":{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}", four);
  };
  CHECK(contains(tensor("\"F8\"", "[1]", "[0,4]"), "\"a\" has dtype \"F8\"; F64"));
  CHECK(contains(tensor("1", "[1]", "[0,4]"), "has dtype 1"));
  CHECK(contains(tensor("\"F32\"", "[2]", "[0,4]"), "F32 [2] and cannot fill 4 bytes"));
  CHECK(contains(tensor("\"F32\"", "[-1]", "[0,4]"), "shape has an entry -1"));
  CHECK(contains(tensor("\"F32\"", "[1.0]", "[0,4]"), "shape has an entry 1.0"));
  CHECK(contains(tensor("\"F32\"", "\"1\"", "[0,4]"), "shape is not an array"));
  CHECK(contains(tensor("\"F32\"", "[1]", "[4,0]"), "data_offsets [4,0] of 4 bytes"));
  CHECK(contains(tensor("\"F32\"", "[1]", "[0,8]"), "data_offsets [0,8] of 4 bytes"));
  CHECK(contains(tensor("\"F32\"", "[1]", "[0,4,4]"), "data_offsets [0,4,4]"));
  CHECK(contains(tensor("\"F32\"", "[1]", "[0,18446744073709551619]"), "data_offsets"));
  // Products that are 1, or a multiple of 2^64, once they have overflowed.
  CHECK(contains(tensor("\"F32\"", "[4611686018427387905]", "[0,4]"), "cannot fill"));
  CHECK(contains(tensor("\"F32\"", "[4294967296,4294967296]", "[0,0]"), "elements are possible"));
  CHECK(contains(tensor("\"F32\"", "[4294967296,4294967296,0]", "[0,0]"), "elements are possible"));
  CHECK(contains(tensor("\"F32\"", "[0,4294967296,4294967296]", "[0,0]"), "elements are possible"));
  CHECK(contains(tensor("\"F32\"", "[9223372036854775808]", "[0,4]"), "elements are possible"));
  CHECK(contains(tensor("\"F32\"", "[1,1,1,1,1,1,1,1,1]", "[0,4]"), "at most 8 axes"));
  const std::string deep = std::string(200000, '[') + std::string(200000, ']');
  CHECK(contains(tensor(deep, "[1]", "[0,4]"), "nests deeper"));
}

TEST_CASE("a file that is missing or no file is an IoError that names it") {
  const Folder folder;
  CHECK(contains(message_of<xg::IoError>([&] { xg::read_safetensors(folder.path / "absent"); }),
                 "absent: No such"));
  CHECK(contains(message_of<xg::IoError>([&] { xg::read_safetensors(folder.path); }), "not a regular file"));
  CHECK_THROWS_AS(xg::write_safetensors(folder.path / "no" / "x.safetensors", {}), xg::IoError);
}

TEST_CASE("a save that fails leaves the old file and nothing beside it") {
  const Folder folder;
  const auto path = folder.path / "model.safetensors";
  xg::write_safetensors(path, {{"a", xg::ones({2})}});
  const std::string before = content(path);
  CHECK_THROWS_AS(xg::write_safetensors(path, {{"\xff", xg::ones({2})}}), xg::ValueError);
  CHECK_THROWS_AS(xg::write_safetensors(path, {{"__metadata__", xg::ones({2})}}), xg::ValueError);
  CHECK_THROWS_AS(xg::write_safetensors(path, {{"a", xg::ones({2})}}, {{"k", "\xff"}}), xg::ValueError);
  std::filesystem::create_directory(folder.path / "taken");
  CHECK_THROWS_AS(xg::write_safetensors(folder.path / "taken", {{"a", xg::ones({2})}}), xg::IoError);
  CHECK(content(path) == before);
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path))
    names.push_back(entry.path().filename());
  std::ranges::sort(names);
  CHECK(names == std::vector<std::string>{"model.safetensors", "taken"});
}

TEST_CASE("a damaged file loads what was saved or throws, and a model never changes by half") {
  const Folder folder;
  const Model saved = make_model(2);
  const auto path = folder.path / "model.safetensors";
  xg::save_safetensors(path, saved, {{"k", "v"}});
  const std::string good = content(path), wanted = snapshot(saved);
  std::uint64_t header_length;
  std::memcpy(&header_length, good.data(), sizeof header_length);

  Model model = make_model(7);
  const std::string before = snapshot(model);
  const auto survives = [&](const std::string& bytes) {
    folder.file(bytes, "damaged.safetensors");
    try {
      xg::load_safetensors(folder.path / "damaged.safetensors", model);
    } catch (const xg::Error&) {
      return snapshot(model) == before;
    }
    const bool equal = snapshot(model) == wanted;
    model = make_model(7);
    return equal;
  };

  for (std::size_t size = 0; size < good.size(); ++size) {
    INFO("truncated to ", size);
    CHECK(survives(good.substr(0, size)));
    CHECK(snapshot(model) == before);
  }
  for (std::size_t at = 0; at < sizeof header_length + header_length; ++at) {
    std::string damaged = good;
    for (const char c : std::string("\0 \"\\{}[],:-019AFIs\xff", 20)) {
      INFO("byte ", at, " set to ", static_cast<int>(c));
      damaged[at] = c;
      CHECK(survives(damaged));
    }
    for (int bit = 0; bit < 8; ++bit) {
      INFO("bit ", bit, " of byte ", at);
      damaged[at] = static_cast<char>(good[at] ^ (1 << bit));
      CHECK(survives(damaged));
    }
  }
}
