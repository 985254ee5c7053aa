#pragma once

#include <cstdint>

#include "../ops/distance.hpp"

namespace xg::nn {

/// cosine_similarity() as a layer of two inputs.
struct CosineSimilarity {
  std::int64_t axis = 1;
  double eps = 1e-8;

  Tensor operator()(const Tensor& x1, const Tensor& x2) const { return cosine_similarity(x1, x2, axis, eps); }
};

/// pairwise_distance() as a layer of two inputs.
struct PairwiseDistance {
  double p = 2, eps = 1e-6;
  bool keepdim = false;

  Tensor operator()(const Tensor& x1, const Tensor& x2) const {
    return pairwise_distance(x1, x2, p, eps, keepdim);
  }
};

}  // namespace xg::nn
