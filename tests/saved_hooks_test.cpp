#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <vector>
#include <xgrad/core/backward.hpp>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/custom_op.hpp>
#include <xgrad/core/format.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/memory.hpp>
#include <xgrad/core/saved_hooks.hpp>
#include <xgrad/ops/ops.hpp>

using namespace xg;

namespace {

Tensor leaf(std::initializer_list<NestedValues> values) {
  return tensor(values, {.dtype = float64, .requires_grad = true});
}

// Saves x.
Tensor square_of(const Tensor& x) {
  static const auto op = custom_op(
      "square", [](const Tensor& v) { return v * v; },
      [](const Tensor& g, const Tensor& v) { return g * v * 2; });
  return op(x);
}

struct Counts {
  int packed = 0, unpacked = 0;
};

const auto same = [](const Tensor& x) { return x; };

Tensor model(const Tensor& x, const Tensor& w) {
  return sum(softmax(tanh(matmul(exp(x * 0.5), w)), 1) * sin(matmul(x, w)));
}

// A tensor's values in a file, which goes when nobody can ask for them any more.
class OnDisk {
 public:
  OnDisk(const std::filesystem::path& file, const Tensor& x)
      : file_(new std::filesystem::path(file), remove), shape_(x.shape()), dtype_(x.dtype()) {
    const Tensor dense = contiguous(x);
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(dense.impl().data), static_cast<std::streamsize>(bytes()));
  }
  Tensor read() const {
    Tensor x = empty(shape_, dtype_);
    std::ifstream(*file_, std::ios::binary)
        .read(reinterpret_cast<char*>(x.impl().data), static_cast<std::streamsize>(bytes()));
    return x;
  }

 private:
  static void remove(std::filesystem::path* file) {
    std::filesystem::remove(*file);
    delete file;
  }
  std::size_t bytes() const { return static_cast<std::size_t>(count(shape_)) * size_of(dtype_); }

  std::shared_ptr<std::filesystem::path> file_;
  Shape shape_;
  Dtype dtype_;
};

class Folder {
 public:
  Folder() { std::filesystem::create_directory(path_); }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::filesystem::path file(std::size_t number) const { return path_ / std::to_string(number); }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() /
      ("xgrad_saved_" + std::to_string(std::hash<std::thread::id>()(std::this_thread::get_id())));
};

}  // namespace

TEST_CASE("what ops save goes through pack, and comes back through unpack in backward") {
  const Tensor x = leaf({1, 2});
  Counts counts;
  Tensor y;
  {
    const SavedTensorHooks hooks(
        [&](const Tensor& t) {
          ++counts.packed;
          CHECK_FALSE(t.requires_grad());
          return t + 1;
        },
        [&](const Tensor& t) {
          ++counts.unpacked;
          return t - 1;
        });
    y = sum(square_of(x * 1));
  }
  CHECK(counts.packed == 1);
  CHECK(counts.unpacked == 0);
  y.backward();
  CHECK(counts.unpacked == 1);
  CHECK(x.grad().at({1}) == 4);
}

TEST_CASE("parameters, and ops that are not recorded, are not packed") {
  const Tensor x = leaf({1, 2}), constant = ones({2});
  Counts counts;
  const SavedTensorHooks hooks(
      [&](const Tensor& t) {
        ++counts.packed;
        return t;
      },
      same);
  square_of(x);
  square_of(constant);
  exp(constant);
  no_grad([&] { return square_of(x * 2); });
  CHECK(counts.packed == 0);
  square_of(x * 2);
  CHECK(counts.packed == 1);
}

TEST_CASE("the innermost guard counts, and others count again after it") {
  const Tensor x = leaf({3}) * 1;
  std::string log;
  const auto logging = [&](char letter) {
    return [&log, letter](const Tensor& t) {
      log += letter;
      return t;
    };
  };
  const SavedTensorHooks outer(logging('a'), same);
  square_of(x);
  {
    const SavedTensorHooks inner(logging('b'), same);
    square_of(x);
  }
  square_of(x);
  CHECK(log == "aba");
}

TEST_CASE("activations on disk: the same bits, to any order, and the files go with the graph") {
  manual_seed(11);
  const Tensor x = randn({5, 4}, {.requires_grad = true}), w = randn({4, 3}, {.requires_grad = true});
  const auto gradients = [&] {
    const Tensor g = grad(model(x, w), w, {.create_graph = true});
    return std::vector{g.detach(), grad(sum(g * g), x)};
  };
  const auto plain = gradients();
  const Folder folder;
  std::size_t most_files = 0;
  {
    std::size_t written = 0;
    const SavedTensorHooks hooks([&](const Tensor& t) { return OnDisk(folder.file(written++), t); },
                                 [&](const OnDisk& t) {
                                   most_files = std::max(most_files, folder.files());
                                   return t.read();
                                 });
    const auto from_disk = gradients();
    for (std::size_t i = 0; i < 2; ++i) CHECK(amax(abs(from_disk[i] - plain[i])).item() == 0);
  }
  CHECK(most_files > 5);
  CHECK(folder.files() == 0);
}

TEST_CASE("activations in bytes: less memory and gradients that are near") {
  manual_seed(3);
  const Tensor x = rand({512, 512}, {.requires_grad = true});
  const auto f = [&] {
    Tensor y = x;
    for (int i = 0; i < 8; ++i) y = sin(y);
    return sum(y);
  };
  // What is in use beside x while a graph lives.
  const auto bytes_kept = [before = memory_stats().bytes_in_use](const Tensor&) {
    return memory_stats().bytes_in_use - before;
  };
  const auto plain = bytes_kept(f());
  Tensor y;
  {
    const SavedTensorHooks hooks(
        [](const Tensor& t) {
          const double low = amin(t).item(), step = (amax(t).item() - low) / 255;
          std::vector<std::uint8_t> codes(static_cast<std::size_t>(t.numel()));
          const Tensor scaled = (contiguous(t) - low) / step + 0.5;
          for (std::size_t i = 0; i < codes.size(); ++i)
            codes[i] = static_cast<std::uint8_t>(scaled.data<float>()[i]);
          return std::tuple{std::move(codes), t.shape(), low, step};
        },
        [](const auto& packed) {
          const auto& [codes, shape, low, step] = packed;
          Tensor t = empty(shape, float32);
          for (std::size_t i = 0; i < codes.size(); ++i)
            t.mutable_data<float>()[i] = static_cast<float>(low + step * codes[i]);
          return t;
        });
    y = f();
  }
  // The codes are no tensors: none of them counts here.
  CHECK(bytes_kept(y) < plain / 4);
  const Tensor rough = grad(y, x), exact = grad(f(), x);
  CHECK(amax(abs(rough - exact)).item() < 0.02);
  CHECK(amax(abs(rough - exact)).item() > 0);
}

TEST_CASE("a tensor that the vjp asks for twice is unpacked once a walk") {
  Counts counts;
  const Tensor x = leaf({2});
  Tensor y;
  {
    const SavedTensorHooks hooks(same, [&](const Tensor& t) {
      ++counts.unpacked;
      return t;
    });
    const Tensor inner = x * 1;
    y = record("twice", {&inner}, inner.detach() * 2,
               [saved = Saved(inner)](const Tensor& g) { return g * 2 + saved.get() * 0 + saved.get() * 0; });
  }
  y.backward({}, {.retain_graph = true});
  CHECK(counts.unpacked == 1);
  y.backward();
  CHECK(counts.unpacked == 2);
}

TEST_CASE("a pack that throws leaves everything as it was") {
  const Tensor x = leaf({2});
  const Tensor inner = x * 1;
  {
    const SavedTensorHooks hooks([](const Tensor&) -> Tensor { throw IoError("disk full"); }, same);
    CHECK_THROWS_WITH_AS(square_of(inner), "disk full", IoError);
    CHECK_THROWS_WITH_AS(exp(inner) * inner, "disk full", IoError);
  }
  CHECK(mode().recording);
  square_of(inner).backward();
  CHECK(x.grad().item() == 8 - 4);
}

TEST_CASE("an unpack that throws leaves every gradient as it was, and the graph can be walked again") {
  const Tensor x = leaf({2}), other = leaf({5});
  bool fails = true;
  Tensor y;
  {
    const SavedTensorHooks hooks(same, [&](const Tensor& t) {
      if (fails) throw IoError("no such file");
      return t;
    });
    y = square_of(x * 1) + other * 3;
  }
  CHECK_THROWS_WITH_AS(y.backward({}, {.retain_graph = true}), "no such file", IoError);
  CHECK_FALSE(x.grad().defined());
  CHECK_FALSE(other.grad().defined());
  fails = false;
  y.backward();
  CHECK(x.grad().item() == 4);
  CHECK(other.grad().item() == 3);
}

TEST_CASE("an unpack that returns another shape or dtype is an error") {
  const Tensor x = leaf({1, 2});
  const auto through = [&](const auto& unpack) {
    const SavedTensorHooks hooks(same, unpack);
    return sum(square_of(x * 1));
  };
  CHECK_THROWS_WITH_AS(
      through([](const Tensor&) { return ones({3}); }).backward(),
      "[saved_hooks] unpack returned float32 [3], packed was float64 [2]: give back the same shape and dtype",
      GraphError);
  CHECK_THROWS_WITH_AS(
      through([](const Tensor&) { return Tensor(); }).backward(),
      "[saved_hooks] unpack returned undefined, packed was float64 [2]: give back the same shape and dtype",
      GraphError);
}

TEST_CASE("a write to a saved tensor before its op is recorded is found") {
  Tensor constant = ones({2});
  const Tensor x = leaf({1, 2});
  const SavedTensorHooks hooks(same, same);
  const Saved saved(constant);
  constant.mutable_data<float>()[0] = 5;
  CHECK_THROWS_AS(x * 1, GraphError);
}

TEST_CASE("hooks of one thread do not concern another one") {
  const Tensor x = leaf({2}) * 1;
  Counts counts;
  const SavedTensorHooks hooks(
      [&](const Tensor& t) {
        ++counts.packed;
        return t;
      },
      same);
  double gradient = 0;
  std::thread([&] {
    const Tensor own = leaf({3});
    gradient = grad(square_of(own * 1), own).item();
  }).join();
  CHECK(counts.packed == 0);
  CHECK(gradient == 6);
}
