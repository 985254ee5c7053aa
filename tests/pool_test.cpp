#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <xgrad/core/backward.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/parallel.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/pool.hpp>
#include <xgrad/ops/view.hpp>

using namespace xg;

namespace {

Tensor random(const Shape& shape, Dtype dtype = float64) {
  static Generator generator(13);
  return uniform(shape, -1, 1, {.dtype = dtype}, generator);
}

// Different numbers in random order: differences never change which one is the largest.
Tensor distinct(const Shape& shape, Dtype dtype = float64) {
  static Generator generator(17);
  const Tensor order = randperm(count(shape), generator);
  return to(reshape(order, shape), dtype) * 0.01;
}

struct MaxCase {
  Shape x;
  Size2d kernel;
  MaxPool2dOptions options = {};
};
const std::vector<MaxCase>& max_cases() {
  static const std::vector<MaxCase> all{
      {{2, 3, 6, 8}, 2},
      {{1, 2, 7, 9}, 3, {.stride = 1, .padding = 1}},
      {{2, 7, 40}, {2, 3}, {.stride = {1, 2}, .padding = {1, 0}}},
      {{1, 1, 9, 11}, 2, {.stride = 3, .dilation = {2, 3}}},
      {{1, 2, 7, 7}, 2, {.ceil_mode = true}},
      {{1, 2, 5, 8}, 3, {.stride = 2, .padding = 1, .ceil_mode = true}},
  };
  return all;
}

struct AvgCase {
  Shape x;
  Size2d kernel;
  AvgPool2dOptions options = {};
};
const std::vector<AvgCase>& avg_cases() {
  static const std::vector<AvgCase> all{
      {{2, 3, 6, 8}, 2},
      {{1, 2, 7, 9}, 3, {.stride = 1, .padding = 1}},
      {{2, 7, 9}, {2, 3}, {.stride = {1, 2}, .padding = {1, 0}, .count_include_pad = false}},
      {{1, 2, 5, 8}, 3, {.stride = 2, .padding = 1, .ceil_mode = true}},
      {{1, 2, 6, 6}, 3, {.stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = false}},
      {{1, 1, 6, 6}, 3, {.divisor_override = 4}},
  };
  return all;
}

// Plane `p` of a [n, c, h, w] or [c, h, w] tensor.
Tensor plane(const Tensor& x, std::int64_t p) {
  return select(reshape(x, {-1, x.size(-2), x.size(-1)}), 0, p);
}

// The elements of window (r, c): f(row, column).
template <class F>
void for_each_in_window(std::int64_t r, std::int64_t c, Size2d kernel, Size2d stride, Size2d padding,
                        Size2d dilation, F f) {
  for (std::int64_t i = 0; i < kernel[0]; ++i)
    for (std::int64_t j = 0; j < kernel[1]; ++j)
      f(r * stride[0] + i * dilation[0] - padding[0], c * stride[1] + j * dilation[1] - padding[1]);
}

}  // namespace

TEST_CASE("max_pool2d finds the largest element of each window and its place") {
  for (const Dtype dtype : {float32, float64})
    for (const MaxCase& k : max_cases()) {
      const Tensor x = random(k.x, dtype);
      const auto [y, indices] = max_pool2d_with_indices(x, k.kernel, k.options);
      const Size2d stride = k.options.stride == Size2d(0) ? k.kernel : k.options.stride;
      const std::int64_t height = x.size(-2), width = x.size(-1);
      for (std::int64_t p = 0; p < x.numel() / (height * width); ++p) {
        const Tensor image = plane(x, p), largest = plane(y, p), place = plane(indices, p);
        for (std::int64_t r = 0; r < y.size(-2); ++r)
          for (std::int64_t c = 0; c < y.size(-1); ++c) {
            double best = -2;
            std::int64_t at = -1;
            for_each_in_window(r, c, k.kernel, stride, k.options.padding, k.options.dilation,
                               [&](auto row, auto column) {
                                 if (row < 0 || row >= height || column < 0 || column >= width) return;
                                 if (image.at({row, column}) <= best) return;
                                 best = image.at({row, column});
                                 at = row * width + column;
                               });
            CHECK(largest.at({r, c}) == best);
            CHECK(place.at({r, c}) == at);
          }
      }
    }
}

TEST_CASE("rows are pooled alike, whatever the number of their windows") {
  for (const std::int64_t stride : {1, 2, 3})
    for (std::int64_t width = 3; width < 76; ++width) {
      CAPTURE(stride);
      CAPTURE(width);
      const Tensor x = random({2, width}, float32);
      const auto [y, indices] = max_pool1d_with_indices(x, 3, {.stride = stride});
      bool right = true;
      for (std::int64_t r = 0; r < 2; ++r)
        for (std::int64_t i = 0; i < y.size(1); ++i) {
          std::int64_t at = i * stride;
          for (std::int64_t j = at + 1; j < i * stride + 3; ++j)
            if (x.at({r, j}) > x.at({r, at})) at = j;
          right = right && indices.at({r, i}) == static_cast<double>(at) && y.at({r, i}) == x.at({r, at});
        }
      CHECK(right);
    }
}

TEST_CASE("shapes of pools follow PyTorch, with and without ceil_mode") {
  CHECK(max_pool2d(zeros({1, 1, 7, 7}), 2).shape() == Shape{1, 1, 3, 3});
  CHECK(max_pool2d(zeros({1, 1, 7, 7}), 2, {.ceil_mode = true}).shape() == Shape{1, 1, 4, 4});
  CHECK(max_pool2d(zeros({1, 1, 5, 5}), 2, {.stride = 4, .padding = 1, .ceil_mode = true}).shape() ==
        Shape{1, 1, 2, 2});
  CHECK(max_pool2d(zeros({1, 1, 4, 4}), 2, {.stride = 5, .padding = 1, .ceil_mode = true}).shape() ==
        Shape{1, 1, 1, 1});
  CHECK(max_pool2d(zeros({0, 3, 4, 4}), 2).shape() == Shape{0, 3, 2, 2});
  CHECK(avg_pool2d(zeros({3, 4, 4}), {2, 1}).shape() == Shape{3, 2, 4});
  CHECK(adaptive_avg_pool2d(zeros({2, 3, 4, 4}), {0, 2}).shape() == Shape{2, 3, 0, 2});
}

TEST_CASE("the first of equal elements wins, also among infinities") {
  const double inf = std::numeric_limits<double>::infinity();
  CHECK(max_pool2d_with_indices(ones({1, 2, 4}), 2)[1].at({0, 0, 1}) == 2);
  const Tensor lowest = full({1, 3, 3}, -inf, {.dtype = float64});
  const auto [y, indices] = max_pool2d_with_indices(lowest, 2, {.stride = 1, .padding = 1});
  CHECK(y.at({0, 0, 0}) == -inf);
  CHECK(indices.at({0, 0, 0}) == 0);
  CHECK(indices.at({0, 2, 3}) == 5);
  Tensor x = ones({1, 2, 2}, {.dtype = float64, .requires_grad = true});
  max_pool2d(x, 2).backward(ones({1, 1, 1}, {.dtype = float64}));
  CHECK(x.grad().at({0, 0, 0}) == 1);
  CHECK(x.grad().at({0, 1, 1}) == 0);
}

TEST_CASE("a NaN anywhere in a window wins it and gets its gradient") {
  for (const std::int64_t at : {4, 5, 36 + 4, 36 + 5, 34, 36 + 34}) {
    Tensor x = random({1, 2, 36}, float32);
    x.mutable_data<float>()[at] = std::nanf("");
    x.requires_grad(true);
    const Tensor y = max_pool2d(x, 2);
    for (std::int64_t c = 0; c < 18; ++c) CHECK(std::isnan(y.at({0, 0, c})) == (c == at % 36 / 2));
    y.backward(ones({1, 1, 18}));
    CHECK(x.grad().at({0, at / 36, at % 36}) == 1);
  }
  Tensor narrow = ones({1, 1, 3});
  narrow.mutable_data<float>()[0] = std::nanf("");
  CHECK(std::isnan(max_pool2d(narrow, {1, 3}).at({0, 0, 0})));
}

TEST_CASE("a window of padding alone gives minus infinity and no gradient") {
  Tensor x = ones({1, 1, 1}, {.dtype = float64, .requires_grad = true});
  const Tensor y = max_pool2d(x, 2, {.stride = 1, .padding = 1, .dilation = 2});
  REQUIRE(y.shape() == Shape{1, 1, 1});
  CHECK(y.at({0, 0, 0}) == -std::numeric_limits<double>::infinity());
  y.backward(ones({1, 1, 1}, {.dtype = float64}));
  CHECK(x.grad().at({0, 0, 0}) == 0);
}

TEST_CASE("avg_pool2d divides by the window's size, counted as asked for") {
  for (const Dtype dtype : {float32, float64})
    for (const AvgCase& k : avg_cases()) {
      const Tensor x = random(k.x, dtype), y = avg_pool2d(x, k.kernel, k.options);
      const Size2d stride = k.options.stride == Size2d(0) ? k.kernel : k.options.stride,
                   padding = k.options.padding;
      const std::int64_t height = x.size(-2), width = x.size(-1);
      for (std::int64_t p = 0; p < x.numel() / (height * width); ++p) {
        const Tensor image = plane(x, p), means = plane(y, p);
        for (std::int64_t r = 0; r < y.size(-2); ++r)
          for (std::int64_t c = 0; c < y.size(-1); ++c) {
            double sum = 0;
            std::int64_t inside = 0, padded = 0;
            for_each_in_window(r, c, k.kernel, stride, padding, 1, [&](auto row, auto column) {
              if (row < height + padding[0] && column < width + padding[1]) ++padded;
              if (row < 0 || row >= height || column < 0 || column >= width) return;
              ++inside;
              sum += image.at({row, column});
            });
            const std::int64_t divisor =
                k.options.divisor_override.value_or(k.options.count_include_pad ? padded : inside);
            CHECK(means.at({r, c}) == doctest::Approx(sum / static_cast<double>(divisor)).epsilon(1e-6));
          }
      }
    }
}

TEST_CASE("adaptive_avg_pool2d covers the image with windows that may overlap") {
  const Tensor x = random({2, 5, 7}), y = adaptive_avg_pool2d(x, {2, 3});
  REQUIRE(y.shape() == Shape{2, 2, 3});
  double sum = 0;
  for (std::int64_t r = 2; r < 5; ++r)
    for (std::int64_t c = 2; c < 5; ++c) sum += x.at({1, r, c});
  CHECK(y.at({1, 1, 1}) == doctest::Approx(sum / 9));
  CHECK(adaptive_avg_pool2d(x, {5, 7}).at({1, 3, 4}) == doctest::Approx(x.at({1, 3, 4})));
  CHECK(adaptive_avg_pool2d(ones({1, 2, 3}), 4).at({0, 3, 1}) == 1);
}

TEST_CASE("gradients of all pools are right to second order") {
  for (const MaxCase& k : max_cases()) {
    const auto f = [&](const Tensor& x) { return max_pool2d(x, k.kernel, k.options); };
    CHECK(gradcheck(f, distinct(k.x)));
    const auto squared = [&](const Tensor& x) { return max_pool2d(x * x, k.kernel, k.options); };
    CHECK(gradgradcheck(squared, distinct(k.x)));
  }
  for (const AvgCase& k : avg_cases()) {
    const auto f = [&](const Tensor& x) { return avg_pool2d(x * x, k.kernel, k.options); };
    CHECK(gradcheck(f, random(k.x)));
    CHECK(gradgradcheck(f, random(k.x)));
  }
  const auto adaptive = [](const Tensor& x) { return adaptive_avg_pool2d(x * x, {2, 3}); };
  CHECK(gradcheck(adaptive, random({2, 5, 4})));
  CHECK(gradgradcheck(adaptive, random({2, 5, 4})));
}

TEST_CASE("pools of strided and broadcast images are those of their copies") {
  for (const Tensor& x : {transpose(random({8, 6, 3}), 0, 2), expand(random({3, 1, 8}), {3, 6, 8})}) {
    CHECK(max_pool2d(x, 2).at({2, 1, 3}) == max_pool2d(clone(x), 2).at({2, 1, 3}));
    CHECK(avg_pool2d(x, 3).at({2, 1, 1}) == avg_pool2d(clone(x), 3).at({2, 1, 1}));
    CHECK(adaptive_avg_pool2d(x, 2).at({2, 1, 0}) == adaptive_avg_pool2d(clone(x), 2).at({2, 1, 0}));
  }
  Tensor x = random({1, 4, 4}).requires_grad(true);
  max_pool2d(x, 2).backward(expand(full({1, 1, 1}, 3, {.dtype = float64}), {1, 2, 2}));
  double sum = 0;
  for (std::int64_t i = 0; i < 16; ++i) sum += x.grad().at({0, i / 4, i % 4});
  CHECK(sum == 12);
}

TEST_CASE("pools do not depend on the number of threads") {
  const Tensor x = random({40, 3, 50, 50}, float32);
  const auto run = [&](int threads) {
    const ThreadGuard guard(threads);
    Tensor leaf = clone(x).requires_grad(true);
    const Tensor y = max_pool2d(leaf, 3, {.stride = 2}) + avg_pool2d(leaf, 3, {.stride = 2});
    y.backward(y.detach());
    const Tensor g = leaf.grad();
    return std::vector<float>(g.data<float>(), g.data<float>() + g.numel());
  };
  CHECK(run(1) == run(3));
}

TEST_CASE("max_pool1d and max_pool3d find the places in the whole image") {
  const auto [y, places] = max_pool1d_with_indices(tensor({{1, 5, 2, 4}, {3, 3, 0, -1}}), 2);
  CHECK(y.at({0, 1}) == 4);
  CHECK(places.at({0, 0}) == 1);
  CHECK(places.at({0, 1}) == 3);
  CHECK(places.at({1, 0}) == 0);
  const Tensor x = distinct({2, 3, 4, 5, 6});
  const auto [largest, at] = max_pool3d_with_indices(x, {2, 3, 2}, {.stride = 2, .padding = {1, 1, 0}});
  REQUIRE(largest.shape() == Shape{2, 3, 3, 3, 3});
  const Tensor flat = reshape(x, {6, 120}), values = reshape(largest, {6, 27}),
               where_from = reshape(at, {6, 27});
  for (std::int64_t p = 0; p < 6; ++p)
    for (std::int64_t i = 0; i < 27; ++i)
      CHECK(flat.at({p, static_cast<std::int64_t>(where_from.at({p, i}))}) == values.at({p, i}));
}

TEST_CASE("max_unpool puts the largest elements back where they were") {
  const Tensor x = distinct({2, 2, 5, 7}) + 1;
  const auto [y, places] = max_pool2d_with_indices(x, 2);
  const Tensor back = max_unpool2d(y, places, 2, {.output_size = {{5, 7}}});
  REQUIRE(back.shape() == x.shape());
  const auto [again, same_places] = max_pool2d_with_indices(back, 2);
  for (std::int64_t i = 0; i < y.numel(); ++i) {
    CHECK(reshape(again, {-1}).at({i}) == reshape(y, {-1}).at({i}));
    CHECK(reshape(same_places, {-1}).at({i}) == reshape(places, {-1}).at({i}));
  }
  std::int64_t zeros_seen = 0;
  for (std::int64_t i = 0; i < back.numel(); ++i) {
    const double v = reshape(back, {-1}).at({i});
    CHECK((v == 0 || v == reshape(x, {-1}).at({i})));
    zeros_seen += v == 0;
  }
  CHECK(zeros_seen == back.numel() - y.numel());
  const Tensor line = max_unpool1d(tensor({{4, 1}}), from_values(std::vector<std::int64_t>{1, 2}, {1, 2}), 2);
  CHECK(line.shape() == Shape{1, 4});
  CHECK(line.at({0, 1}) == 4);
  CHECK(line.at({0, 2}) == 1);
}

TEST_CASE("adaptive pools whose windows are equal are plain pools") {
  const Tensor x = distinct({2, 3, 6, 8});
  const auto [y, places] = adaptive_max_pool2d_with_indices(x, {3, 2});
  const auto [z, same] = max_pool2d_with_indices(x, {2, 4});
  const Tensor mean = adaptive_avg_pool2d(x, {3, 2}), plain = avg_pool2d(x, {2, 4});
  REQUIRE(y.shape() == z.shape());
  for (std::int64_t i = 0; i < y.numel(); ++i) {
    CHECK(reshape(y, {-1}).at({i}) == reshape(z, {-1}).at({i}));
    CHECK(reshape(places, {-1}).at({i}) == reshape(same, {-1}).at({i}));
    CHECK(reshape(mean, {-1}).at({i}) == doctest::Approx(reshape(plain, {-1}).at({i})).epsilon(1e-14));
  }
  Tensor first = ones({1, 4}, {.dtype = float64, .requires_grad = true});
  adaptive_max_pool1d(first, 2).backward(ones({1, 2}, {.dtype = float64}));
  CHECK(first.grad().at({0, 0}) == 1);
  CHECK(first.grad().at({0, 1}) == 0);
  CHECK(first.grad().at({0, 2}) == 1);
}

TEST_CASE("means of ones are ones, whatever the number of axes") {
  CHECK(avg_pool1d(ones({1, 5}), 2, {.padding = 1, .count_include_pad = false}).at({0, 0}) == 1);
  const Tensor y = avg_pool3d(ones({1, 3, 4, 5}), 3, {.stride = 2, .padding = 1, .count_include_pad = false});
  for (std::int64_t i = 0; i < y.numel(); ++i) CHECK(reshape(y, {-1}).at({i}) == doctest::Approx(1));
  CHECK(avg_pool3d(ones({1, 3, 4, 5}), 3, {.padding = 1}).at({0, 0, 0, 0}) == doctest::Approx(8.0 / 27));
}

TEST_CASE("lp_pool has zero gradients where a window is zero") {
  Tensor x = tensor({{0, 0, 3, 4}}, {.dtype = float64, .requires_grad = true});
  const Tensor y = lp_pool1d(x, 2, 2);
  CHECK(y.at({0, 0}) == 0);
  CHECK(y.at({0, 1}) == doctest::Approx(5));
  y.backward(ones({1, 2}, {.dtype = float64}));
  CHECK(x.grad().at({0, 0}) == 0);
  CHECK(x.grad().at({0, 1}) == 0);
  CHECK(x.grad().at({0, 2}) == doctest::Approx(0.6));
  CHECK(lp_pool1d(ones({1, 3}), 1, 2, {.ceil_mode = true}).at({0, 1}) == 2);
}

TEST_CASE("pools without images or windows are empty") {
  CHECK(max_pool3d(zeros({0, 2, 4, 4, 4}), 2).shape() == Shape{0, 2, 2, 2, 2});
  CHECK(avg_pool1d(zeros({2, 0, 4}), 2).shape() == Shape{2, 0, 2});
  CHECK(adaptive_max_pool1d(zeros({0, 2, 4}), 3).shape() == Shape{0, 2, 3});
  CHECK(adaptive_max_pool2d(zeros({1, 4, 4}), {0, 2}).shape() == Shape{1, 0, 2});
  CHECK(max_unpool1d(zeros({0, 2, 4}), zeros({0, 2, 4}, {.dtype = int64}), 2).shape() == Shape{0, 2, 8});
  CHECK(max_pool1d(zeros({1, 0}), 2, {.padding = 1}).at({0, 0}) == -std::numeric_limits<double>::infinity());
}
