// Optimizers that look at whole tensors, or keep more than moments of the gradient.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/view.hpp>
#include <xgrad/optim/adafactor.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/layerwise.hpp>
#include <xgrad/optim/muon.hpp>
#include <xgrad/optim/schedule_free.hpp>

#include "support/recorded_run.hpp"
#include "support/trajectory.hpp"

using namespace xg;
using namespace xg::test;
using optim::Hyper;

namespace {

Values gradient_at(int t) { return {std::sin(t) + 0.3, std::cos(2.0 * t), -0.5 * t}; }

double length(const Values& x) {
  double sum = 0;
  for (const double v : x) sum += v * v;
  return std::sqrt(sum);
}

/// The parameter beside a loop of plain numbers: next(x, g, t) with t from 1.
template <class Optimizer, class Next>
void check_against_numbers(decltype(Optimizer::options) options, Next next) {
  Values x = {2, -1, 0.5};
  Tensor p = parameter(x);
  Optimizer optimizer(p, options);
  for (int t = 1; t <= 10; ++t) {
    p.set_grad(like(p, gradient_at(t)));
    optimizer.step();
    next(x, gradient_at(t), t);
    check_close(p, x);
  }
}

Tensor matrix(std::initializer_list<NestedValues> values) { return tensor(values, {.dtype = float64}); }

/// A model of matrices only.
struct Matrices {
  Tensor a = matrix({{0.5, -1, 2}, {1, 0.25, -0.5}}).requires_grad(true);
  Tensor b = matrix({{0.5, -1}, {2, 1}, {0.25, -0.75}}).requires_grad(true);
};

Tensor loss_after_muon(const Hyper& lr, const Hyper& momentum) {
  Matrices net;
  optim::Muon muon{net, {.lr = lr, .momentum = momentum}};
  const auto loss = [&] { return sum(square(tanh(matmul(net.a, net.b)) - 0.5)); };
  for (int t = 0; t < 5; ++t) net = muon.recorded_step(net, grad(loss(), net, {.create_graph = true}));
  return loss();
}

}  // namespace

TEST_CASE("LARS follows a loop of plain numbers") {
  Values b(3);
  check_against_numbers<optim::LARS>(
      {.lr = 0.5, .momentum = 0.8, .weight_decay = 0.1, .trust_coefficient = 0.1},
      [&](Values& x, Values g, int) {
        for (std::size_t i = 0; i < 3; ++i) g[i] += 0.1 * x[i];
        const double ratio = 0.1 * length(x) / length(g);
        for (std::size_t i = 0; i < 3; ++i) {
          b[i] = 0.8 * b[i] + ratio * g[i];
          x[i] -= 0.5 * b[i];
        }
      });
}

TEST_CASE("LAMB follows a loop of plain numbers") {
  Values m(3), v(3);
  check_against_numbers<optim::LAMB>({.lr = 0.1, .betas = {0.8, 0.9}, .weight_decay = 0.1},
                                     [&](Values& x, const Values& g, int t) {
                                       Values u(3);
                                       for (std::size_t i = 0; i < 3; ++i) {
                                         m[i] = 0.8 * m[i] + 0.2 * g[i];
                                         v[i] = 0.9 * v[i] + 0.1 * g[i] * g[i];
                                         const double root = std::sqrt(v[i] / (1 - std::pow(0.9, t)));
                                         u[i] = m[i] / (1 - std::pow(0.8, t)) / (root + 1e-6) + 0.1 * x[i];
                                       }
                                       const double ratio = length(x) / length(u);
                                       for (std::size_t i = 0; i < 3; ++i) x[i] -= 0.1 * ratio * u[i];
                                     });
}

TEST_CASE("Adafactor keeps a vector's whole second moment") {
  Values v(3);
  check_against_numbers<optim::Adafactor>(
      {.lr = 0.4, .d = 0.9, .weight_decay = 0.1}, [&](Values& x, const Values& g, int t) {
        const double share = std::pow(t, -0.8);
        Values u(3);
        for (std::size_t i = 0; i < 3; ++i) {
          v[i] += share * (g[i] * g[i] - v[i]);
          u[i] = g[i] / std::sqrt(v[i]);
        }
        const double clipped = std::max(1.0, length(u) / std::sqrt(3.0) / 0.9);
        const double rate = std::min(0.4, 1 / std::sqrt(t)) * std::max(1e-3, length(x) / std::sqrt(3.0));
        for (std::size_t i = 0; i < 3; ++i) x[i] = (1 - 0.4 * 0.1) * x[i] - rate / clipped * u[i];
      });
}

TEST_CASE("Adafactor divides a matrix by the product of its row and column moments") {
  Tensor p = matrix({{1, 1, 1}, {1, 1, 1}}).requires_grad(true);
  const Tensor g = matrix({{1, 2, 3}, {-4, 5, 6}});
  optim::Adafactor adafactor(p, {.lr = 0.5, .d = 100});
  p.set_grad(g);
  adafactor.step();
  const double rows[] = {14.0 / 3, 77.0 / 3}, cols[] = {17.0 / 2, 29.0 / 2, 45.0 / 2};
  const double mean_of_rows = 91.0 / 6;
  for (std::int64_t i = 0; i < 2; ++i)
    for (std::int64_t j = 0; j < 3; ++j) {
      const double v = rows[i] * cols[j] / mean_of_rows;
      CHECK(p.at({i, j}) == doctest::Approx(1 - 0.5 * g.at({i, j}) / std::sqrt(v)).epsilon(1e-12));
    }
  const auto state = adafactor.state();
  CHECK(state.at("exp_avg_sq_row").shape() == Shape{2, 1});
  CHECK(state.at("exp_avg_sq_col").shape() == Shape{1, 3});
}

TEST_CASE("states of other shapes than their parameter's are saved, restored and checked") {
  Tensor p = matrix({{1, 2, 3}, {4, 5, 6}}).requires_grad(true);
  optim::Adafactor first(p), second(p);
  p.set_grad(p.detach());
  first.step();
  auto state = first.state();
  second.load_state(state);
  CHECK(second.state().at("exp_avg_sq_row").at({1, 0}) == state.at("exp_avg_sq_row").at({1, 0}));
  state["exp_avg_sq_row"] = zeros({2, 3}, {.dtype = float64});
  CHECK_THROWS_WITH_AS(
      second.load_state(state),
      "[load_state] \"exp_avg_sq_row\" is float64 [2, 3], its parameter needs float64 [2, 1]",
      StructureError);
}

TEST_CASE("newton_schulz brings all singular values near 1 and keeps the singular vectors") {
  const Tensor x = matrix({{3, 0, 0}, {0, 0.5, 0}});
  const Tensor y = optim::newton_schulz(x);
  for (const double value : {y.at({0, 0}), y.at({1, 1})}) CHECK(std::abs(value - 1) < 0.35);
  CHECK(y.at({0, 1}) == 0);
  const Tensor tall = optim::newton_schulz(t(x));
  for (std::int64_t i = 0; i < 2; ++i) CHECK(tall.at({i, i}) == doctest::Approx(y.at({i, i})).epsilon(1e-12));
  // The classical cubic iteration converges to the nearest matrix with orthonormal rows.
  const Tensor exact = optim::newton_schulz(matrix({{1, 2}, {-3, 4}}), {1.5, -0.5, 0}, 40);
  const Tensor one = matmul(exact, t(exact));
  CHECK(one.at({0, 0}) == doctest::Approx(1).epsilon(1e-9));
  CHECK(std::abs(one.at({0, 1})) < 1e-9);
}

TEST_CASE("Muon steps against the orthogonalized momentum") {
  const Tensor g = matrix({{1, 2}, {-3, 4}, {0.5, 1}});
  Tensor p = zeros({3, 2}, {.dtype = float64, .requires_grad = true});
  optim::Muon muon(p, {.lr = 0.1, .momentum = 0.5});
  p.set_grad(g);
  muon.step();
  // The first momentum is in the gradient's direction, which is all that counts.
  const Tensor expected = -0.1 * std::sqrt(1.5) * optim::newton_schulz(g);
  for (std::int64_t i = 0; i < 3; ++i)
    for (std::int64_t j = 0; j < 2; ++j)
      CHECK(p.at({i, j}) == doctest::Approx(expected.at({i, j})).epsilon(1e-5));
  CHECK(muon.state().at("momentum_buffer").at({1, 0}) == -1.5);
}

TEST_CASE("Muon takes kernels as matrices, and steps of AdamW's size if asked to") {
  Tensor p = zeros({2, 3, 2}, {.dtype = float64, .requires_grad = true});
  Generator random(1);
  const Tensor g = randn({2, 3, 2}, {.dtype = float64}, random);
  optim::Muon muon(p, {.lr = 1, .match_rms_adamw = true});
  p.set_grad(g);
  muon.step();
  const Tensor expected = -0.2 * std::sqrt(6.0) * optim::newton_schulz(reshape(g, {2, 6}));
  CHECK(p.at({1, 2, 1}) == doctest::Approx(expected.at({1, 5})).epsilon(1e-5));
}

TEST_CASE("Muon refuses vectors before anything is changed") {
  Matrices net;
  const std::vector<Tensor> all = {net.a, zeros({10}, {.requires_grad = true})};
  optim::Muon muon(all);
  for (const Tensor& p : all) Tensor(p).set_grad(ones_like(p));
  CHECK_THROWS_WITH_AS(
      muon.step(),
      "[Muon] the parameter is float32 [10]: it has no rows and columns; give vectors and scalars "
      "to another optimizer, e.g. AdamW",
      ShapeError);
  CHECK(net.a.at({0, 0}) == 0.5);
  CHECK(muon.state().empty());
}

TEST_CASE("schedule-free AdamW follows a loop of plain numbers") {
  Values z = {2, -1, 0.5}, v(3);
  double squares = 0;
  check_against_numbers<optim::ScheduleFreeAdamW>(
      {.lr = 0.1, .betas = {0.8, 0.9}, .weight_decay = 0.1, .warmup_steps = 4},
      [&](Values& y, const Values& g, int t) {
        const double rate = 0.1 * std::min(1.0, t / 4.0);
        squares += rate * rate;
        const double c = rate * rate / squares;
        for (std::size_t i = 0; i < 3; ++i) {
          v[i] = 0.9 * v[i] + 0.1 * g[i] * g[i];
          const double d = g[i] / (std::sqrt(v[i] / (1 - std::pow(0.9, t))) + 1e-8) + 0.1 * y[i];
          y[i] = (1 - c) * y[i] + c * z[i] - rate * (1 - 0.8 * (1 - c)) * d;
          z[i] -= rate * d;
        }
      });
}

TEST_CASE("the schedule-free average is that of the fast iterates, and gradients are taken between both") {
  struct Point {
    Tensor x = parameter({3});
  } net;
  optim::ScheduleFreeAdamW optimizer(net, {.lr = 0.1});
  double sum = 0;
  for (int t = 1; t <= 5; ++t) {
    net.x.set_grad(2 * net.x.detach());
    optimizer.step();
    const double z = optimizer.state().at("z.x").at({0});
    sum += z;
    const double average = optim::averaged_weights(optimizer, net).x.at({0});
    CHECK(average == doctest::Approx(sum / t).epsilon(1e-10));
    CHECK(net.x.at({0}) == doctest::Approx(0.9 * average + 0.1 * z).epsilon(1e-10));
  }
}

TEST_CASE("before the first step the schedule-free average is the model") {
  const std::vector<Tensor> net = {parameter({3})};
  const optim::ScheduleFreeAdamW optimizer(net);
  CHECK(optim::averaged_weights(optimizer, net)[0].at({0}) == 3);
  const optim::ScheduleFreeAdamW mixed(net, {}, {{"0", {.betas = {0.8, 0.999}}}});
  CHECK_THROWS_WITH_AS(optim::averaged_weights(mixed, net),
                       "[averaged_weights] betas[0] is 0.9 and 0.8: expected the same in all groups",
                       ValueError);
}

TEST_CASE("steps of whole-tensor rules are the same in place and recorded") {
  check_same_bits<optim::LARS>({.weight_decay = 0.1, .nesterov = true});
  check_same_bits<optim::LAMB>({.weight_decay = 0.1});
  check_same_bits<optim::Adafactor>({.weight_decay = 0.1, .maximize = true});
  check_same_bits<optim::ScheduleFreeAdamW>({.weight_decay = 0.1, .warmup_steps = 5});
  Matrices in_place, recorded;
  optim::Muon writer{in_place}, recorder{recorded};
  for (int t = 0; t < 3; ++t) {
    const Matrices g{sin(in_place.a.detach()), cos(in_place.b.detach())};
    in_place.a.set_grad(g.a);
    in_place.b.set_grad(g.b);
    writer.step();
    recorded = recorder.recorded_step(recorded, g);
  }
  CHECK(same_bits(in_place.a, recorded.a));
  CHECK(same_bits(in_place.b, recorded.b));
}

TEST_CASE("the gradient by the learning rate of whole-tensor rules is that of the whole run") {
  const auto check = []<class Optimizer>(double lr) {
    CHECK(is_meta_gradient(lr, [](const Hyper& x) { return loss_after_training<Optimizer>({.lr = x}); }));
  };
  check.operator()<optim::LARS>(0.1);
  check.operator()<optim::LAMB>(0.05);
  check.operator()<optim::Adafactor>(0.05);
  check.operator()<optim::ScheduleFreeAdamW>(0.05);
  CHECK(is_meta_gradient(0.02, [](const Hyper& x) { return loss_after_muon(x, 0.9); }));
  CHECK(is_meta_gradient(0.8, [](const Hyper& x) { return loss_after_muon(0.02, x); }));
}

TEST_CASE("derivatives of whole-tensor rules are finite at zero gradients") {
  check_finite_at_zero<optim::LARS>({});
  check_finite_at_zero<optim::LAMB>({});
  check_finite_at_zero<optim::Adafactor>({});
  check_finite_at_zero<optim::ScheduleFreeAdamW>({});
  Tensor p = matrix({{1, 2}, {3, 4}}).requires_grad(true), g = matrix({{0, 0}, {0, 0}}).requires_grad(true);
  const Tensor next = optim::Muon{p}.recorded_step(p, g);
  for (const Tensor& x : grad({sum(next)}, {p, g})) CHECK(std::isfinite(sum(x).item()));
}

TEST_CASE("whole-tensor rules keep the dtype of a scalar parameter") {
  const Tensor p = ones({}, {.requires_grad = true});
  const Hyper lr = scalar(0.1, {.dtype = float64});
  CHECK(optim::Adafactor{p, {.lr = lr}}.recorded_step(p, ones({})).dtype() == float32);
  CHECK(optim::LAMB{p, {.lr = lr}}.recorded_step(p, ones({})).dtype() == float32);
}

TEST_CASE("whole-tensor rules refuse options that make no sense") {
  const Tensor p = parameter({1});
  CHECK_THROWS_WITH_AS(optim::LARS(p, {.lr = -1}), "[LARS] lr -1: expected at least 0", ValueError);
  CHECK_THROWS_WITH_AS(optim::LARS(p, {.trust_coefficient = -1}),
                       "[LARS] trust_coefficient -1: expected at least 0", ValueError);
  CHECK_THROWS_WITH_AS(optim::LAMB(p, {.betas = {0.9, 1}}),
                       "[LAMB] betas[1] 1: expected at least 0 and less than 1", ValueError);
  CHECK_THROWS_WITH_AS(optim::Adafactor(p, {.beta2_decay = 1}),
                       "[Adafactor] beta2_decay 1: expected at most 0", ValueError);
  CHECK_THROWS_WITH_AS(optim::Adafactor(p, {.eps = {0, 0}}), "[Adafactor] eps[0] 0: expected more than 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(optim::Adafactor(p, {.d = 0}), "[Adafactor] d 0: expected more than 0", ValueError);
  CHECK_THROWS_WITH_AS(optim::Muon(p, {.momentum = 1}),
                       "[Muon] momentum 1: expected at least 0 and less than 1", ValueError);
  CHECK_THROWS_WITH_AS(optim::Muon(p, {.ns_steps = -1}), "[Muon] ns_steps -1: expected at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(optim::ScheduleFreeAdamW(p, {.betas = {0, 0.9}}),
                       "[ScheduleFreeAdamW] betas[0] 0: expected more than 0", ValueError);
  CHECK_THROWS_WITH_AS(optim::ScheduleFreeAdamW(p, {.warmup_steps = -1}),
                       "[ScheduleFreeAdamW] warmup_steps -1: expected at least 0", ValueError);
}
