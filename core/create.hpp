#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include "random.hpp"
#include "tensor.hpp"

namespace xg {

/// How a new tensor is made; the defaults are PyTorch's.
struct TensorOptions {
  Dtype dtype = float32;
  bool requires_grad = false;
};

Tensor zeros(const Shape& shape, TensorOptions options = {});
Tensor ones(const Shape& shape, TensorOptions options = {});
Tensor full(const Shape& shape, double value, TensorOptions options = {});
Tensor zeros_like(const Tensor& x);
Tensor ones_like(const Tensor& x);
Tensor full_like(const Tensor& x, double value);
Tensor empty_like(const Tensor& x);
/// A 0-d tensor.
Tensor scalar(double value, TensorOptions options = {});

/// A value list up to three levels deep: tensor({1, 2, 3}), tensor({{1, 2}, {3, 4}}).
class NestedValues {
 public:
  NestedValues(double value) : values_{value} {}
  NestedValues(std::initializer_list<NestedValues> rows);
  const Shape& shape() const { return shape_; }
  const std::vector<double>& values() const { return values_; }

 private:
  Shape shape_;
  std::vector<double> values_;
};

/// Throws  ShapeError "[tensor] rows of shapes [2] and [3]: ..." for ragged lists.
Tensor tensor(std::initializer_list<NestedValues> values, TensorOptions options = {});
/// Copies a flat list of values into `shape`, converting to options.dtype.
Tensor from_values(std::span<const double> values, const Shape& shape, TensorOptions options = {});
Tensor from_values(std::span<const float> values, const Shape& shape, TensorOptions options = {});
Tensor from_values(std::span<const std::int64_t> values, const Shape& shape,
                   TensorOptions options = {.dtype = int64});

/// 0, 1, ..., n-1 as int64.
Tensor arange(std::int64_t n);
/// start, start+step, ... below stop.
Tensor arange(double start, double stop, double step = 1, TensorOptions options = {});
/// `steps` values from start to stop, both included.
Tensor linspace(double start, double stop, std::int64_t steps, TensorOptions options = {});
/// The identity matrix [n, n], or its upper left [n, m] piece.
Tensor eye(std::int64_t n, std::int64_t m = -1, TensorOptions options = {});

/// Uniform on [0, 1).
Tensor rand(const Shape& shape, TensorOptions options = {}, Generator& generator = default_generator());
/// Standard normal.
Tensor randn(const Shape& shape, TensorOptions options = {}, Generator& generator = default_generator());
Tensor uniform(const Shape& shape, double low, double high, TensorOptions options = {},
               Generator& generator = default_generator());
Tensor normal(const Shape& shape, double mean, double std, TensorOptions options = {},
              Generator& generator = default_generator());
/// Integers on [low, high) as int64.
Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape,
               Generator& generator = default_generator());
/// A random order of 0, ..., n-1 as int64.
Tensor randperm(std::int64_t n, Generator& generator = default_generator());

}  // namespace xg
