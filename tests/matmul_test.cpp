#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <xgrad/core/backward.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/parallel.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/gemm.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/view.hpp>

using namespace xg;

namespace {

double at(const Tensor& x, std::int64_t i, std::int64_t j) { return x.at({i, j}); }

// The largest difference from a product in plain loops, relative to what k products can add up to.
double matrix_error(const Tensor& y, const Tensor& a, const Tensor& b) {
  REQUIRE(y.shape() == Shape{a.size(0), b.size(1)});
  double worst = 0;
  for (std::int64_t i = 0; i < a.size(0); ++i)
    for (std::int64_t j = 0; j < b.size(1); ++j) {
      double sum = 0, scale = 1;
      for (std::int64_t p = 0; p < a.size(1); ++p) {
        sum += at(a, i, p) * at(b, p, j);
        scale += std::abs(at(a, i, p) * at(b, p, j));
      }
      worst = std::max(worst, std::abs(at(y, i, j) - sum) / scale);
    }
  return worst;
}

Tensor random(const Shape& shape, Dtype dtype = float64, bool requires_grad = false) {
  static Generator generator(7);
  return uniform(shape, -1, 1, {.dtype = dtype, .requires_grad = requires_grad}, generator);
}

// A matrix in one of the layouts that a user may come with.
enum class Layout { dense, transposed, strided, broadcast };
Tensor matrix(std::int64_t rows, std::int64_t columns, Layout layout, Dtype dtype) {
  switch (layout) {
    case Layout::transposed:
      return t(random({columns, rows}, dtype));
    case Layout::strided:
      return slice(slice(random({2 * rows + 1, 3 * columns + 1}, dtype), 0, 1, {}, 2), 1, 1, {}, 3);
    case Layout::broadcast:
      return expand(random({1, columns}, dtype), {rows, columns});
    default:
      return random({rows, columns}, dtype);
  }
}

template <class F> std::string message(F f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("matrix products of all sizes and layouts agree with plain loops") {
  const std::vector<Shape> sizes{{1, 1, 1},    {1, 17, 9},    {17, 1, 40},   {5, 3, 2},
                                 {6, 16, 8},   {7, 17, 33},   {13, 8, 1},    {64, 33, 100},
                                 {70, 80, 20}, {150, 20, 30}, {3, 400, 330}, {20, 50, 700}};
  for (const Dtype dtype : {float32, float64})
    for (const Shape& s : sizes)
      for (const Layout a : {Layout::dense, Layout::transposed, Layout::strided, Layout::broadcast})
        for (const Layout b : {Layout::dense, Layout::transposed, Layout::strided, Layout::broadcast}) {
          const Tensor x = matrix(s[0], s[2], a, dtype), y = matrix(s[2], s[1], b, dtype);
          CAPTURE(s);
          CAPTURE(static_cast<int>(a));
          CAPTURE(static_cast<int>(b));
          CHECK(matrix_error(mm(x, y), x, y) < (dtype == float32 ? 1e-6 : 1e-15));
        }
}

TEST_CASE("large products, which OpenBLAS computes, agree with plain loops in every order of memory") {
  for (const Layout a : {Layout::dense, Layout::transposed, Layout::strided})
    for (const Layout b : {Layout::dense, Layout::transposed}) {
      const Tensor x = matrix(520, 512, a, float32), y = matrix(512, 515, b, float32), z = mm(x, y);
      CHECK(matrix_error(slice(z, 0, 0, {}, 40), slice(x, 0, 0, {}, 40), y) < 1e-6);
    }
}

TEST_CASE("a product does not depend on the number of threads") {
  for (const std::int64_t n : {130, 300, 520}) {
    const Tensor a = random({n, n}, float32), b = random({n, n}, float32);
    const auto product = [&](int threads) {
      const ThreadGuard guard(threads);
      const Tensor y = mm(a, t(b));
      return std::vector<float>(y.data<float>(), y.data<float>() + y.numel());
    };
    CHECK(product(1) == product(4));
  }
}

TEST_CASE("gemm writes its own columns only, and starts from itself, from one row or from zeros") {
  struct Size {
    std::int64_t m, n, k;
  };
  const auto check = [](auto zero, const Size& s) {
    using T = decltype(zero);
    CAPTURE(s.m);
    CAPTURE(s.n);
    CAPTURE(s.k);
    const auto ones = [](std::int64_t n) { return std::vector<T>(static_cast<std::size_t>(n), T{1}); };
    const std::int64_t step = s.n + 2;
    const std::vector<T> a = ones(s.m * s.k), b = ones(s.k * s.n);
    std::vector<T> row = ones(s.n), c;
    for (std::int64_t j = 0; j < s.n; ++j) row[static_cast<std::size_t>(j)] = static_cast<T>(j);
    const StridedMatrix<T> left{a.data(), s.k, 1}, right{b.data(), s.n, 1};
    const auto holds = [&](auto expected) {
      bool all = true;
      for (std::int64_t i = 0; i < s.m; ++i)
        for (std::int64_t j = 0; j < step; ++j)
          all = all && c[static_cast<std::size_t>(i * step + j)] == (j < s.n ? expected(j) : T{10});
      return all;
    };
    const auto multiply = [&](auto start) {
      c.assign(static_cast<std::size_t>(s.m * step), T{10});
      gemm(s.m, s.n, s.k, left, right, c.data(), step, start);
    };
    const T sum = static_cast<T>(s.k);
    multiply(true);
    CHECK(holds([&](std::int64_t) { return 10 + sum; }));
    multiply(false);
    CHECK(holds([&](std::int64_t) { return sum; }));
    multiply(Start<T>{row.data(), 0});
    CHECK(holds([&](std::int64_t j) { return static_cast<T>(j) + sum; }));
  };
  for (const Size& s :
       {Size{8, 1, 3}, Size{8, 5, 3}, Size{8, 16, 3}, Size{8, 21, 3}, Size{1, 21, 3}, Size{1, 1, 3},
        Size{12, 4, 50}, Size{9, 3, 400}, Size{200, 300, 700}, Size{3, 4, 0}}) {
    check(float{}, s);
    check(double{}, s);
  }
}

TEST_CASE("leading axes broadcast without a copy of either side") {
  const Tensor a = random({3, 1, 4, 5}), b = random({2, 5, 6});
  const Tensor y = matmul(a, b);
  REQUIRE(y.shape() == Shape{3, 2, 4, 6});
  for (std::int64_t i = 0; i < 3; ++i)
    for (std::int64_t j = 0; j < 2; ++j)
      CHECK(matrix_error(select(select(y, 0, i), 0, j), select(select(a, 0, i), 0, 0), select(b, 0, j)) <
            1e-15);
  const Tensor stacked = random({7, 3, 5}), one = random({5, 2});
  CHECK(matrix_error(reshape(matmul(stacked, one), {21, 2}), reshape(stacked, {21, 5}), one) < 1e-15);
}

TEST_CASE("vectors count as a row on the left and a column on the right") {
  const Tensor a = random({3, 4}), x = random({4}), y = random({3}), batch = random({2, 3, 4});
  CHECK(matmul(a, x).shape() == Shape{3});
  CHECK(matmul(y, a).shape() == Shape{4});
  CHECK(matmul(x, x).shape() == Shape{});
  CHECK(matmul(batch, x).shape() == Shape{2, 3});
  CHECK(matmul(y, batch).shape() == Shape{2, 4});
  CHECK(mv(a, x).at({1}) == doctest::Approx(dot(select(a, 0, 1), x).item()));
  CHECK(matmul(y, batch).at({1, 2}) == doctest::Approx(dot(y, select(select(batch, 0, 1), 1, 2)).item()));
  CHECK(outer(y, x).at({2, 1}) == doctest::Approx(y.at({2}) * x.at({1})));
}

TEST_CASE("an empty inner axis gives zeros, an empty outer one an empty result") {
  CHECK(mm(zeros({2, 0}), zeros({0, 3})).shape() == Shape{2, 3});
  CHECK(mm(zeros({2, 0}), zeros({0, 3})).at({1, 2}) == 0);
  CHECK(matmul(zeros({0, 2, 3}), zeros({3, 4})).shape() == Shape{0, 2, 4});
  const Tensor w = random({3, 4}, float64, true);
  const Tensor y = matmul(zeros({0, 2, 3}, {.dtype = float64}), w);
  const Tensor g = grad({y}, {w}, {.cotangents = {zeros({0, 2, 4}, {.dtype = float64})}});
  CHECK(g.shape() == Shape{3, 4});
  CHECK(g.at({2, 3}) == 0);
  CHECK(linear(zeros({2, 0}), zeros({3, 0}), ones({3})).at({1, 1}) == 1);
}

TEST_CASE("NaN and infinity spread along their row and column only") {
  Tensor a = ones({8, 20}), b = ones({20, 20});
  a.mutable_data<float>()[3 * 20 + 1] = std::numeric_limits<float>::quiet_NaN();
  b.mutable_data<float>()[5] = std::numeric_limits<float>::infinity();
  const Tensor y = mm(a, b);
  for (std::int64_t i = 0; i < 8; ++i)
    for (std::int64_t j = 0; j < 20; ++j) {
      CHECK(std::isnan(at(y, i, j)) == (i == 3));
      CHECK(std::isinf(at(y, i, j)) == (i != 3 && j == 5));
    }
}

TEST_CASE("dtypes promote, integers are refused") {
  CHECK(matmul(random({2, 3}, float32), random({3, 2}, float64)).dtype() == float64);
  CHECK(linear(random({2, 3}, float32), random({4, 3}, float32), random({4}, float64)).dtype() == float64);
  CHECK_THROWS_AS(mm(full({2, 2}, 1, {.dtype = int64}), full({2, 2}, 1, {.dtype = int64})), DtypeError);
}

TEST_CASE("linear is x weight^T + bias for any leading axes") {
  const Tensor weight = random({6, 5}), bias = random({6});
  for (const Shape& leading : {Shape{}, Shape{4}, Shape{2, 3}, Shape{2, 0, 3}}) {
    Shape shape = leading;
    shape.push_back(5);
    const Tensor x = random(shape), y = linear(x, weight, bias);
    REQUIRE(y.numel() == count(leading) * 6);
    const Tensor rows = reshape(x, {count(leading), 5}), results = reshape(y, {count(leading), 6});
    CHECK(matrix_error(results - bias, rows, t(weight)) < 1e-15);
  }
}

TEST_CASE("addmm scales both parts, and a beta of 0 ignores NaN") {
  const Tensor a = random({2, 3}), b = random({3, 4}), row = random({4});
  const Tensor y = addmm(row, a, b, {.beta = 2, .alpha = -0.5});
  CHECK(at(y, 1, 2) == doctest::Approx(2 * row.at({2}) - 0.5 * at(mm(a, b), 1, 2)));
  const Tensor bad = full({4}, std::nan(""), {.dtype = float64});
  CHECK(at(addmm(bad, a, b, {.beta = 0}), 1, 2) == at(mm(a, b), 1, 2));
}

TEST_CASE("gradients of products are right to second order, whatever broadcasts") {
  const std::vector<std::pair<Shape, Shape>> shapes{
      {{3, 4}, {4, 2}},    {{4}, {4}},          {{4}, {4, 2}},          {{3, 4}, {4}},
      {{5, 3, 4}, {4, 2}}, {{3, 4}, {5, 4, 2}}, {{2, 3, 4}, {2, 4, 2}}, {{2, 1, 3, 2}, {3, 2, 3}},
      {{4}, {3, 4, 2}},    {{2, 1, 4}, {4, 3}}};
  for (const auto& pair : shapes) {
    const Shape &a = pair.first, &b = pair.second;
    CAPTURE(a);
    CAPTURE(b);
    CHECK(gradcheck(matmul, {random(a), random(b)}));
    CHECK(gradgradcheck(matmul, {random(a), random(b)}));
  }
}

TEST_CASE("gradients of linear and addmm are right to second order") {
  CHECK(gradcheck(linear, {random({2, 3, 4}), random({5, 4}), random({5})}));
  CHECK(gradgradcheck(linear, {random({2, 3, 4}), random({5, 4}), random({5})}));
  CHECK(gradgradcheck([](const Tensor& x, const Tensor& w) { return linear(x, w); },
                      {random({4}), random({5, 4})}));
  const auto scaled = [](const Tensor& c, const Tensor& a, const Tensor& b) {
    return addmm(c, a, b, {.beta = 0.5, .alpha = 3});
  };
  CHECK(gradcheck(scaled, {random({3, 1}), random({3, 4}), random({4, 2})}));
  CHECK(gradgradcheck(scaled, {random({3, 1}), random({3, 4}), random({4, 2})}));
}

TEST_CASE("gradients of transposed, strided and broadcast factors are right") {
  const auto f = [](const Tensor& a, const Tensor& b) {
    return matmul(transpose(a, -1, -2), expand(slice(b, 1, 0, {}, 2), {2, 3, 2}));
  };
  CHECK(gradcheck(f, {random({2, 3, 4}), random({3, 4})}));
  CHECK(gradgradcheck(f, {random({2, 3, 4}), random({3, 4})}));
}

TEST_CASE("products say which shapes do not fit") {
  CHECK(message([] {
          matmul(zeros({64, 784}), zeros({100, 10}));
        }) == "[matmul] a [64, 784] and b [100, 10]: inner dimensions 784 and 100 differ");
  CHECK(message([] {
          matmul(zeros({2, 3, 4}), zeros({5, 4, 6}));
        }) == "[matmul] a [2, 3, 4] and b [5, 4, 6]: the leading axes [2] and [5] do not broadcast");
  CHECK(message([] { matmul(scalar(1), zeros({2})); }) ==
        "[matmul] a [] and b [2]: a tensor without axes has no matrix product; use *");
  CHECK(message([] {
          mm(zeros({2, 3, 4}), zeros({4, 5}));
        }) == "[mm] a [2, 3, 4] and b [4, 5]: both must be matrices; use matmul");
  CHECK(message([] {
          bmm(zeros({2, 3, 4}), zeros({3, 4, 5}));
        }) == "[bmm] a [2, 3, 4] and b [3, 4, 5]: batches of 2 and 3; matmul broadcasts");
  CHECK(message([] {
          linear(zeros({64, 784}), zeros({10, 100}));
        }) == "[linear] x [64, 784] and weight [10, 100]: x must end in 100 features");
  CHECK(message([] {
          linear(zeros({64, 100}), zeros({10, 100}), zeros({5}));
        }) == "[linear] weight [10, 100] and bias [5]: the bias must have the shape [10]");
  CHECK(message([] {
          addmm(zeros({3, 4}), zeros({1, 3}), zeros({3, 4}));
        }) == "[addmm] input [3, 4] does not broadcast to the product's shape [1, 4]");
}
