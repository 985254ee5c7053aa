#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <xgrad/core/backward.hpp>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/parallel.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/conv.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/view.hpp>

using namespace xg;

namespace {

struct Case {
  Shape x, weight;
  Conv2dOptions options = {};
};

// Every option at least once alone and in company; widths on both sides of a vector's.
const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {{2, 3, 5, 6}, {4, 3, 3, 3}},
      {{2, 3, 5, 6}, {4, 3, 3, 3}, {.padding = 1}},
      {{1, 2, 9, 20}, {3, 2, 3, 2}, {.padding = {2, 1}}},
      {{2, 2, 8, 9}, {3, 2, 3, 3}, {.stride = 2, .padding = 1}},
      {{2, 2, 9, 40}, {3, 2, 2, 3}, {.stride = {1, 3}, .padding = {0, 2}}},
      {{1, 2, 11, 10}, {2, 2, 3, 2}, {.stride = {2, 3}, .padding = {4, 1}, .dilation = {2, 3}}},
      {{2, 4, 6, 6}, {6, 2, 3, 3}, {.padding = 1, .groups = 2}},
      {{3, 4, 7, 5}, {4, 1, 3, 3}, {.stride = 2, .padding = 1, .groups = 4}},
      {{2, 5, 4, 3}, {7, 5, 1, 1}},
      {{2, 4, 5, 5}, {6, 2, 1, 1}, {.stride = 2, .groups = 2}},
      {{2, 2, 3, 3}, {2, 2, 1, 1}, {.stride = 3, .padding = 2}},
      {{9, 3, 6, 6}, {5, 3, 5, 5}, {.padding = 2}},
  };
  return all;
}

Tensor random(const Shape& shape, Dtype dtype = float64) {
  static Generator generator(11);
  return uniform(shape, -1, 1, {.dtype = dtype}, generator);
}

// Calls f(n, o, y, x, c, i, j, row, column) for each product that a convolution consists of.
template <class F> void for_each_term(const Case& k, const Shape& out, F f) {
  const Conv2dOptions& o = k.options;
  const std::int64_t filters = k.weight[0] / o.groups;
  for (std::int64_t n = 0; n < out[0]; ++n)
    for (std::int64_t q = 0; q < out[1]; ++q)
      for (std::int64_t y = 0; y < out[2]; ++y)
        for (std::int64_t x = 0; x < out[3]; ++x)
          for (std::int64_t c = 0; c < k.weight[1]; ++c)
            for (std::int64_t i = 0; i < k.weight[2]; ++i)
              for (std::int64_t j = 0; j < k.weight[3]; ++j) {
                const std::int64_t row = y * o.stride[0] + i * o.dilation[0] - o.padding.size[0];
                const std::int64_t column = x * o.stride[1] + j * o.dilation[1] - o.padding.size[1];
                if (row < 0 || row >= k.x[2] || column < 0 || column >= k.x[3]) continue;
                f(Dims{n, q, y, x}, Dims{q, c, i, j}, Dims{n, q / filters * k.weight[1] + c, row, column});
              }
}

std::int64_t linear_index(const Shape& shape, const Dims& at) {
  std::int64_t n = 0;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) n = n * shape[axis] + at[axis];
  return n;
}

// One of the three convolutions in plain loops: `to` says which index of a term is summed into.
enum class Which { output, input, weight };
double worst_error(const Tensor& result, const Case& k, const Shape& out, Which which, const Tensor& a,
                   const Tensor& b) {
  std::vector<double> sums(static_cast<std::size_t>(result.numel()), 0.0);
  for_each_term(k, out, [&](const Dims& y, const Dims& w, const Dims& x) {
    const Dims& to = which == Which::output ? y : which == Which::input ? x : w;
    const double product = which == Which::output  ? a.at(x) * b.at(w)
                           : which == Which::input ? a.at(y) * b.at(w)
                                                   : a.at(y) * b.at(x);
    sums[static_cast<std::size_t>(linear_index(result.shape(), to))] += product;
  });
  double worst = 0;
  const Tensor flat = reshape(result, {-1});
  for (std::int64_t i = 0; i < flat.numel(); ++i)
    worst = std::max(worst, std::abs(flat.at({i}) - sums[static_cast<std::size_t>(i)]));
  return worst;
}

double worst_difference(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  return max(abs(a - b)).item();
}

}  // namespace

TEST_CASE("conv2d and its two adjoints agree with plain loops in both precisions") {
  for (const Dtype dtype : {float32, float64})
    for (std::size_t number = 0; number < cases().size(); ++number) {
      CAPTURE(number);
      const Case& k = cases()[number];
      const double tolerance = dtype == float32 ? 1e-4 : 1e-13;
      const Tensor x = random(k.x, dtype), w = random(k.weight, dtype), y = conv2d(x, w, {}, k.options);
      CHECK(worst_error(y, k, y.shape(), Which::output, x, w) < tolerance);
      const Tensor g = random(y.shape(), dtype);
      CHECK(worst_error(conv2d_input(g, w, k.x, k.options), k, y.shape(), Which::input, g, w) < tolerance);
      CHECK(worst_error(conv2d_weight(g, x, k.weight, k.options), k, y.shape(), Which::weight, g, x) <
            tolerance);
    }
}

TEST_CASE("convolutions of strided and broadcast images and weights are those of their copies") {
  const Tensor image = transpose(random({2, 7, 8, 3}), 1, 3),
               same = expand(random({1, 1, 8, 1}), {2, 3, 8, 7});
  const Tensor weight = transpose(random({3, 4, 3, 3}), 0, 1);
  for (const Conv2dOptions& options : {Conv2dOptions{}, Conv2dOptions{.stride = 2, .padding = 1}})
    for (const Tensor& x : {image, same}) {
      const Tensor y = conv2d(x, weight, {}, options), z = conv2d(clone(x), clone(weight), {}, options);
      const Tensor g = expand(random({1, 4, 1, y.size(3)}), y.shape());
      CHECK(std::vector(y.data<double>(), y.data<double>() + y.numel()) ==
            std::vector(z.data<double>(), z.data<double>() + z.numel()));
      const Tensor dw = conv2d_weight(g, x, weight.shape(), options),
                   dx = conv2d_input(g, weight, x.shape(), options);
      CHECK(dw.at({1, 2, 0, 1}) ==
            conv2d_weight(clone(g), clone(x), weight.shape(), options).at({1, 2, 0, 1}));
      CHECK(dx.at({1, 2, 3, 4}) ==
            conv2d_input(clone(g), clone(weight), x.shape(), options).at({1, 2, 3, 4}));
    }
  const Tensor pointwise = random({4, 3, 1, 1});
  CHECK(conv2d(image, pointwise).at({1, 3, 7, 2}) == conv2d(clone(image), pointwise).at({1, 3, 7, 2}));
}

TEST_CASE("the bias is added to each filter's plane") {
  const Tensor x = random({2, 3, 5, 5}), w = random({4, 3, 3, 3}), b = random({4});
  const Tensor with = conv2d(x, w, b), without = conv2d(x, w);
  CHECK(with.at({1, 2, 0, 1}) == doctest::Approx(without.at({1, 2, 0, 1}) + b.at({2})));
}

TEST_CASE("an image without a batch axis gives one") {
  const Tensor x = random({3, 5, 5}), w = random({4, 3, 3, 3}), y = conv2d(x, w);
  REQUIRE(y.shape() == Shape{4, 3, 3});
  CHECK(y.at({1, 2, 0}) == conv2d(unsqueeze(x, 0), w).at({0, 1, 2, 0}));
}

TEST_CASE("convolutions without images or filters are empty, their weight gradients zero") {
  const Tensor w = random({4, 3, 3, 3});
  CHECK(conv2d(zeros({0, 3, 5, 5}), w).shape() == Shape{0, 4, 3, 3});
  CHECK(conv2d(zeros({2, 3, 5, 5}), zeros({0, 3, 3, 3})).shape() == Shape{2, 0, 3, 3});
  CHECK(conv2d(zeros({2, 0, 5, 5}), zeros({4, 0, 3, 3}), ones({4})).at({1, 3, 2, 2}) == 1);
  const Tensor dw = conv2d_weight(zeros({0, 4, 3, 3}), zeros({0, 3, 5, 5}), {4, 3, 3, 3});
  CHECK(dw.at({3, 2, 1, 0}) == 0);
}

TEST_CASE("convolutions do not depend on the number of threads") {
  const auto run = [](int threads, const Tensor& x, const Tensor& w) {
    const ThreadGuard guard(threads);
    const Tensor y = conv2d(x, w, {}, {.padding = 1});
    const Tensor dw = conv2d_weight(y, x, w.shape(), {.padding = 1}),
                 dx = conv2d_input(y, w, x.shape(), {.padding = 1});
    std::vector<float> all(y.data<float>(), y.data<float>() + y.numel());
    all.insert(all.end(), dw.data<float>(), dw.data<float>() + dw.numel());
    all.insert(all.end(), dx.data<float>(), dx.data<float>() + dx.numel());
    return all;
  };
  for (const auto& [image, kernel] : {std::pair<Shape, Shape>{{12, 8, 20, 20}, {16, 8, 3, 3}},
                                      {{9, 4, 24, 24}, {6, 4, 5, 5}},
                                      {{8, 48, 16, 16}, {64, 48, 3, 3}}}) {
    const Tensor x = random(image, float32), w = random(kernel, float32);
    CHECK(run(1, x, w) == run(3, x, w));
  }
}

TEST_CASE("a NaN reaches the windows that cover it and no other place") {
  Tensor x = ones({1, 1, 6, 20});
  x.mutable_data<float>()[2 * 20 + 3] = std::numeric_limits<float>::quiet_NaN();
  const Tensor y = conv2d(x, ones({1, 1, 3, 3}), {}, {.padding = 1});
  for (std::int64_t i = 0; i < 6; ++i)
    for (std::int64_t j = 0; j < 20; ++j)
      CHECK(std::isnan(y.at({0, 0, i, j})) == (std::abs(i - 2) <= 1 && std::abs(j - 3) <= 1));
}

TEST_CASE("gradients of conv2d are right to second order for all options") {
  for (const Case& k : cases()) {
    const auto f = [&](const Tensor& x, const Tensor& w, const Tensor& b) {
      return conv2d(x, w, b, k.options);
    };
    const Tensor x = random(k.x), w = random(k.weight), b = random({k.weight[0]});
    CHECK(gradcheck(f, {x, w, b}));
    CHECK(gradgradcheck(f, {x, w, b}));
  }
}

TEST_CASE("the adjoints' own gradients are right to second order") {
  const Conv2dOptions options{.stride = 2, .padding = 1, .groups = 2};
  const Shape x{2, 4, 5, 6}, w{4, 2, 3, 3}, y{2, 4, 3, 3};
  const auto input = [&](const Tensor& g, const Tensor& v) { return conv2d_input(g, v, x, options); };
  const auto weight = [&](const Tensor& g, const Tensor& v) { return conv2d_weight(g, v, w, options); };
  CHECK(gradgradcheck(input, {random(y), random(w)}));
  CHECK(gradgradcheck(weight, {random(y), random(x)}));
}

TEST_CASE("conv_transpose2d undoes the shape of conv2d and has right gradients") {
  const Tensor x = random({2, 3, 4, 5}), w = random({3, 2, 3, 3}), b = random({4});
  const ConvTranspose2dOptions options{.stride = 2, .padding = 1, .output_padding = {1, 0}};
  CHECK(conv_transpose2d(x, w, {}, options).shape() == Shape{2, 2, 8, 9});
  CHECK(conv_transpose2d(ones({1, 1, 1, 1}), ones({1, 1, 2, 2}), ones({1})).at({0, 0, 1, 1}) == 2);
  const auto f = [&](const Tensor& a, const Tensor& k, const Tensor& c) {
    return conv_transpose2d(a, k, c, {.stride = {2, 1}, .groups = 3, .dilation = 2});
  };
  CHECK(gradcheck(f, {random({2, 3, 3, 3}), random({3, 2, 2, 2}), random({6})}));
  CHECK(gradgradcheck(f, {random({1, 3, 3, 2}), random({3, 2, 2, 2}), random({6})}));
}

TEST_CASE("conv1d is conv2d on one row") {
  const Tensor x = random({2, 3, 9}), w = random({4, 3, 3}), b = random({4});
  const Tensor y = conv1d(x, w, b, {.stride = 2, .padding = 1});
  REQUIRE(y.shape() == Shape{2, 4, 5});
  double sum = b.at({3});
  for (std::int64_t c = 0; c < 3; ++c)
    for (std::int64_t k = 0; k < 3; ++k) sum += x.at({1, c, 3 + k}) * w.at({3, c, k});
  CHECK(y.at({1, 3, 2}) == doctest::Approx(sum));
}

TEST_CASE("Padding::same keeps the size, with the odd zero behind the image") {
  const Tensor x = random({1, 1, 5}),
               y = conv1d(x, ones({1, 1, 2}, {.dtype = float64}), {}, {.padding = Padding::same});
  REQUIRE(y.shape() == Shape{1, 1, 5});
  CHECK(y.at({0, 0, 3}) == x.at({0, 0, 3}) + x.at({0, 0, 4}));
  CHECK(y.at({0, 0, 4}) == x.at({0, 0, 4}));
  const Tensor image = random({2, 3, 6, 7}), w = random({4, 3, 2, 5});
  const Conv2dOptions same{.padding = Padding::same, .dilation = {3, 1}};
  const Tensor by_hand = conv2d(pad(image, {2, 2, 1, 2}), w, {}, {.dilation = {3, 1}});
  CHECK(worst_difference(conv2d(image, w, {}, same), by_hand) < 1e-13);
  CHECK(conv2d(zeros({0, 3, 6, 7}), zeros({4, 3, 2, 5}), {}, same).shape() == Shape{0, 4, 6, 7});
  CHECK(gradcheck([&](const Tensor& a, const Tensor& b) { return conv2d(a, b, {}, same); }, {image, w}));
}

TEST_CASE("conv3d is the sum of conv2d over the planes of the kernel") {
  const Tensor x = random({2, 4, 5, 6, 7}), w = random({6, 2, 3, 3, 2});
  const Conv3dOptions options{.stride = {2, 1, 2}, .padding = {1, 1, 0}, .dilation = {1, 2, 1}, .groups = 2};
  const Conv2dOptions plane{.stride = {1, 2}, .padding = {1, 0}, .dilation = {2, 1}, .groups = 2};
  const Tensor y = conv3d(x, w, {}, options);
  REQUIRE(y.shape() == Shape{2, 6, 3, 4, 3});
  for (std::int64_t place = 0; place < 3; ++place) {
    Tensor sum = zeros({2, 6, 4, 3}, {.dtype = float64});
    for (std::int64_t tap = 0; tap < 3; ++tap)
      if (const std::int64_t at = 2 * place + tap - 1; at >= 0 && at < 5)
        sum += conv2d(select(x, 2, at), select(w, 2, tap), {}, plane);
    CHECK(worst_difference(select(y, 2, place), sum) < 1e-13);
  }
}

TEST_CASE("volumes without a batch axis, without images, and on several threads") {
  const Tensor x = random({3, 4, 5, 6}, float32), w = random({2, 3, 2, 2, 2}, float32);
  CHECK(conv3d(x, w).shape() == Shape{2, 3, 4, 5});
  CHECK(conv3d(zeros({0, 3, 4, 5, 6}), w).shape() == Shape{0, 2, 3, 4, 5});
  CHECK(conv_transpose3d(random({2, 4, 5, 6}, float32), w).shape() == Shape{3, 5, 6, 7});
  CHECK(conv_transpose1d(ones({2, 4}), ones({2, 3, 2}), {}, {.stride = 2}).shape() == Shape{3, 8});
  const Tensor many = random({4, 3, 12, 20, 20}, float32);
  const auto run = [&](int threads) {
    const ThreadGuard guard(threads);
    const Tensor y = conv3d(many, w, {}, {.padding = 1}),
                 dx = conv3d_input(y, w, many.shape(), {.padding = 1});
    return std::vector<float>(dx.data<float>(), dx.data<float>() + dx.numel());
  };
  CHECK(run(1) == run(3));
}

TEST_CASE("output padding beyond the stride shows what the padding would have taken off") {
  const Tensor x = random({1, 2, 4}), w = random({2, 3, 2}), b = random({3});
  const Tensor whole = conv_transpose1d(x, w, b, {.dilation = 3});
  const Tensor cut = conv_transpose1d(x, w, b, {.padding = 1, .output_padding = 2, .dilation = 3});
  REQUIRE(whole.shape() == Shape{1, 3, 7});
  REQUIRE(cut.shape() == Shape{1, 3, 7});
  CHECK(worst_difference(slice(cut, 2, 0, 6), slice(whole, 2, 1)) < 1e-15);
  CHECK(cut.at({0, 1, 6}) == b.at({1}));
}

TEST_CASE("one filter a group, over rows shorter and longer than vectors") {
  for (const Dtype dtype : {float32, float64})
    for (const std::int64_t width : {3, 9, 20, 41, 70}) {
      CAPTURE(width);
      const Case k{{3, 4, 5, width}, {4, 1, 3, 3}, {.stride = {1, 2}, .padding = 1, .groups = 4}};
      const Tensor x = random(k.x, dtype), w = random(k.weight, dtype), b = random({4}, dtype);
      const Tensor y = conv2d(x, w, {}, k.options), g = random(y.shape(), dtype);
      const double tolerance = dtype == float32 ? 1e-4 : 1e-13;
      CHECK(worst_error(y, k, y.shape(), Which::output, x, w) < tolerance);
      CHECK(worst_difference(conv2d(x, w, b, k.options), y + reshape(b, {4, 1, 1})) < tolerance);
      CHECK(worst_error(conv2d_input(g, w, k.x, k.options), k, y.shape(), Which::input, g, w) < tolerance);
      CHECK(worst_error(conv2d_weight(g, x, k.weight, k.options), k, y.shape(), Which::weight, g, x) <
            tolerance);
    }
}

TEST_CASE("many channels and filters of 3 x 3, computed in tiles, agree with double precision") {
  for (const Case& k :
       {Case{{2, 48, 16, 18}, {64, 48, 3, 3}}, Case{{1, 96, 15, 16}, {96, 48, 3, 3}, {.groups = 2}},
        Case{{2, 50, 16, 16}, {49, 50, 3, 3}, {.padding = 1}},
        Case{{1, 64, 32, 31}, {48, 64, 3, 3}, {.padding = {2, 1}}}}) {
    CAPTURE(k.x);
    const Tensor x = random(k.x), w = random(k.weight), b = random({k.weight[0]});
    const Tensor y = conv2d(x, w, b, k.options), g = random(y.shape());
    const auto rounded = [](const Tensor& t) { return to(t, float32); };
    CHECK(worst_difference(to(conv2d(rounded(x), rounded(w), rounded(b), k.options), float64), y) < 1e-4);
    const Tensor dx = conv2d_input(g, w, k.x, k.options);
    CHECK(worst_difference(to(conv2d_input(rounded(g), rounded(w), k.x, k.options), float64), dx) < 1e-4);
  }
}
