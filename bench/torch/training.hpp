#pragma once

#include "workloads.hpp"

namespace bench {

/// What a network is trained on: several batches in turn, from a seed each, and a loss of (prediction, target).
struct Task {
  struct Batch {
    torch::Tensor x, target;
  };
  std::function<Batch(unsigned seed)> batch;
  std::function<torch::Tensor(const torch::Tensor&, const torch::Tensor&)> loss;
};

/// Whole training steps of a network.
template <class Net, class Optimizer> struct Training {
  template <class Options>
  Training(Net start_net, const Task& task, const Options& options)
      : net(std::move(start_net)), loss_of(task.loss), optimizer(net->parameters(), options) {
    start(*net);
    for (unsigned i = 0; i < batches; ++i) data.push_back(task.batch(i));
  }

  void step() {
    const Task::Batch& batch = data[steps++ % batches];
    drop_gradients(parameters);
    loss = loss_of(net->forward(batch.x), batch.target);
    loss.backward();
    optimizer.step();
  }

  Net net;
  std::function<torch::Tensor(const torch::Tensor&, const torch::Tensor&)> loss_of;
  Optimizer optimizer;
  std::vector<Task::Batch> data{};
  Leaves parameters = net->parameters();
  torch::Tensor loss{};
  std::size_t steps = 0;
};

template <class Optimizer, class Net, class Options>
void add_training(const std::string& name, std::function<Net()> make_net, const Task& task, Options options) {
  add(name, [=]() -> Run {
    auto training = std::make_shared<Training<Net, Optimizer>>(make_net(), task, options);
    return {[training] { training->step(); },
            [training] { return checksums(training->loss, training->parameters); }};
  });
}

}  // namespace bench
