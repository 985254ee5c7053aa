#pragma once

#include <xgrad/optim/optimizer.hpp>

#include "workloads.hpp"

namespace bench {

/// What a network is trained on: several batches in turn, from a seed each, and a loss of (prediction, target).
struct Task {
  struct Batch {
    xg::Tensor x, target;
  };
  std::function<Batch(unsigned seed)> batch;
  std::function<xg::Tensor(const xg::Tensor&, const xg::Tensor&)> loss;
};
/// Normal numbers in one of ten classes.
Task classify(const xg::Shape& x);

/// Whole training steps of a network.
template <class Net, class Optimizer> struct Training {
  template <class Options>
  Training(Net start_net, const Task& task, Options options)
      : net(std::move(start_net)), loss_of(task.loss), optimizer((start(net), net), options) {
    for (unsigned i = 0; i < batches; ++i) data.push_back(task.batch(i));
  }

  void step() {
    const Task::Batch& batch = data[steps++ % batches];
    optimizer.zero_grad();
    loss = loss_of(net(batch.x), batch.target);
    loss.backward();
    optimizer.step();
  }

  Net net;
  std::function<xg::Tensor(const xg::Tensor&, const xg::Tensor&)> loss_of;
  Optimizer optimizer;
  std::vector<Task::Batch> data{};
  Leaves parameters = xg::parameters(net);
  xg::Tensor loss{};
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
