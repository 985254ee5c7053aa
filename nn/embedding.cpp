#include "embedding.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "../core/create.hpp"

namespace xg::nn::detail {

std::int64_t padding_row(std::int64_t num_embeddings, std::optional<std::int64_t> padding_idx) {
  if (!padding_idx) return -1;
  if (*padding_idx < -num_embeddings || *padding_idx >= num_embeddings)
    throw IndexError(fmt::format("[Embedding] padding_idx {} is out of range for {} embeddings", *padding_idx,
                                 num_embeddings));
  return *padding_idx < 0 ? *padding_idx + num_embeddings : *padding_idx;
}

Tensor embedding_weight(std::int64_t num_embeddings, std::int64_t embedding_dim,
                        const EmbeddingOptions& options) {
  Tensor weight = randn({num_embeddings, embedding_dim}, {.dtype = options.dtype, .requires_grad = true});
  const std::int64_t row = padding_row(num_embeddings, options.padding_idx);
  if (row >= 0)
    visit_floating("Embedding", options.dtype, [&]<class T>(std::type_identity<T>) {
      std::fill_n(weight.mutable_data<T>() + row * embedding_dim, embedding_dim, T{0});
    });
  return weight;
}

}  // namespace xg::nn::detail
