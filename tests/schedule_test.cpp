#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>
#include <xgrad/core/error.hpp>
#include <xgrad/optim/schedule.hpp>

namespace {

using xg::optim::Schedule;
using Figures = std::vector<std::pair<std::int64_t, double>>;  // step, learning rate / base

void check_figures(const Schedule& schedule, const Figures& expected) {
  for (const auto& figure : expected) {
    CAPTURE(figure.first);
    CHECK(schedule(figure.first) == doctest::Approx(figure.second).epsilon(1e-12));
  }
}

}  // namespace

namespace optim = xg::optim;

TEST_CASE("a constant schedule gives the same factor at every step") {
  check_figures(optim::constant(), {{0, 1}, {1000, 1}});
  check_figures(optim::constant(0.25), {{0, 0.25}, {1000, 0.25}});
}

TEST_CASE("step_decay follows PyTorch's StepLR") {
  check_figures(optim::step_decay(7, 0.5),
                {{0, 1}, {6, 1}, {7, 0.5}, {13, 0.5}, {20, 0.25}, {50, 0.0078125}});
}

TEST_CASE("multi_step_decay follows PyTorch's MultiStepLR, in any order of the milestones") {
  check_figures(optim::multi_step_decay({5, 20, 33}, 0.5),
                {{4, 1}, {5, 0.5}, {19, 0.5}, {20, 0.25}, {34, 0.125}});
  check_figures(optim::multi_step_decay({33, 5, 20}, 0.5),
                {{4, 1}, {5, 0.5}, {19, 0.5}, {20, 0.25}, {34, 0.125}});
}

TEST_CASE("exponential_decay follows PyTorch's ExponentialLR") {
  check_figures(
      optim::exponential_decay(0.99),
      {{0, 1}, {1, 0.99}, {5, 0.9509900498999999}, {20, 0.8179069375972305}, {50, 0.6050060671375364}});
}

TEST_CASE("linear follows PyTorch's LinearLR and stays at its end") {
  check_figures(optim::linear(20, 0.1, 0.8), {{0, 0.1}, {1, 0.135}, {13, 0.555}, {20, 0.8}, {50, 0.8}});
  check_figures(optim::linear(5), {{0, 1.0 / 3}, {5, 1}, {6, 1}});
}

TEST_CASE("polynomial follows PyTorch's PolynomialLR and stays at 0") {
  check_figures(optim::polynomial(40, 2),
                {{0, 1}, {1, 0.950625}, {20, 0.25}, {34, 0.0225}, {40, 0}, {50, 0}});
}

TEST_CASE("cosine follows PyTorch's CosineAnnealingLR, which rises again after its total") {
  const Schedule s = optim::cosine(7);
  check_figures(
      s, {{0, 1}, {1, 0.9504844339512095}, {5, 0.18825509907063326}, {13, 0.9504844339512099}, {14, 1}});
  CHECK(std::abs(s(7)) < 1e-15);
  check_figures(optim::cosine(7, 0.1), {{0, 1}, {7, 0.1}, {1, 0.1 + 0.9 * 0.9504844339512095}});
}

TEST_CASE("cosine_restarts follows PyTorch's CosineAnnealingWarmRestarts") {
  check_figures(optim::cosine_restarts(10), {{0, 1},
                                             {1, 0.9755282581475768},
                                             {7, 0.2061073738537635},
                                             {10, 1},
                                             {13, 0.7938926261462366},
                                             {34, 0.6545084971874737},
                                             {50, 1}});
}

TEST_CASE("cosine_restarts stretches its periods") {
  // periods 10, 20 and 40 begin at 0, 10 and 30; their middles are at 5, 20 and 50
  check_figures(optim::cosine_restarts(10, 2),
                {{0, 1}, {5, 0.5}, {10, 1}, {20, 0.5}, {30, 1}, {50, 0.5}, {70, 1}});
}

TEST_CASE("sequence runs the second schedule from its own step 0") {
  // PyTorch's SequentialLR of ConstantLR(0.1) and ExponentialLR(0.9) with the milestone 5
  check_figures(optim::sequence(optim::constant(0.1), 5, optim::exponential_decay(0.9)),
                {{0, 0.1}, {4, 0.1}, {5, 1}, {6, 0.9}, {20, 0.20589113209464913}});
}

TEST_CASE("multiplicative follows PyTorch's MultiplicativeLR") {
  const Schedule s =
      optim::multiplicative([](std::int64_t t) { return 1 / (1 + 0.1 * static_cast<double>(t)); });
  check_figures(s, {{0, 1.0},
                    {1, 0.9090909090909091},
                    {2, 0.7575757575757576},
                    {10, 0.01491552059147518},
                    {20, 1.368053110744715e-06}});
}

TEST_CASE("one_cycle follows PyTorch's OneCycleLR: lines") {
  const optim::OneCycleOptions lines{.pct_start = 0.2, .anneal_strategy = optim::Anneal::linear};
  check_figures(optim::one_cycle(60, lines), {{0, 0.04},
                                              {1, 0.12727272727272726},
                                              {11, 1.0},
                                              {12, 0.97916675},
                                              {30, 0.6041682500000001},
                                              {50, 0.18750325}});
  optim::OneCycleOptions momentum = lines;
  momentum.start = momentum.end = 0.95;
  momentum.peak = 0.85;
  check_figures(optim::one_cycle(60, momentum), {{0, 0.95},
                                                 {1, 0.9409090909090909},
                                                 {11, 0.85},
                                                 {12, 0.8520833333333333},
                                                 {30, 0.8895833333333333},
                                                 {50, 0.9312499999999999}});
}

TEST_CASE("one_cycle follows PyTorch's OneCycleLR: three phases of cosines") {
  const Schedule s = optim::one_cycle(51, {.start = 0.1, .end = 0.001, .three_phase = true});
  check_figures(s, {{0, 0.09999999999999998},
                    {1, 0.11081590179969503},
                    {14, 0.9990229979278566},
                    {15, 0.9946893192785567},
                    {20, 0.6909367529211303},
                    {29, 0.09991468162275328},
                    {40, 0.04542221038451663},
                    {50, 0.001}});
}

TEST_CASE("one_cycle stays at its end") {
  check_figures(optim::one_cycle(10, {.end = 0.25}), {{9, 0.25}, {10, 0.25}, {1000, 0.25}});
  check_figures(optim::one_cycle(1, {.end = 0.25}), {{0, 0.25}});
}

TEST_CASE("cyclic follows PyTorch's CyclicLR: triangles") {
  check_figures(
      optim::cyclic(0.01, 0.1, {.step_size_up = 8}),
      {{0, 0.01}, {1, 0.02125}, {8, 0.1}, {9, 0.08875000000000001}, {16, 0.01}, {17, 0.02125}, {50, 0.0325}});
  check_figures(optim::cyclic(0.9, 0.8, {.step_size_up = 8}), {{0, 0.9},
                                                               {1, 0.8875000000000001},
                                                               {8, 0.8},
                                                               {9, 0.8125},
                                                               {16, 0.9},
                                                               {17, 0.8875000000000001},
                                                               {50, 0.875}});
}

TEST_CASE("cyclic follows PyTorch's CyclicLR: triangles of half the height each time, steeper upwards") {
  const Schedule s = optim::cyclic(
      0.01, 0.1, {.step_size_up = 5, .step_size_down = 10, .mode = optim::CyclicMode::triangular2});
  check_figures(s, {{0, 0.01},
                    {1, 0.027999999999999997},
                    {5, 0.09999999999999999},
                    {6, 0.09100000000000001},
                    {15, 0.01},
                    {20, 0.054999999999999966},
                    {25, 0.03249999999999998},
                    {35, 0.032499999999999994},
                    {50, 0.02124999999999999}});
}

TEST_CASE("cyclic may shrink its triangles with each step") {
  check_figures(optim::cyclic(1, 3, {.step_size_up = 2, .mode = optim::CyclicMode::exp_range, .gamma = 0.5}),
                {{0, 1}, {1, 1.5}, {2, 1.5}, {3, 1.125}, {4, 1}, {6, 1 + 2.0 / 64}});
}

TEST_CASE("inverse_sqrt rises to 1 and falls with the root of the steps") {
  check_figures(optim::inverse_sqrt(4), {{0, 0.25}, {3, 1}, {15, 0.5}, {63, 0.25}});
}

TEST_CASE("warm_up rises evenly from above 0 to where the next schedule begins") {
  const Schedule s = optim::warm_up(4, optim::cosine(10));
  check_figures(s, {{0, 0.2}, {1, 0.4}, {3, 0.8}, {4, 1}, {9, 0.5}});
  check_figures(optim::warm_up(0, optim::constant(0.5)), {{0, 0.5}});
}

TEST_CASE("schedules multiply") {
  // PyTorch's ChainedScheduler of ConstantLR(0.1, 2) and ExponentialLR(0.9)
  const Schedule s =
      optim::sequence(optim::constant(0.1), 2, optim::constant()) * optim::exponential_decay(0.9);
  check_figures(s, {{0, 0.1}, {1, 0.09}, {5, 0.59049}, {20, 0.12157665459056939}});
}

TEST_CASE("any function of the step is a schedule") {
  const Schedule s = [](std::int64_t t) { return 1 / (1 + 0.1 * static_cast<double>(t)); };
  Schedule copy = s;
  check_figures(copy, {{0, 1}, {10, 0.5}});
}

TEST_CASE("a schedule that makes no sense is refused") {
  CHECK_THROWS_WITH_AS(optim::step_decay(0), "[step_decay] step_size 0: expected at least 1", xg::ValueError);
  CHECK_THROWS_WITH_AS(optim::linear(0), "[linear] total 0: expected at least 1", xg::ValueError);
  CHECK_THROWS_WITH_AS(optim::polynomial(0), "[polynomial] total 0: expected at least 1", xg::ValueError);
  CHECK_THROWS_WITH_AS(optim::cosine(0), "[cosine] total 0: expected at least 1", xg::ValueError);
  CHECK_THROWS_WITH_AS(optim::cosine_restarts(0), "[cosine_restarts] period 0: expected at least 1",
                       xg::ValueError);
  CHECK_THROWS_WITH_AS(optim::warm_up(-1, optim::constant()), "[warm_up] steps -1: expected at least 0",
                       xg::ValueError);
  CHECK_THROWS_WITH_AS(optim::inverse_sqrt(0), "[inverse_sqrt] steps 0: expected at least 1", xg::ValueError);
  CHECK_THROWS_WITH_AS(optim::one_cycle(0), "[one_cycle] total 0: expected at least 1", xg::ValueError);
  CHECK_THROWS_WITH_AS(optim::one_cycle(5, {.pct_start = 2}), "[one_cycle] pct_start 2: expected 0 to 1",
                       xg::ValueError);
  CHECK_THROWS_WITH_AS(optim::cyclic(0, 1, {.step_size_up = 0}),
                       "[cyclic] step_size_up 0: expected at least 1", xg::ValueError);
  CHECK_THROWS_WITH_AS(optim::cyclic(0, 1, {.step_size_down = -1}),
                       "[cyclic] step_size_down -1: expected at least 0", xg::ValueError);
  CHECK_THROWS_WITH_AS(optim::constant()(-1), "[schedule] step -1: steps count from 0", xg::ValueError);
}
