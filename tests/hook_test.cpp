#include <doctest/doctest.h>

#include <xgrad/core/backward.hpp>

#include "support/tape.hpp"

using namespace xg;

TEST_CASE("hooks of leaves see the complete gradient and may replace it") {
  Tensor x = leaf({3});
  int calls = 0;
  x.register_hook([&](const Tensor& g) {
    ++calls;
    CHECK(g.item() == 5);
    return g * 10;
  });
  (twice(x) + x * 3).backward();
  CHECK(calls == 1);
  CHECK(x.grad().item() == 50);
}

TEST_CASE("hooks of inner tensors see the complete gradient and may replace it") {
  const Tensor x = leaf({3});
  Tensor y = twice(x);
  double seen = 0;
  y.register_hook([&](const Tensor& g) {
    seen = g.item();
    return Tensor();
  });
  y.register_hook([](const Tensor& g) { return g * 100; });
  (y + y * 3).backward();
  CHECK(seen == 4);
  CHECK(x.grad().item() == 800);
}

TEST_CASE("a hook that returns another shape is an error, and no gradient is touched") {
  Tensor x = leaf({3});
  Tensor y = twice(x);
  y.register_hook([](const Tensor&) { return ones({2}); });
  CHECK_THROWS_WITH_AS(y.backward(), "[backward] a hook on 'twice' [1] returned a gradient of shape [2]",
                       GraphError);
  Tensor z = leaf({3});
  z.register_hook([](const Tensor&) { return ones({2}); });
  CHECK_THROWS_WITH_AS(twice(z).backward(),
                       "[backward] a hook on a leaf float32 [1] returned a gradient of shape [2]",
                       GraphError);
  CHECK_FALSE(z.grad().defined());
}

TEST_CASE("only tensors that get a gradient take hooks") {
  Tensor x = ones({2});
  CHECK_THROWS_WITH_AS(
      x.register_hook([](const Tensor& g) { return g; }),
      "[register_hook] the tensor float32 [2] gets no gradient: call requires_grad(true) first", GraphError);
}
