#pragma once

#include <cstdint>
#include <optional>

#include "../ops/index.hpp"

namespace xg::nn {

struct EmbeddingOptions {
  std::optional<std::int64_t> padding_idx = {};  ///< a row that starts at 0 and is not trained
  Dtype dtype = float32;
};

namespace detail {

/// The padding row counted from 0, or -1 for none.
/// Throws  IndexError "[Embedding] padding_idx 10 is out of range for 10 embeddings".
std::int64_t padding_row(std::int64_t num_embeddings, std::optional<std::int64_t> padding_idx);
Tensor embedding_weight(std::int64_t num_embeddings, std::int64_t embedding_dim,
                        const EmbeddingOptions& options);

}  // namespace detail

/// A learned vector for each of num_embeddings things; `nn::Embedding words{65, 32};`. The weight starts
/// standard normal.
/// Shapes  index any, int64; returns [..., embedding_dim].
struct Embedding {
  std::int64_t num_embeddings, embedding_dim;
  EmbeddingOptions options = {};
  Tensor weight = detail::embedding_weight(num_embeddings, embedding_dim, options);

  Tensor operator()(const Tensor& index) const {
    return embedding(weight, index, detail::padding_row(num_embeddings, options.padding_idx));
  }
};

}  // namespace xg::nn
