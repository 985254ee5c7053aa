#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "../ops/activation.hpp"
#include "attention.hpp"
#include "dropout.hpp"
#include "norm.hpp"

namespace xg::nn {

struct TransformerOptions {
  std::int64_t dim_feedforward = 2048;
  double dropout = 0.1;
  Tensor (*activation)(const Tensor&) = relu;  ///< a function, or a lambda that captures nothing
  double layer_norm_eps = 1e-5;
  bool batch_first = false;  ///< [n, steps, d_model] instead of [steps, n, d_model]
  bool norm_first = false;   ///< normalise what goes into each block, not what comes out
  bool bias = true;
  Dtype dtype = float32;
};

namespace detail {

MultiheadAttention attention_block(std::int64_t d_model, std::int64_t nhead,
                                   const TransformerOptions& options);
LayerNorm norm_block(std::int64_t d_model, const TransformerOptions& options);
std::optional<LayerNorm> final_norm(bool wanted, std::int64_t d_model, const TransformerOptions& options);

}  // namespace detail

/// Masks of one call of an encoder, as MultiheadAttention has them. The caches, one a layer, are for generating
/// with a causal encoder step by step; an empty list is filled.
struct EncoderMasks {
  Tensor src_mask = {}, src_key_padding_mask = {};
  bool is_causal = false;
  std::vector<KeyValueCache>* caches = nullptr;
};

/// Masks of one call of a decoder, as MultiheadAttention has them: of the target, and of the encoder's memory.
struct DecoderMasks {
  Tensor tgt_mask = {}, memory_mask = {}, tgt_key_padding_mask = {}, memory_key_padding_mask = {};
  bool tgt_is_causal = false, memory_is_causal = false;
  std::vector<KeyValueCache>* caches = nullptr;  ///< of the target's keys and values, as in EncoderMasks
};

/// Self-attention and a feed-forward block, each with a residual connection, dropout and a LayerNorm;
/// `nn::TransformerEncoderLayer layer{512, 8, {.batch_first = true}};`.
/// Shapes  src [steps, n, d_model] or without n; returns the same.
/// Source  Vaswani et al. 2017, arXiv:1706.03762; norm_first Xiong et al. 2020, arXiv:2002.04745.
struct TransformerEncoderLayer {
  std::int64_t d_model, nhead;
  TransformerOptions options = {};
  MultiheadAttention self_attn = detail::attention_block(d_model, nhead, options);
  Linear linear1{d_model, options.dim_feedforward, {.bias = options.bias, .dtype = options.dtype}};
  Dropout dropout{options.dropout};
  Linear linear2{options.dim_feedforward, d_model, {.bias = options.bias, .dtype = options.dtype}};
  LayerNorm norm1 = detail::norm_block(d_model, options);
  LayerNorm norm2 = detail::norm_block(d_model, options);
  Dropout dropout1{options.dropout};
  Dropout dropout2{options.dropout};

  Tensor operator()(const Tensor& src, const EncoderMasks& masks = {}) const {
    return at_depth(src, masks, 0);
  }
  /// As layer number `layer` of a stack, which has its own cache.
  Tensor at_depth(const Tensor& src, const EncoderMasks& masks, std::size_t layer) const;
};

/// Self-attention, attention to an encoder's memory and a feed-forward block, each with a residual connection,
/// dropout and a LayerNorm.
/// Shapes  tgt [steps, n, d_model], memory [steps, n, d_model], or both without n; returns tgt's shape.
/// Source  as TransformerEncoderLayer.
struct TransformerDecoderLayer {
  std::int64_t d_model, nhead;
  TransformerOptions options = {};
  MultiheadAttention self_attn = detail::attention_block(d_model, nhead, options);
  MultiheadAttention multihead_attn = detail::attention_block(d_model, nhead, options);
  Linear linear1{d_model, options.dim_feedforward, {.bias = options.bias, .dtype = options.dtype}};
  Dropout dropout{options.dropout};
  Linear linear2{options.dim_feedforward, d_model, {.bias = options.bias, .dtype = options.dtype}};
  LayerNorm norm1 = detail::norm_block(d_model, options);
  LayerNorm norm2 = detail::norm_block(d_model, options);
  LayerNorm norm3 = detail::norm_block(d_model, options);
  Dropout dropout1{options.dropout};
  Dropout dropout2{options.dropout};
  Dropout dropout3{options.dropout};

  Tensor operator()(const Tensor& tgt, const Tensor& memory, const DecoderMasks& masks = {}) const {
    return at_depth(tgt, memory, masks, 0);
  }
  /// As layer number `layer` of a stack, which has its own cache.
  Tensor at_depth(const Tensor& tgt, const Tensor& memory, const DecoderMasks& masks,
                  std::size_t layer) const;
};

/// Encoder layers one after the other, each with a start of its own, and at the end a LayerNorm if wanted;
/// `nn::TransformerEncoder encoder{512, 8, 6};`.
struct TransformerEncoder {
  std::int64_t d_model, nhead, num_layers;
  TransformerOptions options = {};
  bool final_norm = false;
  std::vector<TransformerEncoderLayer> layers = stack();
  std::optional<LayerNorm> norm = detail::final_norm(final_norm, d_model, options);

  Tensor operator()(const Tensor& src, const EncoderMasks& masks = {}) const;

  std::vector<TransformerEncoderLayer> stack() const;
};

/// Decoder layers one after the other, as TransformerEncoder.
struct TransformerDecoder {
  std::int64_t d_model, nhead, num_layers;
  TransformerOptions options = {};
  bool final_norm = false;
  std::vector<TransformerDecoderLayer> layers = stack();
  std::optional<LayerNorm> norm = detail::final_norm(final_norm, d_model, options);

  Tensor operator()(const Tensor& tgt, const Tensor& memory, const DecoderMasks& masks = {}) const;

  std::vector<TransformerDecoderLayer> stack() const;
};

/// Masks of one call of a Transformer: those of its encoder and its decoder.
struct TransformerMasks {
  EncoderMasks encoder = {};
  DecoderMasks decoder = {};
};

namespace detail {

TransformerEncoder xavier_encoder(std::int64_t d_model, std::int64_t nhead, std::int64_t num_layers,
                                  const TransformerOptions& options);
TransformerDecoder xavier_decoder(std::int64_t d_model, std::int64_t nhead, std::int64_t num_layers,
                                  const TransformerOptions& options);

}  // namespace detail

/// An encoder of src and a decoder of tgt that attends to it, both with a LayerNorm at the end; matrices start
/// Xavier uniform. `nn::Transformer net{512, 8, 6, 6};`.
/// Shapes  src [steps, n, d_model], tgt [steps, n, d_model], or both without n; returns tgt's shape.
/// Source  as TransformerEncoderLayer.
struct Transformer {
  std::int64_t d_model = 512, nhead = 8, num_encoder_layers = 6, num_decoder_layers = 6;
  TransformerOptions options = {};
  TransformerEncoder encoder = detail::xavier_encoder(d_model, nhead, num_encoder_layers, options);
  TransformerDecoder decoder = detail::xavier_decoder(d_model, nhead, num_decoder_layers, options);

  Tensor operator()(const Tensor& src, const Tensor& tgt, const TransformerMasks& masks = {}) const {
    return decoder(tgt, encoder(src, masks.encoder), masks.decoder);
  }
};

}  // namespace xg::nn
