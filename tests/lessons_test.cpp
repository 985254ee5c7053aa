// The classic lessons of backpropagation, each as a small experiment.

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <tuple>
#include <vector>
#include <xgrad/core/create.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/nn/activation.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/loss.hpp>
#include <xgrad/nn/sequential.hpp>
#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/view.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/clip.hpp>
#include <xgrad/optim/penalty.hpp>
#include <xgrad/optim/sgd.hpp>

using namespace xg;

namespace {

using Activation = Tensor (*)(const Tensor&);

struct DeepNet {
  std::vector<nn::Linear> layers{};
  Activation activation = nullptr;

  Tensor operator()(Tensor x) const {
    for (const nn::Linear& layer : layers) x = activation(layer(x));
    return x;
  }
};

/// `depth` square layers without bias whose weights are normal with the given gain over 1/sqrt(width).
DeepNet deep_net(int depth, std::int64_t width, double gain, Activation activation) {
  DeepNet net{.activation = activation};
  for (int i = 0; i < depth; ++i) {
    net.layers.push_back({width, width, {.bias = false}});
    nn::init::normal_(net.layers.back().weight, 0, gain / std::sqrt(static_cast<double>(width)));
  }
  return net;
}

double gradient_norm(const Tensor& p) { return norm(p.grad()).item(); }

/// The norm of the first layer's gradient over that of the last one's.
double gradient_at_the_bottom(const DeepNet& net, std::int64_t width) {
  sum(net(randn({16, width}))).backward();
  return gradient_norm(net.layers.front().weight) / gradient_norm(net.layers.back().weight);
}

/// Trains on one batch and returns the loss of each step.
template <class Net, class Optimizer, class Loss>
std::vector<double> train(Net& net, Optimizer& optimizer, int steps, const Loss& loss_of) {
  std::vector<double> losses;
  for (int t = 0; t < steps; ++t) {
    optimizer.zero_grad();
    const Tensor loss = loss_of(net);
    losses.push_back(loss.item());
    loss.backward();
    optimizer.step();
  }
  return losses;
}

std::int64_t count_small(const Tensor& w, double limit) {
  return count_nonzero(abs(w) < limit).item<std::int64_t>();
}

/// A line seen through noise: 20 features of which 3 matter.
struct Regression {
  Tensor x = randn({60, 20});
  Tensor y = 2 * slice(x, 1, 0, 1) - 3 * slice(x, 1, 1, 2) + slice(x, 1, 2, 3) + 0.5 * randn({60, 1});
};

const std::array<Tensor, 2>& xor_data() {
  static const std::array<Tensor, 2> data = {tensor({{0, 0}, {0, 1}, {1, 0}, {1, 1}}),
                                             tensor({{0}, {1}, {1}, {0}})};
  return data;
}

}  // namespace

TEST_CASE("gradients vanish on the way down through twenty sigmoids, each of which at least quarters them") {
  manual_seed(1);
  CHECK(gradient_at_the_bottom(deep_net(20, 32, 1, sigmoid), 32) < 1e-9);
}

TEST_CASE("gradients survive twenty ReLUs whose weights start with He's variance 2 / n") {
  manual_seed(1);
  const double ratio = gradient_at_the_bottom(deep_net(20, 64, std::sqrt(2.0), relu), 64);
  CHECK(ratio > 0.1);
  CHECK(ratio < 10);
}

TEST_CASE("gradients explode through large weights, and clipping their norm makes training possible") {
  const auto outcome = [](double max_norm) {
    manual_seed(2);
    DeepNet net = deep_net(12, 16, 4, relu);
    const Tensor x = randn({32, 16});
    optim::SGD sgd{net, {.lr = 0.02}};
    std::vector<double> losses;
    for (int t = 0; t < 60; ++t) {
      sgd.zero_grad();
      const Tensor loss = nn::l1_loss(net(x), x);
      losses.push_back(loss.item());
      loss.backward();
      const double norm = optim::clip_grad_norm(net, max_norm);
      if (t == 0) CHECK(norm > 1e4);
      sgd.step();
    }
    return losses.back() / losses.front();
  };
  CHECK(outcome(1) < 0.5);
  CHECK_FALSE(outcome(std::numeric_limits<double>::infinity()) < 0.5);  // NaN, or no better than at first
}

TEST_CASE("one step that is too long kills a ReLU for good, while a leaky ReLU comes back to life") {
  struct Unit {
    Tensor w = ones({1}, {.requires_grad = true}), b = ones({1}, {.requires_grad = true});
  };
  const Tensor x = linspace(0.1, 1, 10), target = 0.5 * x;
  const auto fate = [&](auto activation) {
    Unit unit;
    const auto loss = [&](const Unit& u) { return nn::mse_loss(activation(u.w * x + u.b), target); };
    optim::SGD leap{unit, {.lr = 5}};
    train(unit, leap, 1, loss);
    CHECK(amax(unit.w * x + unit.b).item() < 0);  // negative for all data
    optim::Adam adam{unit, {.lr = 0.1}};
    return train(unit, adam, 400, loss);
  };
  const std::vector<double> dead = fate([](const Tensor& z) { return relu(z); });
  CHECK(dead.back() == dead.front());
  const std::vector<double> alive = fate([](const Tensor& z) { return leaky_relu(z); });
  CHECK(alive.back() < 1e-4);
}

TEST_CASE("a learning rate is too small if nothing moves, and too large beyond 2 / curvature") {
  const auto distance = [](double lr) {
    Tensor x = scalar(1, {.requires_grad = true});
    optim::SGD sgd{x, {.lr = lr}};
    train(x, sgd, 50, [](const Tensor& at) { return 5 * square(at); });  // the curvature is 10
    return std::abs(x.item());
  };
  CHECK(distance(1e-4) > 0.9);
  CHECK(distance(0.05) < 1e-6);
  CHECK(distance(0.19) < 0.1);
  CHECK(distance(0.21) > 10);
}

TEST_CASE("an L1 penalty makes weights sparse, an L2 penalty makes them small but not sparse") {
  const auto weights = [](const auto& penalty) {
    manual_seed(3);
    const Regression data;
    nn::Linear line{20, 1};
    const auto loss = [&](const nn::Linear& l) { return nn::mse_loss(l(data.x), data.y) + penalty(l); };
    optim::Adam adam{line, {.lr = 0.02}};
    train(line, adam, 800, loss);
    adam.set_lr(1e-3);  // at the kink of |w| Adam's steps stay as long as lr
    train(line, adam, 400, loss);
    return line.weight.detach();
  };
  const Tensor plain = weights([](const nn::Linear&) { return scalar(0); });
  const Tensor sparse = weights([](const nn::Linear& l) { return 0.3 * optim::l1_penalty(l); });
  const Tensor small = weights([](const nn::Linear& l) { return 0.3 * optim::l2_penalty(l); });
  CHECK(count_small(plain, 5e-3) <= 3);
  CHECK(count_small(small, 5e-3) <= 3);
  CHECK(count_small(sparse, 5e-3) >= 12);
  CHECK(norm(small).item() < 0.9 * norm(plain).item());
}

TEST_CASE("the gradient of the whole batch is the mean of its mini-batches' gradients") {
  manual_seed(4);
  const Regression data;
  const nn::Linear line{20, 1};
  const auto gradient = [&](std::int64_t first, std::int64_t last) {
    const Tensor loss = nn::mse_loss(line(slice(data.x, 0, first, last)), slice(data.y, 0, first, last));
    return grad(loss, line.weight);
  };
  Tensor mean = zeros({1, 20});
  for (std::int64_t i = 0; i < 60; i += 15) mean += gradient(i, i + 15) / 4;
  CHECK(amax(abs(mean - gradient(0, 60))).item() < 1e-5);
}

TEST_CASE("for the same passes over the data mini-batches get further than full batches, on a rougher way") {
  const auto way = [](std::int64_t batch) {
    manual_seed(5);
    const Regression data;
    nn::Linear line{20, 1};
    optim::SGD sgd{line, {.lr = 0.02}};
    std::vector<double> whole_losses;
    for (int epoch = 0; epoch < 8; ++epoch)
      for (std::int64_t i = 0; i < 60; i += batch) {
        train(line, sgd, 1, [&](const nn::Linear& l) {
          return nn::mse_loss(l(slice(data.x, 0, i, i + batch)), slice(data.y, 0, i, i + batch));
        });
        whole_losses.push_back(nn::mse_loss(line(data.x), data.y).item());
      }
    return whole_losses;
  };
  const auto rises = [](const std::vector<double>& losses) {
    int n = 0;
    for (std::size_t i = 1; i < losses.size(); ++i) n += losses[i] > losses[i - 1];
    return n;
  };
  const std::vector<double> full = way(60), mini = way(4);
  CHECK(mini.back() < 0.5 * full.back());
  CHECK(rises(full) == 0);
  CHECK(rises(mini) > 0);
}

TEST_CASE("a network without activations is one linear map") {
  manual_seed(6);
  const nn::Linear a{5, 8}, b{8, 7}, c{7, 3};
  const nn::Sequential net{a, b, c};
  const Tensor weight = matmul(c.weight, matmul(b.weight, a.weight));
  const Tensor bias = linear(linear(a.bias, b.weight, b.bias), c.weight, c.bias);
  const Tensor x = randn({4, 5});
  CHECK(amax(abs(net(x) - linear(x, weight, bias))).item() < 1e-5);
}

TEST_CASE("XOR needs an activation: without one the loss stays at 1/4, with one it is learned") {
  const auto outcome = [](auto activation) {
    manual_seed(7);
    nn::Sequential net{nn::Linear{2, 8}, activation, nn::Linear{8, 1}};
    optim::Adam adam{net, {.lr = 0.05}};
    const auto& [x, y] = xor_data();
    return train(net, adam, 300, [&x = x, &y = y](const auto& n) { return nn::mse_loss(n(x), y); }).back();
  };
  CHECK(outcome(nn::Identity{}) == doctest::Approx(0.25).epsilon(1e-3));
  CHECK(outcome(nn::Tanh{}) < 1e-3);
}

TEST_CASE("weights that start equal stay equal, so they have to start at random") {
  manual_seed(8);
  nn::Sequential net{nn::Linear{2, 4}, nn::Tanh{}, nn::Linear{4, 1}};
  for (Tensor& p : parameters(net)) nn::init::constant_(p, 0.5);
  optim::Adam adam{net, {.lr = 0.05}};
  const auto& [x, y] = xor_data();
  train(net, adam, 100, [&x = x, &y = y](const auto& n) { return nn::mse_loss(n(x), y); });
  const Tensor& hidden = std::get<0>(net).weight;
  CHECK(hidden.at({0, 0}) != 0.5);
  for (std::int64_t unit = 1; unit < 4; ++unit) CHECK(hidden.at({unit, 0}) == hidden.at({0, 0}));
}

TEST_CASE("momentum hurries along a narrow valley where plain descent zigzags") {
  const auto height = [](double momentum) {
    Tensor x = tensor({10, 1}, {.requires_grad = true});
    const Tensor curvature = tensor({0.02, 2});
    optim::SGD sgd{x, {.lr = 0.5, .momentum = momentum}};
    return train(x, sgd, 150, [&](const Tensor& at) { return sum(curvature * square(at)) / 2; }).back();
  };
  CHECK(height(0.9) < 0.01 * height(0));
}
