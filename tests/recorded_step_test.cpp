#include <doctest/doctest.h>

#include <cmath>
#include <vector>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/rmsprop.hpp>
#include <xgrad/optim/sgd.hpp>

#include "support/recorded_run.hpp"

using namespace xg;
using namespace xg::test;
using optim::Hyper;

TEST_CASE("recorded steps have the bits of steps in place") {
  check_same_bits<optim::SGD>({.lr = 0.1, .weight_decay = 0.01});
  check_same_bits<optim::SGD>({.lr = 0.1, .momentum = 0.9, .dampening = 0.1});
  check_same_bits<optim::SGD>({.lr = 0.1, .momentum = 0.9, .nesterov = true, .maximize = true});
  check_same_bits<optim::Adam>({.lr = 0.1, .weight_decay = 0.01});
  check_same_bits<optim::AdamW>({.lr = 0.1});
  check_same_bits<optim::RMSprop>({});
  check_same_bits<optim::RMSprop>({.momentum = 0.9});
  check_same_bits<optim::RMSprop>({.centered = true});
  check_same_bits<optim::RMSprop>({.momentum = 0.9, .centered = true});
  check_same_bits<optim::Adam>({.lr = 0.1}, float64);
}

TEST_CASE("a hyper-parameter that is a tensor gives the bits of the number") {
  check_same_bits<optim::SGD>({.lr = scalar(0.1), .momentum = scalar(0.9)});
  check_same_bits<optim::Adam>({.lr = scalar(0.1, {.dtype = float64})});
}

TEST_CASE("the gradient by SGD's hyper-parameters through twenty steps is that of the whole run") {
  using optim::SGD;
  CHECK(is_meta_gradient(0.05, [](const Hyper& x) { return loss_after_training<SGD>({.lr = x}); }));
  CHECK(is_meta_gradient(
      0.02, [](const Hyper& x) { return loss_after_training<SGD>({.lr = x, .momentum = 0.8}); }));
  CHECK(is_meta_gradient(
      0.8, [](const Hyper& x) { return loss_after_training<SGD>({.lr = 0.02, .momentum = x}); }));
  CHECK(is_meta_gradient(0.8, [](const Hyper& x) {
    return loss_after_training<SGD>({.lr = 0.02, .momentum = x, .nesterov = true});
  }));
  CHECK(is_meta_gradient(0.3, [](const Hyper& x) {
    return loss_after_training<SGD>({.lr = 0.02, .momentum = 0.8, .dampening = x});
  }));
  CHECK(is_meta_gradient(
      0.1, [](const Hyper& x) { return loss_after_training<SGD>({.lr = 0.05, .weight_decay = x}); }));
}

TEST_CASE("the gradient by Adam's hyper-parameters through twenty steps is that of the whole run") {
  using optim::Adam, optim::AdamW;
  CHECK(is_meta_gradient(0.05, [](const Hyper& x) { return loss_after_training<Adam>({.lr = x}); }));
  CHECK(is_meta_gradient(0.9, [](const Hyper& x) {
    return loss_after_training<Adam>({.lr = 0.05, .betas = {x, 0.99}});
  }));
  CHECK(is_meta_gradient(0.99, [](const Hyper& x) {
    return loss_after_training<Adam>({.lr = 0.05, .betas = {0.9, x}});
  }));
  CHECK(is_meta_gradient(0.1,
                         [](const Hyper& x) { return loss_after_training<Adam>({.lr = 0.05, .eps = x}); }));
  CHECK(is_meta_gradient(
      0.1, [](const Hyper& x) { return loss_after_training<Adam>({.lr = 0.05, .weight_decay = x}); }));
  CHECK(is_meta_gradient(
      0.1, [](const Hyper& x) { return loss_after_training<AdamW>({.lr = 0.05, .weight_decay = x}); }));
  CHECK(is_meta_gradient(
      0.05, [](const Hyper& x) { return loss_after_training<AdamW>({.lr = x, .weight_decay = 0.1}); }));
}

TEST_CASE("the gradient by RMSprop's hyper-parameters through twenty steps is that of the whole run") {
  using optim::RMSprop;
  CHECK(is_meta_gradient(0.02, [](const Hyper& x) { return loss_after_training<RMSprop>({.lr = x}); }));
  CHECK(is_meta_gradient(0.9, [](const Hyper& x) { return loss_after_training<RMSprop>({.alpha = x}); }));
  CHECK(is_meta_gradient(0.02, [](const Hyper& x) {
    return loss_after_training<RMSprop>({.lr = x, .alpha = 0.9, .momentum = 0.5, .centered = true});
  }));
}

TEST_CASE("rules pass gradcheck of first and second order, by parameter, gradient and hyper-parameter") {
  check_derivatives<optim::SGD>(
      [](const Tensor& x) { return optim::SgdOptions{.lr = x, .weight_decay = x}; });
  check_derivatives<optim::SGD>(
      [](const Tensor& x) { return optim::SgdOptions{.lr = x, .momentum = x, .nesterov = true}; });
  check_derivatives<optim::Adam>([](const Tensor& x) {
    return optim::AdamOptions{.lr = x, .betas = {x, 1 - x}, .eps = x, .weight_decay = x};
  });
  check_derivatives<optim::AdamW>([](const Tensor& x) {
    return optim::AdamWOptions{.lr = x, .betas = {x, 1 - x}, .eps = x, .weight_decay = x};
  });
  check_derivatives<optim::RMSprop>([](const Tensor& x) {
    return optim::RmspropOptions{.lr = x, .alpha = x, .eps = x, .weight_decay = x};
  });
  check_derivatives<optim::RMSprop>([](const Tensor& x) {
    return optim::RmspropOptions{.lr = x, .alpha = x, .momentum = x, .centered = true};
  });
}

TEST_CASE("derivatives stay finite where all gradients were zero, the second ones too") {
  check_finite_at_zero<optim::Adam>({});
  check_finite_at_zero<optim::RMSprop>({});
  check_finite_at_zero<optim::RMSprop>({.momentum = 0.9, .centered = true});
}

TEST_CASE("descending on the meta-gradient finds a better learning rate") {
  Tensor log_lr = scalar(std::log(1e-3), {.dtype = float64, .requires_grad = true});
  const auto outcome = [&] { return loss_after_training<optim::SGD>({.lr = exp(log_lr), .momentum = 0.5}); };
  const double before = outcome().item();
  optim::Adam meta{log_lr, {.lr = 0.3}};
  for (int t = 0; t < 12; ++t) {
    meta.zero_grad();
    outcome().backward();
    meta.step();
  }
  CHECK(outcome().item() < before - 1);
  CHECK(std::exp(log_lr.item()) > 1e-2);
}

TEST_CASE("a recorded step leaves the model, tensors without gradient and numbers as they are") {
  const Net net;
  optim::SGD sgd{net, {.lr = 1}};
  const Net next = sgd.recorded_step(net, gradients_of(net));
  CHECK(net.weight.is_leaf());
  CHECK(net.weight.at({0, 0}) == 0.5);
  CHECK(next.weight.at({0, 0}) != 0.5);
  CHECK(next.idle.is_same(net.idle));
  CHECK_FALSE(next.none.defined());
}

TEST_CASE("tensors that are one before a recorded step are one after it") {
  struct Tied {
    Tensor encoder = ones({2}, {.requires_grad = true});
    Tensor decoder = encoder;
  };
  Tied tied;
  optim::SGD sgd{tied, {.lr = 0.25}};
  tied = sgd.recorded_step(tied, grad(sum(tied.encoder * tied.decoder), tied, {.create_graph = true}));
  CHECK(tied.encoder.is_same(tied.decoder));
  CHECK(tied.encoder.at({0}) == 0.5);
}

TEST_CASE("the dtype of a parameter survives a learning rate of another one") {
  const Tensor p = ones({}, {.requires_grad = true});
  const Tensor lr = scalar(0.1, {.dtype = float64, .requires_grad = true});
  const Tensor next = optim::SGD{p, {.lr = lr}}.recorded_step(p, ones({}));
  CHECK(next.dtype() == float32);
  CHECK(grad(next, lr).dtype() == float64);
}

TEST_CASE("steps in place may follow recorded ones") {
  Net net;
  optim::SGD sgd{net, {.lr = 0.1, .momentum = 0.5}};
  sgd.recorded_step(net, gradients_of(net));
  net.bias.set_grad(ones_like(net.bias));
  const double buffer = sgd.state().at("momentum_buffer.bias").at({0});
  sgd.step();
  CHECK(net.bias.at({0}) == doctest::Approx(0.5 - 0.1 * (0.5 * buffer + 1)).epsilon(1e-12));
}

TEST_CASE("a detached state no longer leads back to earlier steps") {
  const Tensor p = ones({2}, {.requires_grad = true});
  const Tensor g = ones({2}, {.requires_grad = true});
  optim::SGD sgd{p, {.lr = 0.1, .momentum = 0.5}};
  const auto second_step_knows_g = [&] {
    sgd.recorded_step(p, g);
    return [&](bool detached) {
      if (detached) sgd.detach_state();
      const Tensor after = sgd.recorded_step(p, zeros({2}));
      return grad(sum(after), g, {.allow_unused = true}).defined();
    };
  }();
  CHECK(second_step_knows_g(false));
  CHECK_FALSE(second_step_knows_g(true));
}

TEST_CASE("a recorded step refuses another model and gradients that do not fit") {
  const Net net;
  optim::SGD sgd{net};
  Net wrong = net;
  wrong.bias = zeros({3}, {.dtype = float64});
  CHECK_THROWS_WITH_AS(
      sgd.recorded_step(net, wrong),
      "[recorded_step] the gradient of \"bias\" is float64 [3], the parameter is float64 [2]", ShapeError);
  const std::vector<Tensor> list = {net.weight};
  CHECK_THROWS_WITH_AS(
      sgd.recorded_step(list, list),
      "[recorded_step] the model has 1 tensors, the optimizer was made for 4: make one for this "
      "model",
      StructureError);
}
