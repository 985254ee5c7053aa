#include <doctest/doctest.h>

#include <cmath>
#include <tuple>
#include <xgrad/core/create.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/core/verbs.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/ops/ops.hpp>

using namespace xg;

namespace {

constexpr TensorOptions wide{.dtype = float64};

struct Net {
  nn::Linear fc1{3, 4};
  nn::Linear fc2{4, 2};
  Tensor scale = full({}, 2, wide);  // not trained
  Tensor operator()(const Tensor& x) const { return fc2(tanh(fc1(x))) * scale; }
};

Net float64_net() {
  manual_seed(7);
  Net net;
  to(net, float64);
  return net;
}

double largest_difference(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  return amax(abs(a - b)).item();
}

}  // namespace

TEST_CASE("jacobian has the shape of the output and then that of the input") {
  const Tensor a = randn({2, 3}, wide), b = randn({3, 2}, wide);
  const Tensor by_x = jacobian([&](const Tensor& x) { return matmul(x, b); }, a);
  CHECK(by_x.shape() == Shape{2, 2, 2, 3});
  CHECK(by_x.at({1, 0, 1, 2}) == b.at({2, 0}));
  CHECK(by_x.at({1, 0, 0, 2}) == 0);
  const auto [by_a, by_b] = jacobian([](const Tensor& x, const Tensor& y) { return matmul(x, y); }, {a, b});
  CHECK(largest_difference(by_a, by_x) == 0);
  CHECK(by_b.shape() == Shape{2, 2, 3, 2});
  const auto [of_sum, of_sin] = jacobian([](const Tensor& x) { return std::tuple{sum(x), sin(x)}; }, a);
  CHECK(of_sum.shape() == a.shape());
  CHECK(of_sin.at({1, 2, 1, 2}) == doctest::Approx(std::cos(a.at({1, 2}))));
  CHECK(jacobian([](const Tensor& x) { return x * 2; }, zeros({0, 3})).shape() == Shape{0, 3, 0, 3});
}

TEST_CASE("jacobian and hessian of a model") {
  const Net net = float64_net();
  const Tensor x = randn({1, 3}, wide);
  const Net j = jacobian([&](const Net& n) { return n(x); }, net);
  CHECK(j.fc1.weight.shape() == Shape{1, 2, 4, 3});
  auto h = hessian([&](const Net& n) { return sum(square(n(x))); }, net);
  CHECK(h.size() == 4);
  const Tensor block = h["fc1.weight"]["fc2.bias"];
  CHECK(block.shape() == Shape{4, 3, 2});
  CHECK(block.at({1, 2, 1}) == doctest::Approx(h["fc2.bias"]["fc1.weight"].at({1, 1, 2})));
}

TEST_CASE("ravel makes a vector of a tree and goes back") {
  const Net net = float64_net();
  const Tensor x = randn({5, 3}, wide);
  const auto [flat, unravel] = ravel(net);
  CHECK(flat.shape() == Shape{3 * 4 + 4 + 4 * 2 + 2});
  CHECK(flat.at({12 + 3}) == net.fc1.bias.at({3}));
  const Net doubled = unravel(flat * 2);
  CHECK(largest_difference(doubled.fc2.weight, net.fc2.weight * 2) == 0);
  CHECK(doubled.scale.is_same(net.scale));

  const auto loss = [&](const Net& n) { return sum(square(n(x))); };
  const auto of_vector = [&, &unravel = unravel](const Tensor& v) { return loss(unravel(v)); };
  const Net gradient = value_and_grad(loss, net).second;
  const Tensor flat_gradient = value_and_grad(of_vector, flat).second;
  CHECK(largest_difference(slice(flat_gradient, 0, 0, 12), reshape(gradient.fc1.weight, {12})) < 1e-13);
  const Tensor h = hessian(of_vector, flat);
  CHECK(h.shape() == Shape{26, 26});
  CHECK(h.at({12, 25}) == doctest::Approx(hessian(loss, net)["fc1.bias"]["fc2.bias"].at({0, 1})));
  CHECK(gradcheck(of_vector, flat));

  const auto [mixed, back] = ravel(std::tuple{tensor({1, 2}), tensor({{3}}, wide), arange(3)});
  CHECK(mixed.dtype() == float64);
  CHECK(std::get<0>(back(mixed)).dtype() == float32);
  CHECK(std::get<1>(back(mixed)).shape() == Shape{1, 1});
  CHECK_THROWS_WITH_AS(back(zeros({4})), "[ravel] a vector of shape [4], the tree has 3 elements",
                       ShapeError);
  CHECK_THROWS_WITH_AS(ravel(std::tuple{arange(3)}), "[ravel] no floating tensor to put into a vector",
                       ValueError);
}
