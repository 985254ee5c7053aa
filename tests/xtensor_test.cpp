#include <xgrad/core/xtensor.hpp>
// xtensor's fix comes before any of its headers.
#include <doctest/doctest.h>

#include <cstdint>
#include <xgrad/core/backward.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/sum_to.hpp>
#include <xtensor/xeval.hpp>
#include <xtensor/xfixed.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xpad.hpp>
#include <xtensor/xrandom.hpp>
#include <xtensor/xview.hpp>

using namespace xg;

TEST_CASE("xt::eval of a matrix expression keeps two axes") {
  const xt::xarray<float> a = {{1, 2, 3}, {4, 5, 6}};
  const auto sum = xt::eval(a + a);
  CHECK(sum.dimension() == 2);
  CHECK(sum(1, 2) == 12);
}

TEST_CASE("immediate reducers, variance, pad and tile of xtensor work") {
  const xt::xarray<double> a = {{1, 2}, {3, 5}};
  CHECK(xt::sum(a, {0}, xt::evaluation_strategy::immediate)(1) == 7);
  CHECK(xt::variance(a, {1})(1) == doctest::Approx(1));
  CHECK(xt::eval(xt::pad(a, 1)).dimension() == 2);
  CHECK(xt::eval(xt::tile(a, 2)).size() == 8);
}

TEST_CASE("an expression makes a tensor") {
  const xt::xarray<float> a = {{0, 1}, {2, 3}};
  const Tensor t = xt::sin(a) + 1;
  CHECK(t.dtype() == float32);
  CHECK(t.shape() == Shape{2, 2});
  CHECK(t.at({1, 1}) == doctest::Approx(std::sin(3.0) + 1));
}

TEST_CASE("each element type becomes the dtype that holds it") {
  CHECK(Tensor(xt::xarray<double>{1, 2}).dtype() == float64);
  CHECK(Tensor(xt::xarray<int>{1, 2}).at({1}) == 2);
  CHECK(Tensor(xt::xarray<int>{1, 2}).dtype() == int64);
  CHECK(Tensor(xt::xarray<std::uint8_t>{1, 2}).dtype() == int64);
  CHECK(Tensor(xt::xarray<std::int64_t>{1, 2}).dtype() == int64);
  const Tensor greater = xt::xarray<float>{1, 2} > 1.5F;
  CHECK(greater.dtype() == boolean);
  CHECK(greater.at({0}) == 0);
  CHECK(greater.at({1}) == 1);
}

TEST_CASE("an array that is moved in is not copied and lives as long as a view") {
  xt::xarray<float> a = {{1, 2}, {3, 4}};
  const float* memory = a.data();
  Tensor view;
  {
    const Tensor t = std::move(a);
    CHECK(t.data<float>() == memory);
    view = as_strided(t, {2}, {2}, 1);
  }
  CHECK(view.at({0}) == 2);
  CHECK(view.at({1}) == 4);
}

TEST_CASE("an lvalue is copied") {
  xt::xarray<float> a = {1, 2};
  const Tensor t = a;
  a(0) = 5;
  CHECK(t.at({0}) == 1);
}

TEST_CASE("borrow shares an array's memory both ways") {
  xt::xarray<double> a = {{1, 2}, {3, 4}};
  Tensor t = borrow(a);
  a(0, 1) = 7;
  CHECK(t.at({0, 1}) == 7);
  t.mutable_data<double>()[3] = 9;
  CHECK(a(1, 1) == 9);
}

TEST_CASE("borrow of a view sees the view's part only") {
  xt::xarray<float> a = {{1, 2, 3}, {4, 5, 6}};
  auto column = xt::view(a, xt::all(), 1);
  const Tensor t = borrow(column);
  CHECK(t.shape() == Shape{2});
  CHECK(t.at({0}) == 2);
  CHECK(t.at({1}) == 5);
}

TEST_CASE("column-major arrays keep their order of elements, copied, moved or borrowed") {
  xt::xarray<float, xt::layout_type::column_major> a = {{1, 2, 3}, {4, 5, 6}};
  const Tensor copied = a;
  const Tensor borrowed = borrow(a);
  const Tensor moved = xt::xarray<float, xt::layout_type::column_major>(a);
  CHECK(copied.is_contiguous());
  CHECK_FALSE(borrowed.is_contiguous());
  for (std::int64_t i = 0; i < 2; ++i)
    for (std::int64_t j = 0; j < 3; ++j) {
      CHECK(copied.at({i, j}) == a(i, j));
      CHECK(borrowed.at({i, j}) == a(i, j));
      CHECK(moved.at({i, j}) == a(i, j));
    }
}

TEST_CASE("tensors of fixed rank or shape, scalars and empty arrays come in") {
  CHECK(Tensor(xt::xtensor<float, 2>{{1, 2}, {3, 4}}).shape() == Shape{2, 2});
  CHECK(Tensor(xt::xtensor_fixed<double, xt::xshape<2, 1>>{{1}, {2}}).at({1, 0}) == 2);
  CHECK(Tensor(xt::xarray<float>(3.5F)).shape() == Shape{});
  CHECK(Tensor(xt::xarray<float>(3.5F)).item() == 3.5);
  const Tensor empty = xt::xarray<float>::from_shape({2, 0});
  CHECK(empty.shape() == Shape{2, 0});
}

TEST_CASE("axes of length 1 get strides of their own") {
  const Tensor t = xt::xarray<float>(xt::ones<float>({2, 1}));
  CHECK(t.is_contiguous());
  CHECK(t.strides() == Strides{1, 1});
}

TEST_CASE("array() reads a tensor's own memory in xtensor expressions") {
  const Tensor t = tensor({{1, 2, 3}, {4, 5, 6}});
  const auto a = t.array<float>();
  CHECK(a.data() == t.data<float>());
  CHECK(a.dimension() == 2);
  CHECK(xt::sum(a)() == 21);
  const xt::xarray<float> twice = 2 * a;
  CHECK(twice(1, 2) == 12);
}

TEST_CASE("array() follows the strides of views and broadcasts") {
  const Tensor t = tensor({{1, 2, 3}, {4, 5, 6}});
  const Tensor transposed = as_strided(t, {3, 2}, {1, 3});
  CHECK(transposed.array<float>()(2, 1) == 6);
  CHECK(xt::xarray<float>(transposed.array<float>())(0, 1) == 4);
  const Tensor rows = broadcast_to(tensor({1, 2}), {3, 2});
  const xt::xarray<float> expanded = rows.array<float>();
  CHECK(expanded(2, 1) == 2);
  CHECK(xt::sum(rows.array<float>())() == 9);
}

TEST_CASE("array() of bool, int64, 0-d and empty tensors") {
  CHECK(xt::any(tensor({0, 1}, {.dtype = boolean}).array<bool>()));
  CHECK(xt::sum(arange(4).array<std::int64_t>())() == 6);
  CHECK(scalar(2.5).array<float>()() == 2.5F);
  CHECK(zeros({0, 3}).array<float>().size() == 0);
}

TEST_CASE("array() of another type says which one it is") {
  CHECK_THROWS_WITH_AS(ones({2}).array<double>(),
                       "[data] the tensor is float32, not float64: read it as that type, or convert it with "
                       "to(x, float64)",
                       DtypeError);
}

TEST_CASE("mutable_array() writes, counts as a write, and is for leaves only") {
  Tensor t = zeros({2, 2});
  const auto before = t.version();
  t.mutable_array<float>() = xt::ones<float>({2, 2});
  CHECK(t.at({1, 0}) == 1);
  CHECK(t.version() == before + 1);
  Tensor x = ones({2}, {.requires_grad = true});
  Tensor y = broadcast_to(x, {3, 2});
  CHECK_THROWS_AS(y.mutable_array<float>(), GraphError);
}

TEST_CASE("gradcheck takes an array as its input") {
  const xt::xarray<double> a = {0.5, 2};
  CHECK(gradcheck([](const Tensor& x) { return broadcast_to(x, {3, 2}); }, a));
}

TEST_CASE("an array of more than eight axes is refused") {
  xt::xarray<float> a = xt::ones<float>({1, 1, 1, 1, 1, 1, 1, 1, 1});
  CHECK_THROWS_WITH_AS(Tensor{a}, "[shape] 9 axes, at most 8 are supported: merge axes with reshape",
                       ShapeError);
}
