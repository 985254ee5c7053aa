#pragma once
/// Lengths, angles and distances of vectors that lie along one axis.

#include <cstdint>

#include "../core/tensor.hpp"

namespace xg {

/// x / max(||x||_p, eps) along one axis.
/// Grad    any order; at 0 as that of x / eps.
Tensor normalize(const Tensor& x, double p = 2, std::int64_t axis = 1, double eps = 1e-12);
/// x1 . x2 / (max(||x1||, eps) * max(||x2||, eps)) along one axis, which disappears.
/// Shapes  x1 and x2 broadcast.
/// Grad    x1 and x2, any order; at 0 as if eps were the length.
Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, std::int64_t axis = 1, double eps = 1e-8);
/// ||x1 - x2 + eps||_p along the last axis.
/// Shapes  x1 and x2 broadcast; the last axis disappears unless keepdim.
/// Grad    x1 and x2, any order.
Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, double p = 2, double eps = 1e-6,
                         bool keepdim = false);
/// ||x_i - x_j||_p of all pairs of rows i < j, in the order (0, 1), (0, 2), ..., (n - 2, n - 1).
/// Shapes  x [n, d]; returns [n (n - 1) / 2].
/// Grad    any order; 0 for equal rows.
/// Throws  ShapeError "[pdist] x [2, 3, 4]: expected rows [n, d]"; ValueError for a negative p.
Tensor pdist(const Tensor& x, double p = 2);
/// The p-norms of the differences of each row of x1 and each of x2.
/// Shapes  x1 [..., m, n], x2 [..., k, n]; returns [..., m, k].
/// Grad    x1 and x2, as norm(): 0 where two rows are equal.
/// Throws  ShapeError "[cdist] x1 [2, 3] and x2 [4, 5]: rows of 3 and 5".
Tensor cdist(const Tensor& x1, const Tensor& x2, double p = 2);

}  // namespace xg
