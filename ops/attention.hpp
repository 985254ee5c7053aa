#pragma once
/// Attention: each query takes a mean of the values, weighted by how well its key fits.

#include <optional>

#include "../core/tensor.hpp"

namespace xg {

struct AttentionOptions {
  /// bool: which keys a query may look at; floating: added to the scores. Broadcasts to [..., queries, keys].
  Tensor attn_mask = {};
  double dropout_p = 0;              ///< share of the weights that are set to 0; always, not in training only
  bool is_causal = false;            ///< query i looks at keys 0 ... i only
  std::optional<double> scale = {};  ///< of the scores; by default 1 / sqrt(features)
};

/// softmax(scale * query key^T) over the keys, where the masks allow it; a query that may look at nothing has
/// weights 0.
/// Shapes  query [..., queries, features], key [..., keys, features], leading axes broadcast; returns [...,
///         queries, keys].
/// Grad    query, key and a floating mask, any order.
/// Throws  ShapeError "[attention_weights] query [2, 5, 8] and key [2, 5, 4]: both must end in as many
///         features"; ShapeError for a mask that does not fit; DtypeError for an integer mask.
Tensor attention_weights(const Tensor& query, const Tensor& key, const AttentionOptions& options = {});
/// attention_weights(query, key) times value.
/// Shapes  as there; value [..., keys, n]; returns [..., queries, n].
/// Grad    query, key, value and a floating mask, any order.
/// Throws  as attention_weights() and matmul().
/// Source  Vaswani et al. 2017, arXiv:1706.03762.
Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const AttentionOptions& options = {});

}  // namespace xg
