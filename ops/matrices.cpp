#include "matrices.hpp"

#include <fmt/format.h>

#include <cmath>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "view.hpp"

namespace xg::matrices {
namespace {

Strides column_strides(const Shape& shape) {
  Shape turned = shape;
  std::swap(turned[shape.size() - 2], turned[shape.size() - 1]);
  Strides strides = contiguous_strides(turned);
  std::swap(strides[shape.size() - 2], strides[shape.size() - 1]);
  return strides;
}

}  // namespace

void check(const char* op, const Tensor& x) {
  if (x.dim() < 2)
    throw ShapeError(fmt::format("[{}] x {}: expected a matrix or a batch of matrices [..., m, n]", op,
                                 to_string(x.shape())));
  if (!is_floating(x.dtype())) throw_not_floating(op, x.dtype());
}

void check_square(const char* op, const Tensor& x) {
  check(op, x);
  if (x.size(-2) != x.size(-1))
    throw ShapeError(
        fmt::format("[{}] x {}: expected square matrices [..., n, n]", op, to_string(x.shape())));
}

void check_finite(const char* op, const Tensor& x) {
  const Shape batch = batch_of(x);
  const std::int64_t each = x.size(-2) * x.size(-1), n = count(batch);
  visit_floating(op, x.dtype(), [&]<class T>(std::type_identity<T>) {
    const T* data = x.data<T>();
    for (std::int64_t i = 0; i < n * each; ++i)
      if (!std::isfinite(data[i]))
        throw ValueError(fmt::format("[{}] {}the matrix holds NaN or an infinity; look for it with isfinite",
                                     op, place(batch, i / each)));
  });
}

Shape batch_of(const Tensor& x) { return Shape(std::span(x.shape().begin(), x.dim() - 2)); }

Shape shape_of(Shape batch, std::int64_t rows, std::int64_t columns) {
  batch.push_back(rows);
  batch.push_back(columns);
  return batch;
}

Shape shape_of(Shape batch, std::int64_t n) {
  batch.push_back(n);
  return batch;
}

Tensor transposed(const Tensor& x) { return transpose(x, -2, -1); }

Tensor identity_like(const Tensor& x, std::int64_t n) { return eye(n, n, {.dtype = x.dtype()}); }

Tensor empty_columns(const Shape& shape, Dtype dtype) {
  return as_strided(empty(shape, dtype), shape, column_strides(shape));
}

Tensor copy_columns(const Tensor& x) {
  Tensor y = empty_columns(x.shape(), x.dtype());
  copy_elements(x, y);
  return y;
}

Tensor copy_rows(const Tensor& x) {
  Tensor y = empty(x.shape(), x.dtype());
  copy_elements(x, y);
  return y;
}

std::string place(const Shape& batch, std::int64_t i) {
  if (batch.empty()) return {};
  if (batch.size() == 1) return fmt::format("batch {}: ", i);
  Dims index = batch;
  for (std::size_t axis = batch.size(); axis-- > 0; i /= batch[axis]) index[axis] = i % batch[axis];
  return fmt::format("batch {}: ", to_string(index));
}

}  // namespace xg::matrices
