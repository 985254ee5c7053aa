// Networks over sequences.
#include <xgrad/nn/embedding.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/loss_classes.hpp>
#include <xgrad/nn/rnn.hpp>
#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/attention.hpp>
#include <xgrad/ops/norm.hpp>
#include <xgrad/ops/view.hpp>
#include <xgrad/optim/adam.hpp>

#include "lstm.hpp"
#include "training.hpp"

namespace bench {
namespace {

namespace nn = xg::nn;
using xg::Tensor;

constexpr Gpt gpt;
constexpr nn::LinearOptions no_bias{.bias = false};

struct Attention {
  nn::Linear qkv{gpt.width, 3 * gpt.width, no_bias}, proj{gpt.width, gpt.width, no_bias};

  Tensor operator()(const Tensor& x) const {
    const auto parts = xg::split(qkv(x), gpt.width, 2);
    const auto by_head = [](const Tensor& t) {
      return xg::transpose(xg::reshape(t, {gpt.batch, gpt.context, gpt.heads, gpt.width / gpt.heads}), 1, 2);
    };
    const Tensor y = xg::scaled_dot_product_attention(by_head(parts[0]), by_head(parts[1]), by_head(parts[2]),
                                                      {.is_causal = true});
    return proj(xg::reshape(xg::transpose(y, 1, 2), x.shape()));
  }
};

struct Norm {
  Tensor weight = xg::full({gpt.width}, 1, {.requires_grad = true});

  Tensor operator()(const Tensor& x) const { return xg::layer_norm(x, {gpt.width}, weight); }
};

struct Block {
  Norm norm1{}, norm2{};
  Attention attention{};
  nn::Linear fc1{gpt.width, 4 * gpt.width, no_bias}, fc2{4 * gpt.width, gpt.width, no_bias};

  Tensor operator()(const Tensor& x) const {
    const Tensor y = x + attention(norm1(x));
    return y + fc2(xg::gelu(fc1(norm2(y))));
  }
};

// nanoGPT without biases, whose last layer shares the weights of its first.
struct Transformer {
  nn::Embedding tokens{gpt.vocabulary, gpt.width}, positions{gpt.context, gpt.width};
  std::vector<Block> blocks = std::vector<Block>(static_cast<std::size_t>(gpt.layers));
  Norm norm{};

  Tensor operator()(const Tensor& x) const {
    Tensor y = tokens(x) + positions(xg::arange(gpt.context));
    for (const Block& block : blocks) y = block(y);
    return xg::reshape(xg::linear(norm(y), tokens.weight), {-1, gpt.vocabulary});
  }
};

Task next_letters() {
  const auto batch = [](unsigned seed) {
    return Task::Batch{class_tensor({gpt.batch, gpt.context}, gpt.vocabulary, 100 + seed),
                       class_tensor({gpt.batch * gpt.context}, gpt.vocabulary, 200 + seed)};
  };
  return {batch, [](const Tensor& y, const Tensor& target) { return nn::cross_entropy(y, target); }};
}

}  // namespace

void add_sequences() {
  add_lstm("lstm/50x32", Lstm());
  add_training<xg::optim::AdamW, Transformer>(
      "gpt/12/adamw", [] { return Transformer(); }, next_letters(),
      xg::optim::AdamWOptions{.lr = 1e-4, .betas = {0.9, 0.99}, .weight_decay = 0.1});
}

void add_lstm(const std::string& name, const Lstm& l) {
  const nn::LSTM net{l.in, l.hidden};
  const std::vector<xg::Shape> shapes{{l.steps, l.batch, l.in},
                                      {4 * l.hidden, l.in},
                                      {4 * l.hidden, l.hidden},
                                      {4 * l.hidden},
                                      {4 * l.hidden}};
  add_gradient(name, shapes, [net](const Leaves& leaves) {
    nn::LSTM lstm = net;
    unsigned i = 1;
    for (const char* weight : {"weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"})
      lstm.weights->at(weight) = leaves[i++];
    return lstm(leaves[0]).output;
  });
}

}  // namespace bench
