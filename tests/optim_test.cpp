#include <doctest/doctest.h>

#include <cmath>
#include <tuple>
#include <xgrad/core/create.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/rmsprop.hpp>
#include <xgrad/optim/sgd.hpp>

#include "support/trajectory.hpp"

using namespace xg;
using namespace xg::test;

namespace user {

struct AdagradOptions {
  optim::Hyper lr = 1e-2;
  optim::Hyper eps = 1e-10;
};

optim::Update update(const AdagradOptions& o, std::int64_t) {
  static const optim::Rule rule("adagrad", {"sum"}, [](auto p, auto g, auto sum, auto lr, auto eps) {
    const auto next = sum + g * g;
    return std::tuple{p - lr * g / (optim::root(next) + eps), next};
  });
  return {rule, {o.lr, o.eps}};
}

using Adagrad = optim::OptimizerOf<AdagradOptions>;

}  // namespace user

TEST_CASE("SGD follows PyTorch: plain") {
  check_trajectory<optim::SGD>({},
                               {{{-0.9642499999999999, 1.1125, 0.5005, -1.99, 2.9999},
                                 {-1.03079735129375, 1.0759556125, 0.5009994999999999, -1.9801, 2.99980001},
                                 {-1.0189302175299468, 1.0462020256142333, 0.5099055675852325,
                                  -1.817906937597231, 2.9980018988604846}}},
                               descend);
}

TEST_CASE("SGD follows PyTorch: weight decay") {
  check_trajectory<optim::SGD>(
      {.weight_decay = 0.1},
      {{{-0.964125, 1.1124, 0.50045, -1.9898, 2.9996},
        {-1.0306214474242188, 1.075716163125, 0.5008995049999999, -1.97970302, 2.99920008},
        {-1.0176459456720506, 1.0436873745604305, 0.5089065678382739, -1.8144369392717492,
         2.9920151817754936}}},
      descend);
}

TEST_CASE("SGD follows PyTorch: Nesterov momentum with weight decay") {
  check_trajectory<optim::SGD>(
      {.momentum = 0.8, .weight_decay = 0.1, .nesterov = true},
      {{{-0.735425, 1.20232, 0.50081, -1.98164, 2.99928},
        {-0.8963374640544788, 1.0359103574250002, 0.5019063962, -1.9570857848, 2.9983042592},
        {-0.8267836817795874, 0.6916900773592578, 0.5366287452221896, -1.3678684561513437,
         2.9665318750755425}}},
      descend);
}

TEST_CASE("SGD follows PyTorch: momentum, maximizing") {
  check_trajectory<optim::SGD>({.momentum = 0.9, .maximize = true},
                               {{{-0.9642499999999999, 1.1125, 0.5005, -1.99, 2.9999},
                                 {-0.77362235129375, 1.1772056125, 0.5014495, -1.9711, 2.99971001},
                                 {-0.16333358744863033, 0.0390355937978701, 0.5586265886182809,
                                  -1.1178221775573247, 2.987943144727597}}},
                               climb);
}

TEST_CASE("Adam follows PyTorch: weight decay is added to the gradient") {
  check_trajectory<optim::Adam>(
      {.lr = 0.05, .weight_decay = 0.1},
      {{{-1.200000000001749, 1.0499999999955516, 0.549999998888889, -1.9500000000490196, 2.95000000125},
        {-1.1514486022308212, 1.0987325392914356, 0.5997251071688477, -1.9000822431681064, 2.900036999928203},
        {-1.101017669511461, 1.0750959333991894, 1.0115073754592026, -1.1094446986398723,
         2.040185426178172}}},
      descend);
}

TEST_CASE("Adam follows PyTorch: gradients that are zero, tiny and huge") {
  check_trajectory<optim::Adam>(
      {.lr = 0.05},
      {{{-1.25, 0.9500000005, 0.5499999995, -2.0495049504950495, 2.95000000000005},
        {-1.25, 0.9683051767360374, 0.5316948232639626, -2.031314801485516, 2.9683051763518304},
        {-1.25, 0.9507605213347646, 0.5492394786652354, -2.0487659199603203, 2.9507605208565173}}},
      spiky);
}

TEST_CASE("AdamW follows PyTorch: weight decay is decoupled") {
  check_trajectory<optim::AdamW>(
      {.lr = 0.05},
      {{{-1.19937500000175, 1.0494999999955557, 0.5497499990000001, -1.94900000005, 2.9485000049999996},
        {-1.1502421293954022, 1.0976964286997006, 0.5992704519616084, -1.8981107941708475, 2.897112085761726},
        {-1.0941477957785894, 1.0613016362836492, 1.1319379343517655, -1.0990792281139532,
         2.091094156922199}}},
      descend);
}

TEST_CASE("AdamW follows PyTorch: other betas, maximizing") {
  check_trajectory<optim::AdamW>(
      {.lr = 0.05, .betas = {0.7, 0.9}, .maximize = true},
      {{{-1.19937500000175, 1.0494999999955557, 0.5497499990000001, -1.94900000005, 2.9485000049999996},
        {-1.1509700751469185, 1.0970298140417243, 0.5990819234502236, -1.8982048035046573,
         2.8972070431816244},
        {-1.0498807427346408, 1.1195535641316208, 1.0163322722255754, -1.151270142227508, 2.14431832181708}}},
      climb);
}

TEST_CASE("RMSprop follows PyTorch: plain") {
  check_trajectory<optim::RMSprop>(
      {.lr = 0.02},
      {{{-1.0500000000699914, 1.1999999998222222, 0.699999960000008, -1.800000002, 2.8000001999998},
        {-1.0757066940566167, 1.1656756329396172, 0.8032795082195394, -1.674678330793233, 2.6746786071322823},
        {-1.056988355555153, 1.1234459072971932, 0.999851079947896, -1.0718029015326427,
         2.0718030981554687}}},
      descend);
}

TEST_CASE("RMSprop follows PyTorch: momentum") {
  check_trajectory<optim::RMSprop>(
      {.lr = 0.02, .momentum = 0.9},
      {{{-1.0500000000699914, 1.1999999998222222, 0.6999999600000079, -1.800000002, 2.8000001999998},
        {-0.8957066941196089, 1.345675632779617, 0.9832794722195465, -1.494678332593233, 2.494678787132102},
        {-0.6752433991829507, 0.6093210402410374, 1.1716931113168791, -1.28178184873352, 2.281782368461254}}},
      descend);
}

TEST_CASE("RMSprop follows a loop of plain numbers: centered, with and without momentum") {
  for (const double momentum : {0.0, 0.5}) {
    CAPTURE(momentum);
    Tensor p = parameter({2});
    optim::RMSprop rmsprop(
        p, {.lr = 0.1, .alpha = 0.8, .weight_decay = 0.01, .momentum = momentum, .centered = true});
    double x = 2, v = 0, a = 0, b = 0;
    for (int t = 0; t < 10; ++t) {
      const double g = std::sin(t) + 0.3;
      p.set_grad(like(p, {g}));
      rmsprop.step();
      const double d = g + 0.01 * x;
      v = 0.8 * v + 0.2 * d * d;
      a = 0.8 * a + 0.2 * d;
      b = momentum * b + d / (std::sqrt(v - a * a) + 1e-8);
      x -= 0.1 * b;
      check_close(p, {x});
    }
  }
}

TEST_CASE("SGD's dampening spares the first step") {
  Tensor p = parameter({1});
  optim::SGD sgd(p, {.lr = 0.1, .momentum = 0.9, .dampening = 0.5});
  for (const double expected : {0.9, 0.76}) {  // the buffer is 1, then 0.9 * 1 + 0.5 * 1
    p.set_grad(like(p, {1}));
    sgd.step();
    check_close(p, {expected});
  }
}

TEST_CASE("parameters with hyper-parameters of their own are given to optimizers of their own") {
  Tensor p = parameter({-1.25, 1.0}), q = parameter({0.5, -2.0, 3.0});
  optim::SGD slow(p, {.momentum = 0.9}), fast(q, {.lr = 0.05, .momentum = 0.5});
  for (int t = 0; t < 20; ++t) {
    const Values x = values_of(p), y = values_of(q);
    const Values g = reference_gradient({x[0], x[1], y[0], y[1], y[2]});
    p.set_grad(like(p, {g[0], g[1]}));
    q.set_grad(like(q, {g[2], g[3], g[4]}));
    slow.step();
    fast.step();
  }
  check_close(p, {-0.16333358744863033, 0.0390355937978701});
  check_close(q, {0.9476665177185366, -0.9990234375, 2.8247964747965124});
}

TEST_CASE("a new optimizer is its options and one lambda") {
  // PyTorch's Adagrad
  check_trajectory<user::Adagrad>(
      {.lr = 0.1},
      {{{-1.150000000000035, 1.099999999999911, 0.59999999998, -1.900000000001, 2.9000000001},
        {-1.1150332163322458, 1.1367825126024307, 0.6624695047275909, -1.8331035268392113, 2.833103526983372},
        {-1.0727976196569524, 1.1571370760553188, 0.9603523630471977, -1.3765760142366688,
         2.376576014499663}}},
      descend);
}
