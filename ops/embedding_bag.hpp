#pragma once

#include <cstdint>

#include "../core/tensor.hpp"

namespace xg {

/// What becomes of the rows of a bag.
enum class BagMode { sum, mean, max };

struct EmbeddingBagOptions {
  Tensor offsets = {};  ///< where each bag of a 1-d index starts, int64, from 0 on and not falling
  BagMode mode = BagMode::mean;
  Tensor per_sample_weights = {};    ///< as index: factors of the rows, in mode sum
  bool include_last_offset = false;  ///< offsets end with the length of index
  std::int64_t padding_idx = -1;     ///< a row that is skipped; -1: none
};

/// The sum, mean or maximum of the rows of a table that each bag lists; 0 for an empty bag.
/// Shapes  weight [rows, n]; index [bags, each] or, with offsets, [total]; returns [bags, n].
/// Grad    weight and per_sample_weights, any order; at ties of a maximum the first row has all.
/// Throws  ShapeError "[embedding_bag] index [4] and no offsets: ..."; IndexError as embedding(); ValueError for
///         offsets that fall or reach beyond the index, and for per_sample_weights in another mode than sum.
Tensor embedding_bag(const Tensor& weight, const Tensor& index, const EmbeddingBagOptions& options = {});

}  // namespace xg
