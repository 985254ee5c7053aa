#pragma once
/// Reductions of the slices of x along axis 0 that belong to one segment, in any order; names as in JAX.
/// num_segments -1 stands for one more than the largest id. The order of summation is that of the slices,
/// whatever the number of threads.

#include <cstdint>

#include "../core/tensor.hpp"

namespace xg {

/// y[s] = sum of x[i] over all i with segment_ids[i] = s; 0 for a segment without slices.
/// Shapes  x [n, ...]; segment_ids [n], int64; returns [num_segments, ...].
/// Grad    x, any order.
/// Throws  IndexError "[segment_sum] index 4 at [2] is out of range for axis 0 of [3, 5]"; ShapeError
///         "[segment_sum] segment_ids [3] for x [4, 5]: expected [4]".
Tensor segment_sum(const Tensor& x, const Tensor& segment_ids, std::int64_t num_segments = -1);
/// The sum over the number of slices; 0 for a segment without slices.
/// Grad    x, any order.
/// Throws  as segment_sum(); DtypeError "[segment_mean] needs a floating tensor, got int64: ...".
Tensor segment_mean(const Tensor& x, const Tensor& segment_ids, std::int64_t num_segments = -1);
/// The largest or smallest element, NaN if one is NaN; without slices -inf or inf, of integers the smallest or
/// largest one there is.
/// Grad    split evenly among ties.
/// Throws  as segment_sum().
Tensor segment_max(const Tensor& x, const Tensor& segment_ids, std::int64_t num_segments = -1);
Tensor segment_min(const Tensor& x, const Tensor& segment_ids, std::int64_t num_segments = -1);

}  // namespace xg
