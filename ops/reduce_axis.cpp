// The reductions of reduce.hpp that go along one axis and know their place on it.

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/node.hpp"
#include "../core/parallel.hpp"
#include "arithmetic.hpp"
#include "index.hpp"
#include "reduce.hpp"
#include "view.hpp"

namespace xg {
namespace {

// A dense tensor as blocks [length, inner], one for each position before the axis.
struct Blocks {
  std::int64_t outer = 1, length, inner = 1;

  Blocks(const Shape& shape, std::size_t axis) : length(shape[axis]) {
    for (std::size_t i = 0; i < axis; ++i) outer *= shape[i];
    for (std::size_t i = axis + 1; i < shape.size(); ++i) inner *= shape[i];
  }
  /// Calls f(block) for each of them.
  template <class F> void for_each(const F& f) const {
    const std::int64_t cut = std::max<std::int64_t>(1, (1 << 15) / std::max<std::int64_t>(1, length * inner));
    parallel_ranges(static_cast<std::size_t>(outer), static_cast<std::size_t>(cut),
                    [&](std::size_t begin, std::size_t end) {
                      for (std::size_t o = begin; o < end; ++o) f(static_cast<std::int64_t>(o));
                    });
  }
};

// The first place along the axis where x is its extreme, which is NaN if an element is.
template <class T> void first_places(const T* x, const T* extreme, std::int64_t* place, const Blocks& b) {
  const auto is_extreme = [](T v, T e) { return v == e || !(v == v); };
  b.for_each([&](std::int64_t o) {
    const T* const block = x + o * b.length * b.inner;
    const T* const e = extreme + o * b.inner;
    std::int64_t* const p = place + o * b.inner;
    if (b.inner == 1) {
      *p = std::find_if(block, block + b.length, [&](T v) { return is_extreme(v, *e); }) - block;
      return;
    }
    for (std::int64_t k = b.length; k-- > 0;)
      for (std::int64_t i = 0; i < b.inner; ++i) p[i] = is_extreme(block[k * b.inner + i], e[i]) ? k : p[i];
  });
}

struct Extreme {
  const char* op;
  Tensor (*fold)(const Tensor&, const Axes&, bool);
};

// Indices of the extremes, which keep the axis.
Tensor places_of(const Extreme& extreme, const Tensor& x, std::int64_t axis) {
  if (x.dim() == 0) return zeros({}, {.dtype = int64});
  const Blocks blocks(x.shape(), normalize_axis(extreme.op, axis, x.shape()));
  if (blocks.length == 0 && blocks.outer * blocks.inner > 0)
    throw ValueError(fmt::format("[{}] axis {} of {} has no elements: there is no largest or smallest one",
                                 extreme.op, axis, to_string(x.shape())));
  const Tensor dense = contiguous(x.detach());
  const Tensor value = extreme.fold(dense, {axis}, true);
  Tensor place = zeros(value.shape(), {.dtype = int64});
  visit_dtype(x.dtype(), [&]<class T>(std::type_identity<T>) {
    first_places(dense.data<T>(), value.data<T>(), place.mutable_data<std::int64_t>(), blocks);
  });
  return place;
}

Tensor argument(const Extreme& extreme, const Tensor& x, std::int64_t axis, bool keepdim) {
  const Tensor place = places_of(extreme, x, axis);
  return keepdim ? place : squeeze(place, axis);
}

std::array<Tensor, 2> with_argument(const Extreme& extreme, const Tensor& x, std::int64_t axis,
                                    bool keepdim) {
  const Tensor place = places_of(extreme, x, axis);
  if (x.dim() == 0) return {x, place};
  const Tensor value = gather(x, axis, place);
  if (keepdim) return {value, place};
  return {squeeze(value, axis), squeeze(place, axis)};
}

// float32 is summed up in float64, so that a long sum does not drift.
template <class T> void running_sums(const T* x, T* y, const Blocks& b, bool backwards) {
  using Sum = std::conditional_t<std::is_floating_point_v<T>, double, T>;
  b.for_each([&](std::int64_t o) {
    std::vector<Sum> sums(static_cast<std::size_t>(b.inner));
    for (std::int64_t k = 0; k < b.length; ++k) {
      const std::int64_t row = (o * b.length + (backwards ? b.length - 1 - k : k)) * b.inner;
      for (std::int64_t i = 0; i < b.inner; ++i)
        y[row + i] = static_cast<T>(sums[static_cast<std::size_t>(i)] += static_cast<Sum>(x[row + i]));
    }
  });
}

// Sums up to each element, or from each element on, which are each other's adjoints.
Tensor accumulated(const char* op, const Tensor& x, std::size_t axis, bool backwards) {
  const Tensor dense = no_grad([&] { return contiguous(x.dtype() == boolean ? to(x, int64) : x); });
  Tensor y = empty(x.shape(), dense.dtype());
  const auto run = [&]<class T>(std::type_identity<T>) {
    running_sums(dense.data<T>(), y.mutable_data<T>(), Blocks(x.shape(), axis), backwards);
  };
  if (y.dtype() == int64)
    run(std::type_identity<std::int64_t>());
  else
    visit_floating(op, y.dtype(), run);
  return record(op, {&x}, std::move(y),
                [op, axis, backwards](const Tensor& g) { return accumulated(op, g, axis, !backwards); });
}

// Products of pairs first, then their running products, which are every second result; the others are one
// factor more. Only products, so derivatives are exact with zeros.
Tensor running_products(const Tensor& x, std::int64_t axis) {
  const std::int64_t n = x.size(axis);
  if (n <= 1) return x;
  const std::int64_t pairs = n / 2;
  const Tensor even = slice(x, axis, 0, {}, 2), odd = slice(x, axis, 1, {}, 2);
  const Tensor whole = running_products(narrow(even, axis, 0, pairs) * odd, axis);
  const Tensor rest = narrow(whole, axis, 0, (n - 1) / 2) * slice(even, axis, 1);
  const Tensor first = narrow(x, axis, 0, 1);
  const Tensor later = cat({first, rest}, axis);
  Shape shape = whole.shape();
  shape[static_cast<std::size_t>(axis)] = 2 * pairs;
  const Tensor paired = reshape(stack({narrow(later, axis, 0, pairs), whole}, axis + 1), shape);
  return n % 2 == 0 ? paired : cat({paired, narrow(later, axis, pairs, 1)}, axis);
}

}  // namespace

std::array<Tensor, 2> max(const Tensor& x, std::int64_t axis, bool keepdim) {
  return with_argument({"max", amax}, x, axis, keepdim);
}

std::array<Tensor, 2> min(const Tensor& x, std::int64_t axis, bool keepdim) {
  return with_argument({"min", amin}, x, axis, keepdim);
}

Tensor argmax(const Tensor& x, std::int64_t axis, bool keepdim) {
  return argument({"argmax", amax}, x, axis, keepdim);
}

Tensor argmin(const Tensor& x, std::int64_t axis, bool keepdim) {
  return argument({"argmin", amin}, x, axis, keepdim);
}

Tensor argmax(const Tensor& x) { return argmax(flatten(x.detach()), 0); }

Tensor argmin(const Tensor& x) { return argmin(flatten(x.detach()), 0); }

Tensor cumsum(const Tensor& x, std::int64_t axis) {
  if (x.dim() == 0) return x;
  return accumulated("cumsum", x, normalize_axis("cumsum", axis, x.shape()), false);
}

Tensor cumprod(const Tensor& x, std::int64_t axis) {
  if (x.dim() == 0) return x;
  return running_products(x, static_cast<std::int64_t>(normalize_axis("cumprod", axis, x.shape())));
}

}  // namespace xg
