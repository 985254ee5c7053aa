// Whole training steps.
#include <cmath>
#include <memory>
#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/conv.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/pool.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/ops/view.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/sgd.hpp>

#include "workloads.hpp"

namespace bench {
namespace {

struct Layer {
  xg::Tensor weight, bias;

  static Layer make(std::int64_t in, std::int64_t out, unsigned seed) {
    const double scale = 1 / std::sqrt(static_cast<double>(in));
    return {normal_leaf({out, in}, seed, scale), normal_leaf({out}, seed + 1, scale)};
  }
  xg::Tensor operator()(const xg::Tensor& x) const { return xg::linear(x, weight, bias); }
};

struct Mlp {
  Layer fc1 = Layer::make(mlp_widths[0], mlp_widths[1], 1);
  Layer fc2 = Layer::make(mlp_widths[1], mlp_widths[2], 3);
  Layer fc3 = Layer::make(mlp_widths[2], mlp_widths[3], 5);

  xg::Tensor operator()(const xg::Tensor& x) const { return fc3(xg::relu(fc2(xg::relu(fc1(x))))); }
};

struct Conv {
  xg::Tensor weight, bias;

  static Conv make(std::int64_t in, std::int64_t out, unsigned seed) {
    const double scale = 1 / std::sqrt(static_cast<double>(in * 9));
    return {normal_leaf({out, in, 3, 3}, seed, scale), normal_leaf({out}, seed + 1, scale)};
  }
  xg::Tensor operator()(const xg::Tensor& x) const { return xg::conv2d(x, weight, bias); }
};

struct Cnn {
  Conv conv1 = Conv::make(1, 32, 1), conv2 = Conv::make(32, 64, 3);
  Layer fc1 = Layer::make(9216, 128, 5), fc2 = Layer::make(128, 10, 7);

  xg::Tensor operator()(const xg::Tensor& x) const {
    const xg::Tensor features = xg::max_pool2d(xg::relu(conv2(xg::relu(conv1(x)))), 2);
    return fc2(xg::relu(fc1(xg::flatten(features, 1))));
  }
};

template <class Net, class Optimizer> struct Training {
  template <class Options> Training(const xg::Shape& image, Options options) : optimizer(net, options) {
    xg::Shape shape = image;
    shape.insert(0, batch_size);
    for (unsigned i = 0; i < batches; ++i) {
      images.push_back(normal_tensor(shape, 100 + i));
      labels.push_back(class_tensor({batch_size}, 10, 200 + i));
    }
  }

  void step() {
    const std::size_t i = steps++ % batches;
    optimizer.zero_grad();
    loss = xg::mean(xg::cross_entropy_rows(net(images[i]), labels[i]));
    loss.backward();
    optimizer.step();
  }

  Net net;
  Optimizer optimizer;
  std::vector<xg::Tensor> images, labels;
  xg::Tensor loss;
  std::size_t steps = 0;
};

template <class Net, class Optimizer, class Options>
void add_training(const std::string& name, const xg::Shape& image, Options options) {
  add(name, [image, options]() -> Run {
    auto training = std::make_shared<Training<Net, Optimizer>>(image, options);
    return {[training] { training->step(); }, [training] { return training->loss.item(); }};
  });
}

}  // namespace

void add_models() {
  const xg::optim::SgdOptions sgd{.lr = 1e-3, .momentum = 0.9};
  const xg::optim::AdamOptions adam{.lr = 1e-4};
  add_training<Mlp, xg::optim::SGD>("mlp/64/sgd", {mlp_widths[0]}, sgd);
  add_training<Mlp, xg::optim::Adam>("mlp/64/adam", {mlp_widths[0]}, adam);
  add_training<Cnn, xg::optim::Adam>("cnn/64/adam", {1, 28, 28}, adam);
}

}  // namespace bench
