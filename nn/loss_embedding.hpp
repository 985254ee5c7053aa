#pragma once
/// Losses of pairs and triplets that should be near or far; included by loss.hpp.

#include <functional>

#include "../core/tensor.hpp"
#include "reduction.hpp"

namespace xg::nn {

struct HingeEmbeddingLossOptions {
  double margin = 1;
  Reduction reduction = Reduction::mean;
};
/// input, a distance, for target 1; max(0, margin - input) for target -1.
/// Grad    input, any order; at the joint that of the line.
/// Throws  ShapeError as mse_loss;
///         ValueError "[hinge_embedding_loss] target 0 at element 3: expected 1 or -1".
/// Source  Hadsell et al. 2006.
Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target,
                            HingeEmbeddingLossOptions options = {});

struct CosineEmbeddingLossOptions {
  double margin = 0;
  Reduction reduction = Reduction::mean;
};
/// 1 - cos for target 1, max(0, cos - margin) for target -1, with the cosine of the angle between the inputs,
/// x1 . x2 / sqrt((||x1||^2 + 1e-12) (||x2||^2 + 1e-12)).
/// Shapes  inputs [n, d] or [d], equal; target [n] or [].
/// Grad    both inputs, any order; at the joint that of the line.
/// Throws  ShapeError; ValueError as hinge_embedding_loss.
Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                             CosineEmbeddingLossOptions options = {});

struct TripletMarginLossOptions {
  double margin = 1;
  double p = 2;       ///< of the norm
  double eps = 1e-6;  ///< added to each difference
  bool swap = false;  ///< the negative's distance is the shorter one of those from anchor and positive
  Reduction reduction = Reduction::mean;
};
/// max(0, margin + d(anchor, positive) - d(anchor, negative)) with d = pairwise_distance.
/// Shapes  all three equal, [..., d]; returns [...].
/// Grad    all three, any order; at the joint that of the line.
/// Throws  ShapeError "[triplet_margin_loss] anchor [2, 3] and negative [3] differ in shape: ...".
/// Source  Balntas et al. 2016.
Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           TripletMarginLossOptions options = {});

struct TripletMarginWithDistanceLossOptions {
  std::function<Tensor(const Tensor&, const Tensor&)> distance_function = {};  ///< empty: pairwise_distance
  double margin = 1;
  bool swap = false;  ///< as in TripletMarginLossOptions
  Reduction reduction = Reduction::mean;
};
/// triplet_margin_loss with any distance.
/// Grad    as the distance has it.
Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                                         const TripletMarginWithDistanceLossOptions& options = {});

}  // namespace xg::nn
