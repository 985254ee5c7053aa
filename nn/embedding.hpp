#pragma once

#include <cstdint>
#include <optional>

#include "../ops/embedding_bag.hpp"
#include "../ops/index.hpp"

namespace xg::nn {

struct EmbeddingOptions {
  std::optional<std::int64_t> padding_idx = {};  ///< a row that starts at 0 and is not trained
  std::optional<double> max_norm = {};  ///< rows looked up are first shortened to this norm, in place
  double norm_type = 2;                 ///< which norm that is
  bool scale_grad_by_freq = false;      ///< a row's gradient is divided by how often the call looks it up
  Dtype dtype = float32;
};

struct BagOptions {
  std::optional<double> max_norm = {};  ///< rows looked up are first shortened to this norm, in place
  double norm_type = 2;                 ///< which norm that is
  bool scale_grad_by_freq = false;      ///< a row's gradient is divided by how often the call looks it up
  BagMode mode = BagMode::mean;
  bool include_last_offset = false;              ///< offsets end with the length of the index
  std::optional<std::int64_t> padding_idx = {};  ///< a row that starts at 0, is skipped and not trained
  Dtype dtype = float32;
};

namespace detail {

/// The padding row counted from 0, or -1 for none.
/// Throws  IndexError "[Embedding] padding_idx 10 is out of range for 10 embeddings".
std::int64_t padding_row(const char* layer, std::int64_t num_embeddings,
                         std::optional<std::int64_t> padding_idx);
Tensor embedding_weight(const char* layer, std::int64_t num_embeddings, std::int64_t embedding_dim,
                        std::optional<std::int64_t> padding_idx, Dtype dtype);
/// Shortens the rows of a leaf that an index names to a norm, in place.
void shorten_rows(Tensor weight, const Tensor& index, double max_norm, double norm_type);
/// The weight itself, whose gradient is divided by how often the index names each row.
Tensor with_gradient_by_frequency(const Tensor& weight, const Tensor& index);

}  // namespace detail

/// A learned vector for each of num_embeddings things; `nn::Embedding words{65, 32};`. The weight starts
/// standard normal.
/// Shapes  index any, int64; returns [..., embedding_dim].
struct Embedding {
  std::int64_t num_embeddings, embedding_dim;
  EmbeddingOptions options = {};
  Tensor weight = detail::embedding_weight("Embedding", num_embeddings, embedding_dim, options.padding_idx,
                                           options.dtype);

  Tensor operator()(const Tensor& index) const {
    if (options.max_norm) detail::shorten_rows(weight, index, *options.max_norm, options.norm_type);
    const Tensor table =
        options.scale_grad_by_freq ? detail::with_gradient_by_frequency(weight, index) : weight;
    return embedding(table, index, detail::padding_row("Embedding", num_embeddings, options.padding_idx));
  }
};

/// The sum, mean or maximum of learned vectors in bags, as embedding_bag(); `nn::EmbeddingBag bags{65, 32};`.
/// The weight starts standard normal.
/// Shapes  index [bags, each], or [total] with offsets; returns [bags, embedding_dim].
struct EmbeddingBag {
  std::int64_t num_embeddings, embedding_dim;
  BagOptions options = {};
  Tensor weight = detail::embedding_weight("EmbeddingBag", num_embeddings, embedding_dim, options.padding_idx,
                                           options.dtype);

  Tensor operator()(const Tensor& index, const Tensor& offsets = {},
                    const Tensor& per_sample_weights = {}) const {
    if (options.max_norm) detail::shorten_rows(weight, index, *options.max_norm, options.norm_type);
    const Tensor table =
        options.scale_grad_by_freq ? detail::with_gradient_by_frequency(weight, index) : weight;
    return embedding_bag(
        table, index,
        {.offsets = offsets,
         .mode = options.mode,
         .per_sample_weights = per_sample_weights,
         .include_last_offset = options.include_last_offset,
         .padding_idx = detail::padding_row("EmbeddingBag", num_embeddings, options.padding_idx)});
  }
};

}  // namespace xg::nn
