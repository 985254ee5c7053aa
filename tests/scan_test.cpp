#include <doctest/doctest.h>

#include <tuple>

#include <xgrad/core/backward.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/math.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/scan.hpp>

using namespace xg;

namespace {

struct Memory {
  Tensor state, count;
};

struct Reading {
  Tensor signal, gate;
};

const TensorOptions wide{.dtype = float64};

}  // namespace

TEST_CASE("scan hands the carry on and stacks what each step returns") {
  const auto [last, sums] = scan(
      [](const Tensor& sum, const Tensor& x) {
        const Tensor next = sum + x;
        return std::pair{next, next * 2};
      },
      scalar(1), tensor({{1, 10}, {2, 20}, {3, 30}}));
  REQUIRE(last.shape() == Shape{2});
  CHECK(last.at({0}) == 7);
  CHECK(last.at({1}) == 61);
  REQUIRE(sums.shape() == Shape{3, 2});
  const double expected[] = {4, 22, 8, 62, 14, 122};
  for (std::int64_t i = 0; i < 6; ++i) CHECK(sums.at({i / 2, i % 2}) == expected[i]);
}

TEST_CASE("scan in reverse starts at the last step and keeps the order of the steps") {
  const auto [last, order] = scan(
      [](const Tensor& n, const Tensor& x) {
        return std::pair{n + 1, x * 10 + n};
      },
      scalar(0), tensor({1, 2, 3}), {.reverse = true});
  CHECK(last.item() == 3);
  const double expected[] = {12, 21, 30};
  for (std::int64_t i = 0; i < 3; ++i) CHECK(order.at({i}) == expected[i]);
}

TEST_CASE("carry, inputs and outputs of a scan may be structs and tuples") {
  const Reading readings{tensor({1, 2, 4}, wide), tensor({0, 1, 1}, wide)};
  const auto [memory, out] = scan(
      [](const Memory& m, const Reading& r) {
        const Tensor state = m.state * (1 - r.gate) + r.signal * r.gate;
        return std::pair{Memory{state, m.count + r.gate},
                         std::tuple{state, Reading{r.signal, state - m.state}}};
      },
      Memory{scalar(-1, wide), scalar(0, wide)}, readings);
  CHECK(memory.state.item() == 4);
  CHECK(memory.count.item() == 2);
  const auto& [states, change] = out;
  const double expected_states[] = {-1, 2, 4}, expected_changes[] = {0, 3, 2};
  for (std::int64_t i = 0; i < 3; ++i) {
    CHECK(states.at({i}) == expected_states[i]);
    CHECK(change.gate.at({i}) == expected_changes[i]);
    CHECK(change.signal.at({i}) == readings.signal.at({i}));
  }
}

TEST_CASE("scan without inputs runs for the given number of steps") {
  const auto [power, nothing] = scan(
      [](const Tensor& p, std::tuple<>) {
        return std::pair{p * 2, std::tuple{}};
      },
      scalar(1), std::tuple{}, {.length = 5});
  CHECK(power.item() == 32);
  CHECK(std::tuple_size_v<std::remove_cvref_t<decltype(nothing)>> == 0);
}

TEST_CASE("gradients of a recurrence reach its inputs, its start and its weights, in any order") {
  Generator random(3);
  const auto last_state = [](const std::vector<Tensor>& in) {
    const Tensor& w = in[2];
    const auto [h, states] = scan(
        [&](const Tensor& h, const Tensor& x) {
          const Tensor next = tanh(matmul(h, w) + x);
          return std::pair{next, next};
        },
        in[0], in[1]);
    return sum(states * states) + sum(h);
  };
  const std::vector<Tensor> inputs{randn({2, 3}, wide, random), randn({4, 2, 3}, wide, random),
                                   randn({3, 3}, wide, random)};
  CHECK(gradcheck(last_state, inputs));
  CHECK(gradgradcheck(last_state, inputs));
}

TEST_CASE("wrong calls of scan") {
  const auto keep = [](const Tensor& c, const auto&) { return std::pair{c, c}; };
  CHECK_THROWS_WITH_AS(scan(keep, scalar(0), Reading{zeros({3}), zeros({4, 2})}),
                       "[scan] a tensor of xs has shape [4, 2]: expected 3 steps along its axis 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(scan(keep, scalar(0), zeros({3, 2}), {.length = 2}),
                       "[scan] a tensor of xs has shape [3, 2]: expected 2 steps along its axis 0",
                       ShapeError);
  CHECK_THROWS_WITH_AS(scan(keep, scalar(0), scalar(1)),
                       "[scan] a tensor of xs is 0-d: its axis 0 must hold the steps", ShapeError);
  CHECK_THROWS_WITH_AS(scan(keep, scalar(0), std::tuple{}),
                       "[scan] no steps: give xs along axis 0, or a length of 1 or more", ValueError);
  const auto growing = [](const std::vector<Tensor>& c, const Tensor& x) {
    std::vector<Tensor> more = c;
    more.push_back(x);
    return std::pair{more, more};
  };
  CHECK_THROWS_WITH_AS(scan(growing, std::vector<Tensor>{}, zeros({2})),
                       "[scan] step 1 returns 2 tensors, step 0 returns 1", StructureError);
}
