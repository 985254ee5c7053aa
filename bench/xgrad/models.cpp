// Whole training steps of networks of layers.
#include <fmt/format.h>
#include <xgrad/nn/activation.hpp>
#include <xgrad/nn/conv.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/loss_classes.hpp>
#include <xgrad/nn/loss_regression.hpp>
#include <xgrad/ops/norm.hpp>
#include <xgrad/ops/pool.hpp>
#include <xgrad/ops/view.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/sgd.hpp>

#include "training.hpp"

namespace bench {
namespace {

namespace nn = xg::nn;
using xg::Tensor;

struct Mlp {
  nn::Linear fc1{mlp_widths[0], mlp_widths[1]}, fc2{mlp_widths[1], mlp_widths[2]},
      fc3{mlp_widths[2], mlp_widths[3]};

  Tensor operator()(const Tensor& x) const { return fc3(xg::relu(fc2(xg::relu(fc1(x))))); }
};

struct SmallMlp {
  nn::Linear fc1{small_widths[0], small_widths[1]}, fc2{small_widths[1], small_widths[2]},
      fc3{small_widths[2], small_widths[3]};

  Tensor operator()(const Tensor& x) const { return fc3(xg::tanh(fc2(xg::tanh(fc1(x))))); }
};

struct Cnn {
  nn::Conv2d conv1{1, 32, 3}, conv2{32, 64, 3};
  nn::Linear fc1{9216, 128}, fc2{128, 10};

  Tensor operator()(const Tensor& x) const {
    const Tensor features = xg::max_pool2d(xg::relu(conv2(xg::relu(conv1(x)))), 2);
    return fc2(xg::relu(fc1(xg::flatten(features, 1))));
  }
};

struct LeNet {
  nn::Conv2d conv1{1, 6, 5}, conv2{6, 16, 5};
  nn::Linear fc1{256, 120}, fc2{120, 84}, fc3{84, 10};

  Tensor operator()(const Tensor& x) const {
    const Tensor low = xg::max_pool2d(xg::relu(conv1(x)), 2), high = xg::max_pool2d(xg::relu(conv2(low)), 2);
    return fc3(xg::relu(fc2(xg::relu(fc1(xg::flatten(high, 1))))));
  }
};

// Leaves: x, two weights, two scales, two shifts.
Tensor residual_block(const Leaves& l) {
  const auto conv = [](const Tensor& x, const Tensor& w) { return xg::conv2d(x, w, {}, {.padding = 1}); };
  const auto norm = [](const Tensor& x, const Tensor& scale, const Tensor& shift) {
    return xg::batch_norm(x, {}, {}, scale, shift, true);
  };
  const Tensor inner = xg::relu(norm(conv(l[0], l[1]), l[3], l[5]));
  return xg::relu(norm(conv(inner, l[2]), l[4], l[6]) + l[0]);
}

// Four numbers from four, as in SimpleChains.jl.
Task regress() {
  const auto batch = [](unsigned seed) {
    return Task::Batch{normal_tensor({small_samples, small_widths[0]}, 100 + seed),
                       normal_tensor({small_samples, small_widths[3]}, 200 + seed)};
  };
  return {batch, [](const Tensor& y, const Tensor& target) { return nn::mse_loss(y, target); }};
}

}  // namespace

Task classify(const xg::Shape& x) {
  const auto batch = [x](unsigned seed) {
    return Task::Batch{normal_tensor(x, 100 + seed), class_tensor({x[0]}, 10, 200 + seed)};
  };
  return {batch, [](const Tensor& y, const Tensor& target) { return nn::cross_entropy(y, target); }};
}

void add_models() {
  using xg::optim::Adam, xg::optim::AdamOptions, xg::optim::SGD, xg::optim::SgdOptions;
  const SgdOptions sgd{.lr = 1e-3, .momentum = 0.9};
  const AdamOptions adam{.lr = 1e-4};
  for (std::int64_t batch : {64, 256}) {
    const Task task = classify({batch, mlp_widths[0]});
    add_training<SGD, Mlp>(
        fmt::format("mlp/{}/sgd", batch), [] { return Mlp(); }, task, sgd);
    add_training<Adam, Mlp>(
        fmt::format("mlp/{}/adam", batch), [] { return Mlp(); }, task, adam);
  }
  add_training<Adam, SmallMlp>(
      "small_mlp/10000/adam", [] { return SmallMlp(); }, regress(), adam);
  add_training<Adam, Cnn>(
      "cnn/64/adam", [] { return Cnn(); }, classify({64, 1, 28, 28}), adam);
  add_training<Adam, LeNet>(
      "lenet/64/adam", [] { return LeNet(); }, classify({64, 1, 28, 28}), adam);
  add_gradient("residual/32", {{32, 64, 32, 32}, {64, 64, 3, 3}, {64, 64, 3, 3}, {64}, {64}, {64}, {64}},
               residual_block);
}

}  // namespace bench
