// What the tape refuses, and what is left after an error.
#include <doctest/doctest.h>

#include <xgrad/core/backward.hpp>
#include <xgrad/core/custom_op.hpp>
#include <xgrad/core/mode.hpp>
#include <xgrad/core/sum_to.hpp>
#include <xgrad/ops/reduce.hpp>

#include "support/tape.hpp"

using namespace xg;

TEST_CASE("a write to a saved tensor is an error that names op, tensor and versions") {
  Tensor w = leaf({2});
  w.set_name("fc1.weight");
  const auto square = custom_op(
      "square", [](const Tensor& x) { return x * x; },
      [](const Tensor& g, const Tensor& x) { return g * x * 2; });
  Tensor y;
  {
    const Scope scope("encoder");
    y = square(w);
  }
  w.mutable_data<float>()[0] = 5;
  CHECK_THROWS_WITH_AS(
      y.backward(),
      "[backward] 'square' [1] in scope 'encoder' needs float32 [1] 'fc1.weight' as it was at "
      "version 0, but it was written since and is at version 1: call backward() before the "
      "write, or write to a clone",
      GraphError);
  CHECK_FALSE(w.grad().defined());
}

TEST_CASE("a write through a view of a saved tensor is found too") {
  const Tensor x = leaf({2, 3});
  const Tensor y = sum(x * x);
  Tensor view = x.detach();
  view.mutable_data<float>()[1] = 9;
  CHECK_THROWS_AS(y.backward(), GraphError);
}

TEST_CASE("what backward cannot start from is an error") {
  CHECK_THROWS_WITH_AS(
      ones({1}).backward(),
      "[backward] output 0 (float32 [1]) is not on the tape: no input asks for a gradient, or it "
      "was made under NoGrad",
      GraphError);
  const Tensor y = twice(leaf({1, 2}));
  CHECK_THROWS_WITH_AS(
      y.backward(),
      "[backward] output 0 has shape [2]: only a single number can go without a cotangent; pass "
      "one, or reduce it with sum() or mean()",
      GraphError);
  CHECK_THROWS_WITH_AS(y.backward(ones({3})),
                       "[backward] the cotangent of output 0 has shape [3], the output has shape [2]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(backward({sum(y)}, {ones({}), ones({})}), "[backward] 2 cotangents for 1 outputs",
                       GraphError);
}

TEST_CASE("nested scopes are joined, and named in errors") {
  const Tensor x = leaf({1});
  Tensor y;
  {
    const Scope encoder("encoder");
    const Scope layer("layer2");
    y = failing(x);
  }
  CHECK(y.node()->scope() == "encoder/layer2");
  CHECK(y.node()->describe() == "'failing' [1] in scope 'encoder/layer2'");
  CHECK(twice(x).node()->scope().empty());
}

TEST_CASE("an op that throws in backward leaves every gradient as it was, and other graphs can be walked") {
  const Tensor a = leaf({1}), b = leaf({2});
  twice(a).backward();
  const Tensor y = a * 3 + failing(b * 2);
  CHECK_THROWS_AS(y.backward(), ValueError);
  CHECK(a.grad().item() == 2);
  CHECK_FALSE(b.grad().defined());
  twice(a).backward();
  CHECK(a.grad().item() == 4);
}

TEST_CASE("a graph can be walked again after an error if nothing of it was let go") {
  Tensor x = leaf({1});
  bool fails = true;
  Tensor y = twice(x);
  y.register_hook([&](const Tensor& g) -> Tensor {
    if (fails) throw ValueError("not now");
    return g;
  });
  CHECK_THROWS_AS(y.backward(), ValueError);
  fails = false;
  y.backward();
  CHECK(x.grad().item() == 2);
}

TEST_CASE("the vjp of an op must return the shape of its input") {
  const Tensor x = leaf({1, 2});
  const Tensor y = record("bad", {&x}, x.detach() * 2, [](const Tensor&) { return ones({3}); });
  CHECK_THROWS_WITH_AS(
      sum(y).backward(),
      "[backward] the vjp of 'bad' [2] returned [3] for input 0 of shape [2]: sum it to that "
      "shape (sum_to)",
      GraphError);
}

TEST_CASE("only leaves can be switched to ask for a gradient, and only floating ones") {
  Tensor y = twice(leaf({1}));
  CHECK_THROWS_WITH_AS(
      y.requires_grad(false),
      "[requires_grad] the tensor was made by 'twice' [1]: only leaves can be switched; use detach()",
      GraphError);
  Tensor i = arange(3);
  CHECK_THROWS_AS(i.requires_grad(true), DtypeError);
}
