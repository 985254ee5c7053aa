#include <doctest/doctest.h>

#include <cmath>
#include <vector>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/chain.hpp>
#include <xgrad/optim/clip.hpp>
#include <xgrad/optim/rmsprop.hpp>
#include <xgrad/optim/sgd.hpp>
#include <xgrad/optim/sign_based.hpp>

#include "support/recorded_run.hpp"
#include "support/trajectory.hpp"

using namespace xg;
using namespace xg::test;
using optim::Chain;
using optim::Hyper;

namespace {

/// Twenty steps of both end at the same place, but for rounding.
template <class Optimizer>
void check_equal_runs(const std::vector<optim::Part>& parts, Hyper lr, decltype(Optimizer::options) options) {
  Tensor p = parameter({-1.25, 1.0, 0.5, -2.0, 3.0}), q = parameter({-1.25, 1.0, 0.5, -2.0, 3.0});
  Chain chain(p, {.parts = parts, .lr = lr});
  Optimizer built_in(q, options);
  for (std::size_t t = 0; t < 20; ++t) {
    p.set_grad(like(p, descend(values_of(p), t)));
    q.set_grad(like(q, descend(values_of(q), t)));
    chain.step();
    built_in.step();
  }
  check_close(p, values_of(q));
}

/// What a part makes of a gradient at its first step.
Values after(const optim::Part& part, const Values& parameters, const Values& gradient) {
  Tensor p = parameter(parameters);
  Chain chain(p, {.parts = {part}, .lr = 1});
  p.set_grad(like(p, gradient));
  chain.step();
  Values u = values_of(p);
  for (std::size_t i = 0; i < u.size(); ++i) u[i] = parameters[i] - u[i];
  return u;
}

void check_close(const Values& got, const Values& expected) {
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == doctest::Approx(expected[i]).epsilon(1e-12));
}

}  // namespace

TEST_CASE("a chain without parts is gradient descent") {
  check_equal_runs<optim::SGD>({}, 1e-3, {.lr = 1e-3});
}

TEST_CASE("the built-in optimizers are chains of parts") {
  using namespace xg::optim;
  check_equal_runs<Adam>({add_decayed_weights(0.1), scale_by_adam()}, 0.05,
                         {.lr = 0.05, .weight_decay = 0.1});
  check_equal_runs<AdamW>({scale_by_adam({.betas = {0.8, 0.99}}), add_decayed_weights(0.1)}, 0.05,
                          {.lr = 0.05, .betas = {0.8, 0.99}, .weight_decay = 0.1});
  check_equal_runs<RMSprop>({scale_by_rms()}, 0.02, {.lr = 0.02});
  check_equal_runs<RMSprop>({scale_by_rms(), trace()}, 0.02, {.lr = 0.02, .momentum = 0.9});
  check_equal_runs<SGD>({add_decayed_weights(0.1), trace({.momentum = 0.8})}, 1e-3,
                        {.lr = 1e-3, .momentum = 0.8, .weight_decay = 0.1});
  check_equal_runs<SGD>({trace({.momentum = 0.8, .nesterov = true})}, 1e-3,
                        {.lr = 1e-3, .momentum = 0.8, .nesterov = true});
  check_equal_runs<Lion>({scale_by_sign()}, 0.01, {.lr = 0.01, .betas = {0, 0}});
}

TEST_CASE("parts by themselves") {
  using namespace xg::optim;
  check_close(after(scale(0.5), {1, 2}, {4, -6}), {2, -3});
  check_close(after(add_decayed_weights(0.5), {1, 2}, {4, -6}), {4.5, -5});
  check_close(after(scale_by_sign(), {1, 2, 3}, {4, -6, 0}), {1, -1, 0});
  check_close(after(clip_by_value(5), {1, 2}, {4, -6}), {4, -5});
  check_close(after(clip_by_norm(1), {1, 2}, {3, -4}), {3 / (5 + 1e-6), -4 / (5 + 1e-6)});
  check_close(after(clip_by_norm(6), {1, 2}, {3, -4}), {3, -4});
  check_close(after(scale_by_trust_ratio(), {6, 8}, {3, -4}), {6, -8});
  check_close(after(scale_by_trust_ratio({.trust_coefficient = 0.5, .eps = 5}), {6, 8}, {3, -4}), {1.5, -2});
  check_close(after(scale_by_trust_ratio(), {0, 0}, {3, -4}), {3, -4});
  check_close(after(scale_by_trust_ratio(), {6, 8}, {0, 0}), {0, 0});
}

TEST_CASE("a schedule in a chain counts the steps before") {
  Tensor p = parameter({0});
  Chain chain(p, {.parts = {optim::scale_by_schedule(optim::exponential_decay(0.5))}, .lr = 1});
  p.set_grad(like(p, {1}));
  for (const double expected : {-1.0, -1.5, -1.75}) {
    chain.step();
    CHECK(p.at({0}) == expected);
  }
}

TEST_CASE("clip_by_global_norm measures all gradients, as clip_grad_norm does") {
  const auto start = [] { return std::vector<Tensor>{parameter({1, 2}), parameter({3})}; };
  const auto give = [](std::vector<Tensor>& net) {
    net[0].set_grad(like(net[0], {3, 0}));
    net[1].set_grad(like(net[1], {4}));
  };
  std::vector<Tensor> a = start(), b = start();
  Chain chain(a, {.parts = {optim::scale(2), optim::clip_by_global_norm(1)}, .lr = 1});
  optim::SGD sgd(b, {.lr = 1});
  for (int t = 0; t < 2; ++t) {
    give(a);
    give(b);
    for (Tensor& p : b) p.set_grad(2 * p.grad());
    optim::clip_grad_norm(b, 1);
    chain.step();
    sgd.step();
  }
  for (std::size_t i = 0; i < 2; ++i) check_close(a[i], values_of(b[i]));
}

TEST_CASE("a part of one's own is a rule that returns the new gradient") {
  const optim::Part cubed = [](std::int64_t) -> optim::Update {
    static const optim::Rule rule("cubed", {}, [](auto, auto u) { return u * u * u; });
    return {rule, {}};
  };
  check_close(after(cubed, {1, 2}, {2, -3}), {8, -27});
}

TEST_CASE("parts that use the same name keep their states apart, and states are restored") {
  const std::vector<optim::Part> parts = {optim::trace({.momentum = 0.5}), optim::trace({.momentum = 0.25})};
  Tensor p = parameter({0}), q = parameter({0});
  Chain whole(p, {.parts = parts, .lr = 1}), resumed(q, {.parts = parts, .lr = 1});
  p.set_grad(like(p, {1}));
  q.set_grad(like(q, {1}));
  whole.step();
  whole.step();
  const auto state = whole.state();
  CHECK(state.at("momentum_buffer").at({0}) == 1.5);
  CHECK(state.at("momentum_buffer_2").at({0}) == 1.75);
  resumed.load_state(state);
  resumed.step();
  CHECK(q.at({0}) == -(1.75 + 0.25 * 1.75));
}

TEST_CASE("a chain that is changed starts its state over") {
  Tensor p = parameter({0});
  Chain chain(p, {.parts = {optim::trace()}, .lr = 1});
  p.set_grad(like(p, {1}));
  chain.step();
  chain.options.parts.push_back(optim::trace());
  chain.step();
  CHECK(p.at({0}) == -2);
}

TEST_CASE("chains climb if they are told to") {
  Tensor p = parameter({0});
  Chain chain(p, {.parts = {optim::scale(2)}, .lr = 1, .maximize = true});
  p.set_grad(like(p, {1}));
  chain.step();
  CHECK(p.at({0}) == 2);
}

TEST_CASE("recorded steps of a chain are those in place") {
  using namespace xg::optim;
  check_same_bits<Chain>(
      {.parts = {clip_by_global_norm(1), scale_by_adam(), add_decayed_weights(0.1), scale_by_trust_ratio()},
       .lr = 0.1});
  check_same_bits<Chain>({.parts = {clip_by_norm(1), clip_by_value(0.5), scale_by_rms(), trace()}});
}

TEST_CASE("hyper-parameters of parts are learned through twenty steps") {
  using namespace xg::optim;
  const auto check = [](double at, Part (*part)(const Hyper& x)) {
    CHECK(is_meta_gradient(at, [&](const Hyper& x) {
      return loss_after_training<Chain>({.parts = {part(x), scale_by_adam()}, .lr = 0.05});
    }));
  };
  check(0.1, [](const Hyper& x) { return add_decayed_weights(x); });
  check(0.7, [](const Hyper& x) { return trace({.momentum = x}); });
  check(0.3, [](const Hyper& x) { return scale_by_trust_ratio({.eps = x}); });
  CHECK(is_meta_gradient(1, [](const Hyper& x) {
    return loss_after_training<Chain>({.parts = {clip_by_global_norm(x)}, .lr = 0.05});
  }));
  CHECK(is_meta_gradient(1, [](const Hyper& x) {
    return loss_after_training<Chain>({.parts = {clip_by_norm(x)}, .lr = 0.05});
  }));
  CHECK(is_meta_gradient(0.3, [](const Hyper& x) {
    return loss_after_training<Chain>({.parts = {clip_by_value(x)}, .lr = 0.05});
  }));
}

TEST_CASE("derivatives of parts with norms are finite where everything is zero") {
  using namespace xg::optim;
  for (const Part& part :
       {clip_by_norm(1), clip_by_global_norm(1), scale_by_trust_ratio(), scale_by_adam()}) {
    Tensor p = leaf({0, 0}).requires_grad(true), g = leaf({0, 0}).requires_grad(true);
    const Tensor next = Chain{p, {.parts = {part}}}.recorded_step(p, g);
    for (const Tensor& x : grad({sum(next)}, {p, g})) CHECK(std::isfinite(sum(x).item()));
  }
}

TEST_CASE("parts refuse options that make no sense") {
  using namespace xg::optim;
  CHECK_THROWS_WITH_AS(Chain(parameter({1}), {.lr = -1}), "[Chain] lr -1: expected at least 0", ValueError);
  CHECK_THROWS_WITH_AS(add_decayed_weights(-1), "[add_decayed_weights] decay -1: expected at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(trace({.momentum = -1}), "[trace] momentum -1: expected at least 0", ValueError);
  CHECK_THROWS_WITH_AS(scale_by_adam({.betas = {1, 0}}),
                       "[scale_by_adam] betas[0] 1: expected at least 0 and less than 1", ValueError);
  CHECK_THROWS_WITH_AS(scale_by_rms({.alpha = 1}),
                       "[scale_by_rms] alpha 1: expected at least 0 and less than 1", ValueError);
  CHECK_THROWS_WITH_AS(scale_by_trust_ratio({.eps = -1}),
                       "[scale_by_trust_ratio] eps -1: expected at least 0", ValueError);
  CHECK_THROWS_WITH_AS(clip_by_value(-1), "[clip_by_value] value -1: expected at least 0", ValueError);
  CHECK_THROWS_WITH_AS(clip_by_norm(-1), "[clip_by_norm] max_norm -1: expected at least 0", ValueError);
  CHECK_THROWS_WITH_AS(clip_by_global_norm(-1), "[clip_by_global_norm] max_norm -1: expected at least 0",
                       ValueError);
}
