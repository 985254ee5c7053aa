#pragma once

#include <cstdint>
#include <optional>

#include "../core/create.hpp"
#include "linear.hpp"

namespace xg::nn {

/// The keys and values of earlier steps, so that generating a text need not compute them again; they grow with
/// each call that gets the cache.
/// Shapes  key and value [n, heads, steps, features of a head]; undefined before the first call.
struct KeyValueCache {
  Tensor key, value;

  std::int64_t length() const { return key.defined() ? key.size(2) : 0; }
};

struct MultiheadAttentionOptions {
  double dropout = 0;  ///< of the weights, while training
  bool bias = true;
  bool add_bias_kv = false;               ///< a learned key and value behind the others
  bool add_zero_attn = false;             ///< a key and value of zeros behind the others
  std::optional<std::int64_t> kdim = {};  ///< features of the keys; by default embed_dim
  std::optional<std::int64_t> vdim = {};  ///< features of the values; by default embed_dim
  bool batch_first = false;               ///< [n, steps, features] instead of [steps, n, features]
  Dtype dtype = float32;
};

/// What one call of an attention layer may be told.
struct AttendOptions {
  Tensor key_padding_mask = {};  ///< [n, keys]: bool, true where a key is to be ignored, or added to scores
  bool need_weights = true;
  Tensor attn_mask = {};             ///< [queries, keys] or [n * heads, queries, keys]: likewise
  bool average_attn_weights = true;  ///< over the heads
  bool is_causal = false;            ///< each query sees the keys up to its own step only
  KeyValueCache* cache = nullptr;    ///< earlier keys and values; these are added to it
};

struct AttendResult {
  Tensor output;
  Tensor weights;  ///< [n, queries, keys], or [n, heads, queries, keys] if not averaged
};

namespace detail {

Tensor packed_projection(std::int64_t embed_dim, const MultiheadAttentionOptions& options);
Tensor own_projection(std::int64_t embed_dim, std::optional<std::int64_t> from,
                      const MultiheadAttentionOptions& options);
Tensor key_value_bias(std::int64_t embed_dim, const MultiheadAttentionOptions& options);
Linear output_projection(std::int64_t embed_dim, std::int64_t num_heads,
                         const MultiheadAttentionOptions& options);

}  // namespace detail

/// Attention of several heads: softmax(q k^T / sqrt(features of a head)) v for each, where q, k and v are
/// linear maps of query, key and value, and a linear map of all heads together;
/// `auto [y, weights] = attention(x, x, x);`. As in PyTorch, bool masks say which keys to ignore. The
/// projections start Xavier uniform, out_proj as a Linear with bias 0.
/// Shapes  query [queries, n, embed_dim], key [keys, n, kdim], value [keys, n, vdim], or all without n; output
///         as query.
/// Throws  ShapeError "[MultiheadAttention] query [5, 2, 6], key [...], value [...]: expected ...", and
///         "[MultiheadAttention] attn_mask [4, 5]: expected [5, 5] or [8, 5, 5]"; ValueError unless num_heads
///         divides embed_dim.
/// Source  Vaswani et al. 2017, arXiv:1706.03762.
struct MultiheadAttention {
  std::int64_t embed_dim, num_heads;
  MultiheadAttentionOptions options = {};
  Tensor in_proj_weight = detail::packed_projection(embed_dim, options);
  Tensor q_proj_weight = detail::own_projection(embed_dim, embed_dim, options);
  Tensor k_proj_weight = detail::own_projection(embed_dim, options.kdim, options);
  Tensor v_proj_weight = detail::own_projection(embed_dim, options.vdim, options);
  Tensor in_proj_bias =
      options.bias ? zeros({3 * embed_dim}, {.dtype = options.dtype, .requires_grad = true}) : Tensor();
  Linear out_proj = detail::output_projection(embed_dim, num_heads, options);
  Tensor bias_k = detail::key_value_bias(embed_dim, options);
  Tensor bias_v = detail::key_value_bias(embed_dim, options);
  bool training = true;

  AttendResult operator()(const Tensor& query, const Tensor& key, const Tensor& value,
                          const AttendOptions& call = {}) const;
};

/// [size, size] with 0 up to the diagonal and -inf above it: an attn_mask by which no step sees a later one.
Tensor generate_square_subsequent_mask(std::int64_t size, Dtype dtype = float32);
/// [n, size] with true from each sequence's length on: a key_padding_mask. The size is by default the largest
/// length.
/// Throws  ShapeError "[padding_mask] lengths float32 [2]: expected [n] whole numbers".
Tensor padding_mask(const Tensor& lengths, std::optional<std::int64_t> size = {});

}  // namespace xg::nn
