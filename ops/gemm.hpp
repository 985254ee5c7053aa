#pragma once
/// Matrix products on raw memory, float and double: what matmul and the convolutions stand on. Internal to ops.

#include <cstdint>

namespace xg {

/// A matrix in memory: element (i, j) lies at data[i * row_step + j * column_step].
template <class T> struct StridedMatrix {
  const T* data;
  std::int64_t row_step;
  std::int64_t column_step;

  StridedMatrix transposed() const { return {data, column_step, row_step}; }
};

/// A matrix scattered over memory: element (i, j) lies at data[row_offset[i] + column_offset[j]]. This is how
/// a convolution reads an image: one offset for each tap of the kernel, one for each place it is put. Either
/// the rows' or the columns' offsets should come in runs of consecutive numbers, which are read as vectors:
/// 64 bytes after each element must be readable.
template <class T> struct OffsetMatrix {
  const T* data;
  const std::int64_t* row_offset;
  const std::int64_t* column_offset;
  bool rows_run;  ///< it is the rows' offsets that are mostly consecutive
};

/// c = a b, or c += a b if `adds`, for a [m, k] and b [k, n]; c is row-major with `c_step` elements from one
/// row to the next. An element of c is summed in an order that depends on k alone.
template <class T>
void gemm(std::int64_t m, std::int64_t n, std::int64_t k, const StridedMatrix<T>& a,
          const StridedMatrix<T>& b, T* c, std::int64_t c_step, bool adds);
template <class T>
void gemm(std::int64_t m, std::int64_t n, std::int64_t k, const StridedMatrix<T>& a, const OffsetMatrix<T>& b,
          T* c, std::int64_t c_step, bool adds);

}  // namespace xg
