#include <doctest/doctest.h>
#include <pthread.h>

#include <array>
#include <cstring>
#include <exception>
#include <functional>
#include <string>
#include <thread>
#include <tuple>
#include <vector>
#include <xgrad/core/backward.hpp>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/custom_op.hpp>
#include <xgrad/core/format.hpp>
#include <xgrad/core/mode.hpp>
#include <xgrad/core/node.hpp>
#include <xgrad/core/sum_to.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/math.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/view.hpp>

using namespace xg;

namespace {

Tensor leaf(std::initializer_list<NestedValues> values, Dtype dtype = float32) {
  return tensor(values, {.dtype = dtype, .requires_grad = true});
}

// 2x, recorded by hand.
Tensor twice(const Tensor& x) {
  return record("twice", {&x}, x.detach() * 2, [](const Tensor& g) { return g * 2; });
}

Tensor failing(const Tensor& x) {
  return record("failing", {&x}, clone(x.detach()),
                [](const Tensor&) -> Tensor { throw ValueError("[failing] this op has no derivative"); });
}

// Runs f in a thread with a small stack and hands on what it throws.
void with_small_stack(std::function<void()> f) {
  struct Call {
    std::function<void()> f;
    std::exception_ptr error;
  } call{std::move(f), nullptr};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  REQUIRE(pthread_attr_setstacksize(&attributes, std::size_t{256} << 10) == 0);
  pthread_t thread;
  const auto run = [](void* p) -> void* {
    auto* c = static_cast<Call*>(p);
    try {
      c->f();
    } catch (...) {
      c->error = std::current_exception();
    }
    return nullptr;
  };
  REQUIRE(pthread_create(&thread, &attributes, run, &call) == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  if (call.error) std::rethrow_exception(call.error);
}

}  // namespace

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

TEST_CASE("an op that returns its input unchanged does not turn the leaf into a result") {
  const Tensor x = leaf({1});
  const Tensor y = record("same", {&x}, x, [](const Tensor& g) { return g * 7; });
  CHECK(x.is_leaf());
  y.backward();
  CHECK(x.grad().item() == 7);
}

TEST_CASE("a chain of a million ops is built, walked and freed in a small stack") {
  with_small_stack([] {
    const Tensor x = leaf({1});
    Tensor y = x;
    for (int i = 0; i < 1'000'000; ++i) y = y + 1;
    y.backward();
    CHECK(x.grad().item() == 1);
  });
}

TEST_CASE("a chain of a million ops that was never walked is freed in a small stack") {
  with_small_stack([] {
    const Tensor x = leaf({1});
    Tensor y = x;
    for (int i = 0; i < 1'000'000; ++i) y = y * x;
    y = Tensor();
    CHECK(x.is_leaf());
  });
}

TEST_CASE("a hundred thousand uses of one tensor, by as many ops and by one") {
  constexpr int uses = 100'000;
  const Tensor x = leaf({1});
  const Tensor shared = twice(x);
  std::vector<Tensor> all(uses, shared);
  for (Tensor& t : all) t = t * 1;
  sum(stack(all)).backward();
  CHECK(x.grad().item() == 2 * uses);
}

TEST_CASE("a diamond of 2^30 paths is walked once a node, in a small stack") {
  with_small_stack([] {
    const Tensor x = leaf({1}, float64);
    Tensor y = x;
    for (int i = 0; i < 30; ++i) y = y + y;
    y.backward();
    CHECK(x.grad().item() == 1 << 30);
  });
}

TEST_CASE("threads walk graphs of their own that share parameters") {
  constexpr int threads = 4, rounds = 200;
  const Tensor w = leaf({1, 2, 3});
  std::vector<std::thread> pool;
  for (int t = 0; t < threads; ++t)
    pool.emplace_back([&w] {
      for (int i = 0; i < rounds; ++i) sum(w * w + w).backward();
    });
  for (std::thread& t : pool) t.join();
  CHECK(w.grad().at({2}) == threads * rounds * 7);
}

TEST_CASE("a graph that another thread is walking is refused") {
  const Tensor x = leaf({1});
  const Tensor shared = twice(x);
  Tensor user = twice(shared);
  std::string message;
  // At this point of the walk the cotangent of `shared` waits for the one that comes from `user`.
  user.register_hook([&](const Tensor&) {
    std::thread([&] {
      try {
        (shared * 3).backward();
      } catch (const GraphError& e) {
        message = e.what();
      }
    }).join();
    return Tensor();
  });
  (shared + user).backward();
  CHECK(message ==
        "[backward] 'twice' [1] is being walked by another thread: graphs that share ops must be walked one "
        "after "
        "the other");
  CHECK(x.grad().item() == 6);
}

TEST_CASE("gradients are summed in a fixed order") {
  manual_seed(5);
  const Tensor w = randn({1000}, {.requires_grad = true});
  const auto run = [&w] {
    Tensor y = w;
    for (int i = 0; i < 50; ++i) y = sin(y) + w * 0.1 + exp(w * 0.01);
    Tensor g = grad(y, w, {.cotangents = {ones({1000})}});
    return std::vector<float>(g.data<float>(), g.data<float>() + 1000);
  };
  const auto first = run();
  for (int i = 0; i < 5; ++i) {
    std::vector<float> again;
    std::thread([&] { again = run(); }).join();
    CHECK(std::memcmp(first.data(), again.data(), first.size() * sizeof(float)) == 0);
  }
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
