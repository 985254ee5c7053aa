// x[...] against NumPy's rules, written out by hand for each form.

#include <doctest/doctest.h>

#include <xgrad/core/backward.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/strided.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/indexing.hpp>
#include <xgrad/ops/view.hpp>

#include "op_table/op_table.hpp"

using namespace xg;

namespace {

// Element [i, j, k] of a [3, 4, 5] tensor is 100 i + 10 j + k.
std::int64_t digits(std::int64_t i, std::int64_t j, std::int64_t k) { return 100 * i + 10 * j + k; }

Tensor digit_block() {
  return reshape(arange(3), {3, 1, 1}) * 100 + reshape(arange(4), {4, 1}) * 10 + arange(5);
}

Tensor whole(std::initializer_list<NestedValues> values) { return tensor(values, {.dtype = int64}); }
Tensor mask(std::initializer_list<NestedValues> values) { return tensor(values, {.dtype = boolean}); }

// y has this shape, and f(index) at each index.
template <class F> void check(const Tensor& y, const Shape& shape, const F& f) {
  REQUIRE(y.shape() == shape);
  for_each_index<1>(shape, {contiguous_strides(shape)}, [&](const Dims& at, const auto&) {
    CAPTURE(to_string(at));
    CHECK(y.at(at) == static_cast<double>(f(at)));
  });
}

}  // namespace

TEST_CASE("a number takes one place of the first axis, from either end") {
  const Tensor x = digit_block();
  check(x[2], {4, 5}, [](const Dims& i) { return digits(2, i[0], i[1]); });
  check(x[-3], {4, 5}, [](const Dims& i) { return digits(0, i[0], i[1]); });
  check(x[1][2][3], {}, [](const Dims&) { return digits(1, 2, 3); });
  check(x[{1, -1, 3}], {}, [](const Dims&) { return digits(1, 3, 3); });
}

TEST_CASE("slices of any step follow Python's rules at both ends") {
  const std::int64_t n = 5;
  const Tensor x = arange(n);
  std::vector<std::optional<std::int64_t>> ends{none};
  for (std::int64_t i = -7; i <= 7; ++i) ends.push_back(i);
  for (const auto& start : ends)
    for (const auto& stop : ends)
      for (const std::int64_t step : {-7, -2, -1, 1, 2, 6}) {
        // Python's own definition: indices(start, stop, step), then a plain walk.
        const std::int64_t low = step > 0 ? 0 : -1, high = step > 0 ? n : n - 1;
        const auto within = [&](std::int64_t i) { return std::min(std::max(i < 0 ? i + n : i, low), high); };
        const std::int64_t first = start ? within(*start) : step > 0 ? low : high;
        const std::int64_t last = stop ? within(*stop) : step > 0 ? high : low;
        std::vector<std::int64_t> expected;
        for (std::int64_t i = first; step > 0 ? i < last : i > last; i += step) expected.push_back(i);
        CAPTURE(first);
        CAPTURE(last);
        CAPTURE(step);
        check(x[slice(start, stop, step)], {static_cast<std::int64_t>(expected.size())},
              [&](const Dims& i) { return expected[static_cast<std::size_t>(i[0])]; });
      }
}

TEST_CASE("slices, newaxis and ellipsis stand for their axes") {
  const Tensor x = digit_block();
  check(x[{slice(1, none), 0}], {2, 5}, [](const Dims& i) { return digits(i[0] + 1, 0, i[1]); });
  check(x[{ellipsis, slice(none, none, 2)}], {3, 4, 3},
        [](const Dims& i) { return digits(i[0], i[1], 2 * i[2]); });
  check(x[{slice(2), newaxis, 1}], {2, 1, 5}, [](const Dims& i) { return digits(i[0], 1, i[2]); });
  check(x[{newaxis, ellipsis, 4, newaxis}], {1, 3, 4, 1},
        [](const Dims& i) { return digits(i[1], i[2], 4); });
  check(x[{slice(), slice(none, none, -1), -2}], {3, 4},
        [](const Dims& i) { return digits(i[0], 3 - i[1], 3); });
  check(x[{1, ellipsis, 2, 3}], {}, [](const Dims&) { return digits(1, 2, 3); });
  check(x[ellipsis], {3, 4, 5}, [](const Dims& i) { return digits(i[0], i[1], i[2]); });
  check(x[{}], {3, 4, 5}, [](const Dims& i) { return digits(i[0], i[1], i[2]); });
  check(x[{slice(3, 1), 0}], {0, 5}, [](const Dims&) { return 0; });
}

TEST_CASE("numbers and slices give views, a negative step a copy") {
  Tensor x = zeros({3, 4});
  const Tensor view = x[{slice(1, none), slice(none, none, 2)}], turned = x[slice(none, none, -1)];
  x.mutable_data<float>()[6] = 7;
  CHECK(view.at({0, 1}) == 7);
  CHECK(turned.at({1, 2}) == 0);
}

TEST_CASE("tensors of places put their own shape where they stand") {
  const Tensor x = digit_block(), p = whole({{2, 0}, {-1, 1}}), q = whole({3, -4});
  const auto at = [](const Tensor& t, std::int64_t i, std::int64_t j, std::int64_t n) {
    const auto v = static_cast<std::int64_t>(t.dim() == 2 ? t.at({i, j}) : t.at({j}));
    return v < 0 ? v + n : v;
  };
  check(x[p], {2, 2, 4, 5}, [&](const Dims& i) { return digits(at(p, i[0], i[1], 3), i[2], i[3]); });
  check(x[{slice(), p}], {3, 2, 2, 5},
        [&](const Dims& i) { return digits(i[0], at(p, i[1], i[2], 4), i[3]); });
  check(x[{slice(1, none), p, q}], {2, 2, 2},
        [&](const Dims& i) { return digits(i[0] + 1, at(p, i[1], i[2], 4), at(q, 0, i[2], 5)); });
  check(x[{p, slice(0, 3), q}], {2, 2, 3},
        [&](const Dims& i) { return digits(at(p, i[0], i[1], 3), i[2], at(q, 0, i[1], 5)); });
  check(x[{slice(), q, slice(none, none, -2)}], {3, 2, 3},
        [&](const Dims& i) { return digits(i[0], at(q, 0, i[1], 4), 4 - 2 * i[2]); });
}

TEST_CASE("numbers beside tensors count as tensors, and what lies between moves their axes to the front") {
  const Tensor x = digit_block(), p = whole({1, 0, 2});
  const auto at = [&](std::int64_t i) { return static_cast<std::int64_t>(p.at({i})); };
  check(x[{slice(), 2, p}], {3, 3}, [&](const Dims& i) { return digits(i[0], 2, at(i[1])); });
  check(x[{0, p}], {3, 5}, [&](const Dims& i) { return digits(0, at(i[0]), i[1]); });
  check(x[{0, slice(), p}], {3, 4}, [&](const Dims& i) { return digits(0, i[1], at(i[0])); });
  check(x[{slice(), p, newaxis, p}], {3, 3, 1},
        [&](const Dims& i) { return digits(i[1], at(i[0]), at(i[0])); });
  check(x[{slice(), scalar(-1, {.dtype = int64})}], {3, 5},
        [](const Dims& i) { return digits(i[0], 3, i[1]); });
}

TEST_CASE("masks stand for their axes and choose in row-major order") {
  const Tensor x = digit_block();
  check(x[mask({1, 0, 1})], {2, 4, 5}, [](const Dims& i) { return digits(2 * i[0], i[1], i[2]); });
  const Tensor corner = mask({{0, 1, 0, 0, 0}, {0, 0, 0, 0, 0}, {0, 0, 0, 0, 0}, {1, 0, 0, 0, 1}});
  const std::int64_t planes[] = {2, 0, 1}, rows[] = {0, 3, 3}, columns[] = {1, 0, 4};
  check(x[{ellipsis, corner}], {3, 3},
        [&](const Dims& i) { return digits(i[0], rows[i[1]], columns[i[1]]); });
  check(x[{whole({2, 0, 1}), corner}], {3},
        [&](const Dims& i) { return digits(planes[i[0]], rows[i[0]], columns[i[0]]); });
  check(x[x >= 230], {5}, [](const Dims& i) { return 230 + i[0]; });
  CHECK(x[x < 0].shape() == Shape{0});
}

TEST_CASE("indexing works without elements") {
  const Tensor x = zeros({0, 3});
  CHECK(x[slice()].shape() == Shape{0, 3});
  CHECK(x[{slice(), 1}].shape() == Shape{0});
  CHECK(x[zeros({0, 2}, {.dtype = int64})].shape() == Shape{0, 2, 3});
  CHECK(zeros({2, 3})[zeros({0}, {.dtype = int64})].shape() == Shape{0, 3});
}

TEST_CASE("the gradient of an index adds up repeated places") {
  Tensor x = zeros({3, 2});
  x.requires_grad(true);
  x[{whole({2, 0, 2, -1}), 1}].backward(tensor({1, 2, 4, 8}));
  check(x.grad(), {3, 2}, [](const Dims& i) { return i[1] == 0 ? 0 : i[0] == 0 ? 2 : i[0] == 2 ? 13 : 0; });
}

TEST_CASE("index_put replaces what the index reads, and leaves x as it was") {
  const Tensor x = digit_block();
  const Tensor y = index_put(x, {slice(1, none), newaxis, slice(none, none, -2), 0}, whole({7, 8}));
  check(y, {3, 4, 5}, [](const Dims& i) {
    if (i[0] == 0 || i[2] != 0 || i[1] % 2 == 0) return digits(i[0], i[1], i[2]);
    return std::int64_t{i[1] == 3 ? 7 : 8};
  });
  CHECK(x.at({1, 1, 0}) == 110);
  check(index_put(x, {ellipsis}, 3), {3, 4, 5}, [](const Dims&) { return 3; });
  check(index_put(x, {x > 100}, 0), {3, 4, 5}, [](const Dims& i) {
    const std::int64_t v = digits(i[0], i[1], i[2]);
    return v > 100 ? 0 : v;
  });
}

TEST_CASE("index_put lets the last value of a repeated place stay, or adds all of them") {
  const Tensor x = ones({3}), p = whole({1, -2, 0}), v = tensor({2, 5, 7});
  check(index_put(x, {p}, v), {3}, [](const Dims& i) { return i[0] == 0 ? 7 : i[0] == 1 ? 5 : 1; });
  check(index_put(x, {p}, v, true), {3}, [](const Dims& i) { return i[0] == 0 ? 8 : i[0] == 1 ? 8 : 1; });
  check(index_put(x, {slice(1, none)}, v[slice(2)], true), {3}, [](const Dims& i) {
    return i[0] == 0 ? 1 : i[0] == 1 ? 3 : 6;
  });
}

TEST_CASE("index_put gives no gradient to what was overwritten") {
  Tensor x = ones({2, 3}), v = scalar(5);
  x.requires_grad(true);
  v.requires_grad(true);
  index_put(x, {slice(), 1}, v).backward(ones({2, 3}));
  check(x.grad(), {2, 3}, [](const Dims& i) { return i[1] == 1 ? 0 : 1; });
  CHECK(v.grad().item() == 2);
}
