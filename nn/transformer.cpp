#include "transformer.hpp"

#include "../core/parameters.hpp"
#include "../ops/arithmetic.hpp"

namespace xg::nn {
namespace {

KeyValueCache* cache_of(std::vector<KeyValueCache>* caches, std::size_t layer) {
  if (!caches) return nullptr;
  if (caches->size() <= layer) caches->resize(layer + 1);
  return &(*caches)[layer];
}

// x + block(x), normalised before or after.
template <class Block>
Tensor residual(const Tensor& x, const LayerNorm& norm, bool norm_first, const Block& block) {
  return norm_first ? x + block(norm(x)) : norm(x + block(x));
}

template <class Layer> Tensor feed_forward(const Layer& layer, const Tensor& x) {
  return layer.linear2(layer.dropout(layer.options.activation(layer.linear1(x))));
}

template <class Stack> Stack with_xavier_matrices(Stack stack) {
  for (Tensor& p : parameters(stack))
    if (p.dim() > 1) init::xavier_uniform_(p);
  return stack;
}

}  // namespace

namespace detail {

MultiheadAttention attention_block(std::int64_t d_model, std::int64_t nhead,
                                   const TransformerOptions& options) {
  return {d_model,
          nhead,
          {.dropout = options.dropout,
           .bias = options.bias,
           .batch_first = options.batch_first,
           .dtype = options.dtype}};
}

LayerNorm norm_block(std::int64_t d_model, const TransformerOptions& options) {
  return {d_model, {.eps = options.layer_norm_eps, .bias = options.bias, .dtype = options.dtype}};
}

std::optional<LayerNorm> final_norm(bool wanted, std::int64_t d_model, const TransformerOptions& options) {
  return wanted ? std::optional(norm_block(d_model, options)) : std::nullopt;
}

}  // namespace detail

Tensor TransformerEncoderLayer::at_depth(const Tensor& src, const EncoderMasks& masks,
                                         std::size_t layer) const {
  const Tensor x = residual(src, norm1, options.norm_first, [&](const Tensor& in) {
    return dropout1(self_attn(in, in, in,
                              {.key_padding_mask = masks.src_key_padding_mask,
                               .need_weights = false,
                               .attn_mask = masks.src_mask,
                               .is_causal = masks.is_causal,
                               .cache = cache_of(masks.caches, layer)})
                        .output);
  });
  return residual(x, norm2, options.norm_first,
                  [&](const Tensor& in) { return dropout2(feed_forward(*this, in)); });
}

Tensor TransformerDecoderLayer::at_depth(const Tensor& tgt, const Tensor& memory, const DecoderMasks& masks,
                                         std::size_t layer) const {
  Tensor x = residual(tgt, norm1, options.norm_first, [&](const Tensor& in) {
    return dropout1(self_attn(in, in, in,
                              {.key_padding_mask = masks.tgt_key_padding_mask,
                               .need_weights = false,
                               .attn_mask = masks.tgt_mask,
                               .is_causal = masks.tgt_is_causal,
                               .cache = cache_of(masks.caches, layer)})
                        .output);
  });
  x = residual(x, norm2, options.norm_first, [&](const Tensor& in) {
    return dropout2(multihead_attn(in, memory, memory,
                                   {.key_padding_mask = masks.memory_key_padding_mask,
                                    .need_weights = false,
                                    .attn_mask = masks.memory_mask,
                                    .is_causal = masks.memory_is_causal})
                        .output);
  });
  return residual(x, norm3, options.norm_first,
                  [&](const Tensor& in) { return dropout3(feed_forward(*this, in)); });
}

std::vector<TransformerEncoderLayer> TransformerEncoder::stack() const {
  std::vector<TransformerEncoderLayer> all;
  for (std::int64_t i = 0; i < num_layers; ++i) all.push_back({d_model, nhead, options});
  return all;
}

Tensor TransformerEncoder::operator()(const Tensor& src, const EncoderMasks& masks) const {
  Tensor x = src;
  for (std::size_t i = 0; i < layers.size(); ++i) x = layers[i].at_depth(x, masks, i);
  return norm ? (*norm)(x) : x;
}

std::vector<TransformerDecoderLayer> TransformerDecoder::stack() const {
  std::vector<TransformerDecoderLayer> all;
  for (std::int64_t i = 0; i < num_layers; ++i) all.push_back({d_model, nhead, options});
  return all;
}

Tensor TransformerDecoder::operator()(const Tensor& tgt, const Tensor& memory,
                                      const DecoderMasks& masks) const {
  Tensor x = tgt;
  for (std::size_t i = 0; i < layers.size(); ++i) x = layers[i].at_depth(x, memory, masks, i);
  return norm ? (*norm)(x) : x;
}

namespace detail {

TransformerEncoder xavier_encoder(std::int64_t d_model, std::int64_t nhead, std::int64_t num_layers,
                                  const TransformerOptions& options) {
  return with_xavier_matrices(TransformerEncoder{d_model, nhead, num_layers, options, true});
}
TransformerDecoder xavier_decoder(std::int64_t d_model, std::int64_t nhead, std::int64_t num_layers,
                                  const TransformerOptions& options) {
  return with_xavier_matrices(TransformerDecoder{d_model, nhead, num_layers, options, true});
}

}  // namespace detail

}  // namespace xg::nn
