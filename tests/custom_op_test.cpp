#include <xgrad/core/custom_array_op.hpp>
// xtensor's fix comes before any of its headers.
#include <doctest/doctest.h>

#include <tuple>
#include <xgrad/core/backward.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/custom_op.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/math.hpp>
#include <xtensor/xmath.hpp>

using namespace xg;

namespace {

const auto cube = custom_op(
    "cube", [](const Tensor& x) { return x * x * x; },
    [](const Tensor& g, const Tensor& x) { return g * 3 * x * x; });

const auto exponential = custom_op(
    "exponential", [](const Tensor& x) { return exp(x); },
    [](const Tensor& g, const Tensor&, const Tensor& y) { return g * y; });

const auto product = custom_op(
    "product", [](const Tensor& a, const Tensor& b) { return a * b; },
    [](const Tensor& g, const Tensor& a, const Tensor& b) {
      return std::tuple{g * b, g * a};
    });

const auto array_cube = custom_array_op(
    "array_cube", [](const auto& x) { return x * x * x; },
    [](const auto& g, const auto& x, const auto&) { return g * 3 * x * x; });

const auto array_product = custom_array_op(
    "array_product", [](const xt::xarray<double>& a, const xt::xarray<double>& b) { return xt::eval(a * b); },
    [](const xt::xarray<double>& g, const xt::xarray<double>& a, const xt::xarray<double>& b,
       const xt::xarray<double>&) {
      return std::tuple{xt::eval(g * b), xt::eval(g * a)};
    });

Tensor transposed_values() { return as_strided(tensor({{1, 2, 3}, {4, 5, 6}}), {3, 2}, {1, 3}); }

}  // namespace

TEST_CASE("an op made of two functions on tensors has derivatives of any order") {
  CHECK(cube(tensor({2, 3})).at({1}) == 27);
  CHECK(gradcheck(cube, randn({3, 4})));
  CHECK(gradgradcheck(cube, randn({3, 4})));
  const Tensor x = full({}, 2, {.dtype = float64, .requires_grad = true});
  const Tensor first = grad(cube(x), x, {.create_graph = true});
  const Tensor second = grad(first, x, {.create_graph = true});
  const Tensor third = grad(second, x);
  CHECK(first.item() == 12);
  CHECK(second.item() == 12);
  CHECK(third.item() == 6);
}

TEST_CASE("a vjp may use the output") {
  CHECK(gradcheck(exponential, randn({5})));
  CHECK(gradgradcheck(exponential, randn({5})));
}

TEST_CASE("a custom op of several inputs gives each its gradient") {
  CHECK(gradcheck(product, {randn({4}), randn({4})}));
  CHECK(gradgradcheck(product, {randn({4}), randn({4})}));
}

TEST_CASE("a custom op may leave a gradient undefined") {
  const auto first_only = custom_op(
      "first_only", [](const Tensor& a, const Tensor&) { return a * 2; },
      [](const Tensor& g, const Tensor&, const Tensor&) {
        return std::tuple{g * 2, Tensor()};
      });
  CHECK(gradcheck(first_only, {randn({4}), randn({4})}));
}

TEST_CASE("a custom op whose forward returns its input is an op all the same") {
  const auto reversed = custom_op(
      "reversed", [](const Tensor& x) { return x; }, [](const Tensor& g, const Tensor&) { return -g; });
  const Tensor x = ones({3}, {.requires_grad = true});
  const Tensor y = reversed(x);
  CHECK(x.is_leaf());
  y.backward(ones({3}));
  CHECK(x.grad().at({2}) == -1);
}

TEST_CASE("a wrong custom vjp is found by gradcheck") {
  const auto wrong = custom_op(
      "wrong", [](const Tensor& x) { return x * x; }, [](const Tensor& g, const Tensor& x) { return g * x; });
  CHECK_FALSE(gradcheck(wrong, randn({3})));
}

TEST_CASE("an op made of two functions on arrays works in both precisions") {
  CHECK(array_cube(tensor({2, 3})).dtype() == float32);
  CHECK(array_cube(tensor({2, 3})).at({1}) == 27);
  CHECK(array_cube(tensor({2}, {.dtype = float64})).dtype() == float64);
  CHECK(array_cube(arange(3)).dtype() == float32);
  CHECK(gradcheck(array_cube, randn({3, 4})));
}

TEST_CASE("functions on xt::xarray<double> serve float32 tensors too") {
  CHECK(array_product(tensor({2, 3}), tensor({4, 5})).dtype() == float32);
  CHECK(gradcheck(array_product, {randn({3, 2}), randn({3, 2})}));
}

TEST_CASE("an array op reads strided, 0-d and empty tensors") {
  CHECK(array_cube(transposed_values()).at({2, 1}) == 216);
  CHECK(array_cube(scalar(2)).item() == 8);
  CHECK(array_cube(zeros({0, 2})).shape() == Shape{0, 2});
}

TEST_CASE("mixed dtypes promote, and gradients come back in each input's own") {
  const Tensor a = ones({2}, {.requires_grad = true});
  const Tensor b = full({2}, 3, {.dtype = float64, .requires_grad = true});
  const Tensor y = array_product(a, b);
  CHECK(y.dtype() == float64);
  y.backward(ones({2}));
  CHECK(a.grad().dtype() == float32);
  CHECK(a.grad().at({0}) == 3);
  CHECK(b.grad().dtype() == float64);
}

TEST_CASE("a second derivative of an array op says how to get one") {
  const Tensor x = full({2}, 2, {.requires_grad = true});
  const Tensor first = grad(array_cube(x), x, {.cotangents = {ones({2})}, .create_graph = true});
  CHECK(first.at({0}) == 12);
  CHECK_THROWS_WITH_AS(grad(first, x, {.cotangents = {ones({2})}}),
                       "[array_cube] has no second derivative: its vjp is written on arrays; write it on "
                       "Tensors with custom_op()",
                       GraphError);
}
