#include <fmt/format.h>

#include "training.hpp"

namespace bench {
namespace {

namespace nn = torch::nn;
using nn::Sequential;
using torch::Tensor;

Sequential mlp() {
  return Sequential(nn::Linear(mlp_widths[0], mlp_widths[1]), nn::ReLU(),
                    nn::Linear(mlp_widths[1], mlp_widths[2]), nn::ReLU(),
                    nn::Linear(mlp_widths[2], mlp_widths[3]));
}

Sequential small_mlp() {
  return Sequential(nn::Linear(small_widths[0], small_widths[1]), nn::Tanh(),
                    nn::Linear(small_widths[1], small_widths[2]), nn::Tanh(),
                    nn::Linear(small_widths[2], small_widths[3]));
}

Sequential cnn() {
  return Sequential(nn::Conv2d(1, 32, 3), nn::ReLU(), nn::Conv2d(32, 64, 3), nn::ReLU(), nn::MaxPool2d(2),
                    nn::Flatten(), nn::Linear(9216, 128), nn::ReLU(), nn::Linear(128, 10));
}

Sequential lenet() {
  return Sequential(nn::Conv2d(1, 6, 5), nn::ReLU(), nn::MaxPool2d(2), nn::Conv2d(6, 16, 5), nn::ReLU(),
                    nn::MaxPool2d(2), nn::Flatten(), nn::Linear(256, 120), nn::ReLU(), nn::Linear(120, 84),
                    nn::ReLU(), nn::Linear(84, 10));
}

// Leaves: x, two weights, two scales, two shifts.
Tensor residual_block(const Leaves& l) {
  const auto conv = [](const Tensor& x, const Tensor& w) { return torch::conv2d(x, w, {}, 1, 1); };
  const auto norm = [](const Tensor& x, const Tensor& scale, const Tensor& shift) {
    return torch::batch_norm(x, scale, shift, {}, {}, true, 0.1, 1e-5, true);
  };
  const Tensor inner = torch::relu(norm(conv(l[0], l[1]), l[3], l[5]));
  return torch::relu(norm(conv(inner, l[2]), l[4], l[6]) + l[0]);
}

Task classify(const Sizes& x) {
  const auto batch = [x](unsigned seed) {
    return Task::Batch{normal_tensor(x, 100 + seed), class_tensor({x[0]}, 10, 200 + seed)};
  };
  return {batch,
          [](const Tensor& y, const Tensor& target) { return nn::functional::cross_entropy(y, target); }};
}

Task regress() {
  const auto batch = [](unsigned seed) {
    return Task::Batch{normal_tensor({small_samples, small_widths[0]}, 100 + seed),
                       normal_tensor({small_samples, small_widths[3]}, 200 + seed)};
  };
  return {batch, [](const Tensor& y, const Tensor& target) { return torch::mse_loss(y, target); }};
}

}  // namespace

void add_models() {
  using torch::optim::Adam, torch::optim::SGD;
  const auto sgd = torch::optim::SGDOptions(1e-3).momentum(0.9);
  const auto adam = torch::optim::AdamOptions(1e-4);
  for (std::int64_t batch : {64, 256}) {
    const Task task = classify({batch, mlp_widths[0]});
    add_training<SGD, Sequential>(fmt::format("mlp/{}/sgd", batch), mlp, task, sgd);
    add_training<Adam, Sequential>(fmt::format("mlp/{}/adam", batch), mlp, task, adam);
  }
  add_training<Adam, Sequential>("small_mlp/10000/adam", small_mlp, regress(), adam);
  add_training<Adam, Sequential>("cnn/64/adam", cnn, classify({64, 1, 28, 28}), adam);
  add_training<Adam, Sequential>("lenet/64/adam", lenet, classify({64, 1, 28, 28}), adam);
  add_gradient("residual/32", {{32, 64, 32, 32}, {64, 64, 3, 3}, {64, 64, 3, 3}, {64}, {64}, {64}, {64}},
               residual_block);
}

}  // namespace bench
