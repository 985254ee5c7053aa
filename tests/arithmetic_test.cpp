#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <xgrad/core/backward.hpp>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/sum_to.hpp>
#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/view.hpp>

namespace xg {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<double> values(const Tensor& x) {
  const Tensor y = contiguous(to(x, float64));
  return {y.data<double>(), y.data<double>() + y.numel()};
}

Tensor whole(std::initializer_list<std::int64_t> v) {
  return from_values(std::span(v.begin(), v.size()), {static_cast<std::int64_t>(v.size())});
}

Tensor leaf(std::initializer_list<NestedValues> v) {
  return tensor(v, {.dtype = float64, .requires_grad = true});
}

std::vector<double> gradient(const Tensor& y, const Tensor& x) {
  return values(grad(y, x, {.cotangents = {ones_like(y)}}));
}

TEST_CASE("int64 arithmetic stays int64 and is exact beyond 2^53") {
  const std::int64_t big = (std::int64_t{1} << 60) + 1;
  const Tensor a = whole({big, 7, -7}), b = whole({1, 2, 2});
  CHECK((a + b).dtype() == int64);
  CHECK((a + b).data<std::int64_t>()[0] == big + 1);
  CHECK((a - 1).data<std::int64_t>()[0] == big - 1);
  CHECK((a * 3).data<std::int64_t>()[0] == 3 * big);
  CHECK((-a).data<std::int64_t>()[0] == -big);
  CHECK(abs(-a).data<std::int64_t>()[0] == big);
  CHECK(maximum(a, a - 1).data<std::int64_t>()[0] == big);
  CHECK(values(sign(a)) == std::vector<double>{1, 1, -1});
  CHECK(values(clamp(a, -2, 5)) == std::vector<double>{5, 5, -2});
  CHECK(values(pow(whole({2, -3, 0}), 3)) == std::vector<double>{8, -27, 0});
  CHECK(pow(whole({2}), 40).data<std::int64_t>()[0] == std::int64_t{1} << 40);
}

TEST_CASE("integer division rounds down, remainder has the divisor's sign, fmod the dividend's") {
  const Tensor a = whole({7, -7, 7, -7, 6}), b = whole({2, 2, -2, -2, -3});
  CHECK(values(floor_divide(a, b)) == std::vector<double>{3, -4, -4, 3, -2});
  CHECK(values(remainder(a, b)) == std::vector<double>{1, 1, -1, -1, 0});
  CHECK(values(fmod(a, b)) == std::vector<double>{1, -1, 1, -1, 0});
  const auto check_same_as_floating = [&](auto op) {
    CHECK(values(op(to(a, float64), to(b, float64))) == values(op(a, b)));
  };
  check_same_as_floating([](const Tensor& x, const Tensor& y) { return floor_divide(x, y); });
  check_same_as_floating([](const Tensor& x, const Tensor& y) { return remainder(x, y); });
  check_same_as_floating([](const Tensor& x, const Tensor& y) { return fmod(x, y); });
  CHECK_THROWS_WITH_AS(floor_divide(a, 0), "[floor_divide] integer division by zero", ValueError);
  CHECK_THROWS_WITH_AS(remainder(a, 0), "[remainder] integer division by zero", ValueError);
}

TEST_CASE("the smallest integer divided by -1 wraps around") {
  const std::int64_t smallest = std::numeric_limits<std::int64_t>::min();
  CHECK(floor_divide(whole({smallest}), -1).data<std::int64_t>()[0] == smallest);
  CHECK(remainder(whole({smallest}), -1).data<std::int64_t>()[0] == 0);
}

TEST_CASE("dtypes promote") {
  const Tensor i = whole({1, 2}), f = ones({2}), d = ones({2}, {.dtype = float64}),
               b = tensor({1, 0}, {.dtype = boolean});
  CHECK((i + 1).dtype() == int64);
  CHECK((i + 1.5).dtype() == float32);
  CHECK((i * f).dtype() == float32);
  CHECK((f * d).dtype() == float64);
  CHECK((f * 2.0).dtype() == float32);
  CHECK((d * 2.0).dtype() == float64);
  CHECK((i / 2).dtype() == float32);
  CHECK((b + i).dtype() == int64);
  CHECK((b * b).dtype() == boolean);
  CHECK(values(b + b) == std::vector<double>{1, 0});
  CHECK((b * f).dtype() == float32);
  CHECK(exp(i).dtype() == float32);
  CHECK(floor(i).dtype() == int64);
  CHECK_THROWS_WITH_AS(b - b, "[sub] bool tensors have no difference: use a ^ b, or convert one to int64",
                       DtypeError);
}

TEST_CASE("comparisons are exact on int64 and false with NaN") {
  const std::int64_t big = (std::int64_t{1} << 60) + 1;
  CHECK(values(whole({big}) == whole({big - 1})) == std::vector<double>{0});
  const Tensor x = tensor({nan, 1, -0.0});
  CHECK(values(x == x) == std::vector<double>{0, 1, 1});
  CHECK(values(x != x) == std::vector<double>{1, 0, 0});
  CHECK(values(x < 2) == std::vector<double>{0, 1, 1});
  CHECK(values(0 == x) == std::vector<double>{0, 0, 1});
  CHECK((x >= 0).dtype() == boolean);
  CHECK(values((x >= 0) & !(x > 0.5)) == std::vector<double>{0, 0, 1});
}

TEST_CASE("comparing or choosing over more elements than one piece") {
  const Tensor x = arange(100000);
  const Tensor chosen = where(x > 70000, x, -1);
  CHECK(chosen.data<std::int64_t>()[70000] == -1);
  CHECK(chosen.data<std::int64_t>()[99999] == 99999);
  const Tensor columns = transpose(reshape(x, {100, 1000}), 0, 1);
  CHECK((columns == contiguous(columns)).data<bool>()[99999]);
  CHECK(where(columns > 500, columns, 0).at({999, 99}) == 99999);
}

TEST_CASE("masks made by where at tensor level keep gradients finite") {
  const Tensor x = leaf({-1, 0, 4});
  const Tensor y = where(x > 0, sqrt(x), 0);
  CHECK(values(y) == std::vector<double>{0, 0, 2});
  CHECK(gradient(y, x) == std::vector<double>{0, 0, 0.25});
}

TEST_CASE("kinks and ties have PyTorch's gradients") {
  SUBCASE("one input") {
    const Tensor x = leaf({-3, -1, 0, 1, 3, 6});
    CHECK(gradient(relu(x), x) == std::vector<double>{0, 0, 0, 1, 1, 1});
    CHECK(gradient(relu6(x), x) == std::vector<double>{0, 0, 0, 1, 1, 0});
    CHECK(gradient(abs(x), x) == std::vector<double>{-1, -1, 0, 1, 1, 1});
    CHECK(gradient(hardtanh(x), x) == std::vector<double>{0, 0, 1, 0, 0, 0});
    CHECK(gradient(clamp(x, -1, 1), x) == std::vector<double>{0, 1, 1, 1, 0, 0});
    CHECK(gradient(clamp(x, 1, -1), x) == std::vector<double>(6, 0));
    CHECK(gradient(leaky_relu(x, 0.5), x) == std::vector<double>{0.5, 0.5, 0.5, 1, 1, 1});
    CHECK(gradient(hardswish(x), x)[0] == doctest::Approx(-0.5));
    CHECK(gradient(hardswish(x), x)[4] == doctest::Approx(1.5));
    CHECK(gradient(threshold(x, 1, 9), x) == std::vector<double>{0, 0, 0, 0, 1, 1});
    CHECK(gradient(hardshrink(x, 1), x) == std::vector<double>{1, 0, 0, 0, 1, 1});
    CHECK(gradient(pow(x, 0), x) == std::vector<double>(6, 0));
  }
  SUBCASE("two inputs") {
    const Tensor a = leaf({1, 2, 3}), b = leaf({1, 3, 2});
    CHECK(gradient(maximum(a, b), a) == std::vector<double>{0.5, 0, 1});
    CHECK(gradient(minimum(a, b), b) == std::vector<double>{0.5, 0, 1});
    CHECK(gradient(fmax(a, b), a) == std::vector<double>{1, 0, 1});
    CHECK(gradient(clamp_min(a, b), a) == std::vector<double>{1, 0, 1});
  }
  SUBCASE("0^0") {
    const Tensor x = leaf({0, 0}), p = leaf({0, 2});
    CHECK(values(pow(x, p)) == std::vector<double>{1, 0});
    CHECK(gradient(pow(x, p), x) == std::vector<double>{0, 0});
    CHECK(gradient(pow(x, p), p) == std::vector<double>{0, 0});
  }
}

TEST_CASE("NaN passes through values") {
  const Tensor x = tensor({nan});
  for (const auto& y :
       {relu(x), relu6(x), abs(x), maximum(x, 1), maximum(1, x), minimum(x, 1), clamp(x, -1, 1), hardtanh(x),
        elu(x), leaky_relu(x), softplus(x), gelu(x), mish(x), hardshrink(x), softshrink(x), hardswish(x),
        hardsigmoid(x), threshold(x, 0, 1), floor(x)})
    CHECK(std::isnan(y.at({0})));
  CHECK(fmax(x, 1).at({0}) == 1);
  CHECK(fmin(1, x).at({0}) == 1);
  CHECK(sign(x).at({0}) == 0);
}

TEST_CASE("infinities have the limits as values") {
  const Tensor x = tensor({-inf, inf}, {.dtype = float64});
  CHECK(values(sigmoid(x)) == std::vector<double>{0, 1});
  CHECK(values(tanh(x)) == std::vector<double>{-1, 1});
  CHECK(values(softplus(x)) == std::vector<double>{0, inf});
  CHECK(values(relu(x)) == std::vector<double>{0, inf});
  CHECK(values(elu(x)) == std::vector<double>{-1, inf});
  CHECK(values(exp(x)) == std::vector<double>{0, inf});
  CHECK(values(logaddexp(x, x)) == std::vector<double>{-inf, inf});
  CHECK(values(nan_to_num(x, 0, 5, -5)) == std::vector<double>{-5, 5});
  CHECK(nan_to_num(to(x, float32)).at({1}) == std::numeric_limits<float>::max());
}

TEST_CASE("small differences survive: expm1, log1p, gelu's tail, log_sigmoid") {
  const Tensor x = tensor({1e-12, -12}, {.dtype = float64});
  CHECK(expm1(x).at({0}) == doctest::Approx(1e-12).epsilon(1e-14));
  CHECK(log1p(x).at({0}) == doctest::Approx(1e-12).epsilon(1e-14));
  CHECK(gelu(x).at({1}) == doctest::Approx(-6 * std::erfc(12 / std::sqrt(2.0))).epsilon(1e-12));
  CHECK(log_sigmoid(-x).at({1}) == doctest::Approx(-std::exp(-12.0)).epsilon(1e-5));
}

TEST_CASE("a floor division that would round up does not") {
  const Tensor a = tensor({1, 0.3}, {.dtype = float64}), b = tensor({0.1, 0.1}, {.dtype = float64});
  CHECK(values(floor_divide(a, b)) == std::vector<double>{9, 2});
  CHECK(remainder(a, b).at({0}) == doctest::Approx(0.1));
}

TEST_CASE("assigning operators make a new tensor and leave the old one to the tape") {
  const Tensor x = leaf({1, 2});
  Tensor y = x * x;
  const Tensor before = y;
  y += 1;
  y *= x;
  CHECK(values(before) == std::vector<double>{1, 4});
  CHECK(gradient(y, x) == std::vector<double>{4, 13});
}

TEST_CASE("a gradient of a broadcast operand has the operand's shape") {
  const Tensor x = ones({2, 1, 3}, {.requires_grad = true}), y = ones({4, 1}, {.requires_grad = true});
  const auto g = grad({x * y}, {x, y}, {.cotangents = {ones({2, 4, 3})}});
  CHECK(g[0].shape() == Shape{2, 1, 3});
  CHECK(g[1].shape() == Shape{4, 1});
  CHECK(g[0].at({0, 0, 0}) == 4);
  CHECK(g[1].at({0, 0}) == 6);
}

}  // namespace
}  // namespace xg
