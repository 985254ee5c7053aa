#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>
#include <xgrad/core/backward.hpp>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/nn/attention.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/tensors.hpp"

namespace {

using xg::as_double;
using xg::paths;
using xg::random_doubles;
using xg::same;
using xg::Shape;
using xg::Tensor;
namespace nn = xg::nn;

// The layer on one sequence [steps, features] without masks, head by head.
Tensor plain(const nn::MultiheadAttention& layer, const Tensor& x) {
  const std::int64_t size = layer.embed_dim / layer.num_heads;
  std::vector<Tensor> heads;
  for (std::int64_t h = 0; h < layer.num_heads; ++h) {
    const auto part = [&](std::int64_t which) {
      const std::int64_t from = which * layer.embed_dim + h * size;
      return xg::linear(x, xg::narrow(layer.in_proj_weight, 0, from, size),
                        xg::narrow(layer.in_proj_bias, 0, from, size));
    };
    const Tensor scores = xg::matmul(part(0), xg::t(part(1))) / std::sqrt(static_cast<double>(size));
    heads.push_back(xg::matmul(xg::softmax(scores, -1), part(2)));
  }
  return layer.out_proj(xg::cat(heads, -1));
}

const nn::MultiheadAttentionOptions batch_first{.batch_first = true, .dtype = xg::float64};

}  // namespace

TEST_CASE(
    "an attention mask may forbid everything to a query, whose result is then 0 with finite gradients") {
  const Tensor allowed = xg::tensor({{1, 1}, {0, 0}}) != 0;
  Tensor q = random_doubles({2, 3}).requires_grad(true);
  const Tensor k = random_doubles({2, 3}, 2), v = random_doubles({2, 4}, 3);
  const Tensor y = xg::scaled_dot_product_attention(q, k, v, {.attn_mask = allowed});
  CHECK(same(xg::select(y, 0, 1), xg::zeros({4}, as_double)));
  CHECK(same(xg::select(y, 0, 0), xg::select(xg::scaled_dot_product_attention(q, k, v), 0, 0)));
  const Tensor g = xg::grad(xg::sum(y), q);
  CHECK(xg::all(xg::isfinite(g)).item() == 1);
  CHECK(same(xg::select(g, 0, 1), xg::zeros({3}, as_double)));
}

TEST_CASE("dropout of attention leaves out keys and scales the others") {
  xg::manual_seed(1);
  const Tensor w =
      xg::attention_weights(random_doubles({1, 50, 4}), random_doubles({1, 40, 4}, 2), {.dropout_p = 0.5});
  const Tensor full = xg::attention_weights(random_doubles({1, 50, 4}), random_doubles({1, 40, 4}, 2));
  const Tensor zero = w == 0;
  CHECK(std::abs(xg::count_nonzero(zero).item() / 2000 - 0.5) < 0.06);
  CHECK(same(w, xg::where(zero, 0, 2 * full)));
}

TEST_CASE("MultiheadAttention is attention head by head, in PyTorch's layout") {
  const nn::MultiheadAttention layer{6, 3, batch_first};
  CHECK(paths(layer) ==
        std::vector<std::string>{"in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"});
  CHECK(layer.in_proj_weight.shape() == Shape{18, 6});
  const Tensor x = random_doubles({2, 4, 6});
  const auto [y, weights] = layer(x, x, x);
  for (std::int64_t i = 0; i < 2; ++i) CHECK(same(xg::select(y, 0, i), plain(layer, xg::select(x, 0, i))));
  CHECK(weights.shape() == Shape{2, 4, 4});
  CHECK(same(xg::sum(weights, {-1}), xg::ones({2, 4}, as_double)));
  nn::MultiheadAttention steps_first = layer;
  steps_first.options.batch_first = false;
  const Tensor turned = xg::transpose(x, 0, 1);
  CHECK(same(xg::transpose(steps_first(turned, turned, turned).output, 0, 1), y));
  const Tensor one = xg::select(x, 0, 1);
  const auto [alone, alone_weights] = layer(one, one, one);
  CHECK(same(alone, xg::select(y, 0, 1)));
  CHECK(same(alone_weights, xg::select(weights, 0, 1)));
  CHECK_FALSE(layer(x, x, x, {.need_weights = false}).weights.defined());
  CHECK(same(layer(x, x, x, {.need_weights = false}).output, y));
  const Tensor each = layer(x, x, x, {.average_attn_weights = false}).weights;
  CHECK(each.shape() == Shape{2, 3, 4, 4});
  CHECK(same(xg::mean(each, {1}), weights));
}

TEST_CASE("attention starts Xavier uniform, with biases 0") {
  xg::manual_seed(1);
  const nn::MultiheadAttention layer{48, 4, {.add_bias_kv = true}};
  const double bound = std::sqrt(6.0 / (48 + 144));
  const double largest = xg::amax(xg::abs(layer.in_proj_weight)).item();
  CHECK(largest <= bound);
  CHECK(largest > 0.99 * bound);
  CHECK(xg::amax(xg::abs(layer.out_proj.weight)).item() <= 1 / std::sqrt(48.0));
  CHECK(xg::count_nonzero(layer.in_proj_bias).item() == 0);
  CHECK(xg::count_nonzero(layer.out_proj.bias).item() == 0);
  CHECK(xg::count_nonzero(layer.bias_k).item() == 48);
}

TEST_CASE("keys and values may have sizes of their own, and another length") {
  const nn::MultiheadAttention layer{4, 2, {.kdim = 3, .vdim = 5, .batch_first = true, .dtype = xg::float64}};
  CHECK(paths(layer) == std::vector<std::string>{"q_proj_weight", "k_proj_weight", "v_proj_weight",
                                                 "in_proj_bias", "out_proj.weight", "out_proj.bias"});
  const Tensor q = random_doubles({2, 3, 4}), k = random_doubles({2, 7, 3}, 2),
               v = random_doubles({2, 7, 5}, 3);
  const auto [y, weights] = layer(q, k, v);
  CHECK(y.shape() == Shape{2, 3, 4});
  CHECK(weights.shape() == Shape{2, 3, 7});
}

TEST_CASE("masks say what to ignore, by key, by query and key, and by head") {
  const nn::MultiheadAttention layer{4, 2, batch_first};
  const Tensor x = random_doubles({2, 3, 4});
  const Tensor padding = nn::padding_mask(xg::tensor({2, 3}, {.dtype = xg::int64}));
  const Tensor padded = layer(x, x, x, {.key_padding_mask = padding}).weights;
  CHECK(same(xg::select(xg::select(padded, 0, 0), 1, 2), xg::zeros({3}, as_double)));
  const Tensor first = xg::narrow(xg::narrow(x, 0, 0, 1), 1, 0, 2);
  CHECK(same(xg::narrow(xg::narrow(padded, 0, 0, 1), 1, 0, 2),
             xg::pad(layer(first, first, first).weights, {0, 1})));
  const Tensor causal = nn::generate_square_subsequent_mask(3, xg::float64);
  const Tensor by_option = layer(x, x, x, {.is_causal = true}).output;
  CHECK(same(layer(x, x, x, {.attn_mask = causal}).output, by_option));
  CHECK(same(layer(x, x, x, {.attn_mask = causal < 0}).output, by_option));
  const Tensor of_heads = xg::repeat(xg::unsqueeze(causal < 0, 0), {4, 1, 1});
  CHECK(same(layer(x, x, x, {.attn_mask = of_heads}).output, by_option));
  const Tensor both = layer(x, x, x, {.key_padding_mask = padding, .attn_mask = causal}).output;
  CHECK(same(layer(x, x, x, {.key_padding_mask = padding, .is_causal = true}).output, both));
}

TEST_CASE("a learned key and a zero key stand behind the others and are never masked") {
  const nn::MultiheadAttention layer{
      4, 2, {.add_bias_kv = true, .add_zero_attn = true, .batch_first = true, .dtype = xg::float64}};
  const Tensor x = random_doubles({2, 3, 4});
  const Tensor weights = layer(x, x, x, {.is_causal = true}).weights;
  CHECK(weights.shape() == Shape{2, 3, 5});
  CHECK(xg::amin(xg::narrow(weights, -1, 3, 2)).item() > 0);
  CHECK(weights.at({1, 0, 1}) == 0);
}

TEST_CASE("a cache gives step by step what the whole sequence gives at once") {
  const nn::MultiheadAttention layer{4, 2, {.add_bias_kv = true, .batch_first = true, .dtype = xg::float64}};
  const Tensor x = random_doubles({2, 5, 4});
  const Tensor whole = layer(x, x, x, {.is_causal = true}).output;
  nn::KeyValueCache cache;
  std::vector<Tensor> pieces;
  for (const auto& [start, length] : {std::pair{0, 2}, {2, 1}, {3, 2}}) {
    const Tensor piece = xg::narrow(x, 1, start, length);
    pieces.push_back(layer(piece, piece, piece, {.is_causal = true, .cache = &cache}).output);
  }
  CHECK(same(xg::cat(pieces, 1), whole));
  CHECK(cache.length() == 5);
}

TEST_CASE("attention drops weights in training only") {
  xg::manual_seed(2);
  nn::MultiheadAttention layer{4, 2, {.dropout = 0.5, .batch_first = true, .dtype = xg::float64}};
  const Tensor x = random_doubles({1, 6, 4});
  CHECK_FALSE(same(layer(x, x, x).output, layer(x, x, x).output));
  xg::eval(layer);
  CHECK(same(layer(x, x, x).output, layer(x, x, x).output));
  CHECK(same(layer(x, x, x).output, layer(x, x, x, {.need_weights = false}).output));
}

TEST_CASE("the whole layer passes gradcheck, to second order") {
  xg::manual_seed(3);
  nn::MultiheadAttention layer{
      4, 2, {.add_bias_kv = true, .kdim = 3, .batch_first = true, .dtype = xg::float64}};
  const Tensor q = random_doubles({2, 3, 4}), k = random_doubles({2, 2, 3}, 2),
               v = random_doubles({2, 2, 4}, 3);
  const Tensor padding = nn::padding_mask(xg::tensor({1, 2}, {.dtype = xg::int64}));
  const auto loss = [&](nn::MultiheadAttention& net) {
    const auto [y, weights] = net(q, k, v, {.key_padding_mask = padding});
    return xg::sum(y * random_doubles({2, 3, 4}, 4)) + xg::sum(weights * random_doubles({2, 3, 3}, 5));
  };
  CHECK(xg::gradcheck(loss, layer));
  CHECK(xg::gradgradcheck(loss, layer));
}

TEST_CASE("padding_mask and generate_square_subsequent_mask") {
  const Tensor lengths = xg::tensor({2, 0, 3}, {.dtype = xg::int64});
  const Tensor mask = nn::padding_mask(lengths);
  CHECK(mask.shape() == Shape{3, 3});
  CHECK(mask.at({0, 1}) == 0);
  CHECK(mask.at({0, 2}) == 1);
  CHECK(mask.at({1, 0}) == 1);
  CHECK(nn::padding_mask(lengths, 5).shape() == Shape{3, 5});
  CHECK_THROWS_WITH_AS(nn::padding_mask(xg::ones({2})),
                       "[padding_mask] lengths float32 [2]: expected [n] whole numbers", xg::ShapeError);
  const Tensor causal = nn::generate_square_subsequent_mask(2);
  CHECK(causal.dtype() == xg::float32);
  CHECK(causal.at({1, 0}) == 0);
  CHECK(causal.at({0, 1}) == -INFINITY);
}

TEST_CASE("wrong calls of MultiheadAttention") {
  const nn::MultiheadAttention layer{4, 2};
  const Tensor x = xg::zeros({3, 2, 4});
  CHECK_THROWS_WITH_AS(
      layer(x, x, xg::zeros({3, 2, 5})),
      "[MultiheadAttention] query [3, 2, 4], key [3, 2, 4], value [3, 2, 5]: expected [steps, "
      "n, ...] or [steps, ...] with 4, 4 and 4 features",
      xg::ShapeError);
  CHECK_THROWS_AS(layer(x, xg::zeros({3, 1, 4}), xg::zeros({3, 1, 4})), xg::ShapeError);
  CHECK_THROWS_AS(layer(x, x, xg::zeros({2, 2, 4})), xg::ShapeError);
  CHECK_THROWS_AS(layer(xg::zeros({3, 4}), x, x), xg::ShapeError);
  CHECK_THROWS_WITH_AS(layer(x, x, x, {.attn_mask = xg::zeros({2, 3})}),
                       "[MultiheadAttention] attn_mask [2, 3]: expected [3, 3] or [4, 3, 3]", xg::ShapeError);
  CHECK_THROWS_WITH_AS(layer(x, x, x, {.key_padding_mask = xg::zeros({3, 2})}),
                       "[MultiheadAttention] key_padding_mask [3, 2]: expected [2, 3]", xg::ShapeError);
  const auto make = [] { return nn::MultiheadAttention{5, 2}; };
  CHECK_THROWS_WITH_AS(make(), "[MultiheadAttention] embed_dim 5 does not divide into 2 heads",
                       xg::ValueError);
}
