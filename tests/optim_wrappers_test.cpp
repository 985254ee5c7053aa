// What goes around an optimizer: averages of weights, Lookahead, SAM, accumulated gradients.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/view.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/average_weights.hpp>
#include <xgrad/optim/lookahead.hpp>
#include <xgrad/optim/sam.hpp>
#include <xgrad/optim/schedule_free.hpp>
#include <xgrad/optim/sgd.hpp>

#include "support/trajectory.hpp"

using namespace xg;
using namespace xg::test;

namespace {

struct Net {
  Tensor weight = parameter({4, 8});
  Tensor bias = parameter({2});
  Tensor running_mean = tensor({7}, {.dtype = float64});
};

void fill(const Tensor& p, double value) { Tensor(p).set_grad(full_like(p, value)); }

}  // namespace

TEST_CASE("stochastic weight averaging takes the mean of all weights it has seen") {
  Net net;
  optim::AveragedWeights swa{net};
  optim::SGD sgd{net, {.lr = 1}};
  for (int t = 0; t < 3; ++t) {
    fill(net.weight, 1);
    sgd.step();
    swa.update();
  }
  const auto guard = swa.use();
  check_close(net.weight, {4 - 2, 8 - 2});
}

TEST_CASE("an exponential average starts at the first weights and then follows them slowly") {
  Net net;
  optim::AveragedWeights ema{net, optim::exponential_average(0.75)};
  ema.update();
  net.weight.mutable_data<double>()[0] = 8;
  ema.update();
  const auto guard = ema.use();
  check_close(net.weight, {0.75 * 4 + 0.25 * 8, 8});
}

TEST_CASE("averages stand in for the weights as long as their guard lives") {
  Net net;
  optim::AveragedWeights swa{net};
  net.weight.mutable_data<double>()[0] = 10;
  {
    const auto guard = swa.use();
    check_close(net.weight, {4, 8});
    CHECK(net.weight.requires_grad());
    CHECK(net.running_mean.at({0}) == 7);
  }
  check_close(net.weight, {10, 8});
}

TEST_CASE("values of other shapes are refused before anything is written") {
  Net net, other;
  other.weight = parameter({1, 1});
  other.bias = parameter({1, 2, 3});
  CHECK_THROWS_AS(optim::TemporaryWeights(net, other), StructureError);
  check_close(net.weight, {4, 8});
}

TEST_CASE("averages are saved and restored") {
  Net net;
  optim::AveragedWeights first{net}, second{net};
  first.update();
  net.weight.mutable_data<double>()[0] = 10;
  first.update();
  second.load_state(first.state());
  net.weight.mutable_data<double>()[0] = 1;
  second.update();
  check_close(second.state().at("weight"), {5, 8});
  CHECK(second.state().at("updates").item<std::int64_t>() == 3);

  auto missing = first.state();
  missing.erase("bias");
  CHECK_THROWS_WITH_AS(second.load_state(missing), "[load_state] \"bias\" is missing", StructureError);
  auto reshaped = first.state();
  reshaped["bias"] = zeros({3});
  CHECK_THROWS_WITH_AS(second.load_state(reshaped),
                       "[load_state] \"bias\" is float32 [3], its parameter is float64 [1]", StructureError);
  auto uncounted = first.state();
  uncounted.erase("updates");
  CHECK_THROWS_WITH_AS(second.load_state(uncounted), "[load_state] \"updates\" is missing", StructureError);
  CHECK(second.state().at("updates").item<std::int64_t>() == 3);
}

TEST_CASE("the schedule-free average can stand in for the weights") {
  Net net;
  optim::ScheduleFreeAdamW optimizer{net, {.lr = 0.1}};
  for (int t = 0; t < 3; ++t) {
    fill(net.weight, 1);
    optimizer.step();
  }
  const Values trained = values_of(net.weight);
  {
    const optim::TemporaryWeights guard(net, optim::averaged_weights(optimizer, net));
    CHECK(net.weight.at({0}) > trained[0]);
  }
  check_close(net.weight, trained);
}

TEST_CASE("Lookahead's slow weights follow after every few steps") {
  Net net;
  optim::SGD sgd{net, {.lr = 1}};
  optim::Lookahead lookahead{sgd, {.steps = 2, .alpha = 0.25}};
  const double expected[] = {3, 3.5, 2.5, 3};
  for (const double x : expected) {
    fill(net.weight, 1);
    lookahead.step();
    CHECK(net.weight.at({0}) == x);
  }
}

TEST_CASE("Lookahead goes on where it was saved") {
  Net whole, resumed;
  optim::SGD first{whole, {.lr = 1}}, second{resumed, {.lr = 1}};
  optim::Lookahead from{first, {.steps = 2}}, to{second, {.steps = 2}};
  const auto step = [](Net& net, optim::Lookahead& lookahead) {
    fill(net.weight, 1);
    lookahead.step();
  };
  for (int t = 0; t < 3; ++t) step(whole, from);
  copy_values(whole, resumed);
  to.load_state(from.state());
  step(whole, from);
  step(resumed, to);
  check_close(resumed.weight, values_of(whole.weight));

  auto missing = from.state();
  missing.erase("slow.1");
  CHECK_THROWS_WITH_AS(to.load_state(missing), "[load_state] \"slow.1\" is missing", StructureError);
  auto reshaped = from.state();
  reshaped["slow.0"] = zeros({3});
  CHECK_THROWS_WITH_AS(to.load_state(reshaped),
                       "[load_state] \"slow.0\" is float32 [3], its parameter is float64 [2]",
                       StructureError);
}

TEST_CASE("SAM takes the gradient where the loss is higher") {
  Net net;
  optim::SGD sgd{net, {.lr = 0.1}};
  optim::SAM sam{sgd, {.rho = 0.5}};
  const auto loss = [&] { return 0.5 * (sum(square(net.weight)) + sum(square(net.bias))); };
  CHECK(sam.step(loss) == doctest::Approx(0.5 * (16 + 64 + 4)));
  const double further = 1 + 0.5 / std::sqrt(84.0);  // p + rho p / |p|
  check_close(net.weight, {4 - 0.4 * further, 8 - 0.8 * further}, 1e-9);
  check_close(net.bias, {2 - 0.2 * further}, 1e-9);
}

TEST_CASE("adaptive SAM looks further along large weights") {
  Net net;
  optim::SGD sgd{net, {.lr = 0.1}};
  optim::SAM sam{sgd, {.rho = 0.5, .adaptive = true}};
  sam.step([&] { return sum(square(net.weight)) * 0.5; });
  const double length = std::hypot(4 * 4, 8 * 8);
  check_close(net.weight, {4 - 0.1 * (4 + 0.5 * 16 * 4 / length), 8 - 0.1 * (8 + 0.5 * 64 * 8 / length)},
              1e-9);
}

TEST_CASE("SAM leaves frozen and unused parameters alone, and stays at a loss that is flat") {
  Net net;
  optim::SGD sgd{net, {.lr = 0.1}};
  optim::SAM sam{sgd};
  sam.step([&] { return sum(net.weight * 0); });
  check_close(net.weight, {4, 8});
  check_close(net.bias, {2});
}

TEST_CASE("gradients of small batches add up to that of a large one") {
  Generator random(1);
  const Tensor x = randn({12, 3}, {.dtype = float64}, random), y = randn({12, 2}, {.dtype = float64}, random);
  struct Model {
    Tensor w = zeros({2, 3}, {.dtype = float64, .requires_grad = true});
  } large, small;
  optim::Adam of_large{large, {.lr = 0.1}}, of_small{small, {.lr = 0.1}};
  for (int t = 0; t < 3; ++t) {
    of_large.zero_grad();
    mean(square(linear(x, large.w) - y)).backward();
    of_large.step();

    of_small.zero_grad();
    for (std::int64_t first = 0; first < 12; first += 4) {
      const Tensor loss = mean(square(linear(narrow(x, 0, first, 4), small.w) - narrow(y, 0, first, 4)));
      (loss / 3).backward();
    }
    of_small.step();
  }
  check_close(reshape(small.w.detach(), {-1}), values_of(reshape(large.w.detach(), {-1})));
}

TEST_CASE("wrappers refuse options that make no sense") {
  Net net;
  optim::SGD sgd{net};
  CHECK_THROWS_WITH_AS(optim::exponential_average(1),
                       "[exponential_average] decay 1: expected at least 0 and less than 1", ValueError);
  CHECK_THROWS_WITH_AS(optim::Lookahead(sgd, {.steps = 0}), "[Lookahead] steps 0: expected more than 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(optim::Lookahead(sgd, {.alpha = -1}), "[Lookahead] alpha -1: expected at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(optim::SAM(sgd, {.rho = -1}), "[SAM] rho -1: expected at least 0", ValueError);
}
