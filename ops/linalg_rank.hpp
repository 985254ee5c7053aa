#pragma once
/// Least squares, pseudo-inverses and ranks. The last two axes are a matrix, those before them a batch.

#include <optional>
#include <string_view>

#include "../core/tensor.hpp"

namespace xg {

/// The x that makes |a x - b| smallest; of several, where a has more columns than rows, the one of least norm.
/// Shapes  a [..., m, n] of full rank, b [..., m, k]; batches broadcast; returns [..., n, k].
/// Grad    a and b, any order.
/// Throws  ValueError "[lstsq] batch 3: a [5, 3] has no full rank; ...".
Tensor lstsq(const Tensor& a, const Tensor& b);

/// Singular values up to max(atol, rtol * the largest one) count as 0.
struct RankTolerance {
  double atol = 0;
  std::optional<double> rtol = {};  ///< by default max(m, n) times the dtype's epsilon, or 0 if atol is given
};
/// The pseudo-inverse of Moore and Penrose, from the singular values that count.
/// Shapes  x [..., m, n]; returns [..., n, m].
/// Grad    any order, for changes of x that keep its rank.
/// Source  Golub and Pereyra 1973.
Tensor pinv(const Tensor& x, RankTolerance tolerance = {});
/// How many singular values count, as int64.
/// Shapes  x [..., m, n]; returns [...].
Tensor matrix_rank(const Tensor& x, RankTolerance tolerance = {});
/// The condition number: the largest singular value over the smallest.
/// Shapes  x [..., m, n]; returns [...].
/// Grad    any order.
Tensor cond(const Tensor& x);
/// matrix_norm(x, ord) * matrix_norm(x^-1, ord).
/// Shapes  x [..., n, n]; returns [...].
/// Grad    any order.
Tensor cond(const Tensor& x, double ord);
Tensor cond(const Tensor& x, std::string_view ord);

}  // namespace xg
