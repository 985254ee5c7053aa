#include <doctest/doctest.h>

#include <cmath>
#include <vector>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/view.hpp>
#include <xgrad/optim/lbfgs.hpp>

#include "support/trajectory.hpp"

using namespace xg;
using namespace xg::test;
using optim::LBFGS;
using optim::LinePoint;
using optim::LineSearch;

namespace {

struct Valley {
  Tensor x = parameter({-1.2}), y = parameter({1});
  Tensor operator()() const { return sum(square(1 - x) + 100 * square(y - square(x))); }
};

/// value and slope of f along a line, as a line search asks for them.
template <class F, class D> std::function<LinePoint(double)> line(F f, D derivative, int& evaluations) {
  return [=, &evaluations](double t) {
    ++evaluations;
    return LinePoint{t, f(t), Tensor(), derivative(t)};
  };
}

}  // namespace

TEST_CASE("LBFGS follows PyTorch along Rosenbrock's valley") {
  Tensor x = parameter({-1.2, 1});
  const auto loss = [&] {
    const Tensor a = select(x, 0, 0), b = select(x, 0, 1);
    return square(1 - a) + 100 * square(b - square(a));
  };
  LBFGS lbfgs(x, {.max_iter = 4, .history_size = 10, .line_search_fn = LineSearch::strong_wolfe});
  lbfgs.step(loss);
  check_close(x, {-1.0288795348319695, 1.0655029516848564}, 1e-9);
  CHECK(lbfgs.func_evals() == 5);
  for (int t = 1; t < 8; ++t) lbfgs.step(loss);
  check_close(x, {0.8439987488904289, 0.7097602503424482}, 1e-6);
  CHECK(lbfgs.func_evals() == 40);
}

TEST_CASE("LBFGS finds the bottom of Rosenbrock's valley in few evaluations, in a model of several tensors") {
  const Valley valley;
  LBFGS lbfgs(valley,
              {.max_iter = 100, .tolerance_change = 1e-14, .line_search_fn = LineSearch::strong_wolfe});
  CHECK(lbfgs.step(valley) == doctest::Approx(24.2));
  CHECK(std::abs(valley.x.at({0}) - 1) < 1e-6);
  CHECK(std::abs(valley.y.at({0}) - 1) < 1e-6);
  CHECK(lbfgs.func_evals() < 60);
}

TEST_CASE("LBFGS solves least squares") {
  Generator random(1);
  const Tensor a = randn({30, 8}, {.dtype = float64}, random), b = randn({30}, {.dtype = float64}, random);
  Tensor x = zeros({8}, {.dtype = float64, .requires_grad = true});
  LBFGS lbfgs(x, {.max_iter = 40, .tolerance_change = 1e-14, .line_search_fn = LineSearch::strong_wolfe});
  lbfgs.step([&] { return mean(square(mv(a, x) - b)); });
  // At the lowest point the residual is at right angles to all columns.
  const Tensor residual = mv(a, x.detach()) - b;
  CHECK(amax(abs(matmul(residual, a))).item() < 1e-4);
}

TEST_CASE("many calls with one iteration lead where one call with many leads") {
  const Valley once, often;
  LBFGS whole(once, {.max_iter = 8, .max_eval = 1000, .line_search_fn = LineSearch::strong_wolfe});
  LBFGS parts(often, {.max_iter = 1, .max_eval = 1000, .line_search_fn = LineSearch::strong_wolfe});
  whole.step(once);
  for (int t = 0; t < 8; ++t) parts.step(often);
  CHECK(once.x.at({0}) == often.x.at({0}));
  CHECK(once.y.at({0}) == often.y.at({0}));
}

TEST_CASE("LBFGS with restored state goes on as if it had never stopped") {
  const Valley whole;
  Valley resumed;
  const optim::LbfgsOptions options{.max_iter = 3, .line_search_fn = LineSearch::strong_wolfe};
  LBFGS first(whole, options), second(resumed, options);
  CHECK(first.state().empty());
  for (int t = 0; t < 3; ++t) first.step(whole);
  copy_values(whole, resumed);
  second.load_state(first.state());
  for (int t = 0; t < 3; ++t) CHECK(first.step(whole) == second.step(resumed));
  CHECK(first.func_evals() == second.func_evals());
  auto partial = first.state();
  partial.erase("change.1");
  CHECK_THROWS_WITH_AS(second.load_state(partial), "[load_state] \"change.1\" is missing", StructureError);
}

TEST_CASE("without a line search LBFGS goes lr along its direction and spares the last evaluation") {
  Tensor x = parameter({3, -1});
  const Tensor weights = tensor({1, 4}, {.dtype = float64});
  LBFGS lbfgs(x, {.lr = 0.5, .max_iter = 1});
  lbfgs.step([&] { return 0.5 * sum(weights * square(x)); });
  check_close(x, {3 - 0.5 / 7 * 3, -1 + 0.5 / 7 * 4});  // the first step is scaled by 1 / |gradient|_1
  CHECK(lbfgs.func_evals() == 1);
  lbfgs.options.max_iter = 30;
  lbfgs.step([&] { return 0.5 * sum(weights * square(x)); });
  CHECK(std::abs(x.at({0})) < 1e-4);
  CHECK(std::abs(x.at({1})) < 1e-4);
}

TEST_CASE("LBFGS stays where the gradient is zero, and passes over parameters without one") {
  const std::vector<Tensor> net = {parameter({1}), parameter({5})};
  LBFGS lbfgs(net);
  CHECK(lbfgs.step([&] { return sum(square(net[0] - 1)); }) == 0);
  CHECK(net[0].at({0}) == 1);
  CHECK(net[1].at({0}) == 5);
  CHECK(lbfgs.func_evals() == 1);
}

TEST_CASE("LBFGS stops at max_eval") {
  const Valley valley;
  LBFGS lbfgs(valley, {.max_iter = 100, .max_eval = 7, .line_search_fn = LineSearch::strong_wolfe});
  lbfgs.step(valley);
  CHECK(lbfgs.func_evals() >= 7);
  CHECK(lbfgs.func_evals() < 7 + 5);
}

TEST_CASE("a line search ends where both conditions of Wolfe hold") {
  const auto f = [](double t) { return std::cos(t) + 0.1 * t; };
  const auto slope = [](double t) { return -std::sin(t) + 0.1; };
  for (const double first : {1e-3, 0.5, 2.0, 6.0, 40.0}) {
    CAPTURE(first);
    int evaluations = 0;
    const auto shifted =
        line([&](double t) { return f(t + 1); }, [&](double t) { return slope(t + 1); }, evaluations);
    const LinePoint start{0, f(1), Tensor(), slope(1)};
    const LinePoint end = optim::strong_wolfe(shifted, start, first, 1);
    CHECK(end.value <= start.value + 1e-4 * end.t * start.slope);
    CHECK(std::abs(end.slope) <= 0.9 * std::abs(start.slope));
    CHECK(evaluations <= 26);
  }
}

TEST_CASE("a line search along a line that falls for ever returns the lowest point it has seen") {
  int evaluations = 0;
  const auto endless = line([](double t) { return -t; }, [](double) { return -1.0; }, evaluations);
  const LinePoint end = optim::strong_wolfe(endless, {0, 0, Tensor(), -1}, 1, 1, {.max_ls = 5});
  CHECK(end.value < -1000);
  CHECK(evaluations == 6);
}

TEST_CASE("LBFGS refuses options that make no sense") {
  const Tensor p = parameter({1});
  CHECK_THROWS_WITH_AS(LBFGS(p, {.lr = 0}), "[LBFGS] lr 0: expected more than 0", ValueError);
  CHECK_THROWS_WITH_AS(LBFGS(p, {.max_iter = 0}), "[LBFGS] max_iter 0: expected more than 0", ValueError);
  CHECK_THROWS_WITH_AS(LBFGS(p, {.tolerance_grad = -1}), "[LBFGS] tolerance_grad -1: expected at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(LBFGS(p, {.history_size = 0}), "[LBFGS] history_size 0: expected more than 0",
                       ValueError);
}
