#include <doctest/doctest.h>

#include <cmath>
#include <xgrad/core/error.hpp>
#include <xgrad/optim/adagrad.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/adam_variants.hpp>
#include <xgrad/optim/sign_based.hpp>

#include "support/trajectory.hpp"

using namespace xg;
using namespace xg::test;

namespace {

/// The values of a single parameter along a run with gradients sin(t) + 0.3, t = 0, 1, ... beside those of a
/// loop of plain numbers: `next(x, g, t)` with t from 1.
template <class Optimizer, class Next>
void check_against_numbers(decltype(Optimizer::options) options, Next next) {
  Tensor p = parameter({2});
  Optimizer optimizer(p, options);
  double x = 2;
  for (int t = 1; t <= 10; ++t) {
    const double g = std::sin(t - 1) + 0.3;
    p.set_grad(like(p, {g}));
    optimizer.step();
    next(x, g, t);
    check_close(p, {x});
  }
}

}  // namespace

TEST_CASE("Adamax follows PyTorch: weight decay and other betas") {
  check_trajectory<optim::Adamax>(
      {.lr = 0.05, .betas = {0.8, 0.9}, .weight_decay = 0.1},
      {{{-1.200000000001749, 1.0499999999955516, 0.549999998888889, -1.9500000000490196, 2.95000000125},
        {-1.154609791254539, 1.0960807411720157, 0.6017832625682061, -1.8988424733136848, 2.899430201991471},
        {-1.0366043151212487, 1.1366638648991256, 0.8639735078735253, -0.8578582494395242,
         1.8937249456263652}}},
      descend);
}

TEST_CASE("Adamax follows PyTorch: gradients that are zero, tiny and huge") {
  check_trajectory<optim::Adamax>(
      {.lr = 0.05},
      {{{-1.25, 0.9500000005, 0.5499999995, -2.0495049504950495, 2.95000000000005},
        {-1.25, 0.9644736846381579, 0.5355263153618421, -2.03510327466368, 2.964473684210569},
        {-1.25, 0.9532995689218194, 0.5467004310781806, -2.0462402671091153, 2.9532995684569867}}},
      spiky);
}

TEST_CASE("NAdam follows PyTorch: as documented") {
  check_trajectory<optim::NAdam>(
      {.lr = 0.05},
      {{{-1.1971774110840792, 1.052822588913074, 0.5528225878613177, -1.9471774111350533, 2.947177416364489},
        {-1.1659633843337958, 1.0847146342517995, 0.5900134633355565, -1.9089487652660748,
         2.9089487742828752},
        {-1.066242524995051, 1.1528967034445174, 1.0146403840579568, -1.2968485331325406,
         2.2968485966759484}}},
      descend);
}

TEST_CASE("RAdam follows PyTorch: weight decay") {
  check_trajectory<optim::RAdam>(
      {.weight_decay = 0.1},
      {{{-0.964125, 1.1124, 0.50045, -1.9898, 2.9996},
        {-0.8637086565390625, 1.1463348226973684, 0.5008997394736842, -1.9796542210526316,
         2.9992000421052634},
        {-0.9313406016341639, 1.0685509517013396, 0.5031382542449107, -1.9486710131591, 2.9971089963159545}}},
      descend);
}

TEST_CASE("RAdam follows PyTorch: gradients that are zero, tiny and huge") {
  check_trajectory<optim::RAdam>(
      {.lr = 0.0005},
      {{{-1.25, 0.9995, 0.5005, -2.0000000005, -2.0},
        {-1.25, 0.9997894736842106, 0.5002105263157894, -2.0000000002105263, 0.8947368421052633},
        {-1.25, 0.998968732009216, 0.501031267990784, -1.999988646365073, -7.4317269174570235}}},
      spiky);
}

TEST_CASE("Adagrad follows PyTorch: a start above zero and weight decay") {
  check_trajectory<optim::Adagrad>(
      {.lr = 0.1, .weight_decay = 0.1, .initial_accumulator_value = 0.5},
      {{{-1.1500003059043906, 1.0999980212336558, 0.5536894987580647, -1.9002394295453133,
         2.9507634036143275},
        {-1.115013595636186, 1.1367298786349096, 0.5959606070801309, -1.8333815980816908, 2.9074723662863247},
        {-1.0720737966077403, 1.155535984141156, 0.8582494499422392, -1.3754443720727347,
         2.4580419877283908}}},
      descend);
}

TEST_CASE("Adagrad follows PyTorch: gradients that are zero, tiny and huge") {
  check_trajectory<optim::Adagrad>(
      {.lr = 0.1},
      {{{-1.25, 0.90000000001, 0.59999999999, -2.0999900009999, 2.900000000000001},
        {-1.25, 0.9894427191059916, 0.5105572808940084, -2.010551281721031, 2.989442719099992},
        {-1.25, 0.9756997439618975, 0.5243002560381025, -2.024293342340261, 2.9756997439549835}}},
      spiky);
}

TEST_CASE("Adadelta follows PyTorch: weight decay") {
  check_trajectory<optim::Adadelta>(
      {.weight_decay = 0.1},
      {{{-1.246837722340025, 1.0031622776589169, 0.5031621995821303, -1.9968377224918057, 2.9968378211563764},
        {-1.2436273863828273, 1.0063759879225387, 0.5063945934942635, -1.9935981183968663, 2.993595929704575},
        {-1.1910840004124361, 1.0597570742716167, 0.565715056678366, -1.9318249864079247,
         2.9309881756605183}}},
      descend);
}

TEST_CASE("Adadelta follows PyTorch: gradients that are zero, tiny and huge") {
  check_trajectory<optim::Adadelta>(
      {},
      {{{-1.25, 0.9968377381511013, 0.5031622618488987, -2.00000099999995, 2.9968377223398317},
        {-1.25, 1.0008783341048182, 0.49912166589518187, -1.99999900000034, 3.0008783325180404},
        {-1.25, 1.0025698333563615, 0.4974301666436382, -1.999998000000323, 3.00256983583298}}},
      spiky);
}

TEST_CASE("ASGD follows PyTorch: decay of the rate") {
  check_trajectory<optim::ASGD>(
      {.lr = 0.001, .lambd = 0.01, .alpha = 0.6, .t0 = 5},
      {{{-0.9642375, 1.11249, 0.500495, -1.98998, 2.99987},
        {-1.0307793617085195, 1.075931885729497, 0.5009894970830234, -1.9800603597177227, 2.9997400150799076},
        {-1.0188026542949418, 1.0459521775296932, 0.5098050291677608, -1.8175690779406415,
         2.9974028630828156}}},
      descend);
}

TEST_CASE("Rprop follows PyTorch: plain") {
  check_trajectory<optim::Rprop>(
      {},
      {{{-1.24, 1.01, 0.51, -1.99, 2.99},
        {-1.228, 1.022, 0.522, -1.978, 2.978},
        {-1.0757645455359999, 1.16875318784, 1.0063646679711742, -1.0331365760772997, 2.0331365760772995}}},
      descend);
}

TEST_CASE("ASGD keeps the average of its parameters as PyTorch does") {
  Tensor p = parameter({-1.25, 1.0, 0.5, -2.0, 3.0});
  optim::ASGD asgd(p, {.lr = 0.001, .lambd = 0.01, .alpha = 0.6, .t0 = 5});
  for (std::size_t t = 0; t < 20; ++t) {
    p.set_grad(like(p, descend(values_of(p), t)));
    asgd.step();
  }
  check_close(asgd.state().at("ax"), {-1.0239178283939485, 1.0564067809139315, 0.5066361978589373,
                                      -1.8736000726047704, 2.9982463941086204});
}

TEST_CASE("Adam with amsgrad follows a loop of plain numbers") {
  double m = 0, v = 0, top = 0;
  check_against_numbers<optim::Adam>({.lr = 0.1, .betas = {0.8, 0.5}, .weight_decay = 0.01, .amsgrad = true},
                                     [&](double& x, double g, int t) {
                                       g += 0.01 * x;
                                       m = 0.8 * m + 0.2 * g;
                                       v = 0.5 * v + 0.5 * g * g;
                                       top = std::max(top, v);
                                       const double largest = top / (1 - std::pow(0.5, t));
                                       x -= 0.1 * m / (1 - std::pow(0.8, t)) / (std::sqrt(largest) + 1e-8);
                                     });
}

TEST_CASE("AdamW with amsgrad follows a loop of plain numbers") {
  double m = 0, v = 0, top = 0;
  check_against_numbers<optim::AdamW>({.lr = 0.1, .betas = {0.8, 0.5}, .weight_decay = 0.1, .amsgrad = true},
                                      [&](double& x, double g, int t) {
                                        m = 0.8 * m + 0.2 * g;
                                        v = 0.5 * v + 0.5 * g * g;
                                        top = std::max(top, v);
                                        const double largest = top / (1 - std::pow(0.5, t));
                                        x = 0.99 * x -
                                            0.1 * m / (1 - std::pow(0.8, t)) / (std::sqrt(largest) + 1e-8);
                                      });
}

TEST_CASE("AdaBelief follows a loop of plain numbers") {
  double m = 0, s = 0;
  check_against_numbers<optim::AdaBelief>({.lr = 0.1, .betas = {0.8, 0.9}, .eps = 1e-6, .weight_decay = 0.1},
                                          [&](double& x, double g, int t) {
                                            m = 0.8 * m + 0.2 * g;
                                            s = 0.9 * s + 0.1 * (g - m) * (g - m) + 1e-6;
                                            const double spread = std::sqrt(s / (1 - std::pow(0.9, t)));
                                            x = 0.99 * x - 0.1 * m / (1 - std::pow(0.8, t)) / (spread + 1e-6);
                                          });
}

TEST_CASE("Lion follows a loop of plain numbers") {
  double m = 0;
  check_against_numbers<optim::Lion>({.lr = 0.1, .weight_decay = 0.1}, [&](double& x, double g, int) {
    x = 0.99 * x - 0.1 * (0.9 * m + 0.1 * g > 0 ? 1 : -1);
    m = 0.99 * m + 0.01 * g;
  });
}

TEST_CASE("Adagrad's rate decays with the steps") {
  double sum = 0;
  check_against_numbers<optim::Adagrad>({.lr = 0.1, .lr_decay = 0.5}, [&](double& x, double g, int t) {
    sum += g * g;
    x -= 0.1 / (1 + 0.5 * (t - 1)) * g / (std::sqrt(sum) + 1e-10);
  });
}

TEST_CASE("NAdam's momentum may stay as it is at first") {
  double m = 0, v = 0;
  check_against_numbers<optim::NAdam>({.lr = 0.1, .momentum_decay = 0}, [&](double& x, double g, int t) {
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    const double average = 0.45 * m / (1 - std::pow(0.45, t + 1)) + 0.55 * g / (1 - std::pow(0.45, t));
    x -= 0.1 * average / (std::sqrt(v / (1 - std::pow(0.999, t))) + 1e-8);
  });
}

TEST_CASE("options that make no sense are refused by each optimizer in its own name") {
  Tensor p = parameter({1});
  CHECK_THROWS_WITH_AS(optim::Adamax(p, {.lr = -1}), "[Adamax] lr -1: expected at least 0", ValueError);
  CHECK_THROWS_WITH_AS(optim::Adamax(p, {.betas = {0.9, 1}}),
                       "[Adamax] betas[1] 1: expected at least 0 and less than 1", ValueError);
  CHECK_THROWS_WITH_AS(optim::NAdam(p, {.eps = -1}), "[NAdam] eps -1: expected at least 0", ValueError);
  CHECK_THROWS_WITH_AS(optim::NAdam(p, {.momentum_decay = -1}),
                       "[NAdam] momentum_decay -1: expected at least 0", ValueError);
  CHECK_THROWS_WITH_AS(optim::RAdam(p, {.weight_decay = -1}), "[RAdam] weight_decay -1: expected at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(optim::AdaBelief(p, {.betas = {-0.1, 0.9}}),
                       "[AdaBelief] betas[0] -0.1: expected at least 0 and less than 1", ValueError);
  CHECK_THROWS_WITH_AS(optim::Adagrad(p, {.lr_decay = -1}), "[Adagrad] lr_decay -1: expected at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(optim::Adagrad(p, {.initial_accumulator_value = -1}),
                       "[Adagrad] initial_accumulator_value -1: expected at least 0", ValueError);
  CHECK_THROWS_WITH_AS(optim::Adadelta(p, {.rho = 1}),
                       "[Adadelta] rho 1: expected at least 0 and less than 1", ValueError);
  CHECK_THROWS_WITH_AS(optim::Adadelta(p, {.eps = 0}), "[Adadelta] eps 0: expected more than 0", ValueError);
  CHECK_THROWS_WITH_AS(optim::ASGD(p, {.lambd = -1}), "[ASGD] lambd -1: expected at least 0", ValueError);
  CHECK_THROWS_WITH_AS(optim::ASGD(p, {.t0 = -1}), "[ASGD] t0 -1: expected at least 0", ValueError);
  CHECK_THROWS_WITH_AS(optim::Rprop(p, {.etas = {1.5, 1.2}}),
                       "[Rprop] etas [1.5, 1.2]: expected 0 < etas[0] < 1 < etas[1]", ValueError);
  CHECK_THROWS_WITH_AS(optim::Rprop(p, {.step_sizes = {2, 1}}),
                       "[Rprop] step_sizes [2, 1]: expected 0 <= step_sizes[0] <= step_sizes[1]", ValueError);
  CHECK_THROWS_WITH_AS(optim::Lion(p, {.betas = {1, 0.9}}),
                       "[Lion] betas[0] 1: expected at least 0 and less than 1", ValueError);
}
