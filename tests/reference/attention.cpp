#include <xgrad/core/parameters.hpp>
#include <xgrad/nn/transformer.hpp>
#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/attention.hpp>
#include <xgrad/ops/embedding_bag.hpp>
#include <xgrad/ops/index.hpp>

#include "table.hpp"

namespace xg::test {
namespace {

BagMode mode_of(const std::string& name) {
  if (name == "sum") return BagMode::sum;
  if (name == "mean") return BagMode::mean;
  if (name == "max") return BagMode::max;
  throw NotImplemented("mode " + name);
}

Outputs bags(const Call& c) {
  return embedding_bag(c[1], c[0],
                       {.offsets = c.find("offsets"),
                        .mode = mode_of(c.text("mode", "mean")),
                        .per_sample_weights = c.find("per_sample_weights"),
                        .include_last_offset = c.flag("include_last_offset"),
                        .padding_idx = c.integer("padding_idx", -1)});
}

Outputs dot_product_attention(const Call& c) {
  AttentionOptions options{.attn_mask = c.find("attn_mask"), .is_causal = c.flag("is_causal")};
  if (c.has("scale")) options.scale = c.number("scale");
  return scaled_dot_product_attention(c[0], c[1], c[2], options);
}

Outputs multi_head_attention(const Call& c) {
  const Tensor &query = c[0], &key = c[1], &value = c[2];
  nn::MultiheadAttention layer{
      query.size(-1),
      c.integer("num_heads"),
      {.add_zero_attn = c.flag("add_zero_attn"), .kdim = key.size(-1), .vdim = value.size(-1)}};
  layer.in_proj_weight = c.find("in_proj_weight");
  layer.q_proj_weight = c.find("q_proj_weight");
  layer.k_proj_weight = c.find("k_proj_weight");
  layer.v_proj_weight = c.find("v_proj_weight");
  layer.in_proj_bias = c.find("in_proj_bias");
  layer.out_proj.weight = c.find("out_proj_weight");
  layer.out_proj.bias = c.find("out_proj_bias");
  layer.bias_k = c.find("bias_k");
  layer.bias_v = c.find("bias_v");
  const auto [output, weights] = layer(query, key, value,
                                       {.key_padding_mask = c.find("key_padding_mask"),
                                        .need_weights = c.flag("need_weights", true),
                                        .attn_mask = c.find("attn_mask"),
                                        .average_attn_weights = c.flag("average_attn_weights", true)});
  return weights.defined() ? Outputs{output, weights} : Outputs(output);
}

// A transformer layer whose weights are the case's inputs of their paths.
template <class Layer> Layer layer_of(const Call& c) {
  const std::string activation = c.text("activation", "relu");
  if (activation != "relu" && activation != "gelu") throw NotImplemented("activation " + activation);
  nn::TransformerOptions options{.dim_feedforward = c.integer("dim_feedforward"),
                                 .layer_norm_eps = c.number("layer_norm_eps", 1e-5),
                                 .batch_first = c.flag("batch_first"),
                                 .norm_first = c.flag("norm_first")};
  if (activation == "gelu") options.activation = [](const Tensor& x) { return gelu(x); };
  Layer layer{c.integer("d_model"), c.integer("nhead"), options};
  for_each_leaf(layer, [&](const std::string& path, Tensor& weight) { weight = c.find(path); });
  eval(layer);
  return layer;
}

// The input that plays this role.
Tensor role(const Call& c, const std::string& name) {
  const Attributes data = c.nested("data");
  return data.has(name) ? c.find(data.text(name, "")) : Tensor();
}

Outputs encoder_layer(const Call& c) {
  return layer_of<nn::TransformerEncoderLayer>(c)(
      role(c, "src"),
      {.src_mask = role(c, "src_mask"), .src_key_padding_mask = role(c, "src_key_padding_mask")});
}

Outputs decoder_layer(const Call& c) {
  return layer_of<nn::TransformerDecoderLayer>(c)(
      role(c, "tgt"), role(c, "memory"),
      {.tgt_mask = role(c, "tgt_mask"),
       .memory_mask = role(c, "memory_mask"),
       .tgt_key_padding_mask = role(c, "tgt_key_padding_mask"),
       .memory_key_padding_mask = role(c, "memory_key_padding_mask")});
}

const OpsOf attention{
    {"embedding", [](const Call& c) { return embedding(c[1], c[0], c.integer("padding_idx", -1)); }},
    {"embedding_bag", bags},
    {"scaled_dot_product_attention", dot_product_attention},
    {"multi_head_attention_forward", multi_head_attention},
    {"transformer_encoder_layer", encoder_layer},
    {"transformer_decoder_layer", decoder_layer},
};

}  // namespace
}  // namespace xg::test
