#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/lr_range.hpp>
#include <xgrad/optim/sgd.hpp>

#include "support/trajectory.hpp"

using namespace xg;
using namespace xg::test;
using optim::lr_range_test;

namespace {

/// A bowl whose steepest direction bears rates up to 2 / 10.
struct Bowl {
  Tensor x = parameter({1, 1});
  Tensor operator()() const { return 0.5 * sum(tensor({1, 10}, {.dtype = float64}) * square(x)); }
};

}  // namespace

TEST_CASE("a range test sees the loss fall and then explode, and stops there") {
  const Bowl bowl;
  optim::SGD sgd(bowl);
  const optim::LrRange range = lr_range_test(sgd, bowl, {.start_lr = 1e-4, .end_lr = 100});
  CHECK(range.rates.front() == 1e-4);
  CHECK(range.rates[1] / range.rates[0] == doctest::Approx(std::pow(1e6, 1.0 / 99)));
  CHECK(range.losses.front() == 5.5);
  CHECK(range.losses.size() == range.rates.size());
  CHECK(range.smoothed.size() == range.rates.size());
  CHECK(range.rates.back() < 5);
  CHECK(range.suggestion() > 1e-3);
  CHECK(range.suggestion() < 0.2);
}

TEST_CASE("a range test leaves weights, state and rate as they were") {
  const Bowl bowl;
  optim::Adam adam(bowl, {.lr = 0.01}, {{"x", {.lr = 0.02}}});
  bowl().backward();
  adam.step();
  const Values weights = values_of(bowl.x);
  const auto before = adam.state();
  lr_range_test(adam, bowl, {.num_iter = 20});
  CHECK(values_of(bowl.x) == weights);
  CHECK_FALSE(bowl.x.grad().defined());
  CHECK(adam.lr().value() == 0.01);
  CHECK(adam.groups[0].options.lr.value() == 0.02);
  const auto after = adam.state();
  CHECK(values_of(after.at("exp_avg.x")) == values_of(before.at("exp_avg.x")));
  CHECK(after.at("step.x").item() == 1);
}

TEST_CASE("a range test puts everything back if the loss throws") {
  const Bowl bowl;
  optim::SGD sgd(bowl, {.lr = 0.01});
  int calls = 0;
  const auto failing = [&]() -> Tensor {
    if (++calls == 3) throw ValueError("no more data");
    return bowl();
  };
  CHECK_THROWS_WITH_AS(lr_range_test(sgd, failing), "no more data", ValueError);
  check_close(bowl.x, {1, 1});
  CHECK(sgd.lr().value() == 0.01);
}

TEST_CASE("a range test takes losses below zero") {
  const Bowl bowl;
  optim::SGD sgd(bowl);
  const auto loss = [&] { return bowl() - 100; };
  CHECK(lr_range_test(sgd, loss, {.end_lr = 0.1, .num_iter = 20}).losses.size() == 20);
}

TEST_CASE("a range test ends at a loss that is not finite") {
  const Bowl bowl;
  optim::SGD sgd(bowl);
  int calls = 0;
  const auto loss = [&] { return ++calls == 5 ? bowl() * NAN : bowl(); };
  CHECK(lr_range_test(sgd, loss).losses.size() == 4);
}

TEST_CASE("a range test is drawn over a logarithmic axis") {
  const Bowl bowl;
  optim::SGD sgd(bowl);
  const std::string chart = lr_range_test(sgd, bowl, {.num_iter = 20}).chart();
  CHECK(chart.starts_with("<svg"));
  CHECK(chart.find("learning rate") != chart.npos);
  CHECK(chart.find("smoothed") != chart.npos);
}

TEST_CASE("a range test says if it has nothing to suggest, and refuses options that make no sense") {
  const Bowl bowl;
  optim::SGD sgd(bowl);
  optim::SGD still(bowl, {.lr = 0}, {{"x", {.lr = 1}}});
  CHECK_THROWS_AS(lr_range_test(still, bowl), ValueError);
  const optim::LrRange flat{{0.1, 1, 10}, {1, 1, 1}, {1, 1, 1}};
  CHECK_THROWS_WITH_AS(
      flat.suggestion(),
      "[lr_range_test] the loss falls nowhere between rates of 0.1 and 10: try other rates or more "
      "steps",
      ValueError);
  CHECK_THROWS_WITH_AS(lr_range_test(sgd, bowl, {.start_lr = 0}),
                       "[lr_range_test] start_lr 0: expected more than 0", ValueError);
  CHECK_THROWS_WITH_AS(lr_range_test(sgd, bowl, {.num_iter = 0}),
                       "[lr_range_test] num_iter 0: expected more than 0", ValueError);
  CHECK_THROWS_WITH_AS(lr_range_test(sgd, bowl, {.diverge_th = 1}),
                       "[lr_range_test] diverge_th 1: expected more than 1", ValueError);
  CHECK_THROWS_WITH_AS(lr_range_test(sgd, bowl, {.smoothing = 1}),
                       "[lr_range_test] smoothing 1: expected at least 0 and less than 1", ValueError);
  CHECK_THROWS_WITH_AS(lr_range_test(sgd, bowl, {.start_lr = 1, .end_lr = 0.5}),
                       "[lr_range_test] rates 1 to 0.5: expected start_lr < end_lr", ValueError);
}
