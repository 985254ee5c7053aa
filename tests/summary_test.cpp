#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>
#include <xgrad/core/create.hpp>
#include <xgrad/nn/nn.hpp>
#include <xgrad/nn/summary.hpp>
#include <xgrad/ops/ops.hpp>

using namespace xg;

namespace {

struct LeNet5 {
  nn::Conv2d conv1{1, 6, 5, {.padding = {2, 2}}};
  nn::Conv2d conv2{6, 16, 5};
  nn::MaxPool2d pool{2};
  nn::Linear fc1{400, 120};
  nn::Linear fc2{120, 84};
  nn::Linear fc3{84, 10};
  Tensor operator()(const Tensor& x) const {
    const Tensor features = pool(relu(conv2(pool(relu(conv1(x))))));
    return fc3(relu(fc2(relu(fc1(flatten(features, 1))))));
  }
};

struct Mlp {
  nn::Linear fc1{3, 5};
  nn::Linear fc2{5, 2};
  Tensor operator()(const Tensor& x) const { return fc2(sigmoid(fc1(x))); }
};

OpSummary only(const std::vector<OpSummary>& ops, const std::string& op) {
  OpSummary found;
  int times = 0;
  for (const OpSummary& o : ops)
    if (o.op == op) {
      found = o;
      ++times;
    }
  CAPTURE(op);
  CHECK(times == 1);
  return found;
}

std::int64_t all_multiply_adds(const std::vector<OpSummary>& ops) {
  std::int64_t n = 0;
  for (const OpSummary& o : ops) n += o.multiply_adds;
  return n;
}

}  // namespace

TEST_CASE("the table of a small net") {
  CHECK(summary(Mlp{}, ones({4, 3})) ==
        "layer  op       output  parameters  multiply-adds  kept for backward\n"
        "fc1    linear   [4, 5]          20             60                  -\n"
        "       sigmoid  [4, 5]           -              -               80 B\n"
        "fc2    linear   [4, 2]          12             40                  -\n"
        "total 32 elements, 32 trained; 100 multiply-adds; 80 B kept for backward\n");
}

TEST_CASE("LeNet-5 counted by hand") {
  const auto ops = op_summaries(LeNet5{}, ones({2, 1, 28, 28}));
  std::vector<std::string> layers;
  std::vector<std::int64_t> parameters, multiply_adds;
  for (const OpSummary& o : ops) {
    if (o.parameters == 0) continue;
    layers.push_back(o.layer);
    parameters.push_back(o.parameters);
    multiply_adds.push_back(o.multiply_adds);
  }
  CHECK(layers == std::vector<std::string>{"conv1", "conv2", "fc1", "fc2", "fc3"});
  CHECK(parameters == std::vector<std::int64_t>{6 * 25 + 6, 16 * 150 + 16, 120 * 401, 84 * 121, 10 * 85});
  CHECK(multiply_adds == std::vector<std::int64_t>{2 * 6 * 28 * 28 * 25, 2 * 16 * 10 * 10 * 150,
                                                   2 * 120 * 400, 2 * 84 * 120, 2 * 10 * 84});
  CHECK(all_multiply_adds(ops) == 2 * 416'520);
  CHECK(ops.back().output == Shape{2, 10});
}

TEST_CASE("a transformer layer counted by hand") {
  const std::int64_t n = 2, steps = 7, d = 8, inner = 16, heads = 2;
  const nn::TransformerEncoderLayer layer{
      d, heads, {.dim_feedforward = inner, .dropout = 0, .batch_first = true}};
  const auto ops = op_summaries(layer, ones({n, steps, d}));
  const std::int64_t projections = 4 * d * d, feed_forward = 2 * d * inner, attention = 2 * steps * d;
  CHECK(all_multiply_adds(ops) == n * steps * (projections + feed_forward + attention));
  std::int64_t parameters = 0;
  for (const OpSummary& o : ops) parameters += o.parameters;
  CHECK(parameters == count_parameters(layer));
}

TEST_CASE("an LSTM counted by hand") {
  const std::int64_t steps = 3, n = 2, in = 5, hidden = 4;
  const nn::LSTM lstm{in, hidden};
  const auto run = [&](const Tensor& x) { return lstm(x).output; };
  CHECK(all_multiply_adds(op_summaries(lstm, ones({steps, n, in}))) ==
        steps * n * 4 * hidden * (in + hidden));
  CHECK(run(ones({steps, n, in})).shape() == Shape{steps, n, hidden});
}

TEST_CASE("convolutions of any kind") {
  CHECK(only(op_summaries(nn::Conv1d{4, 6, 3, {.groups = 2}}, ones({2, 4, 10})), "conv1d").multiply_adds ==
        2 * 6 * 8 * (4 / 2) * 3);
  CHECK(only(op_summaries(nn::Conv3d{1, 2, 3}, ones({1, 1, 4, 4, 4})), "conv3d").multiply_adds ==
        2 * 2 * 2 * 2 * 27);
  // Each element of the input meets every weight of its channel.
  CHECK(all_multiply_adds(op_summaries(nn::ConvTranspose2d{3, 5, 2}, ones({1, 3, 4, 4}))) ==
        3 * 4 * 4 * 5 * 2 * 2);
}

TEST_CASE("products are counted whichever factor is on the tape") {
  struct Left {
    Tensor w = ones({3, 2, 4}).requires_grad(true);
    Tensor operator()(const Tensor& ids) const { return matmul(w, to(ids, float32)); }
  };
  struct Right {
    Tensor w = ones({3, 4, 5}).requires_grad(true);
    Tensor operator()(const Tensor& ids) const { return matmul(to(ids, float32), w); }
  };
  CHECK(only(op_summaries(Left{}, zeros({4, 5}, {.dtype = int64})), "matmul").multiply_adds == 3 * 2 * 4 * 5);
  CHECK(only(op_summaries(Right{}, zeros({2, 4}, {.dtype = int64})), "matmul").multiply_adds ==
        3 * 2 * 4 * 5);
}

TEST_CASE("shared parameters and saved tensors count once") {
  struct Tied {
    nn::Linear fc{4, 4};
    Tensor operator()(const Tensor& x) const {
      const Tensor y = tanh(fc(x));
      return fc(y) * y;
    }
  };
  const auto ops = op_summaries(Tied{}, ones({3, 4}));
  std::int64_t parameters = 0, bytes = 0;
  for (const OpSummary& o : ops) {
    parameters += o.parameters;
    bytes += o.saved_bytes;
  }
  CHECK(parameters == 20);
  // tanh's output, which three ops keep, and the second product's, which the last one does.
  CHECK(bytes == 2 * 3 * 4 * 4);
}

TEST_CASE("a summary leaves the model, its statistics, gradients and the generator alone") {
  struct Net {
    nn::Linear fc{4, 4};
    nn::BatchNorm1d norm{4};
    nn::Dropout dropout{0.5};
    Tensor operator()(const Tensor& x) { return dropout(norm(fc(x))); }
  };
  const Net net;
  const Tensor x = rand({3, 4});
  const auto state = default_generator().state();
  const auto version = net.norm.running_mean.version();
  CHECK(summary(net, x).find("fc     linear      [3, 4]") != std::string::npos);
  CHECK(default_generator().state() == state);
  CHECK(net.norm.running_mean.version() == version);
  CHECK(sum(net.norm.running_mean).item() == 0);
  CHECK_FALSE(net.fc.weight.grad().defined());
  CHECK_FALSE(x.requires_grad());
}

TEST_CASE("a summary works under NoGrad, on ints, and shows scopes and frozen parameters") {
  struct Net {
    nn::Embedding embedding{10, 4};
    nn::Linear fc{4, 2};
    Tensor operator()(const Tensor& ids) const {
      const Scope scope("body");
      return fc(exp(embedding(ids)));
    }
  };
  Net net;
  freeze(net.fc);
  const NoGrad guard;
  const auto ops = op_summaries(net, zeros({3}, {.dtype = int64}));
  CHECK(only(ops, "exp").layer == "body");
  CHECK(only(ops, "linear").multiply_adds == 3 * 4 * 2);
  CHECK(only(ops, "linear").parameters == 0);
  CHECK(summary(net, zeros({3}, {.dtype = int64})).find("total 50 elements, 40 trained;") !=
        std::string::npos);
}
