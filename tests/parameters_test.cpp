#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>
#include <xgrad/core/create.hpp>
#include <xgrad/core/format.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/core/sum_to.hpp>

using namespace xg;

namespace {

Tensor parameter(const Shape& shape, double value = 1) { return full(shape, value, {.requires_grad = true}); }

struct Layer {
  int in{}, out{};
  Tensor weight = parameter({out, in});
  Tensor bias = parameter({out}, 0);
};

struct Norm {
  Tensor weight = parameter({3});
  Tensor running_mean = zeros({3});
  bool training = true;
};

struct Net {
  Layer first{2, 3};
  std::vector<Layer> blocks{{3, 3}, {3, 3}};
  Norm norm{};
  std::unique_ptr<Norm> owned = std::make_unique<Norm>();
  Tensor none{};
};

struct Tied {
  Tensor embedding = parameter({4, 2});
  Tensor output = embedding;
};

struct Everything {
  std::string title = "net";
  std::optional<Layer> maybe = Layer{1, 1};
  std::map<std::string, Tensor> named{{"a", parameter({1})}};
  std::tuple<int, Tensor> both{7, parameter({1})};
  std::array<Tensor, 2> two{parameter({1}), parameter({1})};
  std::variant<int, Layer> either = Layer{1, 2};
  std::shared_ptr<Layer> shared = std::make_shared<Layer>(Layer{1, 1});
  std::shared_ptr<Layer> again = shared;
  std::unique_ptr<int> number = std::make_unique<int>(5);
};

class Listed {
 public:
  explicit Listed(int n) : weight_(parameter({n})) {}
  auto fields() { return std::tie(weight_); }
  static constexpr auto field_names = std::array{"weight"};
  const Tensor& weight() const { return weight_; }

 private:
  Tensor weight_;
};

std::vector<std::string> paths(const std::vector<NamedTensor>& tensors) {
  std::vector<std::string> all;
  for (const auto& t : tensors) all.push_back(t.first);
  return all;
}

}  // namespace

TEST_CASE("parameters are the tensors that ask for a gradient, in the order of declaration") {
  const Net net;
  CHECK(paths(named_parameters(net)) ==
        std::vector<std::string>{"first.weight", "first.bias", "blocks.0.weight", "blocks.0.bias",
                                 "blocks.1.weight", "blocks.1.bias", "norm.weight", "owned.weight"});
  CHECK(parameters(net).size() == 8);
  CHECK(parameters(net)[0].is_same(net.first.weight));
  CHECK(count_parameters(net) == 6 + 3 + 2 * (9 + 3) + 3 + 3);
}

TEST_CASE("for_each_leaf gives every tensor, to be replaced if need be") {
  Net net;
  std::size_t n = 0;
  for_each_leaf(net, [&](const std::string& path, Tensor& t) {
    ++n;
    if (path == "none") t = zeros({1});
  });
  CHECK(n == 11);
  CHECK(net.none.defined());
}

TEST_CASE("a tied tensor is one parameter, and stays one in a clone and after to()") {
  Tied net;
  CHECK(paths(named_parameters(net)) == std::vector<std::string>{"embedding"});
  CHECK(count_parameters(net) == 8);
  const Tied copy = clone(net);
  CHECK(copy.embedding.is_same(copy.output));
  to(net, float64);
  CHECK(net.embedding.is_same(net.output));
}

TEST_CASE("a clone has the values, flags and names of the original, and memory of its own") {
  Net net;
  net.norm.training = false;
  name_parameters(net);
  Net copy = clone(net);
  net.first.weight.mutable_data<float>()[0] = 5;
  net.owned->weight.mutable_data<float>()[0] = 5;
  CHECK(copy.first.weight.at({0, 0}) == 1);
  CHECK(copy.owned->weight.at({0}) == 1);
  CHECK(copy.first.weight.requires_grad());
  CHECK_FALSE(copy.norm.running_mean.requires_grad());
  CHECK_FALSE(copy.norm.training);
  CHECK(copy.first.in == 2);
  CHECK(copy.blocks[1].weight.name() == "blocks.1.weight");
  CHECK_FALSE(copy.none.defined());
}

TEST_CASE("clone reaches through every container and keeps what is shared shared") {
  Everything net;
  const Everything copy = clone(net);
  for_each_leaf(net, [](const std::string&, Tensor& t) { t.mutable_data<float>()[0] = 9; });
  for_each_leaf(copy, [](const std::string& path, const Tensor& t) {
    CAPTURE(path);
    CHECK(static_cast<double>(t.data<float>()[0]) != 9);
  });
  CHECK(copy.title == "net");
  CHECK(std::get<0>(copy.both) == 7);
  CHECK(std::holds_alternative<Layer>(copy.either));
  CHECK(copy.shared == copy.again);
  CHECK(copy.shared != net.shared);
  CHECK(*copy.number == 5);
  CHECK(copy.number != net.number);
}

TEST_CASE("a class that lists its fields is cloned by copy and field") {
  Listed net(2);
  const Listed copy = clone(net);
  parameters(net)[0].mutable_data<float>()[0] = 4;
  CHECK(copy.weight().at({0}) == 1);
}

TEST_CASE("to() converts floating tensors in place and keeps flags and names") {
  Net net;
  name_parameters(net);
  to(net, float64);
  CHECK(net.first.weight.dtype() == float64);
  CHECK(net.first.weight.requires_grad());
  CHECK(net.first.weight.name() == "first.weight");
  CHECK(net.norm.running_mean.dtype() == float64);
  CHECK_FALSE(net.norm.running_mean.requires_grad());
}

TEST_CASE("freeze and unfreeze touch parameters only") {
  Net net;
  freeze(net);
  CHECK(parameters(net).empty());
  const Net copy = clone(net);
  unfreeze(net);
  CHECK(parameters(net).size() == 8);
  CHECK_FALSE(net.norm.running_mean.requires_grad());
  CHECK(parameters(copy).empty());
}

TEST_CASE("a clone of a frozen model can be unfrozen") {
  Net net;
  freeze(net);
  Net copy = clone(net);
  unfreeze(copy);
  CHECK(parameters(copy).size() == 8);
}

TEST_CASE("train and eval set the field training of every struct") {
  Net net;
  eval(net);
  CHECK_FALSE(net.norm.training);
  CHECK_FALSE(net.owned->training);
  train(net);
  CHECK(net.norm.training);
  CHECK(net.owned->training);
}

TEST_CASE("EvalMode puts each struct back into the mode that it had") {
  Net net;
  net.norm.training = false;
  {
    const EvalMode guard(net);
    CHECK_FALSE(net.norm.training);
    CHECK_FALSE(net.owned->training);
  }
  CHECK_FALSE(net.norm.training);
  CHECK(net.owned->training);
}

TEST_CASE("zero_grad drops every gradient") {
  Net net;
  net.first.weight.set_grad(ones({3, 2}));
  zero_grad(net);
  CHECK_FALSE(net.first.weight.grad().defined());
}

TEST_CASE("copy_values writes values and converts dtypes") {
  Net a, b;
  a.first.weight = parameter({3, 2}, 7);
  to(b, float64);
  const Tensor handle = b.first.weight;
  copy_values(a, b);
  CHECK(handle.at({2, 1}) == 7);
  CHECK(handle.dtype() == float64);
}

TEST_CASE("copy_values names the first tensor that does not fit, and writes nothing") {
  Net a, b;
  a.first.weight = parameter({3, 2}, 7);
  b.owned->weight = parameter({4});
  CHECK_THROWS_WITH_AS(copy_values(a, b),
                       "[copy_values] owned.weight is float32 [3] in the source and float32 [4] in the "
                       "destination: both models must be built with the same sizes",
                       StructureError);
  CHECK(b.first.weight.at({0, 0}) == 1);
  a.blocks.pop_back();
  CHECK_THROWS_AS(copy_values(a, b), StructureError);
}

TEST_CASE("summary lists paths, shapes, sizes and totals") {
  const Norm net;
  CHECK(summary(net) ==
        "path          shape  dtype        elements  trained\n"
        "weight        [3]    float32             3  yes\n"
        "running_mean  [3]    float32             3  no\n"
        "total 6 elements, 3 trained, 24 B\n");
}

TEST_CASE("the gradient of a model is a model of the same type, with the gradients in its places") {
  Net net;
  Tensor& w = net.first.weight;
  const Tensor y = sum_to(broadcast_to(w, Shape{2, w.shape()[0], w.shape()[1]}), {});
  const Net g = grad(y, net, {.allow_unused = true});
  CHECK(g.first.weight.shape() == w.shape());
  CHECK(g.first.weight.at({0, 1}) == 2);
  CHECK_FALSE(g.owned->weight.defined());
  CHECK_FALSE(w.grad().defined());
}

TEST_CASE("the gradient of a model names the parameter that the output does not depend on") {
  const Net net;
  CHECK_THROWS_WITH_AS(grad(sum_to(net.first.weight, {}), net),
                       doctest::Contains("[grad] the output does not depend on "), GraphError);
}
