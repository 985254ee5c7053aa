// Tests of the random samples themselves: each property must catch what it is there for, and failing samples
// must become simple.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include <xgrad/core/create.hpp>
#include <xgrad/core/custom_op.hpp>
#include <xgrad/ops/arithmetic.hpp>

#include "random_op.hpp"

namespace xg::test {
namespace {

// A unary op at random shapes.
RandomOp at_random_shapes(std::function<Tensor(const Tensor&)> op) {
  return {"broken", [=](Choices& c) {
            const Tensor x = distinct_tensor(c, c.shape(1, 4, 1, 4));
            return Sample{.inputs = {x},
                          .run = [=](const Inputs& in) { return op(in[0]); },
                          .text = fmt::format("broken {}", to_string(x.shape()))};
          }};
}

std::string wrong_with(const RandomOp& op) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Choices choices(seed);
    if (const Finding found = check(op, choices); !found.wrong.empty()) return found.wrong;
  }
  return {};
}

const auto twice = custom_op(
    "twice", [](const Tensor& x) { return 2 * x; }, [](const Tensor& g, const Tensor&) { return 2 * g; });

TEST_CASE("a right op passes") { CHECK(wrong_with(at_random_shapes(twice)) == ""); }

TEST_CASE("a wrong vjp is found, and the sample is made as simple as it gets") {
  // Wrong from a second axis of 3 elements on.
  const auto wrong = custom_op(
      "wrong", [](const Tensor& x) { return 2 * x; },
      [](const Tensor& g, const Tensor& x) { return x.dim() >= 2 && x.size(1) >= 3 ? 3 * g : 2 * g; });
  const RandomOp op = at_random_shapes(wrong);
  int found = 0;
  for (std::uint64_t seed = 0; seed < 80; ++seed) {
    Choices choices(seed);
    if (check(op, choices).wrong.empty()) continue;
    ++found;
    const std::string text = report(op, choices.taken());
    CAPTURE(text);
    CHECK(text.starts_with("broken [1, 3]\n  gradient: gradcheck: wrong derivative"));
    const std::size_t from = text.find("'broken:") + 8;
    Choices again(from_text(text.substr(from, text.find('\'', from) - from)));
    CHECK(check(op, again).text == "broken [1, 3]");
  }
  CHECK(found > 10);
}

TEST_CASE("a value unlike the reference is found") {
  const RandomOp op{"broken", [](Choices& c) {
                      return Sample{.inputs = {distinct_tensor(c, {3})},
                                    .run = [](const Inputs& in) { return in[0] * 2; },
                                    .reference = [](const Inputs& in) { return in[0] * 2.0000001; }};
                    }};
  CHECK(wrong_with(op).starts_with("value equals the reference: element 0 is "));
}

TEST_CASE("an op that overlooks strides is found") {
  const auto copy = [](const Tensor& x) {
    Tensor y = empty(x.shape(), x.dtype());
    visit_floating("broken", x.dtype(), [&]<class T>(std::type_identity<T>) {
      std::copy_n(x.data<T>(), x.numel(), y.mutable_data<T>());
    });
    return y;
  };
  const auto op = custom_op("broken", copy, [](const Tensor& g, const Tensor&) { return g; });
  CHECK(wrong_with(at_random_shapes(op)).starts_with("other memory: element "));
}

TEST_CASE("an op that is less exact in float32 than it should be is found") {
  const auto op = [](const Tensor& x) { return x.dtype() == float32 ? x * 1.001 : x * 1; };
  CHECK(wrong_with(at_random_shapes(op)).starts_with("float32 follows float64: element "));
}

TEST_CASE("a result that should not be on the tape is found") {
  const RandomOp op{"broken", [](Choices& c) {
                      return Sample{.inputs = {distinct_tensor(c, {3})},
                                    .run = [](const Inputs& in) { return in[0] * 2; },
                                    .differentiable = false};
                    }};
  CHECK(wrong_with(op) == "stays off the tape: the result asks for a gradient");
}

TEST_CASE("a vjp that is right but has a wrong vjp itself is found") {
  const auto inner = custom_op(
      "inner", [](const Tensor& g) { return 2 * g; }, [](const Tensor& h, const Tensor&) { return 3 * h; });
  const auto op = custom_op(
      "outer", [](const Tensor& x) { return 2 * x; },
      [=](const Tensor& g, const Tensor&) { return inner(g); });
  CHECK(wrong_with(at_random_shapes(op)).starts_with("jvp and vjp: <g, J t> is "));
}

TEST_CASE("a vjp that forgets a dependence is found by the second derivative") {
  const auto op = custom_op(
      "square", [](const Tensor& x) { return x * x; },
      [](const Tensor& g, const Tensor& x) { return 2 * g * x.detach(); });
  CHECK(wrong_with(at_random_shapes(op)).starts_with("second derivative: second order: gradcheck: wrong"));
}

TEST_CASE("an op that throws is found") {
  const auto op = [](const Tensor& x) -> Tensor { throw ValueError("[broken] " + to_string(x.shape())); };
  CHECK(wrong_with(at_random_shapes(op)).starts_with("throws: [broken] ["));
}

TEST_CASE("choices repeat themselves from their list, whatever it holds") {
  Choices drawn(7);
  const Shape shape = drawn.shape(1, 4, 0, 9);
  const auto order = drawn.order(5);
  Choices again(drawn.taken());
  CHECK(again.shape(1, 4, 0, 9) == shape);
  CHECK(again.order(5) == order);
  CHECK(again.taken() == drawn.taken());
  Choices odd({99, -3});
  CHECK(odd.below(5) == 4);
  CHECK(odd.below(5) == 0);
  CHECK(odd.below(5) == 0);
  CHECK(odd.taken() == std::vector<std::int64_t>{4, 0, 0});
  CHECK(from_text(to_text({3, 0, 12})) == std::vector<std::int64_t>{3, 0, 12});
}

TEST_CASE("draws reach every value of their range") {
  Choices choices(1);
  std::array<int, 6> axes{}, sizes{};
  std::array<int, 4> ranks{};
  for (int i = 0; i < 500; ++i) {
    ++axes[static_cast<std::size_t>(choices.axis(3) + 3)];
    const Shape shape = choices.shape(0, 3, 0, 5);
    ++ranks[shape.size()];
    for (const std::int64_t size : shape) ++sizes[static_cast<std::size_t>(size)];
  }
  for (const int n : axes) CHECK(n > 20);
  for (const int n : sizes) CHECK(n > 20);
  for (const int n : ranks) CHECK(n > 20);
}

TEST_CASE("shrinking finds the smallest list that still fails") {
  // A sum over 20: one number is enough.
  const auto large_sum = [](Choices& c) {
    std::int64_t sum = 0;
    for (std::int64_t n = c.below(10); n > 0; --n) sum += c.below(100);
    return sum > 20;
  };
  CHECK(shrink({5, 7, 93, 12, 55, 4}, large_sum) == std::vector<std::int64_t>{1, 21});
  // Two equal neighbours that are not 0.
  const auto equal = [](Choices& c) {
    const std::int64_t a = c.below(50), b = c.below(50);
    return a == b && a > 0;
  };
  CHECK(shrink({1, 1}, equal) == std::vector<std::int64_t>{1, 1});
}

}  // namespace
}  // namespace xg::test
