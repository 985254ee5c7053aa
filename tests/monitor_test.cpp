#include <doctest/doctest.h>

#include <cmath>
#include <vector>
#include <xgrad/core/create.hpp>
#include <xgrad/core/elementwise.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/random.hpp>
#include <xgrad/nn/conv.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/loss.hpp>
#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/dropout.hpp>
#include <xgrad/ops/math.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/view.hpp>
#include <xgrad/optim/monitor.hpp>
#include <xgrad/optim/sgd.hpp>

using namespace xg;

namespace {

struct Net {
  nn::Linear fc1{4, 6};
  nn::Linear fc2{6, 2};
  Tensor operator()(const Tensor& x) const { return fc2(relu(fc1(x))); }
};

const optim::Curve& curve(const optim::Monitor& monitor, const std::string& name) {
  const optim::Curve* found = monitor.history().find(name);
  REQUIRE_MESSAGE(found, name);
  return *found;
}

/// Steps on one batch, each with `loss_of`.
template <class Net, class Loss>
void train(optim::Monitor& monitor, const Net& net, double lr, int steps, const Loss& loss_of) {
  optim::SGD sgd{net, {.lr = lr}};
  for (int t = 0; t < steps; ++t) {
    sgd.zero_grad();
    const Tensor loss = monitor.backward(loss_of);
    sgd.step();
    monitor.step(loss);
  }
}

}  // namespace

TEST_CASE("a monitor takes the norms of gradients, weights and updates of each parameter") {
  manual_seed(1);
  const Net net;
  const Tensor x = randn({8, 4});
  const double weight = norm(net.fc1.weight.detach()).item();
  optim::Monitor monitor{net};
  train(monitor, net, 0.1, 1, [&] { return mean(square(net(x))); });
  const double gradient = norm(net.fc1.weight.grad()).item();
  CHECK(curve(monitor, "gradient_norm/fc1.weight").value == std::vector{gradient});
  CHECK(curve(monitor, "weight_norm/fc1.weight").value == std::vector{weight});
  CHECK(curve(monitor, "update_ratio/fc1.weight").value[0] ==
        doctest::Approx(0.1 * gradient / weight).epsilon(1e-4));
  CHECK(curve(monitor, "gradient_norm/fc2.bias").value.size() == 1);
}

TEST_CASE("a monitor takes its figures every few steps, and the loss and the learning rate at each") {
  manual_seed(1);
  const Net net;
  const Tensor x = randn({8, 4});
  optim::SGD sgd{net, {.lr = 0.25}};
  optim::Monitor monitor{net, sgd, {.every = 3}};
  train(monitor, net, 0.25, 7, [&] { return mean(square(net(x))); });
  CHECK(curve(monitor, "gradient_norm/fc1.weight").step == std::vector<double>{0, 3, 6});
  CHECK(curve(monitor, "rms/relu after fc1").step == std::vector<double>{0, 3, 6});
  CHECK(curve(monitor, "train/loss").step.size() == 7);
  CHECK(curve(monitor, "lr").value == std::vector<double>(7, 0.25));
}

TEST_CASE("a monitor works in parts too, and sees the same") {
  const auto figures = [](bool in_parts) {
    manual_seed(1);
    const Net net;
    const Tensor x = randn({8, 4});
    const auto loss_of = [&] { return mean(square(net(x))); };
    optim::SGD sgd{net, {.lr = 0.1}};
    optim::Monitor monitor{net, {.every = 2}};
    for (int t = 0; t < 4; ++t) {
      sgd.zero_grad();
      if (in_parts)
        monitor.watch(loss_of).backward();
      else
        monitor.backward(loss_of);
      sgd.step();
      monitor.step();
    }
    std::vector<double> all;
    for (const auto& [name, c] : monitor.history().curves())
      all.insert(all.end(), c.value.begin(), c.value.end());
    return all;
  };
  CHECK(figures(true) == figures(false));
  CHECK(figures(true).size() == 2 * (3 * 4 + 2));
}

TEST_CASE("a monitor can write to somebody else's history, where a resumed run goes on") {
  manual_seed(1);
  const Net net;
  const Tensor x = randn({8, 4});
  optim::History history;
  optim::Monitor monitor{net, {.every = 10}};
  monitor.write_to(history, 18);
  train(monitor, net, 0.1, 5, [&] { return mean(square(net(x))); });
  CHECK(history.find("gradient_norm/fc1.weight")->step == std::vector<double>{20});
  CHECK(history.find("train/loss")->step.front() == 18);
  CHECK(&monitor.history() == &history);
}

TEST_CASE("a unit is dead when it was 0 for all examples through the whole window") {
  manual_seed(1);
  Net net;
  net.fc1.bias.mutable_data<float>()[0] = -100;
  net.fc1.bias.mutable_data<float>()[4] = -100;
  for (int i : {1, 2, 3, 5}) net.fc1.bias.mutable_data<float>()[i] = 100;
  const Tensor x = randn({8, 4});
  optim::Monitor monitor{net, {.every = 1, .window = 3}};
  train(monitor, net, 0, 5, [&] { return mean(square(net(x))); });
  CHECK(curve(monitor, "dead/relu after fc1").value == std::vector<double>{0, 0, 2.0 / 6, 2.0 / 6, 2.0 / 6});
  net.fc1.bias.mutable_data<float>()[0] = 100;
  train(monitor, net, 0, 1, [&] { return mean(square(net(x))); });
  CHECK(curve(monitor, "dead/relu after fc1").value.back() == 1.0 / 6);
}

TEST_CASE("the units of a convolution are its channels") {
  manual_seed(1);
  struct {
    nn::Conv2d conv{1, 4, 3};
    nn::Linear out{4 * 6 * 6, 1};
    Tensor operator()(const Tensor& x) const { return out(flatten(relu(conv(x)), 1)); }
  } net;
  net.conv.bias.mutable_data<float>()[2] = -100;
  const Tensor x = randn({5, 1, 8, 8});
  optim::Monitor monitor{net, {.every = 1, .window = 1}};
  train(monitor, net, 0, 1, [&] { return mean(square(net(x))); });
  CHECK(curve(monitor, "dead/relu after conv").value == std::vector{0.25});
}

TEST_CASE("values of a sigmoid or a tanh are saturated where the slope is below a twentieth") {
  const Tensor scale = tensor({1}, {.requires_grad = true}), next = tensor({1}, {.requires_grad = true});
  const std::vector<Tensor> net{scale, next};
  // slopes over their maximum: sigmoid 0.049 at 4.37 and 0.051 at 4.33; tanh 0.049 at 2.2 and 0.051 at 2.17
  const Tensor x = tensor({-4.37, -4.33, 0, 4.37}), z = tensor({-2.2, 2.17, 0, 0});
  optim::Monitor monitor{net};
  monitor.watch([&] { return next * (sigmoid(scale * x) + tanh(scale * z)); });
  monitor.step();
  CHECK(curve(monitor, "saturated/sigmoid after 0").value == std::vector{0.5});
  CHECK(curve(monitor, "saturated/tanh after 0").value == std::vector{0.25});
  CHECK(monitor.history().find("dead/tanh after 0") == nullptr);
}

TEST_CASE("activations know whether layers follow them; those of a loss and of penalties are not hidden") {
  manual_seed(1);
  const Net net;
  const Tensor x = randn({8, 4});
  optim::Monitor monitor{net};
  train(monitor, net, 0.1, 1, [&] { return mean(softplus(-net(x))) + sum(square(net.fc1.weight)); });
  REQUIRE(monitor.activations().size() == 2);
  CHECK(monitor.activations()[0].name == "relu after fc1");
  CHECK(monitor.activations()[0].hidden);
  CHECK(monitor.activations()[1].name == "softplus after fc2");
  CHECK_FALSE(monitor.activations()[1].hidden);
}

TEST_CASE("a histogram counts every value of a small activation") {
  const Tensor w = tensor({1}, {.requires_grad = true});
  optim::Monitor monitor{std::vector<Tensor>{w}};
  monitor.watch([&] { return relu(w * tensor({-1, 0, 4, 1, 1})); });
  const optim::Histogram& h = monitor.activations()[0].latest;
  CHECK(h.lo == 0);
  CHECK(h.hi == 4);
  CHECK(h.counts.front() == 2);
  CHECK(h.counts[h.counts.size() / 4] == 2);
  CHECK(h.counts.back() == 1);
}

TEST_CASE("activations of one's own are watched by name") {
  const Tensor w = tensor({1}, {.requires_grad = true});
  const auto ripple = elementwise("ripple", [](auto v) { return v + sin(v); });
  optim::Monitor monitor{std::vector<Tensor>{w}, {.activations = {"ripple"}}};
  monitor.watch([&] { return ripple(w * tensor({1, 2})); });
  CHECK(monitor.activations()[0].name == "ripple after 0");
}

TEST_CASE("parameters are listed in the order of their use, unused ones last") {
  manual_seed(1);
  struct {
    nn::Linear spare{3, 3};
    nn::Linear second{6, 2};
    nn::Linear first{4, 6};
    Tensor operator()(const Tensor& x) const { return second(tanh(first(x))); }
  } net;
  const Tensor x = randn({8, 4});
  optim::Monitor monitor{net};
  train(monitor, net, 0.1, 1, [&] { return mean(square(net(x))); });
  std::vector<std::string> paths;
  for (const optim::ParameterFigures& p : monitor.parameters())
    if (p.path.ends_with("weight")) paths.push_back(p.path);
  CHECK(paths == std::vector<std::string>{"first.weight", "second.weight", "spare.weight"});
  CHECK(monitor.parameters()[0].ever_had_gradient);
  CHECK_FALSE(monitor.parameters()[4].ever_had_gradient);
}

TEST_CASE("a NaN of the loss is traced to the op that made it") {
  const Tensor w = tensor({1, -1}, {.requires_grad = true});
  optim::Monitor monitor{std::vector<Tensor>{w}};
  train(monitor, std::vector<Tensor>{w}, 0.1, 2, [&] { return sum(square(log(w))); });
  REQUIRE(monitor.non_finite());
  CHECK(monitor.non_finite()->step == 0);
  CHECK(monitor.non_finite()->op == "log");
  CHECK(monitor.non_finite()->text.find("nan at [1]") != std::string::npos);
}

TEST_CASE("a NaN of a gradient is traced too, at a step that is no sample, before the weights are spoiled") {
  const Tensor w = tensor({1, -1}, {.requires_grad = true});
  optim::Monitor monitor{std::vector<Tensor>{w}};
  const std::vector<Tensor> net{w};
  train(monitor, net, 0, 1, [&] { return sum(square(w)); });
  train(monitor, net, 0, 1, [&] { return sum(sqrt(0 * w)); });
  REQUIRE(monitor.non_finite());
  CHECK(monitor.non_finite()->step == 1);
  CHECK(monitor.non_finite()->op == "sqrt");
}

TEST_CASE("NaN that comes with the weights is blamed on no op") {
  const Tensor w = tensor({1, std::nan("")}, {.requires_grad = true});
  optim::Monitor monitor{std::vector<Tensor>{w}};
  monitor.backward([&] { return sum(square(w)); });
  CHECK(monitor.non_finite()->op.empty());
  CHECK(monitor.non_finite()->text == "0 holds NaN or infinity from before this step");
}

TEST_CASE("tracing a NaN leaves gradients and the random stream as they were") {
  const Tensor w = ones({50}, {.requires_grad = true});
  const auto run = [&](const auto& backward) {
    manual_seed(3);
    Tensor(w).zero_grad();
    backward([&] { return sum(dropout(w, 0.5)) + sum(log(-w.detach())); });
    return std::pair(w.grad(), rand({4}));
  };
  optim::Monitor monitor{std::vector<Tensor>{w}};
  const auto plain = run([](const auto& loss) { loss().backward(); });
  const auto watched = run([&](const auto& loss) { monitor.backward(loss); });
  CHECK(monitor.non_finite());
  CHECK(all(plain.first == watched.first).item<bool>());
  CHECK(all(plain.second == watched.second).item<bool>());
}

TEST_CASE("a monitor refuses options without sense") {
  const Net net;
  CHECK_THROWS_WITH_AS(optim::Monitor(net, {.every = 0}),
                       "[Monitor] every 0 and window 10: expected at least 1", ValueError);
  CHECK_THROWS_WITH_AS(optim::Monitor(net, {.window = -2}),
                       "[Monitor] every 10 and window -2: expected at least 1", ValueError);
}
