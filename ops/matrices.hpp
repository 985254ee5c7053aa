#pragma once
/// What the ops on batches of matrices share: the last two axes are a matrix, the axes before them a batch.
/// Internal to ops.

#include <cstdint>
#include <string>

#include "../core/parallel.hpp"
#include "../core/tensor.hpp"

namespace xg::matrices {

/// Throws  ShapeError "[qr] x [3]: expected a matrix or a batch of matrices [..., m, n]"; DtypeError for
///         integers and bools.
void check(const char* op, const Tensor& x);
/// Throws  ShapeError "[inv] x [3, 4]: expected square matrices [..., n, n]" beside that.
void check_square(const char* op, const Tensor& x);
/// For a dense x: on NaN, LAPACK may not come to an end, or not tell.
/// Throws  ValueError "[svd] batch 3: the matrix holds NaN or an infinity; ...".
void check_finite(const char* op, const Tensor& x);

Shape batch_of(const Tensor& x);
/// batch + [rows, columns]
Shape shape_of(Shape batch, std::int64_t rows, std::int64_t columns);
/// batch + [n]
Shape shape_of(Shape batch, std::int64_t n);
Tensor transposed(const Tensor& x);
/// The identity of x's dtype.
Tensor identity_like(const Tensor& x, std::int64_t n);

/// Dense memory whose matrices lie column by column, as LAPACK has them.
Tensor empty_columns(const Shape& shape, Dtype dtype);
/// A copy of x in such memory, or row by row. Not recorded.
Tensor copy_columns(const Tensor& x);
Tensor copy_rows(const Tensor& x);

/// "batch 3: " for messages, "batch [1, 3]: " if there are several axes, nothing for a single matrix.
std::string place(const Shape& batch, std::int64_t i);

/// Calls f(i) for n matrices that take `work` operations each, in parallel where that pays.
template <class F> void for_each(std::int64_t n, std::int64_t work, const F& f) {
  constexpr std::int64_t enough = 1 << 17;
  const std::int64_t grain = enough / (work < 1 ? 1 : work) + 1;
  parallel_ranges(static_cast<std::size_t>(n), static_cast<std::size_t>(grain),
                  [&](std::size_t begin, std::size_t end) {
                    for (std::size_t i = begin; i < end; ++i) f(static_cast<std::int64_t>(i));
                  });
}

}  // namespace xg::matrices
