#include "create.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <numeric>

#include "copy.hpp"
#include "profile_hooks.hpp"

namespace xg {
namespace {

Tensor finish(const char* op, Tensor t, const TensorOptions& options) {
  if (options.requires_grad) t.requires_grad(true);
  detail::profile_op(op, t.impl().storage.get());
  return t;
}

template <class T>
Tensor copy_values(std::span<const T> values, const Shape& shape, const TensorOptions& options) {
  if (count(shape) != static_cast<std::int64_t>(values.size()))
    throw ShapeError(fmt::format("[from_values] {} values do not fill the shape {} of {} elements",
                                 values.size(), to_string(shape), count(shape)));
  Tensor t = empty(shape, dtype_of<T>);
  std::copy(values.begin(), values.end(), t.mutable_data<T>());
  return finish("from_values", to(t, options.dtype), options);
}

// Draws through fill(span of float or double).
template <class Fill>
Tensor draw(const char* op, const Shape& shape, const TensorOptions& options, Fill&& fill) {
  Tensor t = empty(shape, options.dtype);
  visit_floating(op, options.dtype, [&]<class T>(std::type_identity<T>) {
    fill(std::span<T>(t.mutable_data<T>(), static_cast<std::size_t>(t.numel())));
  });
  return finish(op, t, options);
}

}  // namespace

Tensor full(const Shape& shape, double value, TensorOptions options) {
  Tensor t = empty(shape, options.dtype);
  visit_dtype(options.dtype, [&]<class T>(std::type_identity<T>) {
    const T v = std::same_as<T, bool> ? static_cast<T>(value != 0) : static_cast<T>(value);
    std::fill_n(t.mutable_data<T>(), t.numel(), v);
  });
  return finish("full", t, options);
}

Tensor zeros(const Shape& shape, TensorOptions options) {
  Tensor t = empty(shape, options.dtype);
  std::memset(t.impl().data, 0, static_cast<std::size_t>(t.numel()) * size_of(options.dtype));
  return finish("zeros", t, options);
}
Tensor ones(const Shape& shape, TensorOptions options) { return full(shape, 1, options); }
Tensor full_like(const Tensor& x, double value) { return full(x.shape(), value, {.dtype = x.dtype()}); }
Tensor zeros_like(const Tensor& x) { return zeros(x.shape(), {.dtype = x.dtype()}); }
Tensor ones_like(const Tensor& x) { return full_like(x, 1); }
Tensor empty_like(const Tensor& x) { return empty(x.shape(), x.dtype()); }
Tensor scalar(double value, TensorOptions options) { return full({}, value, options); }

NestedValues::NestedValues(std::initializer_list<NestedValues> rows) {
  shape_ = {static_cast<std::int64_t>(rows.size())};
  for (const NestedValues& row : rows) {
    if (row.shape_ != rows.begin()->shape_)
      throw ShapeError(
          fmt::format("[tensor] rows of shapes {} and {}: all rows of a list must have one shape",
                      to_string(rows.begin()->shape_), to_string(row.shape_)));
    values_.insert(values_.end(), row.values_.begin(), row.values_.end());
  }
  if (rows.size() > 0)
    for (std::int64_t s : rows.begin()->shape_) shape_.push_back(s);
}

Tensor tensor(std::initializer_list<NestedValues> values, TensorOptions options) {
  const NestedValues all(values);
  return from_values(std::span<const double>(all.values()), all.shape(), options);
}

Tensor from_values(std::span<const double> values, const Shape& shape, TensorOptions options) {
  return copy_values(values, shape, options);
}
Tensor from_values(std::span<const float> values, const Shape& shape, TensorOptions options) {
  return copy_values(values, shape, options);
}
Tensor from_values(std::span<const std::int64_t> values, const Shape& shape, TensorOptions options) {
  return copy_values(values, shape, options);
}

Tensor arange(std::int64_t n) {
  Tensor t = empty({n}, int64);
  std::iota(t.mutable_data<std::int64_t>(), t.mutable_data<std::int64_t>() + n, std::int64_t{0});
  return finish("arange", t, {});
}

Tensor arange(double start, double stop, double step, TensorOptions options) {
  if (step == 0 || !std::isfinite((stop - start) / step))
    throw ValueError(fmt::format("[arange] start {}, stop {}, step {}: the step must be finite and not zero",
                                 start, stop, step));
  const auto n = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::ceil((stop - start) / step)));
  std::vector<double> values(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = start + static_cast<double>(i) * step;
  return from_values(std::span<const double>(values), {n}, options);
}

Tensor linspace(double start, double stop, std::int64_t steps, TensorOptions options) {
  std::vector<double> values(static_cast<std::size_t>(std::max<std::int64_t>(steps, 0)));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = i + 1 == values.size() && i > 0
                    ? stop
                    : start + (stop - start) * static_cast<double>(i) /
                                  static_cast<double>(std::max<std::int64_t>(steps - 1, 1));
  return from_values(std::span<const double>(values), {steps}, options);
}

Tensor eye(std::int64_t n, std::int64_t m, TensorOptions options) {
  if (m < 0) m = n;
  Tensor t = full({n, m}, 0, {.dtype = options.dtype});
  visit_dtype(options.dtype, [&]<class T>(std::type_identity<T>) {
    T* data = t.mutable_data<T>();
    for (std::int64_t i = 0; i < std::min(n, m); ++i) data[i * m + i] = T{1};
  });
  return finish("eye", t, options);
}

Tensor rand(const Shape& shape, TensorOptions options, Generator& generator) {
  return uniform(shape, 0, 1, options, generator);
}
Tensor randn(const Shape& shape, TensorOptions options, Generator& generator) {
  return normal(shape, 0, 1, options, generator);
}
Tensor uniform(const Shape& shape, double low, double high, TensorOptions options, Generator& generator) {
  return draw("uniform", shape, options, [&]<class T>(std::span<T> out) {
    generator.fill_uniform(out, static_cast<T>(low), static_cast<T>(high));
  });
}
Tensor normal(const Shape& shape, double mean, double std, TensorOptions options, Generator& generator) {
  return draw("normal", shape, options, [&]<class T>(std::span<T> out) {
    generator.fill_normal(out, static_cast<T>(mean), static_cast<T>(std));
  });
}

Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape, Generator& generator) {
  Tensor t = empty(shape, int64);
  generator.fill_integers({t.mutable_data<std::int64_t>(), static_cast<std::size_t>(t.numel())}, low, high);
  return finish("randint", t, {});
}

Tensor randperm(std::int64_t n, Generator& generator) {
  const auto order = generator.permutation(n);
  return from_values(std::span<const std::int64_t>(order), {n});
}

}  // namespace xg
