#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>
#include <xgrad/core/backward.hpp>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/elementwise.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/nn/nn.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/tensors.hpp"

namespace {

using doctest::Approx;
using xg::as_double;
using xg::largest;
using xg::paths;
using xg::random_doubles;
using xg::same;
using xg::Shape;
using xg::Tensor;
namespace nn = xg::nn;

std::vector<double> values(const Tensor& x) {
  const Tensor dense = xg::contiguous(xg::to(x.detach(), xg::float64));
  return {dense.data<double>(), dense.data<double>() + dense.numel()};
}

/// A model as a user would write it.
struct Mlp {
  int in, hidden, out;
  nn::Linear fc1{in, hidden};
  nn::Linear fc2{hidden, out, {.bias = false}};
  nn::Dropout drop{0.5};
  Tensor operator()(const Tensor& x) const { return fc2(drop(xg::mish(fc1(x)))); }
};

/// Every kind of layer that has tensors.
struct Everything {
  nn::Embedding words{7, 6, {.padding_idx = 0, .dtype = xg::float64}};
  nn::LayerNorm layer_norm{6, {.dtype = xg::float64}};
  nn::Conv2d conv{1, 4, {3, 2}, {.padding = 1, .dtype = xg::float64}};
  nn::BatchNorm2d batch_norm{4, {.dtype = xg::float64}};
  nn::PReLU prelu{4, {.dtype = xg::float64}};
  nn::AvgPool2d pool{2};
  nn::MaxPool2d sample{{1, 2}, {.stride = 1}};
  nn::Sequential<nn::Flatten, nn::Linear, nn::Tanh> head{
      nn::Flatten{}, nn::Linear{16, 2, {.dtype = xg::float64}}, nn::Tanh{}};

  Tensor operator()(const Tensor& index) const {
    const Tensor x = layer_norm(words(index));
    return head(sample(pool(prelu(batch_norm(conv(xg::unsqueeze(x, 1)))))));
  }
};

}  // namespace

TEST_CASE("Linear is x weight^T + bias for any leading axes, with or without bias") {
  const nn::Linear fc{3, 2, {.dtype = xg::float64}};
  const Tensor x = random_doubles({4, 5, 3});
  const Tensor y = fc(x);
  CHECK(y.shape() == Shape{4, 5, 2});
  double expected = fc.bias.at({1});
  for (std::int64_t k = 0; k < 3; ++k) expected += x.at({2, 3, k}) * fc.weight.at({1, k});
  CHECK(y.at({2, 3, 1}) == Approx(expected));
  const nn::Linear bare{3, 2, {.bias = false, .dtype = xg::float64}};
  CHECK_FALSE(bare.bias.defined());
  CHECK(values(bare(xg::zeros({1, 3}, as_double))) == std::vector<double>{0, 0});
}

TEST_CASE("layers start within PyTorch's bounds") {
  xg::manual_seed(1);
  const nn::Linear fc{100, 200};
  CHECK(fc.weight.shape() == Shape{200, 100});
  CHECK(largest(fc.weight) <= 0.1);
  CHECK(largest(fc.weight) > 0.0999);
  CHECK(largest(fc.bias) <= 0.1);
  CHECK(largest(fc.bias) > 0.09);
  const nn::Conv2d conv{8, 64, {5, 5}, {.groups = 2}};
  CHECK(conv.weight.shape() == Shape{64, 4, 5, 5});
  CHECK(largest(conv.weight) <= 0.1);
  CHECK(largest(conv.weight) > 0.0999);
  CHECK(largest(conv.bias) <= 0.1);
}

TEST_CASE("a model is a plain struct whose fields depend on those before") {
  Mlp net{4, 8, 2};
  CHECK(paths(net) == std::vector<std::string>{"fc1.weight", "fc1.bias", "fc2.weight"});
  CHECK(xg::count_parameters(net) == 4 * 8 + 8 + 8 * 2);
  CHECK(net.fc1.weight.dtype() == xg::float32);
  net(xg::ones({3, 4})).backward(xg::ones({3, 2}));
  for (const Tensor& p : xg::parameters(net)) CHECK(p.grad().shape() == p.shape());
}

TEST_CASE("a copy of a layer shares its tensors, a clone does not") {
  const nn::Linear fc{2, 2};
  const nn::Linear copy = fc, cloned = xg::clone(fc);
  CHECK(copy.weight.is_same(fc.weight));
  CHECK(values(cloned.weight) == values(fc.weight));
  CHECK(cloned.weight.impl().data != fc.weight.impl().data);
}

TEST_CASE("train and eval reach every layer that behaves differently") {
  struct Net {
    nn::BatchNorm2d norm{3};
    std::vector<nn::Dropout> drops = {nn::Dropout{}, nn::Dropout{}};
  };
  Net net;
  xg::eval(net);
  CHECK_FALSE(net.norm.training);
  CHECK_FALSE(net.drops[1].training);
  xg::train(net);
  CHECK(net.norm.training);
  CHECK(net.drops[1].training);
}

TEST_CASE("all layers together pass gradcheck, in training and in evaluation") {
  xg::manual_seed(2);
  Everything net;
  CHECK(paths(net) == std::vector<std::string>{"words.weight", "layer_norm.weight", "layer_norm.bias",
                                               "conv.weight", "conv.bias", "batch_norm.weight",
                                               "batch_norm.bias", "batch_norm.running_mean",
                                               "batch_norm.running_var", "batch_norm.num_batches_tracked",
                                               "prelu.weight", "head.1.weight", "head.1.bias"});
  const Tensor index = xg::reshape(xg::remainder(xg::arange(12) * 5, 6) + 1, {3, 4});
  const auto loss = [&](Everything& model) { return xg::sum(model(index) * random_doubles({3, 2}, 5)); };
  CHECK(xg::gradcheck(loss, net));
  xg::eval(net);
  CHECK(xg::gradcheck(loss, net));
  CHECK(xg::gradgradcheck(loss, net));
}

TEST_CASE("a model of all layers comes back from a file") {
  Everything saved, loaded;
  saved(xg::reshape(xg::arange(4), {1, 4}));
  const auto path = std::filesystem::temp_directory_path() / ("xgrad_layers_" + std::to_string(::getpid()));
  xg::save_safetensors(path, saved);
  xg::load_safetensors(path, loaded);
  std::filesystem::remove(path);
  xg::zip_leaves_of<Tensor>(saved, loaded, [](const std::string& name, const Tensor& a, const Tensor& b) {
    CAPTURE(name);
    CHECK(values(a) == values(b));
  });
  CHECK(loaded.batch_norm.num_batches_tracked.item() == 1);
}

TEST_CASE("Conv2d passes its options on, and images may come alone") {
  const nn::Conv2d conv{2, 4, {3, 2}, {.stride = {2, 1}, .padding = {1, 0}, .groups = 2, .bias = false}};
  CHECK(paths(conv) == std::vector<std::string>{"weight"});
  CHECK(conv(xg::ones({5, 2, 6, 7})).shape() == Shape{5, 4, 3, 6});
  CHECK(conv(xg::ones({2, 6, 7})).shape() == Shape{4, 3, 6});
  CHECK(nn::Conv2d{1, 1, 2, {.dilation = 3}}(xg::ones({1, 1, 4, 5})).shape() == Shape{1, 1, 1, 2});
}

TEST_CASE("Conv2d refuses channels that do not divide into its groups") {
  const auto make = [](std::int64_t in, std::int64_t groups) {
    return nn::Conv2d{in, 8, 3, {.groups = groups}};
  };
  CHECK_THROWS_WITH_AS(make(3, 2), "[Conv2d] 3 input and 8 output channels do not divide into 2 groups",
                       xg::ValueError);
  CHECK_THROWS_AS(make(4, 0), xg::ValueError);
}

TEST_CASE("pools take their kernel's size as stride unless told") {
  const Tensor x = xg::reshape(xg::arange(0, 16, 1, as_double), {1, 1, 4, 4});
  CHECK(values(nn::MaxPool2d{2}(x)) == std::vector<double>{5, 7, 13, 15});
  CHECK(values(nn::AvgPool2d{2}(x)) == std::vector<double>{2.5, 4.5, 10.5, 12.5});
  CHECK(nn::MaxPool2d{2, {.stride = 1}}(x).shape() == Shape{1, 1, 3, 3});
  CHECK(values(nn::AdaptiveAvgPool2d{1}(x)) == std::vector<double>{7.5});
}

TEST_CASE("LayerNorm takes one axis or several, and may go without weight and bias") {
  const Tensor x = random_doubles({5, 4, 3});
  const nn::LayerNorm last{3, {.dtype = xg::float64}}, both{{4, 3}, {.elementwise_affine = false}};
  const Tensor y = last(x), z = both(x);
  CHECK(xg::sum(y, {-1}).at({2, 1}) == Approx(0));
  CHECK(xg::mean(y * y, {-1}).at({2, 1}) == Approx(1).epsilon(1e-3));
  CHECK(paths(both).empty());
  CHECK(xg::sum(z, {1, 2}).at({2}) == Approx(0));
  CHECK(paths(nn::LayerNorm{3, {.bias = false}}) == std::vector<std::string>{"weight"});
  const Shape shape{4, 3};
  CHECK(nn::LayerNorm{shape}.weight.shape() == shape);
}

TEST_CASE("BatchNorm2d moves its statistics in training, by momentum and with the unbiased variance") {
  const nn::BatchNorm2d norm{1, {.dtype = xg::float64}};
  const Tensor x = xg::reshape(xg::tensor({1, 2, 3, 6}, as_double), {2, 1, 1, 2});
  const Tensor y = norm(x);
  CHECK(xg::sum(y).item() == Approx(0));
  CHECK(norm.running_mean.item() == Approx(0.3));
  CHECK(norm.running_var.item() == Approx(0.9 + 0.1 * 14.0 / 3));
  CHECK(norm.num_batches_tracked.item() == 1);
  CHECK_FALSE(norm.running_mean.requires_grad());
}

TEST_CASE("BatchNorm2d in evaluation uses its statistics and leaves them alone") {
  nn::BatchNorm2d norm{1, {.eps = 0, .dtype = xg::float64}};
  nn::init::constant_(norm.running_mean, 2);
  nn::init::constant_(norm.running_var, 4);
  norm.training = false;
  const Tensor x = xg::reshape(xg::tensor({2, 4, 8, 0}, as_double), {2, 1, 1, 2});
  CHECK(values(norm(x)) == std::vector<double>{0, 1, 3, -1});
  CHECK(norm.running_mean.item() == 2);
  CHECK(norm.num_batches_tracked.item() == 0);
}

TEST_CASE("BatchNorm2d without momentum averages all batches, and without tracking uses each batch") {
  const nn::BatchNorm2d average{1, {.momentum = std::nullopt, .dtype = xg::float64}};
  average(xg::full({1, 1, 1, 2}, 3, as_double));
  average(xg::full({1, 1, 1, 2}, 6, as_double));
  average(xg::full({1, 1, 1, 2}, 0, as_double));
  CHECK(average.running_mean.item() == Approx(3));
  CHECK(average.running_var.item() == Approx(0));
  nn::BatchNorm2d untracked{1, {.track_running_stats = false, .dtype = xg::float64}};
  CHECK(paths(untracked) == std::vector<std::string>{"weight", "bias"});
  untracked.training = false;
  CHECK(xg::sum(untracked(random_doubles({2, 1, 3, 3}))).item() == Approx(0));
  CHECK(paths(nn::BatchNorm2d{1, {.affine = false, .track_running_stats = false}}).empty());
}

TEST_CASE("a batch that BatchNorm refuses leaves its statistics as they were") {
  const nn::BatchNorm2d norm{3};
  CHECK_THROWS_WITH_AS(norm(xg::zeros({8, 3})), "[BatchNorm2d] x [8, 3]: expected [n, 3, ...] of 4 axes",
                       xg::ShapeError);
  CHECK_THROWS_AS(norm(xg::zeros({8, 2, 4, 4})), xg::ShapeError);
  CHECK_THROWS_AS(norm(xg::zeros({1, 3, 1, 1})), xg::ValueError);
  CHECK(norm.num_batches_tracked.item() == 0);
  CHECK(values(norm.running_var) == std::vector<double>{1, 1, 1});
}

TEST_CASE("BatchNorm1d takes features with and without a spatial axis") {
  const nn::BatchNorm1d norm{3, {.dtype = xg::float64}};
  CHECK(xg::sum(norm(random_doubles({8, 3})), {0}).at({1}) == Approx(0));
  CHECK(norm(random_doubles({8, 3, 5})).shape() == Shape{8, 3, 5});
  CHECK_THROWS_AS(norm(random_doubles({8, 3, 5, 5})), xg::ShapeError);
}

TEST_CASE("Dropout zeroes a share p and scales the rest, which gradients see too") {
  xg::Generator generator(4);
  const nn::Dropout drop{.p = 0.25, .generator = &generator};
  Tensor x = xg::ones({100, 100}, {.dtype = xg::float64, .requires_grad = true});
  const Tensor y = drop(x);
  const auto all = values(y);
  const auto zeros = std::ranges::count(all, 0.0);
  CHECK(std::abs(static_cast<double>(zeros) / 1e4 - 0.25) < 0.02);
  CHECK(std::ranges::count(all, 1 / 0.75) == 10000 - zeros);
  y.backward(xg::ones({100, 100}, as_double));
  CHECK(values(x.grad()) == all);
}

TEST_CASE("Dropout repeats with its seed, differs from call to call, and follows manual_seed") {
  const Tensor x = xg::ones({50});
  xg::Generator a(1), b(1);
  const auto first = values(nn::dropout(x, 0.5, true, a));
  CHECK(values(nn::dropout(x, 0.5, true, b)) == first);
  CHECK(values(nn::dropout(x, 0.5, true, a)) != first);
  const nn::Dropout drop;
  xg::manual_seed(3);
  const auto third = values(drop(x));
  xg::manual_seed(3);
  CHECK(values(drop(x)) == third);
}

TEST_CASE("Dropout lets everything or nothing through at its ends and in evaluation") {
  const Tensor x = random_doubles({4});
  CHECK(nn::dropout(x, 0.5, false).is_same(x));
  CHECK(nn::dropout(x, 0).is_same(x));
  CHECK(values(nn::dropout(x, 1)) == std::vector<double>(4, 0));
  CHECK_THROWS_WITH_AS(nn::dropout(x, 1.5), "[dropout] p 1.5: a probability lies in [0, 1]", xg::ValueError);
  CHECK_THROWS_AS(nn::dropout(xg::arange(3)), xg::DtypeError);
}

TEST_CASE("the gradient of dropout is itself differentiable") {
  const auto f = [](const Tensor& x) {
    xg::Generator generator(6);
    return nn::dropout(x * x, 0.3, true, generator);
  };
  CHECK(xg::gradcheck(f, {random_doubles({3, 4})}));
  CHECK(xg::gradgradcheck(f, {random_doubles({3, 4})}));
}

TEST_CASE("Embedding looks up rows, and its padding row stays 0 and is not trained") {
  nn::Embedding words{5, 3, {.padding_idx = -1}};
  const std::vector<double> last = values(xg::select(words.weight, 0, 4));
  CHECK(last == std::vector<double>(3, 0));
  CHECK(largest(words.weight) > 0);
  const Tensor index = xg::reshape(xg::arange(5), {1, 5});
  const Tensor y = words(index);
  CHECK(y.shape() == Shape{1, 5, 3});
  CHECK(values(y) == values(words.weight));
  y.backward(xg::ones({1, 5, 3}));
  CHECK(values(words.weight.grad()) == std::vector<double>{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0});
  const auto out_of_range = [] { return nn::Embedding{5, 3, {.padding_idx = 5}}; };
  CHECK_THROWS_WITH_AS(out_of_range(), "[Embedding] padding_idx 5 is out of range for 5 embeddings",
                       xg::IndexError);
}

TEST_CASE("activation layers are the functions of their names") {
  const Tensor x = random_doubles({3, 4});
  const auto same = [&](const Tensor& a, const Tensor& b) { CHECK(values(a) == values(b)); };
  same(nn::Identity{}(x), x);
  same(nn::Sigmoid{}(x), xg::sigmoid(x));
  same(nn::Tanh{}(x), xg::tanh(x));
  same(nn::ReLU{}(x), xg::relu(x));
  same(nn::LeakyReLU{0.3}(x), xg::leaky_relu(x, 0.3));
  same(nn::ELU{0.3}(x), xg::elu(x, 0.3));
  same(nn::SELU{}(x), xg::selu(x));
  same(nn::GELU{}(x), xg::gelu(x));
  same(nn::GELU{xg::Approximate::tanh}(x), xg::gelu(x, xg::Approximate::tanh));
  same(nn::SiLU{}(x), xg::silu(x));
  same(nn::Mish{}(x), xg::mish(x));
  same(nn::Softplus{2, 1}(x), xg::softplus(x, 2, 1));
  same(nn::Softmax{0}(x), xg::softmax(x, 0));
  same(nn::LogSoftmax{}(x), xg::log_softmax(x, -1));
  same(nn::PReLU{1, {.dtype = xg::float64}}(x), xg::leaky_relu(x, 0.25));
  CHECK(nn::Flatten{}(xg::zeros({2, 3, 4})).shape() == Shape{2, 12});
  CHECK(nn::Flatten{0, 1}(xg::zeros({2, 3, 4})).shape() == Shape{6, 4});
}

TEST_CASE("Sequential mixes layers, functions, lambdas and elementwise ops") {
  const double scale = 3;
  nn::Sequential net{nn::Linear{2, 8}, xg::relu, xg::elementwise("square", [](auto x) { return x * x; }),
                     nn::Sequential{nn::ReLU{}, nn::Linear{8, 1}},
                     [scale](const Tensor& x) { return x * scale; }};
  CHECK(paths(net) == std::vector<std::string>{"0.weight", "0.bias", "3.1.weight", "3.1.bias"});
  const Tensor x = xg::ones({4, 2});
  const Tensor h = xg::relu(std::get<0>(net)(x));
  CHECK(values(net(x)) == values(std::get<1>(std::get<3>(net))(xg::relu(h * h)) * scale));
  const auto cloned = xg::clone(net);
  CHECK(values(cloned(x)) == values(net(x)));
  nn::Sequential copy{net};
  static_assert(std::is_same_v<decltype(copy), decltype(net)>);
  CHECK(std::get<0>(copy).weight.is_same(std::get<0>(net).weight));
}

TEST_CASE("an empty Sequential is the identity, and one of a single layer is that layer") {
  const Tensor x = random_doubles({2, 3});
  CHECK(nn::Sequential<>{}(x).is_same(x));
  const nn::Sequential one{nn::Linear{3, 2, {.dtype = xg::float64}}};
  CHECK(values(one(x)) == values(std::get<0>(one)(x)));
}

TEST_CASE("a small network learns exclusive or") {
  xg::manual_seed(0);
  nn::Sequential net{nn::Linear{2, 8}, nn::Tanh{}, nn::Linear{8, 1}};
  const Tensor x = xg::tensor({{0, 0}, {0, 1}, {1, 0}, {1, 1}}), y = xg::tensor({{0}, {1}, {1}, {0}});
  double loss = 0;
  for (int step = 0; step < 500; ++step) {
    xg::zero_grad(net);
    const Tensor l = nn::binary_cross_entropy_with_logits(net(x), y);
    l.backward();
    loss = l.item();
    for (Tensor p : xg::parameters(net)) xg::assign(p, p.detach() - 0.5 * p.grad());
  }
  CHECK(loss < 0.05);
}
