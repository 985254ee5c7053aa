#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>
#include <xgrad/core/create.hpp>
#include <xgrad/core/custom_array_op.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/verbs.hpp>
#include <xgrad/ops/ops.hpp>

using namespace xg;

namespace {

constexpr TensorOptions wide{.dtype = float64};
constexpr TensorOptions trained{.dtype = float64, .requires_grad = true};

struct Layer {
  Tensor weight, bias;
  Tensor scale = full({}, 2, wide);  // not trained
  Tensor operator()(const Tensor& x) const { return tanh(matmul(x, weight) + bias) * scale; }
};

struct Net {
  std::vector<Layer> layers;
  Tensor operator()(Tensor x) const {
    for (const Layer& layer : layers) x = layer(x);
    return x;
  }
};

Net small_net() {
  manual_seed(7);
  return {{{randn({3, 4}, trained), randn({4}, trained)}, {randn({4, 2}, trained), randn({2}, trained)}}};
}

double largest_difference(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  return a.numel() == 0 ? 0 : amax(abs(a - b)).item();
}

bool holds(const Tensor& x, std::initializer_list<NestedValues> values) {
  return largest_difference(x, tensor(values, {.dtype = x.dtype()})) == 0;
}

Tensor quartic(const Tensor& x) { return sum(x * x * x * x); }

}  // namespace

TEST_CASE("value_and_grad gives a number and a gradient of the argument's type") {
  const Tensor x = tensor({1, 2}), y = tensor({3, 5});
  const auto [value, gradient] = value_and_grad(quartic, x);
  CHECK(value.item() == 17);
  CHECK(holds(gradient, {4, 32}));

  const auto product = [](const auto& a, const auto& b) { return sum(a * b); };
  const auto [of_list, by_list] = value_and_grad(product, {x, y});
  CHECK(holds(by_list[0], {3, 5}));
  CHECK(holds(by_list[1], {1, 2}));
  const auto [of_tuple, by_tuple] = value_and_grad(product, std::tuple{x, y});
  CHECK(holds(std::get<1>(by_tuple), {1, 2}));
  const auto of_vector = [](const std::vector<Tensor>& v) { return sum(v[0] * v[1]); };
  CHECK(holds(value_and_grad(of_vector, std::vector{x, y}).second[0], {3, 5}));
  using Named = std::map<std::string, Tensor>;
  const auto of_map = [](const Named& v) { return sum(v.at("a") * v.at("b")); };
  CHECK(holds(value_and_grad(of_map, Named{{"a", x}, {"b", y}}).second["b"], {1, 2}));
  CHECK(of_list.item() == of_tuple.item());
}

TEST_CASE("the gradient of a model is a model, the same as grad() gives") {
  const Net net = small_net();
  const Tensor x = randn({5, 3}, wide);
  const auto loss = [&](const Net& n) { return mean(square(n(x))); };
  const auto [value, gradient] = value_and_grad(loss, net);
  const Net expected = grad(loss(net), net);
  CHECK(value.item() == loss(net).item());
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(largest_difference(gradient.layers[i].weight, expected.layers[i].weight) == 0);
    CHECK(largest_difference(gradient.layers[i].bias, expected.layers[i].bias) == 0);
    CHECK_FALSE(gradient.layers[i].scale.defined());
    CHECK_FALSE(net.layers[i].weight.grad().defined());
  }
}

TEST_CASE("a model and a tensor are differentiated by together") {
  const Net net = small_net();
  const Tensor x = randn({5, 3}, wide);
  const auto f = [](const Net& n, const Tensor& v) { return sum(n(v)); };
  const auto [by_net, by_x] = value_and_grad(f, std::tuple{net, x}).second;
  CHECK(by_x.shape() == x.shape());
  CHECK(by_net.layers[1].bias.shape() == Shape{2});
  CHECK(gradcheck([&](const Tensor& v) { return value_and_grad(f, std::tuple{net, v}).first; }, x));
}

TEST_CASE("a parameter that stands in two places is one, an argument that is given twice is two") {
  struct Tied {
    Tensor first = tensor({3}, trained);
    Tensor second = first;
  } tied;
  const auto gradient = value_and_grad([](const Tied& t) { return sum(t.first * t.second); }, tied).second;
  CHECK(gradient.first.item() == 6);
  CHECK(gradient.second.item() == 6);
  const Tensor x = tensor({3});
  const auto twice =
      value_and_grad([](const Tensor& a, const Tensor& b) { return sum(a * b * b); }, {x, x}).second;
  CHECK(twice[0].item() == 9);
  CHECK(twice[1].item() == 18);
}

TEST_CASE("only the argument counts, not the same tensor used beside it") {
  const Tensor x = tensor({3}, {.requires_grad = true});
  CHECK(value_and_grad([&](const Tensor& v) { return sum(v * x); }, x).second.item() == 3);
}

TEST_CASE("shared layers, integers, undefined and frozen tensors") {
  struct Shared {
    std::shared_ptr<Layer> one = std::make_shared<Layer>(Layer{eye(2, 2, trained), zeros({2}, trained)});
    std::shared_ptr<Layer> two = one;
    Tensor steps = arange(3);
    Tensor none{};
  } net;
  freeze(*net.one);
  net.one->weight.requires_grad(true);
  const Tensor x = ones({1, 2}, wide);
  const auto gradient =
      value_and_grad([&](const Shared& s) { return sum((*s.two)((*s.one)(x))); }, net).second;
  CHECK(gradient.one == gradient.two);
  CHECK(gradient.one->weight.defined());
  CHECK_FALSE(gradient.one->bias.defined());
  CHECK_FALSE(gradient.steps.defined());
}

TEST_CASE("what does not matter has derivative zero") {
  const Tensor x = tensor({1, 2}), y = tensor({5, 6, 7});
  const auto first = [](const Tensor& a, const Tensor&) { return sum(a); };
  CHECK(holds(value_and_grad(first, {x, y}).second[1], {0, 0, 0}));
  const auto constant = [](const Tensor&) { return ones({}); };
  CHECK(holds(value_and_grad(constant, x).second, {0, 0}));
  CHECK(jvp(constant, x, x).second.item() == 0);
  CHECK(holds(hvp(first, {x, y}, {x, y}).second[0], {0, 0}));
  CHECK(holds(jacobian(constant, x), {0, 0}));
  CHECK(holds(hessian([](const Tensor& v) { return sum(v); }, x), {{0, 0}, {0, 0}}));
}

TEST_CASE("vjp gives a function that can be called often") {
  const Tensor a = randn({2, 3}, wide), b = randn({3, 4}, wide);
  const auto [y, pull] = vjp([](const Tensor& u, const Tensor& v) { return matmul(u, v); }, {a, b});
  CHECK(largest_difference(y, matmul(a, b)) == 0);
  for (int i = 0; i < 2; ++i) {
    const Tensor g = randn({2, 4}, wide);
    const auto [ga, gb] = pull(g);
    CHECK(largest_difference(ga, matmul(g, transpose(b, 0, 1))) < 1e-14);
    CHECK(largest_difference(gb, matmul(transpose(a, 0, 1), g)) < 1e-14);
  }
  CHECK_FALSE(y.requires_grad());
}

TEST_CASE("vjp takes cotangents of the type of the value, and passes by those that are undefined") {
  const Tensor x = tensor({1, 2});
  const auto f = [](const Tensor& v) { return std::tuple{v * 2, max(v, 0, false)}; };
  const auto pull = vjp(f, x).second;
  CHECK(holds(pull({ones({2}), {}}), {2, 2}));
  CHECK(holds(pull({Tensor(), {full({}, 10), Tensor()}}), {0, 10}));
  CHECK(holds(pull({ones({2}), {full({}, 10), Tensor()}}), {2, 12}));
}

TEST_CASE("jvp is the derivative along a direction") {
  const Tensor x = rand({3, 4}, wide) + 1, v = randn({3, 4}, wide);
  const auto check = [&](const auto& f) {
    const Tensor exact = jvp(f, x, v).second;
    constexpr double h = 1e-5;
    CHECK(largest_difference(exact, (f(x + v * h) - f(x - v * h)) / (2 * h)) < 1e-8);
  };
  check([](const Tensor& t) { return exp(sin(t)) * t; });
  check([](const Tensor& t) { return softmax(t, 1); });
  check([](const Tensor& t) { return matmul(t, transpose(t, 0, 1)); });
  check([](const Tensor& t) { return cumsum(log(t), 1); });
  check([](const Tensor& t) { return var(t, {1}); });
  check([](const Tensor& t) { return t; });
}

TEST_CASE("jvp of a model along a model") {
  const Net net = small_net();
  const Tensor x = randn({5, 3}, wide);
  const auto f = [&](const Net& n) { return n(x); };
  const Net gradient = grad(sum(f(net)), net);
  const auto [y, tangent] = jvp(f, net, gradient);
  double expected = 0;
  for (const auto& [path, g] : named_tensors(gradient))
    if (g.defined()) expected += sum(g * g).item();
  CHECK(y.shape() == tangent.shape());
  CHECK(sum(tangent).item() == doctest::Approx(expected));
}

TEST_CASE("jvp passes by infinite derivatives that a where has left out") {
  const Tensor x = tensor({0, 4}, wide);
  const auto f = [](const Tensor& t) { return where(t > 0, sqrt(t), 0); };
  CHECK(holds(jvp(f, x, ones({2}, wide)).second, {0, 0.25}));
  CHECK(std::isinf(jvp([](const Tensor& t) { return sqrt(t); }, x, ones({2}, wide)).second.at({0})));
}

TEST_CASE("linearize calls the function once") {
  int calls = 0;
  const Tensor x = randn({4}, wide);
  const auto f = [&](const Tensor& t) {
    ++calls;
    return std::array{sin(t), sum(t * t)};
  };
  const auto [value, push] = linearize(f, x);
  for (int i = 0; i < 3; ++i) {
    const Tensor v = randn({4}, wide);
    const auto [a, b] = push(v);
    CHECK(largest_difference(a, cos(x) * v) < 1e-15);
    CHECK(b.item() == doctest::Approx(2 * sum(x * v).item()));
  }
  CHECK(calls == 1);
  CHECK_FALSE(value[0].requires_grad());
}

TEST_CASE("functions may return structs") {
  struct Moments {
    Tensor first, second;
  };
  const Tensor x = tensor({1, 3}, wide), v = tensor({1, 2}, wide);
  const auto f = [](const Tensor& t) { return Moments{mean(t), mean(t * t)}; };
  const auto [moments, push] = linearize(f, x);
  CHECK(moments.second.item() == 5);
  CHECK(push(v).first.item() == 1.5);
  CHECK(push(v).second.item() == 7);
  CHECK(holds(vjp(f, x).second({Tensor(), scalar(1, wide)}), {1, 3}));
}

TEST_CASE("hvp is the hessian times a vector") {
  const Tensor x = randn({2, 3}, wide), v = randn({2, 3}, wide);
  const auto f = [](const Tensor& t) { return sum(exp(matmul(t, transpose(t, 0, 1)) * 0.3)); };
  const auto [value, product] = hvp(f, x, v);
  const Tensor h = reshape(hessian(f, x), {6, 6});
  CHECK(value.item() == f(x).item());
  CHECK(largest_difference(reshape(product, {6}), matmul(h, reshape(v, {6}))) < 1e-12);
  CHECK(largest_difference(h, transpose(h, 0, 1)) < 1e-12);
}

TEST_CASE("verbs nest: third derivatives in three ways") {
  const Tensor x = tensor({1, 2}, wide), v = tensor({1, 10}, wide);
  const auto gradient = [](const Tensor& t) { return value_and_grad(quartic, t).second; };
  const auto second = [&](const Tensor& t) { return jacobian(gradient, t); };
  const Tensor third = jacobian(second, x);
  CHECK(third.at({0, 0, 0}) == 24);
  CHECK(third.at({1, 1, 1}) == 48);
  CHECK(third.at({1, 0, 1}) == 0);
  const auto hessian_of = [](const Tensor& t) { return hessian(quartic, t); };
  CHECK(largest_difference(jacobian(hessian_of, x), third) == 0);
  // d/dx of (d/dv of (J v)): forward over forward over reverse.
  const auto along_v = [&](const Tensor& t) { return jvp(gradient, t, v).second; };
  CHECK(holds(jvp(along_v, x, v).second, {24, 4800}));
  const auto pulled = [&](const Tensor& t) { return vjp(along_v, t).second(v); };
  CHECK(holds(pulled(x), {24, 4800}));
  CHECK(holds(jacobian(pulled, x), {{24, 0}, {0, 2400}}));
  CHECK(holds(hvp([&](const Tensor& t) { return sum(along_v(t)); }, x, v).second, {24, 2400}));
}

TEST_CASE("verbs can be checked by differences, in every argument") {
  const Tensor x = randn({3}, wide), v = randn({3}, wide), g = randn({3}, wide);
  const auto f = [](const Tensor& t) { return exp(t) * sum(sin(t)); };
  CHECK(gradcheck([&](const Tensor& t, const Tensor& u) { return jvp(f, t, u).second; }, {x, v}));
  CHECK(gradcheck([&](const Tensor& t, const Tensor& u) { return vjp(f, t).second(u); }, {x, g}));
  CHECK(gradcheck([&](const Tensor& t, const Tensor& u) { return linearize(f, t).second(u); }, {x, v}));
  CHECK(gradcheck([&](const Tensor& t) { return jacobian(f, t); }, x));
  const auto loss = [&](const Tensor& t) { return sum(f(t)); };
  CHECK(gradcheck([&](const Tensor& t, const Tensor& u) { return hvp(loss, t, u).second; }, {x, v}));
  CHECK(gradcheck([&](const Tensor& t) { return hessian(loss, t); }, x));
}

TEST_CASE("results are off the tape unless create_graph asks for them") {
  const Tensor x = tensor({2}, {.requires_grad = true});
  CHECK_FALSE(value_and_grad(quartic, x).second.requires_grad());
  CHECK_FALSE(jvp([](const Tensor& t) { return t; }, x, x).second.requires_grad());
  CHECK_FALSE(vjp([](const Tensor& t) { return t; }, x).second(x).requires_grad());
  CHECK_FALSE(jacobian(quartic, x).requires_grad());
  const auto [value, gradient] = value_and_grad(quartic, x, {.create_graph = true});
  CHECK(grad(sum(gradient) + value, x).item() == 48 + 32);
  const Tensor curvature = hvp(quartic, x, ones({1}), {.create_graph = true}).second;
  CHECK(grad(curvature, x).item() == 48);
}

TEST_CASE("verbs work under NoGrad, and leave the mode as it was") {
  const Tensor x = tensor({2}, {.requires_grad = true});
  const NoGrad guard;
  CHECK(value_and_grad(quartic, x).second.item() == 32);
  const auto constant = [](const Tensor& t) {
    const NoGrad inner;
    return value_and_grad(quartic, t).second;
  };
  CHECK(jacobian(constant, x).at({0, 0}) == 0);
  CHECK_THROWS(value_and_grad([](const Tensor&) -> Tensor { throw ValueError("stop"); }, x));
  CHECK_FALSE(mode().recording);
  CHECK_FALSE(mode().differentiating);
}

TEST_CASE("wrong calls of verbs") {
  const Tensor x = tensor({1, 2}), y = tensor({1, 2, 3});
  const auto square_of = [](const Tensor& t) { return t * t; };
  const auto product = [](const Tensor& a, const Tensor& b) { return std::tuple{a * 2, b * 2}; };
  CHECK_THROWS_WITH_AS(
      value_and_grad(square_of, x),
      "[value_and_grad] the function returned float32 [2]: reduce it to a single number with "
      "sum() or mean(), or take vjp() or jacobian()",
      ShapeError);
  CHECK_THROWS_WITH_AS(hessian(square_of, x),
                       "[hessian] the function returned float32 [2]: reduce it to a single number with sum() "
                       "or mean(), or take vjp() or jacobian()",
                       ShapeError);
  CHECK_THROWS_WITH_AS(jvp(square_of, x, y),
                       "[jvp] the tangent is float32 [3], the input float32 [2]: give both the same shape",
                       ShapeError);
  CHECK_THROWS_WITH_AS(hvp([](const Tensor& t) { return sum(t); }, x, y),
                       "[hvp] the tangent is float32 [3], the input float32 [2]: give both the same shape",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      jvp(product, {x, y}, {x, x}),
      "[jvp] the tangent of '1' is float32 [2], the input float32 [3]: give both the same shape", ShapeError);
  CHECK_THROWS_WITH_AS(
      linearize(square_of, x).second(y),
      "[linearize] the tangent is float32 [3], the input float32 [2]: give both the same shape", ShapeError);
  CHECK_THROWS_WITH_AS(vjp(square_of, x).second(y),
                       "[vjp] the cotangent is float32 [3], the value float32 [2]: give both the same shape",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      vjp(product, {x, y}).second({x, x}),
      "[vjp] the cotangent of '1' is float32 [2], the value float32 [3]: give both the same shape",
      ShapeError);
  const auto total = [](const std::vector<Tensor>& v) { return sum(v[0]); };
  CHECK_THROWS_WITH_AS(jvp(total, std::vector{x, y}, std::vector{x}),
                       "[jvp] the tangent has 1 tensors, the input 2: both must have the same structure",
                       StructureError);
  using Named = std::map<std::string, Tensor>;
  const auto of_map = [](const Named& v) { return sum(v.at("a")); };
  CHECK_THROWS_WITH_AS(jvp(of_map, Named{{"a", x}}, Named{{"b", x}}),
                       "[jvp] the tangent has no 'a': both must have the same structure", StructureError);
}

TEST_CASE("jvp of an op whose vjp cannot be recorded is an error, not a wrong number") {
  const auto cube = custom_array_op(
      "cube", [](const auto& x) { return x * x * x; },
      [](const auto& g, const auto& x, const auto&) { return g * 3 * x * x; });
  const Tensor x = tensor({1, 2}, wide);
  CHECK_THROWS_AS(jvp(cube, x, x), GraphError);
}
