#include <doctest/doctest.h>

#include <cmath>
#include <xgrad/core/backward.hpp>
#include <xgrad/ops/math.hpp>

#include "support/tape.hpp"

using namespace xg;

TEST_CASE("grad gives gradients of leaves and inner tensors and touches no .grad") {
  const Tensor x = leaf({2}), y = leaf({5});
  const Tensor inner = x * y;
  const Tensor out = inner * inner;
  const auto g = grad({out}, {x, inner, y, out}, {.retain_graph = true});
  CHECK(g[0].item() == 2 * 10 * 5);
  CHECK(g[1].item() == 20);
  CHECK(g[2].item() == 2 * 10 * 2);
  CHECK(g[3].item() == 1);
  CHECK_FALSE(x.grad().defined());
  CHECK(grad(out, x).item() == 100);
}

TEST_CASE("grad walks only what leads to its inputs") {
  const Tensor x = leaf({2}), y = leaf({5});
  CHECK(grad(x * 3 + failing(y), x).item() == 3);
}

TEST_CASE("an input that no output depends on is an error, unless it may be unused") {
  const Tensor x = leaf({2}), other = leaf({5, 6});
  CHECK_THROWS_WITH_AS(
      grad({twice(x)}, {x, other}),
      "[grad] no output depends on input 1 (float32 [2]): check that it is the tensor that was "
      "used, or pass {.allow_unused = true}",
      GraphError);
  const auto g = grad({twice(x)}, {x, other}, {.allow_unused = true});
  CHECK(g[0].item() == 2);
  CHECK_FALSE(g[1].defined());
}

TEST_CASE("gradients of gradients have any order") {
  const Tensor x = leaf({2}, float64);
  Tensor y = x * x * x * x * x;
  const double expected[] = {5 * 16, 20 * 8, 60 * 4, 120 * 2, 120};
  for (double e : expected) {
    y = grad(y, x, {.create_graph = true});
    CHECK(y.item() == e);
  }
}

TEST_CASE("backward with create_graph leaves gradients that can be differentiated") {
  Tensor x = leaf({3}, float64);
  (x * x * x).backward({}, {.create_graph = true});
  CHECK(x.grad().requires_grad());
  CHECK(grad(x.grad(), x).item() == 18);
  x.zero_grad();
}

TEST_CASE("a saved output is part of the graph of second derivatives") {
  const Tensor x = leaf({0.5}, float64);
  const auto exponential = [](const Tensor& v) {
    Tensor y = exp(v.detach());
    SavedOutput saved(y);
    return record("exponential", {&v}, y, [saved](const Tensor& g) { return g * saved.get(); });
  };
  const Tensor first = grad(exponential(x), x, {.create_graph = true});
  CHECK(grad(first, x).item() == doctest::Approx(std::exp(0.5)));
}
