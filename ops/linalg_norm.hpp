#pragma once
/// Norms of matrices.

#include <string_view>

#include "../core/tensor.hpp"

namespace xg {

/// A norm of the matrices in two axes: the largest (1, inf) or smallest (-1, -inf) sum of absolute values along
/// a column (1) or a row (inf), the largest (2) or smallest (-2) singular value.
/// Shapes  the two axes disappear, or stay with length 1 for `keepdim`.
/// Grad    any order; split evenly among ties.
/// Throws  ValueError "[matrix_norm] ord 3: expected 1, -1, 2, -2, inf, -inf, "fro" or "nuc"".
Tensor matrix_norm(const Tensor& x, double ord, const Axes& axes = {-2, -1}, bool keepdim = false);
/// "fro", the root of the sum of squares, or "nuc", the sum of the singular values.
/// Grad    any order; 0 for "fro" where the norm is 0.
Tensor matrix_norm(const Tensor& x, std::string_view ord = "fro", const Axes& axes = {-2, -1},
                   bool keepdim = false);

}  // namespace xg
