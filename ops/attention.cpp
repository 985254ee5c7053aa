#include "attention.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "../core/create.hpp"
#include "arithmetic.hpp"
#include "comparison.hpp"
#include "dropout.hpp"
#include "matmul.hpp"
#include "matrices.hpp"
#include "reduce.hpp"
#include "softmax.hpp"
#include "view.hpp"

namespace xg {
namespace {

void check_features(const Tensor& query, const Tensor& key) {
  if (query.dim() < 2 || key.dim() < 2 || query.size(-1) != key.size(-1))
    throw ShapeError(fmt::format("[attention_weights] query {} and key {}: both must end in as many features",
                                 to_string(query.shape()), to_string(key.shape())));
  broadcast_shapes("attention_weights", matrices::batch_of(query), matrices::batch_of(key));
}

void check_mask(const Tensor& mask, const Shape& scores) {
  if (mask.dtype() == int64)
    throw DtypeError(
        fmt::format("[attention_weights] attn_mask {}: expected bool, which keys a query may look at, or "
                    "floating, what is added to the scores",
                    describe(mask)));
  if (mask.dim() > scores.size() || broadcast_shapes("attention_weights", mask.shape(), scores) != scores)
    throw ShapeError(fmt::format("[attention_weights] attn_mask {} does not broadcast to the scores {}",
                                 to_string(mask.shape()), to_string(scores)));
}

// Row i is true up to column i.
Tensor up_to_the_diagonal(std::int64_t rows, std::int64_t columns) {
  return unsqueeze(arange(rows), -1) >= arange(columns);
}

// softmax over the keys that are allowed. The mask is added, since it is often smaller than the scores. Rows
// without any key are softened and then zeroed: the softmax of nothing is NaN, in its gradient too.
Tensor softmax_where(const Tensor& scores, const Tensor& allowed) {
  const auto barrier = [](const Tensor& open) {
    return where(open, 0.0, -std::numeric_limits<double>::infinity());
  };
  const Tensor some = any(allowed, {-1}, true);
  if (all(some).item<bool>()) return softmax(scores + barrier(allowed), -1);
  return where(some, softmax(scores + barrier(allowed | !some), -1), 0);
}

}  // namespace

Tensor attention_weights(const Tensor& query, const Tensor& key, const AttentionOptions& options) {
  check_features(query, key);
  const double scale =
      options.scale.value_or(1 / std::sqrt(static_cast<double>(std::max<std::int64_t>(query.size(-1), 1))));
  Tensor scores = matmul(query * scale, transpose(key, -2, -1));
  Tensor allowed = options.is_causal ? up_to_the_diagonal(query.size(-2), key.size(-2)) : Tensor();
  if (const Tensor& mask = options.attn_mask; mask.defined()) {
    check_mask(mask, scores.shape());
    if (mask.dtype() == boolean)
      allowed = allowed.defined() ? allowed & mask : mask;
    else
      scores = scores + mask;
  }
  const Tensor weights = allowed.defined() ? softmax_where(scores, allowed) : softmax(scores, -1);
  return dropout(weights, options.dropout_p);
}

Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const AttentionOptions& options) {
  return matmul(attention_weights(query, key, options), value);
}

}  // namespace xg
