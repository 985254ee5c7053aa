#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <functional>

#include <xgrad/core/backward.hpp>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/elementwise.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/parallel.hpp>
#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/view.hpp>

namespace xg {
namespace {

constexpr TensorOptions wide{.dtype = float64};
constexpr TensorOptions wide_leaf{.dtype = float64, .requires_grad = true};

bool same_bits(const Tensor& a, const Tensor& b) {
  const Tensor x = contiguous(a), y = contiguous(b);
  return x.shape() == y.shape() && x.dtype() == y.dtype() &&
         std::memcmp(x.impl().data, y.impl().data,
                     static_cast<std::size_t>(x.numel()) * size_of(x.dtype())) == 0;
}

// f, f', f'', ... of a scalar function of tensors at x, by differentiating gradients again and again.
std::vector<double> derivatives(const std::function<Tensor(const Tensor&)>& f, double x, int orders) {
  const Tensor leaf = tensor({x, x}, wide_leaf);
  Tensor y = f(leaf);
  std::vector<double> values{y.at({0})};
  for (int k = 0; k < orders; ++k) {
    y = grad(y, leaf, {.cotangents = {ones_like(y)}, .create_graph = true});
    values.push_back(y.at({0}));
  }
  return values;
}

void check_derivatives(const std::function<Tensor(const Tensor&)>& f, double x, std::vector<double> want) {
  const auto got = derivatives(f, x, static_cast<int>(want.size()) - 1);
  for (std::size_t k = 0; k < want.size(); ++k) {
    CAPTURE(k);
    CHECK(got[k] == doctest::Approx(want[k]).epsilon(1e-12));
  }
}

TEST_CASE("inputs broadcast against each other, and gradients are summed back") {
  static const auto op = elementwise("mix", [](auto a, auto b, auto c) { return a * b + sin(c); });
  const Tensor a = tensor({{1, 2, 3}, {4, 5, 6}}, wide_leaf), b = tensor({10, 20, 30}, wide_leaf),
               c = tensor({{0.5}, {-0.5}}, wide_leaf);
  const Tensor y = op(a, b, c);
  CHECK(y.shape() == Shape{2, 3});
  CHECK(y.at({1, 2}) == doctest::Approx(180 + std::sin(-0.5)));
  const auto g = grad({y}, {a, b, c}, {.cotangents = {ones_like(y)}});
  CHECK(same_bits(g[0], tensor({{10, 20, 30}, {10, 20, 30}}, wide)));
  CHECK(same_bits(g[1], tensor({5, 7, 9}, wide)));
  CHECK(g[2].at({0, 0}) == doctest::Approx(3 * std::cos(0.5)));
  CHECK(gradcheck(op, {a, b, c}));
  CHECK(gradgradcheck(op, {a, b, c}));
}

TEST_CASE("a lambda may return several outputs") {
  static const auto polar = elementwise("polar", [](auto r, auto t) {
    return std::tuple{r * cos(t), r * sin(t)};
  });
  const Tensor r = tensor({1, 2, 3}, wide_leaf), t = tensor({0.1, 0.2, 0.3}, wide_leaf);
  const auto [x, y] = polar(r, t);
  CHECK(x.at({1}) == doctest::Approx(2 * std::cos(0.2)));
  CHECK(y.at({1}) == doctest::Approx(2 * std::sin(0.2)));
  SUBCASE("that are used alone") {
    CHECK(grad(y, t, {.cotangents = {ones_like(y)}}).at({2}) == doctest::Approx(3 * std::cos(0.3)));
  }
  SUBCASE("or together, to any order") {
    CHECK(gradcheck(polar, {r, t}));
    CHECK(gradgradcheck(polar, {r, t}));
  }
}

TEST_CASE("captured constants are part of the op, and outlive the op object") {
  Tensor y;
  const Tensor x = tensor({1, 2}, wide_leaf);
  {
    const double slope = 3;
    const auto op = elementwise("scaled", [slope](auto v) { return slope * v * v; });
    y = op(x);
  }
  CHECK(same_bits(grad(y, x, {.cotangents = {ones_like(y)}}), tensor({6, 12}, wide)));
}

TEST_CASE("a learnable parameter is one more argument") {
  static const auto swish = elementwise("swish", [](auto x, auto beta) { return x * sigmoid(beta * x); });
  const Tensor x = linspace(-2, 2, 7, wide), beta = scalar(1.5, wide);
  CHECK(gradcheck(swish, {x, beta}));
  CHECK(gradgradcheck(swish, {x, beta}));
}

TEST_CASE("numbers may stand for tensors") {
  static const auto op = elementwise("line", [](auto a, auto x, auto b) { return a * x + b; });
  const Tensor x = tensor({1, 2}, {.requires_grad = true});
  const Tensor y = op(2, x, 0.5);
  CHECK(y.dtype() == float32);
  CHECK(same_bits(y, tensor({2.5, 4.5})));
  CHECK(same_bits(grad(y, x, {.cotangents = {ones_like(y)}}), tensor({2, 2})));
}

TEST_CASE("derivatives by hand may use the inputs, the output, both or nothing") {
  const auto check = [](const auto& op) {
    const Tensor x = tensor({0.3, -0.7, 1.2}, wide);
    CHECK(gradcheck(op, {x}));
    CHECK(gradgradcheck(op, {x}));
    check_derivatives([&](const Tensor& v) { return op(v); }, 0.4,
                      {std::exp(0.4), std::exp(0.4), std::exp(0.4)});
  };
  SUBCASE("inputs") {
    check(elementwise(
        "e", [](auto x) { return exp(x); },
        pullback<Keep::inputs>([](auto g, auto x) { return g * exp(x); })));
  }
  SUBCASE("output") {
    check(elementwise(
        "e", [](auto x) { return exp(x); }, pullback<Keep::output>([](auto g, auto y) { return g * y; })));
  }
  SUBCASE("both") {
    check(elementwise(
        "e", [](auto x) { return exp(x); },
        pullback<Keep::both>([](auto g, auto x, auto y) { return g * (y + x - x); })));
  }
  SUBCASE("nothing") {
    static const auto third = elementwise(
        "third", [](auto x) { return x / 3.0; }, pullback<Keep::nothing>([](auto g) { return g / 3.0; }));
    check_derivatives([](const Tensor& x) { return third(x); }, 6, {2, 1.0 / 3});
  }
}

TEST_CASE("a wrong derivative by hand is found by gradcheck") {
  static const auto op = elementwise(
      "wrong", [](auto x) { return exp(x); },
      pullback<Keep::output>([](auto g, auto y) { return 1.001 * g * y; }));
  CHECK_FALSE(gradcheck(op, {tensor({0.5, 1}, wide)}));
}

TEST_CASE("derivatives to the fourth order equal the closed forms") {
  SUBCASE("exp") {
    const double e = std::exp(0.3);
    check_derivatives([](const Tensor& x) { return exp(x); }, 0.3, {e, e, e, e, e});
  }
  SUBCASE("tanh") {
    const double t = std::tanh(0.7), s = 1 - t * t;
    check_derivatives([](const Tensor& x) { return tanh(x); }, 0.7,
                      {t, s, -2 * t * s, s * (6 * t * t - 2), 8 * t * s * (2 - 3 * t * t)});
  }
  SUBCASE("x * tanh(softplus(x)) as a user writes it") {
    static const auto op = elementwise("mish", [](auto x) { return x * tanh(softplus(x)); });
    const double x = 0.6;
    const auto plain = derivatives([](const Tensor& v) { return op(v); }, x, 4);
    const auto fused = derivatives([](const Tensor& v) { return mish(v); }, x, 4);
    for (std::size_t k = 0; k < 5; ++k) CHECK(plain[k] == doctest::Approx(fused[k]).epsilon(1e-10));
  }
  SUBCASE("x^5") {
    check_derivatives(
        [](const Tensor& x) { return pow(x, 5); }, 1.5,
        {std::pow(1.5, 5), 5 * std::pow(1.5, 4), 20 * std::pow(1.5, 3), 60 * 1.5 * 1.5, 120 * 1.5});
  }
  SUBCASE("1 / x through division") {
    static const auto op = elementwise("inverse", [](auto x) { return 1.0 / x; });
    check_derivatives([](const Tensor& x) { return op(x); }, 2.0, {0.5, -0.25, 0.25, -0.375, 0.75});
  }
  SUBCASE("lgamma") {
    // Polygamma functions at 1/2.
    constexpr double pi = std::numbers::pi;
    check_derivatives(
        [](const Tensor& x) { return lgamma(x); }, 0.5,
        {std::log(pi) / 2, -1.9635100260214235, pi * pi / 2, -16.8287966442343199956, std::pow(pi, 4)});
  }
}

TEST_CASE("where keeps NaN and infinity of the other branch out of every derivative") {
  static const auto op = elementwise("safe_log", [](auto x) { return where(x > 0.0, x * log(x), 0.0); });
  const Tensor x = tensor({-1, 0, 2}, wide_leaf);
  Tensor y = op(x);
  for (int order = 0; order < 3; ++order) {
    CAPTURE(order);
    CHECK(y.at({0}) == 0);
    CHECK(y.at({1}) == 0);
    CHECK(std::isfinite(y.at({2})));
    y = grad(y, x, {.cotangents = {ones_like(y)}, .create_graph = true});
  }
  CHECK(y.at({2}) == doctest::Approx(-0.25));
}

TEST_CASE("constants chosen by where keep their full precision at second order") {
  static const auto op = elementwise("slopes", [](auto x) { return where(x > 0.0, 0.1, 0.3) * x * x; });
  check_derivatives([](const Tensor& x) { return op(x); }, 2.0, {0.4, 0.4, 0.2});
}

TEST_CASE("transposed, sliced, 0-d and empty inputs give what dense ones give") {
  static const auto op = elementwise("mix", [](auto a, auto b) { return a * exp(b); });
  const Tensor a = rand({5, 70}, wide), b = rand({70, 5}, wide);
  const Tensor y = op(a, transpose(b, 0, 1));
  CHECK(same_bits(y, op(a, contiguous(transpose(b, 0, 1)))));
  CHECK(same_bits(op(slice(a, 1, 1, 70, 3), 0.5), op(contiguous(slice(a, 1, 1, 70, 3)), 0.5)));
  CHECK(op(scalar(2, wide), scalar(0, wide)).item() == 2);
  CHECK(op(zeros({0, 3}), ones({3})).shape() == Shape{0, 3});
  const Tensor none = zeros({0}, {.requires_grad = true}), one = ones({1}, {.requires_grad = true});
  const auto g = grad({op(none, one)}, {none, one}, {.cotangents = {zeros({0})}});
  CHECK(g[0].shape() == Shape{0});
  CHECK(g[1].at({0}) == 0);
}

TEST_CASE("mixed dtypes follow the promotion table, gradients keep their input's dtype") {
  static const auto op = elementwise("mul", [](auto a, auto b) { return a * b; });
  const Tensor single = tensor({1, 2}, {.requires_grad = true}), twice = tensor({0.5, 0.25}, wide_leaf);
  const Tensor y = op(single, twice);
  CHECK(y.dtype() == float64);
  const auto g = grad({y}, {single, twice}, {.cotangents = {ones_like(y)}});
  CHECK(g[0].dtype() == float32);
  CHECK(g[1].dtype() == float64);
  CHECK(op(single, scalar(0.5, wide)).dtype() == float32);
  const Tensor whole = op(arange(3), arange(3));
  CHECK(whole.dtype() == float32);
  CHECK(whole.at({2}) == 4);
  CHECK(op(tensor({1, 0}, {.dtype = boolean}), single).at({0}) == 1);
}

TEST_CASE("big arrays: bits depend neither on the thread count nor on the position") {
  static const auto op = elementwise("mix", [](auto a, auto b) { return tanh(a) * b + exp(-a * a); });
  const std::int64_t n = (std::int64_t{1} << 17) + 77;
  const Tensor a = rand({n}, {.requires_grad = true}), b = rand({1}, {.requires_grad = true});
  const auto run = [&](int threads) {
    const ThreadGuard guard(threads);
    const Tensor y = op(a, b);
    auto g = grad({y}, {a, b}, {.cotangents = {ones_like(y)}});
    g.push_back(y.detach());
    return g;
  };
  const auto one = run(1), four = run(4);
  for (std::size_t i = 0; i < one.size(); ++i) CHECK(same_bits(one[i], four[i]));
  const Tensor odd = slice(a.detach(), 0, 3, n, 5);
  CHECK(same_bits(op(odd, b.detach()), contiguous(slice(one[2], 0, 3, n, 5))));
}

TEST_CASE("a scalar parameter's gradient over a big array is accurate in float32") {
  static const auto op = elementwise("mul", [](auto a, auto w) { return a * w; });
  const std::int64_t n = 1 << 20;
  const Tensor a = full({n}, 0.1), w = ones({}, {.requires_grad = true});
  const Tensor y = op(a, w);
  CHECK(grad(y, w, {.cotangents = {ones_like(y)}}).item() ==
        doctest::Approx(0.1 * static_cast<double>(n)).epsilon(1e-5));
}

TEST_CASE("write() runs in place") {
  static const auto momentum = elementwise("momentum", [](auto p, auto v, auto g, auto lr) {
    const auto next = 0.9 * v + g;
    return std::tuple{p - lr * next, next};
  });
  Tensor p = tensor({1, 2, 3}), v = tensor({1, 0, -1});
  const auto version = p.version();
  SUBCASE("over its own arguments") {
    momentum.write(std::array{&p, &v}, p, v, ones({3}), 0.5);
    CHECK(p.at({0}) == doctest::Approx(1 - 0.5 * 1.9));
    CHECK(v.at({2}) == doctest::Approx(0.1));
    CHECK(p.version() > version);
    CHECK(p.is_leaf());
  }
  SUBCASE("with strided targets") {
    Tensor block = zeros({3, 2});
    Tensor column = as_strided(block, {3}, {2});
    momentum.write(std::array{&column, &v}, p, v, ones({3}), 0.5);
    CHECK(block.at({0, 0}) == doctest::Approx(1 - 0.5 * 1.9));
    CHECK(block.at({0, 1}) == 0);
  }
  SUBCASE("never on the tape, and never with another shape") {
    Tensor y = ones({3}, {.requires_grad = true}) * 2.0;
    CHECK_THROWS_AS(momentum.write(std::array{&y, &v}, p, v, ones({3}), 0.5), GraphError);
    Tensor small = ones({2});
    CHECK_THROWS_WITH_AS(momentum.write(std::array{&small, &v}, p, v, ones({3}), 0.5),
                         "[momentum] output 0 has shape [2], the result has shape [3]", ShapeError);
    CHECK(v.at({0}) == 1);
  }
}

TEST_CASE("the tape keeps the output, not the input, where the derivative comes from the output") {
  Tensor x = tensor({1, 2}, {.requires_grad = true});
  const Tensor y = tanh(x), z = sin(x);
  x.mutable_data<float>()[0] = 5;
  CHECK(grad(y, x, {.cotangents = {ones_like(y)}}).at({0}) ==
        doctest::Approx(1 - std::pow(std::tanh(1.0), 2)));
  CHECK_THROWS_AS(grad(z, x, {.cotangents = {ones_like(z)}}), GraphError);
}

TEST_CASE("pass_on hands the cotangent itself to every input, summed where the input is smaller") {
  static const auto total = elementwise(
      "total", [](auto a, auto b, auto c) { return a + b + c; }, pass_on);
  const Tensor x = tensor({1, 2, 3}, wide_leaf), y = tensor({{4}, {5}}, wide_leaf);
  const Tensor z = total(x, y, 6.0);
  CHECK(same_bits(z, tensor({{11, 12, 13}, {12, 13, 14}}, wide)));
  const Tensor g = tensor({{1, 2, 3}, {10, 20, 30}}, wide);
  const auto grads = grad(std::vector{z}, {x, y}, {.cotangents = {g}});
  CHECK(same_bits(grads[0], tensor({11, 22, 33}, wide)));
  CHECK(same_bits(grads[1], tensor({{6}, {60}}, wide)));
  const Tensor same = grad(x + 1, x, {.cotangents = {grads[0]}});
  CHECK(same.impl().data == grads[0].impl().data);
}

TEST_CASE("leaves that are handed one cotangent have gradients of their own") {
  const Tensor x = tensor({1, 2}, wide_leaf), y = tensor({3, 4}, wide_leaf);
  const Tensor g = tensor({5, 6}, wide);
  (x + y).backward(g);
  Tensor of_x = x.grad();
  of_x.mutable_data<double>()[0] = 7;
  CHECK(same_bits(y.grad(), g));
  CHECK(same_bits(g, tensor({5, 6}, wide)));
}

TEST_CASE("a cotangent on the tape does not put gradients there that nobody records") {
  const Tensor x = tensor({1, 2}, wide_leaf);
  const Tensor g = tensor({5, 6}, wide_leaf);
  CHECK_FALSE(grad(x + 1, x, {.cotangents = {g}}).requires_grad());
  CHECK(grad(x + 1, x, {.cotangents = {g}, .create_graph = true}).requires_grad());
  (x + 1).backward(g);
  CHECK_FALSE(x.grad().requires_grad());
}

TEST_CASE("inputs that want no gradient get none") {
  const Tensor a = tensor({1, 2}, wide_leaf), b = tensor({3, 4}, wide);
  const Tensor y = a * b;
  y.backward(ones_like(y));
  CHECK(same_bits(a.grad(), b));
  CHECK_FALSE(b.grad().defined());
  CHECK_FALSE((b * b).requires_grad());
  CHECK_FALSE(no_grad([&] { return a * b; }).requires_grad());
}

}  // namespace
}  // namespace xg
