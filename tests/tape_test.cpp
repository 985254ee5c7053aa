#include <doctest/doctest.h>

#include <array>
#include <tuple>
#include <xgrad/core/backward.hpp>
#include <xgrad/core/custom_op.hpp>
#include <xgrad/core/format.hpp>
#include <xgrad/core/mode.hpp>
#include <xgrad/ops/reduce.hpp>

#include "support/tape.hpp"

using namespace xg;

TEST_CASE("backward adds gradients to the leaves") {
  const Tensor a = leaf({1, 2}), b = leaf({3, 4});
  const Tensor y = sum(a * b + a);
  y.backward();
  CHECK(y.item() == 14);
  CHECK(to_string(a.grad()) == "[4., 5.]");
  CHECK(to_string(b.grad()) == "[1., 2.]");
}

TEST_CASE("a tensor that is used in many places gets the sum of its gradients") {
  const Tensor x = leaf({3});
  const Tensor square = x * x;
  sum(square * x + square + x).backward();
  CHECK(x.grad().item() == 3 * 9 + 2 * 3 + 1);
}

TEST_CASE("gradients of several walks add up until zero_grad") {
  Tensor x = leaf({3});
  twice(x).backward();
  twice(x).backward();
  CHECK(x.grad().item() == 4);
  x.zero_grad();
  CHECK_FALSE(x.grad().defined());
  twice(x).backward();
  CHECK(x.grad().item() == 2);
}

TEST_CASE("gradients of two leaves never share memory") {
  const Tensor a = leaf({1, 2}), b = leaf({1, 2});
  sum(a + b).backward();
  Tensor ga = a.grad();
  ga.mutable_data<float>()[0] = 7;
  CHECK(b.grad().at({0}) == 1);
}

TEST_CASE("a cotangent weighs the outputs, and stays the caller's") {
  const Tensor x = leaf({1, 2});
  const Tensor g = tensor({10, 100});
  x.backward(g);
  Tensor grad_of_x = x.grad();
  grad_of_x.mutable_data<float>()[0] = 0;
  CHECK(g.at({0}) == 10);
  twice(x).backward(g);
  CHECK(x.grad().at({1}) == 300);
}

TEST_CASE("backward from several tensors walks what they share once") {
  const Tensor x = leaf({2});
  int walks = 0;
  const Tensor shared = record("counted", {&x}, x.detach() * 3, [&walks](const Tensor& g) {
    ++walks;
    return g * 3;
  });
  backward({shared * 2, shared * 5});
  CHECK(walks == 1);
  CHECK(x.grad().item() == 21);
}

TEST_CASE("a graph can be walked again only if it was retained") {
  const Tensor x = leaf({2});
  const Tensor y = twice(x);
  y.backward({}, {.retain_graph = true});
  y.backward();
  CHECK(x.grad().item() == 4);
  CHECK_THROWS_WITH_AS(y.backward(),
                       "[backward] 'twice' [1] was walked before and what it saved is gone: pass "
                       "{.retain_graph = true} to the first walk",
                       GraphError);
}

TEST_CASE("what an op saved is let go as the walk passes it") {
  bool released = false;
  float memory = 3;
  const Tensor x = leaf({2});
  Tensor y;
  {
    const Tensor lent = from_storage(
        Storage::borrow(reinterpret_cast<std::byte*>(&memory), 4, [&released] { released = true; }), float32,
        {1}, {1});
    y = x * lent;
  }
  CHECK_FALSE(released);
  y.backward();
  CHECK(released);
  CHECK(x.grad().item() == 3);
}

TEST_CASE("nothing is recorded under NoGrad, nor for leaves that do not ask") {
  const Tensor x = leaf({2});
  {
    const NoGrad guard;
    CHECK_FALSE((x * x).requires_grad());
    const GradMode again(true);
    CHECK((x * x).requires_grad());
  }
  CHECK((x * x).requires_grad());
  CHECK_FALSE(no_grad([&] { return x * x; }).requires_grad());
  CHECK_FALSE((x.detach() * 2).requires_grad());
}

TEST_CASE("detach stops gradients and shares memory") {
  const Tensor x = leaf({3});
  const Tensor d = x.detach();
  CHECK(d.data<float>() == x.data<float>());
  (x * d).backward();
  CHECK(x.grad().item() == 3);
}

TEST_CASE("an output that nobody used has cotangent zero, and integer outputs stay off the tape") {
  const Tensor x = leaf({1, 5, 3});
  const auto [values, indices] = max(x, 0, false);
  CHECK_FALSE(indices.requires_grad());
  values.backward();
  CHECK(to_string(x.grad()) == "[0., 1., 0.]");
  const Tensor y = leaf({2});
  const auto both = record("both", {&y}, std::array{y.detach() * 2, y.detach() * 3},
                           [](std::span<const Tensor> g, Wanted) { return g[0] * 2 + g[1] * 3; });
  both[1].backward();
  CHECK(y.grad().item() == 3);
}

TEST_CASE("an undefined gradient from a vjp means zero") {
  const Tensor a = leaf({1}), b = leaf({2});
  const auto first = custom_op(
      "first", [](const Tensor& x, const Tensor&) { return x * 1; },
      [](const Tensor& g, const Tensor&, const Tensor&) {
        return std::tuple{g, Tensor()};
      });
  first(a, b).backward();
  CHECK(a.grad().item() == 1);
  CHECK_FALSE(b.grad().defined());
}

TEST_CASE("a leaf's gradient has the leaf's dtype") {
  const Tensor a = leaf({1, 2}), b = leaf({3, 4}, float64);
  sum(a * b).backward();
  CHECK(a.grad().dtype() == float32);
  CHECK(b.grad().dtype() == float64);
}

TEST_CASE("an op that returns its input unchanged does not turn the leaf into a result") {
  const Tensor x = leaf({1});
  const Tensor y = record("same", {&x}, x, [](const Tensor& g) { return g * 7; });
  CHECK(x.is_leaf());
  y.backward();
  CHECK(x.grad().item() == 7);
}
