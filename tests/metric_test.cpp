#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/nn/dropout.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/loader.hpp>
#include <xgrad/nn/loss.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/optim/evaluate.hpp>

#include "support/same_tensors.hpp"

using namespace xg;
using optim::Means;

namespace {

struct Net {
  nn::Linear fc{3, 2};
  nn::Dropout drop{0.5};
  nn::Dropout frozen{0.5, false};
  Tensor operator()(const Tensor& x) const { return frozen(drop(fc(x))); }
};

}  // namespace

TEST_CASE("accuracy is the share of targets with the highest prediction") {
  const Tensor prediction = tensor({{1, 2, 0}, {3, 2, 1}, {0, 0, 1}, {0, 5, 1}});
  CHECK(optim::accuracy(prediction, tensor({1, 0, 0, 1}, {.dtype = int64})) == 0.75);
  const Tensor picture = tensor({{{1, 0}, {0, 1}}});  // [1, 2 classes, 2 pixels]
  CHECK(optim::accuracy(picture, tensor({{0, 0}}, {.dtype = int64})) == 0.5);
  CHECK_THROWS_WITH_AS(optim::accuracy(prediction, zeros({3}, {.dtype = int64})),
                       "[accuracy] prediction [4, 3] needs a target [4], not [3]", ShapeError);
  CHECK_THROWS_WITH_AS(optim::accuracy(zeros({4}), zeros({4}, {.dtype = int64})),
                       "[accuracy] prediction [4] needs a second axis, of classes", ShapeError);
}

TEST_CASE("means weigh each batch by its samples, and go on from their state") {
  Means means;
  means.add({{"loss", 1}, {"accuracy", 0.5}}, 3);
  means.add({{"loss", 2}, {"accuracy", 1}}, 1);
  CHECK(means.values() == optim::Figures{{"loss", 1.25}, {"accuracy", 0.625}});
  Means other;
  other.add({{"something else", 1}}, 1);
  other.load_state(means.state());
  CHECK(other.samples() == 4);
  CHECK(other.values() == means.values());
  CHECK_THROWS_WITH_AS(other.load_state({}), "[load_state] \"samples\" is missing", StructureError);
  CHECK(other.values() == means.values());
}

TEST_CASE("evaluate takes means over all samples, in eval mode, without recording or changing anything") {
  manual_seed(1);
  Net net;
  const Tensor x = randn({10, 3}), y = randint(0, 2, {10});
  nn::DataLoader loader{nn::TensorDataset{x, y}, {.batch_size = 4}};
  const auto random = default_generator().state();
  const optim::Figures figures = optim::evaluate(
      net, loader, nn::cross_entropy,
      {{"accuracy", optim::accuracy},
       {"recorded", [](const Tensor& p, const Tensor&) { return p.requires_grad() ? 1.0 : 0.0; }}});
  CHECK(net.drop.training);
  CHECK_FALSE(net.frozen.training);
  CHECK(default_generator().state() == random);
  const Tensor whole = net.fc(x);
  CHECK(figures.at("loss") == doctest::Approx(nn::cross_entropy(whole, y).item()));
  CHECK(figures.at("accuracy") == doctest::Approx(optim::accuracy(whole, y)));
  CHECK(figures.at("recorded") == 0);
}

TEST_CASE("a loss may also take the model and the whole batch, and measure by itself") {
  Net net;
  nn::DataLoader loader{nn::TensorDataset{randn({10, 3})}, {.batch_size = 4}};
  const auto loss = [](Net& n, const std::array<Tensor, 1>& batch) {
    return optim::Outcome(mean(square(n(batch[0]))), {{"samples", static_cast<double>(batch[0].size(0))}});
  };
  CHECK(optim::evaluate(net, loader, loss).at("samples") == doctest::Approx((16 + 16 + 4) / 10.0));
  const optim::Metrics metrics = {{"accuracy", optim::accuracy}};
  CHECK_THROWS_WITH_AS(optim::evaluate(net, loader, loss, metrics),
                       "[fit] metrics need a loss of (prediction, target): one of (net, batch) measures by "
                       "itself and returns Outcome(loss, {{\"accuracy\", ...}})",
                       ValueError);
}
