#include <doctest/doctest.h>

#include <vector>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/sgd.hpp>

using namespace xg;

namespace {

struct Layer {
  Tensor weight = ones({2, 2}, {.requires_grad = true});
  Tensor bias = ones({2}, {.requires_grad = true});
};

struct Net {
  Layer stem{};
  std::vector<Layer> blocks{{}, {}};
};

/// One step with gradients of ones.
void step(optim::Optimizer& optimizer, const Net& net) {
  for (Tensor& p : parameters(net)) p.set_grad(ones_like(p));
  optimizer.step();
}

double first(const Tensor& p) { return p.dim() == 2 ? p.at({0, 0}) : p.at({0}); }

}  // namespace

TEST_CASE("a group by a pattern of paths has options of its own") {
  Net net;
  optim::SGD sgd{net, {.lr = 0.5}, {{"*.bias", {.lr = 0.25}}}};
  step(sgd, net);
  CHECK(first(net.stem.weight) == 0.5);
  CHECK(first(net.stem.bias) == 0.75);
  CHECK(first(net.blocks[1].weight) == 0.5);
  CHECK(first(net.blocks[1].bias) == 0.75);
}

TEST_CASE("a group by a function of path and tensor, e.g. no decay for biases and scales") {
  Net net;
  const auto no_decay = [](const std::string&, const Tensor& p) { return p.dim() < 2; };
  optim::AdamW adamw{net, {.lr = 0.5, .weight_decay = 0.5}, {{no_decay, {.lr = 0.5, .weight_decay = 0}}}};
  step(adamw, net);
  CHECK(first(net.stem.weight) == doctest::Approx(0.75 - 0.5));
  CHECK(first(net.stem.bias) == doctest::Approx(1 - 0.5));
}

TEST_CASE("of several groups the first one that fits counts") {
  Net net;
  optim::SGD sgd{net, {.lr = 0}, {{"blocks.?.bias", {.lr = 0.25}}, {"blocks.*", {.lr = 0.5}}}};
  step(sgd, net);
  CHECK(first(net.stem.weight) == 1);
  CHECK(first(net.blocks[0].bias) == 0.75);
  CHECK(first(net.blocks[0].weight) == 0.5);
}

TEST_CASE("the rates of groups follow set_lr and scale_lr in their ratio") {
  Net net;
  optim::SGD sgd{net, {.lr = 0.5}, {{"*.bias", {.lr = 0.25}}}};
  sgd.set_lr(1);
  CHECK(sgd.lr().value() == 1);
  CHECK(sgd.groups[0].options.lr.value() == 0.5);
  sgd.set_lr(0.5);
  CHECK(sgd.groups[0].options.lr.value() == 0.25);
  sgd.scale_lr(0.5);
  CHECK(sgd.lr().value() == 0.25);
  CHECK(sgd.groups[0].options.lr.value() == 0.125);
}

TEST_CASE("the rates of all groups are put back as they were, whatever their ratio") {
  Net net;
  optim::SGD sgd{net, {.lr = 0.5}, {{"*.bias", {.lr = 0.25}}}};
  sgd.groups[0].options.lr = 0.1;
  const auto before = sgd.lrs();
  sgd.set_lr(3);
  sgd.set_lrs(before);
  CHECK(sgd.lr().value() == 0.5);
  CHECK(sgd.groups[0].options.lr.value() == 0.1);
  CHECK_THROWS_WITH_AS(sgd.set_lrs({1}), "[set_lrs] 1 learning rates for 2 groups", ValueError);
}

TEST_CASE("groups may have rules of their own, and their state is saved under the same names") {
  Net net;
  optim::SGD sgd{net, {.lr = 0.5}, {{"*.bias", {.lr = 0.5, .momentum = 0.5}}}};
  step(sgd, net);
  const auto state = sgd.state();
  CHECK(state.contains("momentum_buffer.blocks.0.bias"));
  CHECK_FALSE(state.contains("momentum_buffer.blocks.0.weight"));
  sgd.load_state(state);
  step(sgd, net);
  CHECK(first(net.stem.weight) == 0);
  CHECK(first(net.stem.bias) == 1 - 0.5 - 0.75);
}

TEST_CASE("recorded steps know groups") {
  Net net;
  optim::SGD sgd{net, {.lr = 0.5}, {{"stem.*", {.lr = 0.25}}}};
  const Net next = sgd.recorded_step(net, net);
  CHECK(first(next.stem.weight) == 0.75);
  CHECK(first(next.blocks[0].weight) == 0.5);
}

TEST_CASE("groups that make no sense are refused") {
  const Net net;
  CHECK_THROWS_WITH_AS(optim::SGD(net, {}, {{"*.bais", {}}}),
                       "[groups] group 0, *.bais, has no tensor of the model that is not in a group before",
                       ValueError);
  CHECK_THROWS_WITH_AS(optim::SGD(net, {}, {{"*", {}}, {"*.bias", {}}}),
                       "[groups] group 1, *.bias, has no tensor of the model that is not in a group before",
                       ValueError);
  CHECK_THROWS_WITH_AS(optim::SGD(net, {}, {{"*.bias", {.lr = -1}}}), "[SGD] lr -1: expected at least 0",
                       ValueError);
  optim::SGD still{net, {.lr = 0}, {{"*.bias", {}}}};
  CHECK_THROWS_WITH_AS(
      still.set_lr(1),
      "[set_lr] the learning rate was 0 at first, and those of groups keep their ratio to it: "
      "set options.lr and groups[i].options.lr",
      ValueError);
}
