// The reductions of reduce.hpp that go along one axis and know their place on it.

#include <fmt/format.h>

#include <algorithm>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/node.hpp"
#include "../core/parallel.hpp"
#include "arithmetic.hpp"
#include "blocks.hpp"
#include "index.hpp"
#include "reduce.hpp"
#include "view.hpp"

namespace xg {
namespace {

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
  if (x.dim() == 0 && (axis == 0 || axis == -1)) return zeros({}, {.dtype = int64});
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

}  // namespace xg
