#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <thread>
#include <vector>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/format.hpp>
#include <xgrad/core/memory.hpp>
#include <xgrad/core/operand.hpp>
#include <xgrad/core/sum_to.hpp>
#include <xgrad/core/tensor.hpp>

#include "support/wrong_calls.hpp"

using namespace xg;

namespace {

Tensor matrix() { return tensor({{1, 2, 3}, {4, 5, 6}}); }
Tensor transposed(const Tensor& x) {
  return as_strided(x, {x.shape()[1], x.shape()[0]}, {x.strides()[1], x.strides()[0]});
}

}  // namespace

TEST_CASE("an undefined tensor says so when it is used") {
  const Tensor none;
  CHECK_FALSE(none.defined());
  CHECK_THROWS_WITH_AS(none.shape(), undefined_text, GraphError);
  CHECK(describe(none) == "undefined");
}

TEST_CASE("handles share the array, views share the storage") {
  Tensor x = matrix();
  const Tensor same = x;
  const Tensor view = as_strided(x, {2}, {3}, 1);
  CHECK(same.is_same(x));
  CHECK_FALSE(view.is_same(x));
  x.mutable_data<float>()[4] = 9;
  CHECK(same.at({1, 1}) == 9);
  CHECK(view.at({1}) == 9);
}

TEST_CASE("each write access counts once, for all views of the storage") {
  Tensor x = zeros({4});
  const Tensor view = as_strided(x, {2}, {2});
  const auto before = view.version();
  x.mutable_data<float>();
  CHECK(view.version() == before + 1);
  Tensor handle = view;
  assign(handle, scalar(3));
  CHECK(x.version() == before + 2);
  CHECK(x.at({2}) == 3);
  CHECK(x.at({1}) == 0);
}

TEST_CASE("data is read as the tensor's own type only") {
  const Tensor x = ones({2});
  CHECK(x.data<float>()[1] == 1);
  CHECK_THROWS_WITH_AS(x.data<double>(),
                       "[data] the tensor is float32, not float64: read it as that type, or convert it with "
                       "to(x, float64)",
                       DtypeError);
}

TEST_CASE("item and at read single values") {
  CHECK(scalar(2.5).item() == 2.5);
  CHECK(arange(1).item<std::int64_t>() == 0);
  CHECK(matrix().at({1, -1}) == 6);
  CHECK(transposed(matrix()).at({2, 0}) == 3);
  CHECK_THROWS_WITH_AS(
      matrix().item(),
      "[item] the tensor has 6 elements, shape [2, 3]: only a tensor with one element has an item",
      ShapeError);
  CHECK_THROWS_WITH_AS(matrix().at({2, 0}), "[at] index [2, 0] lies outside of a tensor of shape [2, 3]",
                       IndexError);
  CHECK_THROWS_WITH_AS(matrix().at({1}), "[at] index [1] has 1 numbers, the tensor has shape [2, 3]",
                       IndexError);
}

TEST_CASE("axes count from either end") {
  CHECK(matrix().size(0) == 2);
  CHECK(matrix().size(-1) == 3);
  CHECK_THROWS_WITH_AS(matrix().size(2), "[size] axis 2 is out of range for a tensor of shape [2, 3]",
                       IndexError);
}

TEST_CASE("dense row-major tensors are contiguous, whatever the strides of axes of length 1") {
  const Tensor x = matrix();
  CHECK(x.is_contiguous());
  CHECK_FALSE(transposed(x).is_contiguous());
  CHECK(as_strided(x, {1, 3}, {77, 1}).is_contiguous());
  CHECK_FALSE(as_strided(x, {2}, {0}).is_contiguous());
  CHECK(zeros({0, 3}).is_contiguous());
  CHECK(scalar(1).is_contiguous());
}

TEST_CASE("shapes are limited to eight axes and to sizes that are not negative") {
  CHECK_THROWS_WITH_AS((Shape{1, 1, 1, 1, 1, 1, 1, 1, 1}),
                       "[shape] 9 axes, at most 8 are supported: merge axes with reshape", ShapeError);
  CHECK_THROWS_WITH_AS(zeros({2, -1}), "[empty] shape [2, -1]: sizes cannot be negative", ShapeError);
}

TEST_CASE("gradients can be set, if they fit") {
  Tensor x = ones({2}, {.requires_grad = true});
  x.set_grad(zeros({2}));
  CHECK(x.grad().defined());
  CHECK_THROWS_WITH_AS(x.set_grad(zeros({3})),
                       "[set_grad] a gradient float32 [3] does not fit a tensor float32 [2]", ShapeError);
  CHECK_THROWS_AS(x.set_grad(zeros({2}, {.dtype = float64})), ShapeError);
}

TEST_CASE("only floating tensors ask for a gradient") {
  CHECK_THROWS_WITH_AS(zeros({2}, {.dtype = int64, .requires_grad = true}),
                       "[requires_grad] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
}

TEST_CASE("borrowed memory is handed back with the last view") {
  std::array<float, 4> memory{1, 2, 3, 4};
  int released = 0;
  Tensor view;
  {
    const Tensor x = from_storage(
        Storage::borrow(reinterpret_cast<std::byte*>(memory.data()), sizeof memory, [&] { ++released; }),
        float32, {2, 2}, {2, 1});
    CHECK(x.at({1, 0}) == 3);
    view = as_strided(x, {2}, {2}, 1);
  }
  CHECK(released == 0);
  memory[3] = 9;
  CHECK(view.at({1}) == 9);
  view = Tensor();
  CHECK(released == 1);
}

TEST_CASE("promotion follows bool < int64 < float32 < float64, numbers and 0-d tensors weigh less") {
  const Tensor flags = zeros({2}, {.dtype = boolean}), ints = zeros({2}, {.dtype = int64});
  const Tensor singles = zeros({2}), doubles = zeros({2}, {.dtype = float64});
  const Tensor one_double = scalar(1, {.dtype = float64});
  CHECK(result_dtype(flags, ints) == int64);
  CHECK(result_dtype(ints, singles) == float32);
  CHECK(result_dtype(singles, doubles) == float64);
  CHECK(result_dtype(singles, one_double) == float32);
  CHECK(result_dtype(ints, one_double) == float64);
  CHECK(result_dtype(singles, 2.5) == float32);
  CHECK(result_dtype(doubles, 2) == float64);
  CHECK(result_dtype(ints, 2) == int64);
  CHECK(result_dtype(ints, 2.5) == float32);
  CHECK(result_dtype(flags, true) == boolean);
  CHECK(result_dtype(1, 2.5) == float32);
}

TEST_CASE("tensors of one value") {
  CHECK(fmt::format("{}", zeros({2})) == "[0., 0.]");
  CHECK(fmt::format("{}", ones({2}, {.dtype = int64})) == "[1, 1] int64");
  CHECK(fmt::format("{}", full({2}, 2.5, {.dtype = float64})) == "[2.5, 2.5] float64");
  CHECK(fmt::format("{}", full({2}, 2.5, {.dtype = boolean})) == "[true, true] bool");
  CHECK(fmt::format("{}", full_like(ones({1, 2}, {.dtype = float64}), 3)) == "[[3., 3.]] float64");
  CHECK(zeros({2}, {.requires_grad = true}).requires_grad());
}

TEST_CASE("tensors from lists of values") {
  CHECK(tensor({1, 2, 3}).shape() == Shape{3});
  CHECK(tensor({{1, 2, 3}, {4, 5, 6}}).shape() == Shape{2, 3});
  CHECK(tensor({{{1}, {2}}}).shape() == Shape{1, 2, 1});
  CHECK(tensor({1, 0, 2}, {.dtype = boolean}).at({2}) == 1);
  CHECK_THROWS_WITH_AS(tensor({{1, 2}, {3}}),
                       "[tensor] rows of shapes [2] and [1]: all rows of a list must have one shape",
                       ShapeError);
  const std::vector<float> values{1, 2, 3, 4};
  CHECK(from_values(std::span<const float>(values), {2, 2}).at({1, 0}) == 3);
  CHECK_THROWS_WITH_AS(from_values(std::span<const float>(values), {3}),
                       "[from_values] 4 values do not fill the shape [3] of 3 elements", ShapeError);
}

TEST_CASE("ranges") {
  CHECK(fmt::format("{}", arange(3)) == "[0, 1, 2] int64");
  CHECK(fmt::format("{}", arange(0, 1, 0.25)) == "[0.00, 0.25, 0.50, 0.75]");
  CHECK(fmt::format("{}", arange(3, 0, -1)) == "[3., 2., 1.]");
  CHECK(arange(1, 1).numel() == 0);
  CHECK_THROWS_AS(arange(0, 1, 0), ValueError);
  CHECK(fmt::format("{}", linspace(0, 1, 5)) == "[0.00, 0.25, 0.50, 0.75, 1.00]");
  CHECK(linspace(3, 4, 1).item() == 3);
  CHECK(linspace(0, 0.3, 4, {.dtype = float64}).at({3}) == 0.3);
  CHECK(fmt::format("{}", eye(2)) == "[[1., 0.],\n [0., 1.]]");
  CHECK(fmt::format("{}", eye(1, 3)) == "[[1., 0., 0.]]");
}

TEST_CASE("random tensors repeat with their generator's seed and lie where they should") {
  Generator a(7), b(7);
  const Tensor x = rand({1000}, {}, a), y = rand({1000}, {}, b);
  double mean = 0;
  for (int i = 0; i < 1000; ++i) {
    CHECK(x.at({i}) == y.at({i}));
    CHECK(x.at({i}) >= 0);
    CHECK(x.at({i}) < 1);
    mean += x.at({i}) / 1000;
  }
  CHECK(mean == doctest::Approx(0.5).epsilon(0.1));
  const Tensor n = normal({1000}, 5, 0.1, {.dtype = float64}, a);
  CHECK(n.dtype() == float64);
  CHECK(std::abs(n.at({0}) - 5) < 1);
  const Tensor dice = randint(1, 7, {100}, a);
  for (int i = 0; i < 100; ++i) CHECK((dice.at({i}) >= 1 && dice.at({i}) <= 6));
  std::vector<bool> seen(50);
  const Tensor order = randperm(50, a);
  for (int i = 0; i < 50; ++i) seen[static_cast<std::size_t>(order.at({i}))] = true;
  CHECK(std::ranges::all_of(seen, [](bool s) { return s; }));
  CHECK_THROWS_AS(rand({2}, {.dtype = int64}), DtypeError);
}

TEST_CASE("contiguous copies only where it must, clone always") {
  const Tensor x = matrix();
  CHECK(contiguous(x).is_same(x));
  const Tensor dense = contiguous(transposed(x));
  CHECK(dense.is_contiguous());
  CHECK(fmt::format("{}", dense) == "[[1., 4.],\n [2., 5.],\n [3., 6.]]");
  CHECK(clone(x).data<float>() != x.data<float>());
}

TEST_CASE("large transposed, strided and broadcast tensors are copied right") {
  const Tensor x = from_values(std::span<const double>([] {
                                 std::vector<double> v(300 * 217);
                                 for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<double>(i);
                                 return v;
                               }()),
                               {300, 217}, {.dtype = float64});
  const Tensor t = contiguous(transposed(x));
  const Tensor skipped = contiguous(as_strided(x, {150, 109}, {2 * 217, 2}));
  const Tensor spread = contiguous(broadcast_to(as_strided(x, {217, 1}, {1, 1}), {217, 300}));
  const Tensor cube = contiguous(as_strided(x, {7, 300, 31}, {31, 217, 1}));
  for (std::int64_t i = 0; i < 300; i += 7)
    for (std::int64_t j = 0; j < 217; j += 3) {
      CHECK(t.at({j, i}) == x.at({i, j}));
      CHECK(spread.at({j, i}) == x.at({0, j}));
      CHECK(cube.at({j / 31, i, j % 31}) == x.at({i, j}));
    }
  CHECK(skipped.at({149, 108}) == x.at({298, 216}));
}

TEST_CASE("to converts between all dtypes") {
  const Tensor x = tensor({-1.5, 0, 2.7}, {.dtype = float64});
  CHECK(fmt::format("{}", to(x, int64)) == "[-1,  0,  2] int64");
  CHECK(fmt::format("{}", to(x, boolean)) == "[ true, false,  true] bool");
  CHECK(to(x, float32).at({2}) == static_cast<double>(2.7F));
  CHECK(to(to(x, boolean), float64).at({0}) == 1);
  CHECK(to(x, float64).is_same(x));
}

TEST_CASE("assign broadcasts and converts into place") {
  Tensor x = zeros({2, 3});
  assign(x, arange(3));
  CHECK(fmt::format("{}", x) == "[[0., 1., 2.],\n [0., 1., 2.]]");
  CHECK_THROWS_WITH_AS(assign(x, zeros({2, 2, 3})),
                       "[assign] a value of shape [2, 2, 3] does not fit a tensor of shape [2, 3]",
                       ShapeError);
}

TEST_CASE("a value that does not fit leaves the version as it was") {
  Tensor x = zeros({2, 3});
  const auto before = x.version();
  CHECK_THROWS_AS(assign(x, zeros({4})), ShapeError);
  CHECK(x.version() == before);
}

TEST_CASE("owned memory is aligned to 64 bytes") {
  for (std::int64_t n : {1, 3, 17, 1000, 100'000})
    CHECK(reinterpret_cast<std::uintptr_t>(empty({n}, float32).data<float>()) % 64 == 0);
}

TEST_CASE("bytes in use rise and fall with tensors, and the peak stays") {
  const auto before = memory_stats().bytes_in_use;
  constexpr std::int64_t bytes = 4'000'000;
  {
    const Tensor x = empty({bytes / 4}, float32);
    reset_peak_memory();
    CHECK(memory_stats().bytes_in_use >= before + bytes);
  }
  CHECK(memory_stats().bytes_in_use < before + bytes);
  CHECK(memory_stats().peak_bytes_in_use >= before + bytes);
}

#if !defined(__SANITIZE_ADDRESS__)
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define XGRAD_NO_CACHE 1
#endif
#endif
#else
#define XGRAD_NO_CACHE 1
#endif

#ifndef XGRAD_NO_CACHE
TEST_CASE("a steady loop asks the system for no memory") {
  const auto step = [] {
    const Tensor x = ones({300, 40}, {.requires_grad = true});
    Tensor y = x;
    for (int i = 0; i < 50; ++i) y = clone(y);
    y.backward(ones({300, 40}));
  };
  step();
  const auto before = memory_stats().system_allocations;
  for (int i = 0; i < 20; ++i) step();
  CHECK(memory_stats().system_allocations == before);
}

TEST_CASE("memory that one thread frees serves the next one") {
  const auto work = [] { const Tensor x = zeros({1 << 18}); };
  std::thread(work).join();
  const auto before = memory_stats().system_allocations;
  std::thread(work).join();
  CHECK(memory_stats().system_allocations == before);
}

TEST_CASE("empty_cache gives memory back, so that it must be asked for again") {
  { const Tensor x = zeros({1 << 20}); }
  empty_cache();
  const auto before = memory_stats().system_allocations;
  const Tensor x = zeros({1 << 20});
  CHECK(memory_stats().system_allocations > before);
}

TEST_CASE("small blocks come from the cache, and empty_cache gives them back too") {
  const auto many = [] {
    std::vector<Tensor> small;
    for (int i = 0; i < 50'000; ++i) small.push_back(scalar(i));
    return small;
  };
  many();
  const auto warm = memory_stats().system_allocations;
  many();
  CHECK(memory_stats().system_allocations == warm);
  empty_cache();
  const auto small = many();
  CHECK(memory_stats().system_allocations > warm);
  for (std::size_t i = 0; i < small.size(); i += 999) CHECK(small[i].item() == static_cast<double>(i));
}

TEST_CASE("small blocks are asked for many at a time") {
  const auto before = memory_stats().system_allocations;
  std::vector<Tensor> small;
  for (int i = 0; i < 20'000; ++i) small.push_back(scalar(i));
  CHECK(memory_stats().system_allocations - before < 40);
}

TEST_CASE("blocks change threads, some of them freed by another one than took them") {
  std::vector<Tensor> handed;
  for (int i = 0; i < 5'000; ++i) handed.push_back(scalar(i));
  std::thread([&] {
    for (std::size_t i = 0; i < handed.size(); i += 2) handed[i] = Tensor();
    for (int i = 0; i < 5'000; ++i) handed.push_back(scalar(5'000 + i));
  }).join();
  empty_cache();
  for (std::size_t i = 0; i < handed.size(); ++i)
    if (handed[i].defined()) CHECK(handed[i].item() == static_cast<double>(i));
}
#endif
