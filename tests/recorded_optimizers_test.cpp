#include <doctest/doctest.h>

#include <xgrad/optim/adagrad.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/adam_variants.hpp>
#include <xgrad/optim/sign_based.hpp>

#include "support/recorded_run.hpp"

using namespace xg;
using namespace xg::test;
using optim::Hyper;

TEST_CASE("recorded steps of every fused rule have the bits of steps in place") {
  check_same_bits<optim::Adam>({.lr = 0.1, .weight_decay = 0.01, .amsgrad = true});
  check_same_bits<optim::AdamW>({.lr = 0.1, .amsgrad = true});
  check_same_bits<optim::Adamax>({.weight_decay = 0.01});
  check_same_bits<optim::NAdam>({.weight_decay = 0.01});
  check_same_bits<optim::RAdam>({.weight_decay = 0.01});
  check_same_bits<optim::AdaBelief>({.weight_decay = 0.01});
  check_same_bits<optim::Adagrad>({.lr_decay = 0.1, .initial_accumulator_value = 0.1});
  check_same_bits<optim::Adadelta>({.weight_decay = 0.01});
  check_same_bits<optim::ASGD>({.t0 = 5});
  check_same_bits<optim::Rprop>({});
  check_same_bits<optim::Lion>({.weight_decay = 0.01, .maximize = true});
}

TEST_CASE("the gradient by the learning rate through twenty steps is that of the whole run") {
  const auto check = []<class Optimizer>(double lr) {
    CHECK(is_meta_gradient(lr, [](const Hyper& x) { return loss_after_training<Optimizer>({.lr = x}); }));
  };
  check.operator()<optim::Adamax>(0.05);
  check.operator()<optim::NAdam>(0.05);
  check.operator()<optim::RAdam>(0.05);
  check.operator()<optim::AdaBelief>(0.05);
  check.operator()<optim::Adagrad>(0.05);
  check.operator()<optim::Adadelta>(1);
  check.operator()<optim::ASGD>(0.05);
  check.operator()<optim::Rprop>(0.01);
  check.operator()<optim::Lion>(0.01);
  CHECK(is_meta_gradient(
      0.05, [](const Hyper& x) { return loss_after_training<optim::Adam>({.lr = x, .amsgrad = true}); }));
}

TEST_CASE("the gradient by other hyper-parameters through twenty steps is that of the whole run") {
  CHECK(is_meta_gradient(0.99, [](const Hyper& x) {
    return loss_after_training<optim::RAdam>({.betas = {0.9, x}});
  }));
  CHECK(is_meta_gradient(0.9, [](const Hyper& x) {
    return loss_after_training<optim::NAdam>({.betas = {x, 0.99}});
  }));
  CHECK(is_meta_gradient(0.9, [](const Hyper& x) {
    return loss_after_training<optim::Adamax>({.betas = {x, 0.99}});
  }));
  CHECK(is_meta_gradient(0.75, [](const Hyper& x) {
    return loss_after_training<optim::ASGD>({.lr = 0.05, .lambd = 0.5, .alpha = x});
  }));
  CHECK(
      is_meta_gradient(0.9, [](const Hyper& x) { return loss_after_training<optim::Adadelta>({.rho = x}); }));
  CHECK(is_meta_gradient(1.2, [](const Hyper& x) {
    return loss_after_training<optim::Rprop>({.etas = {0.5, x}});
  }));
}

TEST_CASE("every smooth rule passes gradcheck of first and second order") {
  check_derivatives<optim::Adam>([](const Tensor& x) {
    return optim::AdamOptions{.lr = x, .betas = {x, 1 - x}, .eps = x, .amsgrad = true};
  });
  check_derivatives<optim::Adamax>([](const Tensor& x) {
    return optim::AdamaxOptions{.lr = x, .betas = {x, x}, .eps = x, .weight_decay = x};
  });
  check_derivatives<optim::NAdam>([](const Tensor& x) {
    return optim::NAdamOptions{.lr = x, .betas = {x, 1 - x}, .eps = x, .weight_decay = x};
  });
  check_derivatives<optim::RAdam>([](const Tensor& x) {
    return optim::RAdamOptions{.lr = x, .betas = {x, 0.9}, .eps = x, .weight_decay = x};
  });
  check_derivatives<optim::AdaBelief>([](const Tensor& x) {
    return optim::AdaBeliefOptions{.lr = x, .betas = {x, 1 - x}, .eps = x, .weight_decay = x};
  });
  check_derivatives<optim::Adagrad>([](const Tensor& x) {
    return optim::AdagradOptions{
        .lr = x, .lr_decay = x, .weight_decay = x, .initial_accumulator_value = x, .eps = x};
  });
  check_derivatives<optim::Adadelta>(
      [](const Tensor& x) { return optim::AdadeltaOptions{.lr = x, .rho = x, .eps = x, .weight_decay = x}; });
  check_derivatives<optim::ASGD>(
      [](const Tensor& x) { return optim::AsgdOptions{.lr = x, .lambd = x, .alpha = x, .weight_decay = x}; });
}

TEST_CASE("first and second derivatives of every rule are finite at zero gradients") {
  check_finite_at_zero<optim::Adam>({.amsgrad = true});
  check_finite_at_zero<optim::Adamax>({});
  check_finite_at_zero<optim::NAdam>({});
  check_finite_at_zero<optim::RAdam>({});
  check_finite_at_zero<optim::AdaBelief>({});
  check_finite_at_zero<optim::Adagrad>({});
  check_finite_at_zero<optim::Adadelta>({});
  check_finite_at_zero<optim::ASGD>({});
  check_finite_at_zero<optim::Rprop>({});
  check_finite_at_zero<optim::Lion>({});
}
