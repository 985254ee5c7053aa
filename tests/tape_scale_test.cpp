// The tape at size and under threads: bounded stack, one visit a node, the same sums every time.
#include <doctest/doctest.h>
#include <pthread.h>

#include <cstddef>
#include <cstring>
#include <exception>
#include <functional>
#include <string>
#include <thread>
#include <vector>
#include <xgrad/core/backward.hpp>
#include <xgrad/ops/math.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/view.hpp>

#include "support/tape.hpp"

using namespace xg;

namespace {

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
