#include <doctest/doctest.h>

#include <cmath>
#include <xgrad/core/create.hpp>
#include <xgrad/optim/optim.hpp>

#include "support/trajectory.hpp"

using namespace xg;
using namespace xg::test;

namespace {

Values rosenbrock_gradient(const Values& p) {
  const double valley = p[1] - p[0] * p[0];
  return {-2 * (1 - p[0]) - 400 * p[0] * valley, 200 * valley};
}

/// How far from the lowest point of Rosenbrock's valley some steps from (-1, 1.5) lead.
template <class Optimizer> double distance_after(int steps, decltype(Optimizer::options) options) {
  Tensor p = parameter({-1, 1.5});
  Optimizer optimizer(p, options);
  for (int t = 0; t < steps; ++t) {
    p.set_grad(like(p, rosenbrock_gradient(values_of(p))));
    optimizer.step();
  }
  return std::hypot(p.at({0}) - 1, p.at({1}) - 1);
}

}  // namespace

TEST_CASE("optimizers find the bottom of Rosenbrock's valley") {
  using namespace xg::optim;
  CHECK(distance_after<Adam>(6000, {.lr = 0.05, .amsgrad = true}) < 2e-2);
  CHECK(distance_after<NAdam>(10000, {.lr = 0.02}) < 2e-2);
  CHECK(distance_after<RAdam>(20000, {.lr = 1e-3}) < 2e-2);
  CHECK(distance_after<Adamax>(6000, {.lr = 0.02}) < 2e-2);
  CHECK(distance_after<AdaBelief>(6000, {.lr = 0.02}) < 2e-2);
  CHECK(distance_after<Adagrad>(20000, {.lr = 0.5}) < 2e-2);
  CHECK(distance_after<Rprop>(6000, {.lr = 1e-3}) < 2e-2);
  CHECK(distance_after<ASGD>(20000, {.lr = 1e-3, .lambd = 0}) < 2e-2);
  CHECK(distance_after<Lion>(6000, {.lr = 1e-3}) < 2e-2);
  CHECK(distance_after<LARS>(10000, {.lr = 0.1, .trust_coefficient = 1e-2}) < 2e-2);
  CHECK(distance_after<LAMB>(30000, {.lr = 2e-3}) < 2e-2);
  CHECK(distance_after<Adafactor>(20000, {.lr = 1e-2}) < 2e-2);
  CHECK(distance_after<ScheduleFreeAdamW>(60000, {.lr = 0.02}) < 2e-2);
}

TEST_CASE("Adadelta goes down a bowl and stays near its bottom") {
  Tensor p = parameter({3, -2});
  optim::Adadelta adadelta(p);
  for (int t = 0; t < 5000; ++t) {
    const Values x = values_of(p);
    p.set_grad(like(p, {x[0], 10 * x[1]}));
    adadelta.step();
  }
  CHECK(std::hypot(p.at({0}), p.at({1})) < 5e-2);
}
