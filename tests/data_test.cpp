#include <doctest/doctest.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/nn/data.hpp>

#include "support/message_of.hpp"
#include "support/same_tensors.hpp"

namespace {

using xg::Tensor;
using namespace xg::nn;

/// A folder of its own, gone at the end of the test.
struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("xgrad_data_" + std::to_string(::getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::filesystem::path file(const std::string& name, const std::string& bytes) const {
    std::ofstream(path / name, std::ios::binary) << bytes;
    return path / name;
  }
};

std::string zipped(const std::filesystem::path& scratch, const std::string& bytes) {
  gzFile file = gzopen(scratch.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  std::ifstream in(scratch, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

template <class T> std::vector<T> values(const Tensor& x) {
  const Tensor dense = xg::contiguous(x);
  return {dense.data<T>(), dense.data<T>() + dense.numel()};
}

using Integers = std::vector<std::int64_t>;

std::string idx(char code, const std::vector<unsigned char>& sizes, const std::string& data) {
  std::string bytes{'\0', '\0', code, static_cast<char>(sizes.size())};
  for (const unsigned char size : sizes) bytes += std::string(3, '\0') + static_cast<char>(size);
  return bytes + data;
}

std::string csv_error(const std::string& text, const CsvOptions& options = {}) {
  return message_of<xg::IoError>([&] { parse_csv(text, options); });
}

/// The samples of an epoch, each a number, batch by batch.
std::vector<Integers> batches_of(auto& loader) {
  std::vector<Integers> all;
  for (auto [x] : loader) all.push_back(values<std::int64_t>(x));
  return all;
}

Integers joined(const std::vector<Integers>& batches) {
  Integers all;
  for (const Integers& batch : batches) all.insert(all.end(), batch.begin(), batch.end());
  return all;
}

}  // namespace

TEST_CASE("every type of an IDX file is read, of any rank") {
  const Folder folder;
  const auto read = [&](char code, const std::vector<unsigned char>& sizes, const std::string& data) {
    return read_idx(folder.file("file", idx(code, sizes, data)));
  };
  const Tensor bytes = read(0x08, {2, 1, 2}, std::string("\x00\x01\x80\xff", 4));
  CHECK(bytes.shape() == xg::Shape{2, 1, 2});
  CHECK(values<std::int64_t>(bytes) == Integers{0, 1, 128, 255});
  CHECK(values<std::int64_t>(read(0x09, {2}, "\x80\x7f")) == Integers{-128, 127});
  CHECK(values<std::int64_t>(read(0x0b, {2}, std::string("\xff\xfe\x01\x00", 4))) == Integers{-2, 256});
  CHECK(values<std::int64_t>(read(0x0c, {1}, std::string("\x80\x00\x00\x01", 4))) == Integers{-2147483647});
  CHECK(values<float>(read(0x0d, {1}, std::string("\x3f\xc0\x00\x00", 4))) == std::vector{1.5f});
  CHECK(values<double>(read(0x0e, {1}, std::string("\xc0\x04\x00\x00\x00\x00\x00\x00", 8))) ==
        std::vector{-2.5});
  CHECK(read(0x08, {}, "\x05").item<int>() == 5);
  CHECK(read(0x08, {0, 3}, "").shape() == xg::Shape{0, 3});
  const Tensor converted = read_idx(folder.file("file", idx(0x08, {1}, "\xc8")), xg::float64);
  CHECK(values<double>(converted) == std::vector{200.0});
}

TEST_CASE("a compressed IDX file reads like a plain one") {
  const Folder folder;
  const auto plain = folder.file("plain", idx(0x08, {3}, "abc"));
  const auto packed = folder.file("packed", zipped(folder.path / "scratch", idx(0x08, {3}, "abc")));
  CHECK(values<std::int64_t>(read_idx(packed)) == values<std::int64_t>(read_idx(plain)));
}

TEST_CASE("every truncation and prolongation of an IDX file is refused") {
  const Folder folder;
  const std::string plain = idx(0x0b, {2, 3}, std::string(12, 'x'));
  const std::string packed = zipped(folder.path / "scratch", plain);
  for (const std::string& good : {plain, packed}) {
    read_idx(folder.file("file", good));
    for (std::size_t size = 0; size < good.size(); ++size) {
      CAPTURE(size);
      const auto path = folder.file("file", good.substr(0, size));
      CHECK_THROWS_AS(read_idx(path), xg::IoError);
    }
  }
  const auto longer = folder.file("file", plain + "y");
  CHECK_THROWS_AS(read_idx(longer), xg::IoError);
}

TEST_CASE("what is wrong with an IDX file is said") {
  const Folder folder;
  const auto reason = [&](const std::string& bytes) {
    const auto path = folder.file("file", bytes);
    const std::string text = message_of<xg::IoError>([&] { read_idx(path); });
    CHECK(text.starts_with("[read_idx] " + path.string() + ": "));
    return text;
  };
  CHECK(contains(reason("PNG."), "no IDX file"));
  CHECK(contains(reason(idx(0x0a, {1}, "x")), "0x0a is no type code"));
  CHECK(contains(reason(idx(0x08, std::vector<unsigned char>(9, 1), "x")), "9 axes"));
  CHECK(contains(reason(idx(0x08, {2, 2}, "abc")), "3 of 4 bytes of data: the file is truncated"));
  // 2^31 * 2^31 * 2^31 bytes.
  CHECK(contains(reason(std::string("\0\0\x08\3\x80\0\0\0\x80\0\0\0\x80\0\0\0", 16)), "too large"));
  // 4 GiB that are not there.
  CHECK(contains(reason(std::string("\0\0\x08\1\xff\xff\xff\xff", 8)), "truncated"));
  std::string damaged = zipped(folder.path / "scratch", idx(0x08, {20}, "abcdefghijklmnopqrst"));
  damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 1);
  CHECK(contains(reason(damaged), "damaged"));
  CHECK(contains(message_of<xg::IoError>([&] { read_idx(folder.path / "absent"); }), "No such file"));
  CHECK(contains(message_of<xg::IoError>([&] { read_idx(folder.path); }), "not a regular file"));
}

TEST_CASE("MNIST is found plain or compressed, with pixels in 0..1") {
  const Folder folder;
  folder.file("train-images-idx3-ubyte", idx(0x08, {2, 1, 2}, std::string("\x00\xff\x33\x66", 4)));
  folder.file("train-labels-idx1-ubyte.gz", zipped(folder.path / "scratch", idx(0x08, {2}, "\x07\x09")));
  folder.file("t10k-images-idx3-ubyte.gz", zipped(folder.path / "scratch", idx(0x08, {1, 1, 2}, "\xff\xff")));
  folder.file("t10k-labels-idx1-ubyte", idx(0x08, {1}, "\x03"));
  const Mnist mnist = load_mnist(folder.path);
  CHECK(mnist.train_images.shape() == xg::Shape{2, 1, 1, 2});
  CHECK(values<float>(mnist.train_images) == std::vector{0.0f, 1.0f, 0.2f, 0.4f});
  CHECK(values<std::int64_t>(mnist.train_labels) == Integers{7, 9});
  CHECK(mnist.test_images.shape() == xg::Shape{1, 1, 1, 2});
  CHECK(values<std::int64_t>(mnist.test_labels) == Integers{3});

  folder.file("t10k-labels-idx1-ubyte", idx(0x08, {2}, "\x03\x04"));
  CHECK(contains(message_of<xg::StructureError>([&] { load_mnist(folder.path); }),
                 "labels of shape [2] for images of shape [1, 1, 1, 2]"));
  folder.file("t10k-labels-idx1-ubyte", idx(0x08, {1}, "\x03"));
  folder.file("train-images-idx3-ubyte", idx(0x08, {2, 2}, "abcd"));
  CHECK(contains(message_of<xg::IoError>([&] { load_mnist(folder.path); }), "images of shape [2, 2]"));
}

TEST_CASE("a missing MNIST says which files it needs and where they are") {
  const Folder folder;
  const std::string text = message_of<xg::IoError>([&] { load_mnist(folder.path); });
  for (const char* piece :
       {"[load_mnist]", "train-images-idx3-ubyte", "t10k-labels-idx1-ubyte", ".gz", "https://"})
    CHECK(contains(text, piece));
  CHECK(contains(text, folder.path.string()));
}

TEST_CASE("a CSV with a header becomes a matrix with names") {
  const Csv csv = parse_csv("\xef\xbb\xbfx, \"y,1\" ,z\r\n1,2.5, -3e2\r\n\r\n \"4\" ,+.5,nan");
  CHECK(csv.columns == std::vector<std::string>{"x", "y,1", "z"});
  CHECK(csv.values.shape() == xg::Shape{2, 3});
  const auto all = values<float>(csv.values);
  CHECK(std::vector(all.begin(), all.begin() + 5) == std::vector{1.0f, 2.5f, -300.0f, 4.0f, 0.5f});
  CHECK(std::isnan(all[5]));
}

TEST_CASE("columns are chosen by name, in the order asked for, beside columns of text") {
  const Csv csv = parse_csv("name;age;height\nann;31;1.7\n\"bob; \"\"b\"\"\nx\";47;1.8\n",
                            {.delimiter = ';', .columns = {"height", "age"}, .dtype = xg::float64});
  CHECK(csv.columns == std::vector<std::string>{"height", "age"});
  CHECK(values<double>(csv.values) == std::vector{1.7, 31.0, 1.8, 47.0});
}

TEST_CASE("without a header columns are numbered") {
  const Csv csv = parse_csv("1\t2\n3\t4", {.header = false, .delimiter = '\t', .columns = {"1"}});
  CHECK(csv.columns == std::vector<std::string>{"1"});
  CHECK(values<float>(csv.values) == std::vector{2.0f, 4.0f});
}

TEST_CASE("a header without rows is an empty table") {
  CHECK(parse_csv("a,b\n").values.shape() == xg::Shape{0, 2});
}

TEST_CASE("CSV errors name line, column and field") {
  CHECK(csv_error("a,b\n1,2\n\n3,old\n") == "[read_csv] text, line 4, column \"b\": \"old\" is not a number");
  CHECK(contains(csv_error("a,b\n1,\n"), "line 2, column \"b\": \"\" is not a number; write nan"));
  CHECK(contains(csv_error("a,b\n1,1 2\n"), "\"1 2\" is not a number"));
  CHECK(contains(csv_error("a\n1e999\n"), "\"1e999\" is not a number"));
  CHECK(contains(csv_error("a,b\n\"1\n\",2\n3,4,5\n", {.columns = {"b"}}),
                 "line 4: 3 fields, but the first line has 2"));
  CHECK(contains(csv_error("a,b\n1,\"2\n"), "line 2: a quote is not closed"));
  CHECK(contains(csv_error("a,b\n1,\"2\"3\n"), "line 2: text follows after a closing quote"));
  CHECK(contains(csv_error("a,b\n1,2\n", {.columns = {"c"}}),
                 "line 1: there is no column \"c\"; the columns are \"a\", \"b\""));
  CHECK(contains(csv_error("", {}), "line 1: there is no header"));
  CHECK(contains(csv_error("\n\n", {.header = false}), "there is no row"));
  CHECK(contains(csv_error("\t\n1\t2\n", {.header = false, .delimiter = '\t'}), "column \"0\": \"\" is not"));
  CHECK_THROWS_AS(parse_csv("a", {.delimiter = '\n'}), xg::ValueError);
}

TEST_CASE("a CSV file is read, and a missing one is an IoError that names it") {
  const Folder folder;
  CHECK(values<float>(read_csv(folder.file("t.csv", "a\n5\n")).values) == std::vector{5.0f});
  CHECK(contains(message_of<xg::IoError>([&] { read_csv(folder.path / "absent.csv"); }),
                 "absent.csv: No such"));
}

TEST_CASE("batches pair the rows of all tensors, and the last one may be partial") {
  const Tensor x = xg::from_values(std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {5, 2});
  DataLoader loader{TensorDataset{x, xg::arange(5)}, {.batch_size = 2}};
  CHECK(loader.size() == 3);
  std::vector<xg::Shape> shapes;
  std::int64_t row = 0;
  for (auto [inputs, labels] : loader) {
    shapes.push_back(inputs.shape());
    for (std::int64_t i = 0; i < labels.numel(); ++i, ++row) {
      CHECK(labels.at({i}) == static_cast<double>(row));
      CHECK(inputs.at({i, 1}) == static_cast<double>(2 * row + 1));
    }
  }
  CHECK(row == 5);
  CHECK(shapes == std::vector<xg::Shape>{{2, 2}, {2, 2}, {1, 2}});
}

TEST_CASE("drop_last leaves out the partial batch only") {
  DataLoader partial{TensorDataset{xg::arange(5)}, {.batch_size = 2, .drop_last = true}};
  CHECK(partial.size() == 2);
  CHECK(batches_of(partial) == std::vector<Integers>{{0, 1}, {2, 3}});
  DataLoader full{TensorDataset{xg::arange(4)}, {.batch_size = 2, .drop_last = true}};
  CHECK(batches_of(full) == std::vector<Integers>{{0, 1}, {2, 3}});
}

TEST_CASE("a data set may be empty, or smaller than a batch") {
  DataLoader empty{TensorDataset{xg::arange(0)}, {.batch_size = 3, .shuffle = true}};
  CHECK(batches_of(empty).empty());
  DataLoader small{TensorDataset{xg::arange(2)}, {.batch_size = INT64_MAX}};
  CHECK(batches_of(small) == std::vector<Integers>{{0, 1}});
}

TEST_CASE("shuffled epochs are permutations, all different, and repeat with the seed") {
  const TensorDataset data{xg::arange(50)};
  const auto epochs = [&](std::uint64_t seed) {
    DataLoader loader{data, {.batch_size = 8, .shuffle = true, .seed = seed}};
    std::vector<Integers> orders;
    for (int epoch = 0; epoch < 3; ++epoch) orders.push_back(joined(batches_of(loader)));
    return orders;
  };
  const auto orders = epochs(1);
  Integers all(50);
  std::iota(all.begin(), all.end(), 0);
  for (Integers order : orders) {
    CHECK(order != all);
    std::ranges::sort(order);
    CHECK(order == all);
  }
  CHECK(orders[0] != orders[1]);
  CHECK(orders[1] != orders[2]);
  CHECK(epochs(1) == orders);
  CHECK(epochs(2) != orders);
}

TEST_CASE("an epoch left early does not change the next one, and set_epoch resumes") {
  const TensorDataset data{xg::arange(20)};
  const DataLoaderOptions options{.batch_size = 3, .shuffle = true, .seed = 9};
  DataLoader whole{data, options}, left{data, options}, resumed{data, options};
  batches_of(whole);
  const auto second = batches_of(whole);
  for (auto [x] : left) {
    CHECK(x.numel() == 3);
    break;
  }
  CHECK(left.epoch() == 1);
  CHECK(batches_of(left) == second);
  resumed.set_epoch(1);
  CHECK(batches_of(resumed) == second);
}

TEST_CASE("a loader's state goes on behind the batch where it was taken, also in another loader") {
  const TensorDataset data{xg::arange(20)};
  DataLoader whole{data, {.batch_size = 3, .shuffle = true, .seed = 9}};
  const auto first = batches_of(whole), second = batches_of(whole);
  for (std::size_t taken = 0; taken <= first.size(); ++taken) {
    CAPTURE(taken);
    DataLoader left{data, {.batch_size = 3, .shuffle = true, .seed = 9}};
    auto place = left.state();
    std::size_t n = 0;
    for (auto [x] : left) {
      if (n++ == taken) break;
      place = left.state();
    }
    DataLoader resumed{data, {.batch_size = 3, .shuffle = true, .seed = 1}};
    resumed.load_state(place);
    CHECK(resumed.epoch() == 0);
    CHECK(xg::test::same_tensors(resumed.state(), place));
    CHECK(batches_of(resumed) ==
          decltype(first)(first.begin() + static_cast<std::ptrdiff_t>(taken), first.end()));
    CHECK(resumed.epoch() == 1);
    CHECK(batches_of(resumed) == second);
  }
}

TEST_CASE("a loader's state between two epochs leads to the next one") {
  const TensorDataset data{xg::arange(20)};
  const DataLoaderOptions options{.batch_size = 3, .shuffle = true, .seed = 9};
  DataLoader whole{data, options}, resumed{data, options};
  batches_of(whole);
  resumed.load_state(whole.state());
  CHECK(resumed.epoch() == 1);
  CHECK(batches_of(resumed) == batches_of(whole));
}

TEST_CASE("a loader refuses the state of other batches and stays where it is") {
  DataLoader loader{TensorDataset{xg::arange(20)}, {.batch_size = 3}};
  DataLoader other{TensorDataset{xg::arange(20)}, {.batch_size = 4}};
  for (auto [x] : other) break;
  CHECK_THROWS_WITH_AS(
      loader.load_state(other.state()),
      "[load_state] the place is one among 20 samples in batches of 4, this loader has 20 in "
      "batches of 3: load it into a loader of the same batches",
      xg::StructureError);
  auto place = loader.state();
  place["batch"] = xg::full({}, 8, {.dtype = xg::int64});
  CHECK_THROWS_WITH_AS(loader.load_state(place), "[load_state] there is no batch 8 in epoch 0 of 20 samples",
                       xg::StructureError);
  place["batch"] = xg::zeros({2});
  CHECK_THROWS_WITH_AS(loader.load_state(place), "[load_state] \"batch\" is float32 [2]: expected int64 []",
                       xg::StructureError);
  place.erase("batch");
  CHECK_THROWS_WITH_AS(loader.load_state(place), "[load_state] \"batch\" is missing", xg::StructureError);
  CHECK(batches_of(loader).size() == 7);
}

TEST_CASE("an epoch has as many samples as its batches together") {
  const TensorDataset data{xg::arange(20)};
  CHECK(DataLoader{data, {.batch_size = 3}}.samples() == 20);
  CHECK(DataLoader{data, {.batch_size = 3, .drop_last = true}}.samples() == 18);
  CHECK(DataLoader{data, {.batch_size = 20}}.size() == 1);
}

TEST_CASE("without a seed the order follows manual_seed") {
  const TensorDataset data{xg::arange(20)};
  const auto order = [&](std::uint64_t seed) {
    xg::manual_seed(seed);
    DataLoader loader{data, {.shuffle = true}};
    return joined(batches_of(loader));
  };
  CHECK(order(3) == order(3));
  CHECK(order(3) != order(4));
}

TEST_CASE("writing to a batch leaves the data set alone") {
  const Tensor x = xg::arange(4);
  DataLoader loader{TensorDataset{x}, {.batch_size = 4}};
  for (auto [batch] : loader) *batch.mutable_data<std::int64_t>() = 77;
  CHECK(values<std::int64_t>(x) == Integers{0, 1, 2, 3});
}

TEST_CASE("a data set of a user's own gives batches of any type") {
  struct Squares {
    std::int64_t size() const { return 6; }
    double batch(const Tensor& index) const {
      double sum = 0;
      for (const std::int64_t i : values<std::int64_t>(index)) sum += static_cast<double>(i * i);
      return sum;
    }
  };
  DataLoader loader{Squares{}, {.batch_size = 3}};
  std::vector<double> sums;
  for (const double sum : loader) sums.push_back(sum);
  CHECK(sums == std::vector<double>{0 + 1 + 4, 9 + 16 + 25});
}

TEST_CASE("data sets and loaders refuse what makes no batches") {
  CHECK_THROWS_WITH_AS((TensorDataset{xg::zeros({3, 2}), xg::zeros({2})}),
                       "[TensorDataset] tensors [3, 2] and [2]: axis 0 must have one length", xg::ShapeError);
  CHECK_THROWS_AS(TensorDataset{xg::scalar(1)}, xg::ShapeError);
  CHECK_THROWS_WITH_AS((DataLoader{TensorDataset{xg::arange(3)}, {.batch_size = 0}}),
                       "[DataLoader] batch_size 0: must be positive", xg::ValueError);
}
