#include <cmath>

#include "lstm.hpp"
#include "training.hpp"

namespace bench {
namespace {

namespace nn = torch::nn;
using torch::Tensor;

constexpr Gpt gpt;

nn::Linear without_bias(std::int64_t in, std::int64_t out) {
  return nn::Linear(nn::LinearOptions(in, out).bias(false));
}

struct Norm : nn::Module {
  Tensor weight = register_parameter("weight", torch::ones({gpt.width}));

  Tensor forward(const Tensor& x) { return torch::layer_norm(x, {gpt.width}, weight); }
};

struct Attention : nn::Module {
  nn::Linear qkv = register_module("qkv", without_bias(gpt.width, 3 * gpt.width));
  nn::Linear proj = register_module("proj", without_bias(gpt.width, gpt.width));
  Tensor hidden = torch::ones({gpt.context, gpt.context}).tril() == 0;

  Tensor forward(const Tensor& x) {
    const auto parts = qkv(x).split(gpt.width, 2);
    const auto by_head = [](const Tensor& t) {
      return t.view({gpt.batch, gpt.context, gpt.heads, gpt.width / gpt.heads}).transpose(1, 2);
    };
    const Tensor q = by_head(parts[0]), k = by_head(parts[1]), v = by_head(parts[2]);
    const double scale = 1 / std::sqrt(static_cast<double>(gpt.width / gpt.heads));
    const Tensor scores = (torch::matmul(q, k.transpose(-2, -1)) * scale).masked_fill(hidden, -INFINITY);
    const Tensor y = torch::matmul(scores.softmax(-1), v);
    return proj(y.transpose(1, 2).contiguous().view(x.sizes()));
  }
};

struct Block : nn::Module {
  std::shared_ptr<Norm> norm1 = register_module("norm1", std::make_shared<Norm>());
  std::shared_ptr<Norm> norm2 = register_module("norm2", std::make_shared<Norm>());
  std::shared_ptr<Attention> attention = register_module("attention", std::make_shared<Attention>());
  nn::Linear fc1 = register_module("fc1", without_bias(gpt.width, 4 * gpt.width));
  nn::Linear fc2 = register_module("fc2", without_bias(4 * gpt.width, gpt.width));

  Tensor forward(const Tensor& x) {
    const Tensor y = x + attention->forward(norm1->forward(x));
    return y + fc2(torch::gelu(fc1(norm2->forward(y))));
  }
};

struct Transformer : nn::Module {
  nn::Embedding tokens = register_module("tokens", nn::Embedding(gpt.vocabulary, gpt.width));
  nn::Embedding positions = register_module("positions", nn::Embedding(gpt.context, gpt.width));
  std::vector<std::shared_ptr<Block>> blocks = make_blocks();
  std::shared_ptr<Norm> norm = register_module("norm", std::make_shared<Norm>());
  Tensor places = torch::arange(gpt.context, torch::kLong);

  std::vector<std::shared_ptr<Block>> make_blocks() {
    std::vector<std::shared_ptr<Block>> all;
    for (std::int64_t i = 0; i < gpt.layers; ++i)
      all.push_back(register_module("block" + std::to_string(i), std::make_shared<Block>()));
    return all;
  }
  Tensor forward(const Tensor& x) {
    Tensor y = tokens(x) + positions(places);
    for (const auto& block : blocks) y = block->forward(y);
    return torch::linear(norm->forward(y), tokens->weight).view({-1, gpt.vocabulary});
  }
};

Task next_letters() {
  const auto batch = [](unsigned seed) {
    return Task::Batch{class_tensor({gpt.batch, gpt.context}, gpt.vocabulary, 100 + seed),
                       class_tensor({gpt.batch * gpt.context}, gpt.vocabulary, 200 + seed)};
  };
  return {batch,
          [](const Tensor& y, const Tensor& target) { return nn::functional::cross_entropy(y, target); }};
}

}  // namespace

void add_sequences() {
  add_lstm("lstm/50x32", Lstm());
  add_training<torch::optim::AdamW, std::shared_ptr<Transformer>>(
      "gpt/12/adamw", std::make_shared<Transformer>, next_letters(),
      torch::optim::AdamWOptions(1e-4).betas({0.9, 0.99}).weight_decay(0.1));
}

void add_lstm(const std::string& name, const Lstm& l) {
  const std::vector<Sizes> shapes{{l.steps, l.batch, l.in},
                                  {4 * l.hidden, l.in},
                                  {4 * l.hidden, l.hidden},
                                  {4 * l.hidden},
                                  {4 * l.hidden}};
  const Tensor zeros = torch::zeros({1, l.batch, l.hidden});
  add_gradient(name, shapes, [zeros](const Leaves& leaves) {
    return std::get<0>(torch::lstm(leaves[0], {zeros, zeros}, {leaves[1], leaves[2], leaves[3], leaves[4]},
                                   true, 1, 0, true, false, false));
  });
}

}  // namespace bench
