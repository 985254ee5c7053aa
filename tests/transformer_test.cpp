#include <doctest/doctest.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>
#include <xgrad/core/backward.hpp>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/nn/nn.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/tensors.hpp"

namespace {

using doctest::Approx;
using xg::paths;
using xg::random_doubles;
using xg::same;
using xg::Shape;
using xg::Tensor;
namespace nn = xg::nn;

nn::TransformerOptions small(bool norm_first = false) {
  return {.dim_feedforward = 6,
          .activation = [](const Tensor& x) { return xg::gelu(x); },
          .batch_first = true,
          .norm_first = norm_first,
          .dtype = xg::float64};
}

}  // namespace

TEST_CASE("an encoder layer has PyTorch's parameters and follows its formula") {
  nn::TransformerEncoderLayer layer{4, 2, small()};
  std::vector<std::string> paths;
  for (const auto& [path, p] : xg::named_parameters(layer)) paths.push_back(path);
  CHECK(paths == std::vector<std::string>{"self_attn.in_proj_weight", "self_attn.in_proj_bias",
                                          "self_attn.out_proj.weight", "self_attn.out_proj.bias",
                                          "linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias",
                                          "norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias"});
  xg::eval(layer);
  const Tensor x = random_doubles({2, 3, 4});
  const Tensor a = layer.norm1(x + layer.self_attn(x, x, x).output);
  CHECK(same(layer(x), layer.norm2(a + layer.linear2(xg::gelu(layer.linear1(a))))));
  layer.options.norm_first = true;
  const Tensor n = layer.norm1(x), b = x + layer.self_attn(n, n, n).output;
  CHECK(same(layer(x), b + layer.linear2(xg::gelu(layer.linear1(layer.norm2(b))))));
}

TEST_CASE("a decoder layer attends to its target and to the memory") {
  nn::TransformerDecoderLayer layer{4, 2, small()};
  xg::eval(layer);
  const Tensor tgt = random_doubles({2, 3, 4}), memory = random_doubles({2, 5, 4}, 2);
  const Tensor a = layer.norm1(tgt + layer.self_attn(tgt, tgt, tgt, {.is_causal = true}).output);
  const Tensor b = layer.norm2(a + layer.multihead_attn(a, memory, memory).output);
  CHECK(same(layer(tgt, memory, {.tgt_is_causal = true}),
             layer.norm3(b + layer.linear2(xg::gelu(layer.linear1(b))))));
}

TEST_CASE("the activation is relu unless told, and may be any function") {
  nn::TransformerEncoderLayer layer{4, 2, {.dim_feedforward = 6, .dtype = xg::float64}};
  CHECK(layer.options.dropout == 0.1);
  CHECK(nn::TransformerEncoderLayer{4, 2}.linear1.weight.shape() == Shape{2048, 4});
  xg::eval(layer);
  const Tensor x = random_doubles({3, 2, 4});
  const Tensor with_relu = layer(x);
  layer.options.activation = [](const Tensor& h) { return xg::maximum(h, 0.0); };
  CHECK(same(layer(x), with_relu));
  layer.options.activation = [](const Tensor& h) { return -h; };
  CHECK_FALSE(same(layer(x), with_relu));
}

TEST_CASE("stacks run their layers one after the other, each with a start of its own") {
  nn::TransformerEncoder encoder{4, 2, 2, small(), true};
  xg::eval(encoder);
  CHECK_FALSE(same(encoder.layers[0].linear1.weight, encoder.layers[1].linear1.weight));
  CHECK(xg::named_parameters(encoder).back().first == "norm.bias");
  CHECK(xg::named_parameters(encoder)[12].first == "layers.1.self_attn.in_proj_weight");
  const Tensor x = random_doubles({2, 3, 4});
  const Tensor memory = (*encoder.norm)(encoder.layers[1](encoder.layers[0](x)));
  CHECK(same(encoder(x), memory));
  CHECK_FALSE(nn::TransformerEncoder{4, 2, 1, small()}.norm.has_value());
  nn::TransformerDecoder decoder{4, 2, 2, small()};
  xg::eval(decoder);
  const Tensor tgt = random_doubles({2, 4, 4}, 2);
  CHECK(same(decoder(tgt, memory), decoder.layers[1](decoder.layers[0](tgt, memory), memory)));
}

TEST_CASE("a Transformer encodes and decodes, and starts Xavier uniform") {
  xg::manual_seed(1);
  nn::Transformer net{8, 2, 1, 2, small()};
  CHECK(net.decoder.norm.has_value());
  const double bound = std::sqrt(6.0 / (8 + 8));
  const double largest = xg::amax(xg::abs(net.encoder.layers[0].self_attn.out_proj.weight)).item();
  CHECK(largest <= bound);
  CHECK(largest > 0.9 * bound);
  xg::eval(net);
  const Tensor src = random_doubles({2, 5, 8}), tgt = random_doubles({2, 3, 8}, 2);
  CHECK(same(net(src, tgt), net.decoder(tgt, net.encoder(src))));
  const Tensor padding = nn::padding_mask(xg::tensor({5, 2}, {.dtype = xg::int64}));
  const Tensor y = net(src, tgt,
                       {.encoder = {.src_key_padding_mask = padding},
                        .decoder = {.memory_key_padding_mask = padding, .tgt_is_causal = true}});
  const Tensor alone = net(xg::narrow(xg::narrow(src, 0, 1, 1), 1, 0, 2), xg::narrow(tgt, 0, 1, 1),
                           {.encoder = {}, .decoder = {.tgt_is_causal = true}});
  CHECK(same(xg::narrow(y, 0, 1, 1), alone));
}

TEST_CASE("caches let an encoder and a decoder go on step by step") {
  nn::TransformerEncoder encoder{4, 2, 2, small(true), true};
  nn::TransformerDecoder decoder{4, 2, 2, small(true)};
  xg::eval(encoder);
  xg::eval(decoder);
  const Tensor x = random_doubles({1, 4, 4}), memory = random_doubles({1, 3, 4}, 2);
  std::vector<nn::KeyValueCache> of_encoder, of_decoder;
  std::vector<Tensor> encoded, decoded;
  for (const Tensor& step : xg::split(x, 1, 1)) {
    encoded.push_back(encoder(step, {.is_causal = true, .caches = &of_encoder}));
    decoded.push_back(decoder(step, memory, {.tgt_is_causal = true, .caches = &of_decoder}));
  }
  CHECK(same(xg::cat(encoded, 1), encoder(x, {.is_causal = true})));
  CHECK(same(xg::cat(decoded, 1), decoder(x, memory, {.tgt_is_causal = true})));
  CHECK(of_encoder.size() == 2);
  CHECK(of_encoder[1].length() == 4);
}

TEST_CASE("transformers drop in training only, and pass gradcheck") {
  xg::manual_seed(4);
  nn::TransformerDecoderLayer layer{
      2, 1, {.dim_feedforward = 3, .activation = xg::tanh, .dtype = xg::float64}};
  const Tensor tgt = random_doubles({2, 2, 2}), memory = random_doubles({3, 2, 2}, 2);
  CHECK_FALSE(same(layer(tgt, memory), layer(tgt, memory)));
  xg::eval(layer);
  CHECK_FALSE(layer.dropout3.training);
  CHECK_FALSE(layer.multihead_attn.training);
  CHECK(same(layer(tgt, memory), layer(tgt, memory)));
  const auto loss = [&](nn::TransformerDecoderLayer& net) {
    return xg::sum(net(tgt, memory, {.tgt_is_causal = true}) * random_doubles({2, 2, 2}, 3));
  };
  CHECK(xg::gradcheck(loss, layer));
  nn::TransformerEncoder encoder{
      2, 1, 1, {.dim_feedforward = 3, .activation = xg::tanh, .dtype = xg::float64}};
  xg::eval(encoder);
  CHECK(xg::gradcheck(
      [&](nn::TransformerEncoder& net) {
        return xg::sum(net(tgt) * random_doubles({2, 2, 2}, 3));
      },
      encoder));
}

TEST_CASE("a model of recurrent layers, attention and positions comes back from a file") {
  struct Net {
    nn::Embedding words{7, 4};
    nn::LearnedPositions positions{6, 4};
    nn::TransformerEncoder encoder{4, 2, 2, {.dim_feedforward = 5, .batch_first = true}, true};
    nn::LSTM lstm{4, 3, {.batch_first = true, .bidirectional = true}};
    nn::GRUCell cell{6, 2};

    Tensor operator()(const Tensor& index) const {
      return cell(xg::select(lstm(encoder(positions(words(index)))).output, 1, -1));
    }
  };
  Net saved, loaded;
  const auto path =
      std::filesystem::temp_directory_path() / ("xgrad_transformer_" + std::to_string(::getpid()));
  xg::save_safetensors(path, saved);
  xg::load_safetensors(path, loaded);
  std::filesystem::remove(path);
  xg::eval(saved);
  xg::eval(loaded);
  const Tensor index = xg::reshape(xg::remainder(xg::arange(10) * 3, 7), {2, 5});
  CHECK(same(saved(index), loaded(index), 0));
  CHECK(same(xg::clone(saved)(index), saved(index), 0));
  CHECK(loaded(index).shape() == Shape{2, 2});
}

TEST_CASE("sinusoidal positions are sines and cosines of falling frequencies") {
  const Tensor table = nn::sinusoidal_positions(4, 6, 3, 100, xg::float64);
  CHECK(table.shape() == Shape{4, 6});
  CHECK(table.at({2, 0}) == Approx(std::sin(5.0)));
  CHECK(table.at({2, 3}) == Approx(std::cos(5 * std::pow(100, -2.0 / 6))));
  CHECK(table.at({0, 4}) == Approx(std::sin(3 * std::pow(100, -4.0 / 6))));
  const Tensor x = random_doubles({2, 4, 6});
  CHECK(same(nn::SinusoidalPositions{100}(x, 3), x + table));
  CHECK_THROWS_WITH_AS(nn::sinusoidal_positions(4, 5), "[sinusoidal_positions] dim 5: must be even",
                       xg::ValueError);
  CHECK_THROWS_WITH_AS(nn::SinusoidalPositions{}(xg::zeros({4})),
                       "[SinusoidalPositions] x [4]: expected [..., steps, features]", xg::ShapeError);
}

TEST_CASE("learned positions are added from an offset on and trained") {
  nn::LearnedPositions positions{8, 4, {.std = 0.5, .dtype = xg::float64}};
  const Tensor x = random_doubles({2, 3, 4});
  CHECK(same(positions(x, 5) - x, xg::expand(xg::narrow(positions.weight, 0, 5, 3), {2, 3, 4})));
  CHECK(xg::gradcheck(
      [&](nn::LearnedPositions& net) {
        return xg::sum(net(x, 2) * random_doubles({2, 3, 4}, 2));
      },
      positions));
  CHECK_THROWS_WITH_AS(positions(xg::zeros({2, 9, 4})),
                       "[LearnedPositions] x [2, 9, 4] from position 0 on: the table [8, 4] is too short",
                       xg::ShapeError);
  CHECK_THROWS_AS(positions(x, 6), xg::ShapeError);
  CHECK_THROWS_AS(positions(x, -1), xg::ShapeError);
  CHECK_THROWS_AS(positions(xg::zeros({4})), xg::ShapeError);
}

TEST_CASE("rotary embeddings turn pairs by angles, so that products see distances only") {
  const Tensor x = random_doubles({2, 5, 8});
  const nn::RotaryEmbedding halves{8}, pairs{8, {.base = 50, .interleaved = true}};
  const Tensor y = halves(x, 2), z = pairs(x, 2);
  const double a = 3 * std::pow(10000, -2.0 / 8), b = 3 * std::pow(50, -2.0 / 8);
  CHECK(y.at({1, 1, 1}) == Approx(x.at({1, 1, 1}) * std::cos(a) - x.at({1, 1, 5}) * std::sin(a)));
  CHECK(y.at({1, 1, 5}) == Approx(x.at({1, 1, 1}) * std::sin(a) + x.at({1, 1, 5}) * std::cos(a)));
  CHECK(z.at({1, 1, 2}) == Approx(x.at({1, 1, 2}) * std::cos(b) - x.at({1, 1, 3}) * std::sin(b)));
  CHECK(z.at({1, 1, 3}) == Approx(x.at({1, 1, 2}) * std::sin(b) + x.at({1, 1, 3}) * std::cos(b)));
  for (const auto& turn : {halves, pairs}) {
    const Tensor q = random_doubles({1, 8}, 3), k = random_doubles({1, 8}, 4);
    CHECK(same(xg::matmul(turn(q, 7), xg::t(turn(k, 4))), xg::matmul(turn(q, 103), xg::t(turn(k, 100)))));
    CHECK(xg::gradcheck([&](const Tensor& in) { return turn(in, 3); }, {x}));
    CHECK(same(turn(x, 1), xg::cat({turn(xg::narrow(x, 1, 0, 2), 1), turn(xg::narrow(x, 1, 2, 3), 3)}, 1)));
  }
  CHECK_THROWS_WITH_AS(
      halves(xg::zeros({2, 5, 6})),
      "[RotaryEmbedding] x [2, 5, 6]: expected [..., steps, 8] with an even number of features",
      xg::ShapeError);
  CHECK_THROWS_AS(nn::RotaryEmbedding{3}(xg::zeros({2, 3})), xg::ShapeError);
}
