#include <cmath>
#include <memory>

#include "workloads.hpp"

namespace bench {
namespace {

using torch::Tensor;

struct Layer {
  Tensor weight, bias;

  static Layer make(std::int64_t in, std::int64_t out, unsigned seed) {
    const double scale = 1 / std::sqrt(static_cast<double>(in));
    return {normal_leaf({out, in}, seed, scale), normal_leaf({out}, seed + 1, scale)};
  }
  Tensor operator()(const Tensor& x) const { return torch::linear(x, weight, bias); }
};

struct Mlp {
  Layer fc1 = Layer::make(mlp_widths[0], mlp_widths[1], 1);
  Layer fc2 = Layer::make(mlp_widths[1], mlp_widths[2], 3);
  Layer fc3 = Layer::make(mlp_widths[2], mlp_widths[3], 5);

  Tensor operator()(const Tensor& x) const { return fc3(torch::relu(fc2(torch::relu(fc1(x))))); }
  std::vector<Tensor> parameters() const {
    return {fc1.weight, fc1.bias, fc2.weight, fc2.bias, fc3.weight, fc3.bias};
  }
};

struct Conv {
  Tensor weight, bias;

  static Conv make(std::int64_t in, std::int64_t out, unsigned seed) {
    const double scale = 1 / std::sqrt(static_cast<double>(in * 9));
    return {normal_leaf({out, in, 3, 3}, seed, scale), normal_leaf({out}, seed + 1, scale)};
  }
  Tensor operator()(const Tensor& x) const { return torch::conv2d(x, weight, bias); }
};

struct Cnn {
  Conv conv1 = Conv::make(1, 32, 1), conv2 = Conv::make(32, 64, 3);
  Layer fc1 = Layer::make(9216, 128, 5), fc2 = Layer::make(128, 10, 7);

  Tensor operator()(const Tensor& x) const {
    const Tensor features = torch::max_pool2d(torch::relu(conv2(torch::relu(conv1(x)))), 2);
    return fc2(torch::relu(fc1(torch::flatten(features, 1))));
  }
  std::vector<Tensor> parameters() const {
    return {conv1.weight, conv1.bias, conv2.weight, conv2.bias, fc1.weight, fc1.bias, fc2.weight, fc2.bias};
  }
};

template <class Net, class Optimizer> struct Training {
  template <class Options>
  Training(const std::vector<std::int64_t>& image, const Options& options)
      : optimizer(net.parameters(), options) {
    std::vector<std::int64_t> shape = image;
    shape.insert(shape.begin(), batch_size);
    for (unsigned i = 0; i < batches; ++i) {
      images.push_back(normal_tensor(shape, 100 + i));
      labels.push_back(class_tensor({batch_size}, 10, 200 + i));
    }
  }

  void step() {
    const std::size_t i = steps++ % batches;
    drop_gradients(net.parameters());
    loss = torch::nn::functional::cross_entropy(net(images[i]), labels[i]);
    loss.backward();
    optimizer.step();
  }

  Net net;
  Optimizer optimizer;
  std::vector<Tensor> images, labels;
  Tensor loss;
  std::size_t steps = 0;
};

template <class Net, class Optimizer, class Options>
void add_training(const std::string& name, std::vector<std::int64_t> image, Options options) {
  add(name, [image, options]() -> Run {
    auto training = std::make_shared<Training<Net, Optimizer>>(image, options);
    return {[training] { training->step(); }, [training] { return training->loss.template item<double>(); }};
  });
}

}  // namespace

void add_models() {
  const auto sgd = torch::optim::SGDOptions(1e-3).momentum(0.9);
  const auto adam = torch::optim::AdamOptions(1e-4);
  add_training<Mlp, torch::optim::SGD>("mlp/64/sgd", {mlp_widths[0]}, sgd);
  add_training<Mlp, torch::optim::Adam>("mlp/64/adam", {mlp_widths[0]}, adam);
  add_training<Cnn, torch::optim::Adam>("cnn/64/adam", {1, 28, 28}, adam);
}

}  // namespace bench
