// Each fault is provoked on a small network, and found without any other; healthy runs have none.

#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <sstream>
#include <vector>
#include <xgrad/core/create.hpp>
#include <xgrad/core/random.hpp>
#include <xgrad/nn/conv.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/loss.hpp>
#include <xgrad/nn/pool.hpp>
#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/math.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/view.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/diagnosis.hpp>
#include <xgrad/optim/sgd.hpp>

using namespace xg;
using optim::Fault;

namespace {

using Activation = Tensor (*)(const Tensor&);

/// Equal hidden layers and a head for two classes.
struct Chain {
  std::vector<nn::Linear> layers{};
  nn::Linear head{8, 2};
  Activation activation = nullptr;

  Tensor operator()(Tensor x) const {
    for (const nn::Linear& layer : layers) x = activation(layer(x));
    return head(x);
  }
};

Chain chain(int depth, std::int64_t width, Activation activation) {
  Chain net{.head = {width, 2}, .activation = activation};
  for (int i = 0; i < depth; ++i) net.layers.push_back({i == 0 ? 2 : width, width});
  return net;
}

/// Two classes of points in the plane: inside and outside of a circle.
struct Circle {
  Tensor x, label;

  explicit Circle(std::int64_t n, double noise = 0) : x(randn({n, 2})) {
    label = to(sum(square(x), {1}) + noise * randn({n}) > 1.4, int64);
  }
};

struct Run {
  optim::History history{};
  std::vector<optim::Finding> findings{};

  /// The names of all that was found.
  std::string faults() const {
    std::string all;
    for (const optim::Finding& f : findings)
      all += fmt::format("{}{}", all.empty() ? "" : ", ", name_of(f.fault));
    return all;
  }
};

/// Trains on batches of 32, round and round.
template <class Net, class Optimizer, class Loss>
Run train(const Net& net, Optimizer& optimizer, const Circle& data, int steps, const Loss& loss_of,
          const Circle* valid = nullptr) {
  Run run;
  optim::Monitor monitor{net, optimizer, {.every = 5}};
  monitor.write_to(run.history);
  const std::int64_t n = data.x.size(0), batch = std::min<std::int64_t>(32, n);
  for (int t = 0; t < steps; ++t) {
    const std::int64_t first = t * batch % (n - batch + 1);
    const Tensor x = slice(data.x, 0, first, first + batch);
    const Tensor label = slice(data.label, 0, first, first + batch);
    optimizer.zero_grad();
    const Tensor loss = monitor.backward([&] { return loss_of(net(x), label); });
    optimizer.step();
    monitor.step(loss);
    if (valid && t % 20 == 19)
      run.history.add("valid/loss", t, no_grad([&] { return loss_of(net(valid->x), valid->label); }).item());
  }
  run.findings = optim::diagnose(run.history, monitor);
  return run;
}

Tensor cross_entropy(const Tensor& prediction, const Tensor& label) {
  return nn::cross_entropy(prediction, label);
}

}  // namespace

TEST_CASE("nothing is wrong with an MLP that learns, with any usual activation and optimizer") {
  const auto learns = [](Activation activation, const auto& optimizer_of) {
    manual_seed(1);
    const Circle data{2048}, valid{512};
    Chain net = chain(2, 16, activation);
    auto optimizer = optimizer_of(net);
    const Run run = train(net, *optimizer, data, 500, cross_entropy, &valid);
    CHECK(run.history.last("valid/loss") < 0.3);
    CHECK(run.faults() == "");
    CHECK(optim::diagnose(run.history).empty());
  };
  const auto adam = [](const Chain& net) {
    return std::make_unique<optim::Adam>(net, optim::AdamOptions{.lr = 1e-2});
  };
  const auto sgd = [](const Chain& net) {
    return std::make_unique<optim::SGD>(net, optim::SgdOptions{.lr = 0.1, .momentum = 0.9});
  };
  SUBCASE("relu, Adam") { learns(relu, adam); }
  SUBCASE("relu, SGD") { learns(relu, sgd); }
  SUBCASE("tanh, Adam") { learns(tanh, adam); }
  SUBCASE("tanh, SGD") { learns(tanh, sgd); }
  SUBCASE("sigmoid, Adam") { learns(sigmoid, adam); }
}

TEST_CASE("nothing is wrong with a small CNN that learns") {
  manual_seed(2);
  struct {
    nn::Conv2d conv1{1, 6, 3, {.padding = {1, 1}}};
    nn::Conv2d conv2{6, 8, 3};
    nn::MaxPool2d pool{2};
    nn::Linear fc{8 * 3 * 3, 2};
    Tensor operator()(const Tensor& x) const {
      return fc(flatten(pool(relu(conv2(relu(conv1(reshape(x, {-1, 1, 8, 8})))))), 1));
    }
  } net;
  // Bars that lie or stand.
  Circle data{256};
  const Tensor place = randint(0, 8, {256}), bars = to(one_hot(place, 8), float32);
  data.label = randint(0, 2, {256});
  const Tensor lies = reshape(to(data.label, float32), {-1, 1, 1});
  data.x =
      lies * reshape(bars, {-1, 8, 1}) + (1 - lies) * reshape(bars, {-1, 1, 8}) + 0.3 * randn({256, 8, 8});
  optim::Adam adam{net, {.lr = 1e-2}};
  const Run run = train(net, adam, data, 200, cross_entropy, &data);
  CHECK(run.history.find("valid/loss")->value.back() < 0.1);
  CHECK(run.faults() == "");
}

TEST_CASE("a saturated sigmoid at the end of a classifier is no fault") {
  manual_seed(3);
  const Circle data{512};
  Chain net = chain(2, 16, relu);
  optim::Adam adam{net, {.lr = 1e-2}};
  const Run run = train(net, adam, data, 600, [](const Tensor& prediction, const Tensor& label) {
    return nn::binary_cross_entropy(sigmoid(slice(prediction, 1, 0, 1)),
                                    to(reshape(label, {-1, 1}), float32));
  });
  CHECK(run.faults() == "");
}

TEST_CASE("noise of small batches is no fault, even when the first loss was low by chance") {
  manual_seed(15);
  const Tensor noise = square(randn({300}));
  optim::History history;
  for (int t = 0; t < 300; ++t)
    history.add("train/loss", t, t == 0 ? 0.02 : (1 + 50.0 / (t + 50)) * noise.at({t}));
  CHECK(Run{.findings = optim::diagnose(history)}.faults() == "");
}

TEST_CASE("activations that saturate while the network learns are no fault, but while it does not they are") {
  for (const bool learns : {true, false}) {
    CAPTURE(learns);
    Tensor scale = tensor({0.1}, {.requires_grad = true}), next = tensor({1}, {.requires_grad = true});
    const Tensor x = tensor({-1, -0.5, 0.5, 1});
    optim::History history;
    optim::Monitor monitor{std::vector<Tensor>{scale, next}, {.every = 1}};
    monitor.write_to(history);
    for (int t = 0; t < 30; ++t) {
      if (t == 10) assign(scale, tensor({100}));
      monitor.watch([&] { return next * tanh(scale * x); });
      monitor.step();
      history.add("train/loss", t, learns ? 1.0 / (t + 1) : 1.0);
    }
    CHECK(history.last("saturated/tanh after 0") == 1);
    CHECK(Run{.findings = optim::diagnose(history, monitor)}.faults() ==
          (learns ? "" : "saturated activation"));
  }
}

TEST_CASE("gradients vanish through fifteen sigmoids") {
  manual_seed(4);
  const Circle data{256};
  Chain net = chain(15, 16, sigmoid);
  optim::SGD sgd{net, {.lr = 0.1}};
  const Run run = train(net, sgd, data, 60, cross_entropy);
  CHECK(run.faults() == "vanishing gradients");
  CHECK(run.findings.at(0).where == "layers.0.weight");
  CHECK(run.findings[0].figure < 1e-6);
}

TEST_CASE("of layers whose gradient is 0 altogether the first one is named") {
  manual_seed(4);
  const Circle data{256};
  Chain net = chain(50, 8, sigmoid);
  optim::SGD sgd{net, {.lr = 0.1}};
  const Run run = train(net, sgd, data, 30, cross_entropy);
  CHECK(run.faults() == "vanishing gradients");
  CHECK(run.findings.at(0).where == "layers.0.weight");
  CHECK(run.findings[0].message == "its gradient is 0");
}

TEST_CASE("gradients vanish through thirty ReLUs that start with less than He's variance") {
  for (const bool bias : {true, false}) {
    CAPTURE(bias);
    manual_seed(5);
    const Circle data{256};
    Chain net = chain(30, 16, relu);
    if (!bias)
      for (nn::Linear& layer : net.layers) layer.bias = Tensor();
    optim::SGD sgd{net, {.lr = 0.1}};
    const Run run = train(net, sgd, data, 60, cross_entropy);
    CHECK(run.faults() == "vanishing gradients");
  }
}

TEST_CASE("gradients explode through large weights") {
  manual_seed(6);
  const Circle data{256};
  Chain net = chain(20, 16, relu);
  for (nn::Linear& layer : net.layers) nn::init::normal_(layer.weight, 0, 1);
  optim::SGD sgd{net, {.lr = 0.01}};
  const Run run = train(net, sgd, data, 60, cross_entropy);
  CHECK(run.faults() == "exploding gradients");
  CHECK(run.findings.at(0).figure > 1e4);
}

TEST_CASE("ReLUs with a bias of -10 are dead") {
  manual_seed(7);
  const Circle data{256};
  Chain net = chain(2, 16, relu);
  nn::init::constant_(net.layers[1].bias, -10);
  optim::Adam adam{net, {.lr = 1e-3}};
  const Run run = train(net, adam, data, 100, cross_entropy);
  CHECK(run.faults() == "dying ReLUs");
  CHECK(run.findings.at(0).where == "relu after layers.1");
  CHECK(run.findings[0].figure == 1);
}

TEST_CASE("sigmoids and tanhs are saturated when weights are fifty times too large") {
  for (const Activation activation : {Activation(sigmoid), Activation(tanh)}) {
    manual_seed(8);
    const Circle data{256};
    Chain net = chain(3, 16, activation);
    for (nn::Linear& layer : net.layers) assign(layer.weight, 50 * layer.weight.detach());
    optim::Adam adam{net, {.lr = 1e-3}};
    const Run run = train(net, adam, data, 100, cross_entropy);
    CHECK(run.faults() == "saturated activation");
    CHECK(run.findings.at(0).figure > 0.7);
  }
}

TEST_CASE("a learning rate of 1e-6 is too small for Adam and for SGD; the curve of the loss shows it too") {
  for (const bool plain : {false, true}) {
    CAPTURE(plain);
    manual_seed(9);
    const Circle data{256};
    Chain net = chain(2, 16, relu);
    optim::Adam adam{net, {.lr = 1e-6}};
    optim::SGD sgd{net, {.lr = 1e-6}};
    const Run run =
        plain ? train(net, sgd, data, 200, cross_entropy) : train(net, adam, data, 200, cross_entropy);
    CHECK(run.faults() == "learning rate too small");
    CHECK(run.findings.at(0).figure < 1e-4);
    optim::History curve;
    for (int t = 0; t < 200; ++t) curve.add("train/loss", t, 0.69 + 0.02 * std::sin(t));
    REQUIRE(optim::diagnose(curve).size() == 1);
    CHECK(optim::diagnose(curve)[0].fault == Fault::learning_rate_too_small);
  }
}

TEST_CASE("a learning rate is too large if the loss goes up, to NaN or not") {
  const auto mse = [](const Tensor& prediction, const Tensor& label) {
    return nn::mse_loss(slice(prediction, 1, 0, 1), to(reshape(label, {-1, 1}), float32));
  };
  manual_seed(10);
  const Circle data{256};
  SUBCASE("Adam with a rate of 2") {
    Chain net = chain(3, 16, relu);
    optim::Adam adam{net, {.lr = 2}};
    const Run run = train(net, adam, data, 150, cross_entropy);
    CHECK(run.faults() == "learning rate too large");
    CHECK(run.findings.at(0).remedy.find("from 2 to 0.4") != std::string::npos);
  }
  SUBCASE("SGD with a rate of 10, which ends with NaN") {
    Chain net = chain(2, 16, relu);
    optim::SGD sgd{net, {.lr = 10}};
    const Run run = train(net, sgd, data, 100, mse);
    CHECK(run.faults() == "learning rate too large");
    CHECK(run.findings.at(0).message.find("NaN") != std::string::npos);
  }
}

TEST_CASE("a loss may grow beyond the squares of numbers, and be below 0") {
  optim::History huge, below;
  for (int t = 0; t < 40; ++t) huge.add("train/loss", t, std::pow(10.0, 6 * t));
  for (int t = 0; t < 200; ++t) below.add("train/loss", t, -1 - 0.02 * t + 0.05 * std::sin(t));
  CHECK(Run{.findings = optim::diagnose(huge)}.faults() == "learning rate too large");
  CHECK(Run{.findings = optim::diagnose(below)}.faults() == "");
}

TEST_CASE("a learning rate is unstable if the loss keeps jumping back") {
  manual_seed(11);
  const Circle data{256};
  Chain net = chain(2, 16, tanh);
  optim::Adam adam{net};
  int t = 0;
  const Run run = train(net, adam, data, 350, [&](const Tensor& prediction, const Tensor& label) {
    adam.set_lr(++t % 50 == 0 ? 1 : 0.02);
    return cross_entropy(prediction, label);
  });
  CHECK(run.faults() == "unstable learning rate");
  CHECK(run.findings.at(0).figure >= 4);
}

TEST_CASE("a network that learns forty noisy samples by heart overfits") {
  manual_seed(12);
  const Circle data{40, 1.0}, valid{256, 1.0};
  Chain net = chain(2, 64, relu);
  optim::Adam adam{net, {.lr = 3e-3}};
  const Run run = train(net, adam, data, 400, cross_entropy, &valid);
  CHECK(run.faults() == "overfitting");
  REQUIRE(optim::diagnose(run.history).size() == 1);  // the curves alone say it
}

TEST_CASE("parameters that the loss does not depend on are unused") {
  manual_seed(13);
  const Circle data{256};
  struct {
    Chain chain;
    nn::Linear spare{3, 4};
    Tensor operator()(const Tensor& x) const { return chain(x); }
  } net{.chain = chain(2, 16, relu)};
  optim::Adam adam{net, {.lr = 1e-2}};
  const Run run = train(net, adam, data, 100, cross_entropy);
  CHECK(run.faults() == "unused parameter");
  CHECK(run.findings.at(0).where == "spare.weight");
  CHECK(run.findings[0].figure == 2);
}

TEST_CASE("the log of a negative number is a NaN with its op") {
  manual_seed(14);
  const Circle data{256};
  Chain net = chain(2, 16, tanh);
  optim::SGD sgd{net, {.lr = 0.1}};
  const Run run = train(net, sgd, data, 10, [](const Tensor& prediction, const Tensor& label) {
    return -mean(log(gather(prediction, 1, reshape(label, {-1, 1}))));
  });
  CHECK(run.faults() == "NaN or infinity");
  CHECK(run.findings.at(0).where == "log");
  CHECK(run.findings[0].figure == 0);
}

TEST_CASE("curves under other names are diagnosed too, and none without curves") {
  optim::History history;
  CHECK(optim::diagnose(history).empty());
  for (int t = 0; t < 30; ++t) history.add("my loss", t, 1.0 + t);
  CHECK(optim::diagnose(history).empty());
  CHECK(optim::diagnose(history, {.train_loss = "my loss"}).size() == 1);
}

TEST_CASE("a finding prints itself") {
  const optim::Finding finding{Fault::dying_relu,         optim::Severity::warning, "relu after fc1", 0.5,
                               "50 % of its units are 0", "Lower the rate."};
  std::ostringstream out;
  out << finding;
  CHECK(out.str() == "warning: dying ReLUs, relu after fc1: 50 % of its units are 0. Lower the rate.");
  CHECK(fmt::format("{}", finding) == out.str());
}
