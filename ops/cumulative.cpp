#include "cumulative.hpp"

#include <fmt/format.h>

#include <vector>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/node.hpp"
#include "arithmetic.hpp"
#include "blocks.hpp"
#include "index.hpp"
#include "math.hpp"
#include "view.hpp"

namespace xg {
namespace {

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

// Pairs are joined first, then joined up themselves, which gives every second result; the others take one
// element more. It only ever joins, with an op that has its own derivatives.
template <class Join> Tensor joined_up(const Tensor& x, std::int64_t axis, const Join& join) {
  const std::int64_t n = x.size(axis);
  if (n <= 1) return x;
  const std::int64_t pairs = n / 2;
  const Tensor even = slice(x, axis, 0, {}, 2), odd = slice(x, axis, 1, {}, 2);
  const Tensor whole = joined_up(join(narrow(even, axis, 0, pairs), odd), axis, join);
  const Tensor rest = join(narrow(whole, axis, 0, (n - 1) / 2), slice(even, axis, 1));
  const Tensor later = cat({narrow(x, axis, 0, 1), rest}, axis);
  Shape shape = whole.shape();
  shape[static_cast<std::size_t>(axis)] = 2 * pairs;
  const Tensor paired = reshape(stack({narrow(later, axis, 0, pairs), whole}, axis + 1), shape);
  return n % 2 == 0 ? paired : cat({paired, narrow(later, axis, pairs, 1)}, axis);
}

// The last place up to each one where the element is at least as extreme as all before it; NaN is most so.
template <class T>
void places_of_records(const T* x, std::int64_t* place, const Blocks& b, bool (*at_least)(T, T)) {
  b.for_each([&](std::int64_t o) {
    const T* const block = x + o * b.length * b.inner;
    std::int64_t* const p = place + o * b.length * b.inner;
    for (std::int64_t k = 0; k < b.length; ++k)
      for (std::int64_t i = 0; i < b.inner; ++i) {
        const std::int64_t here = k * b.inner + i, held = k == 0 ? 0 : p[here - b.inner];
        const T v = block[here], record = block[held * b.inner + i];
        p[here] = k == 0 || v != v || (record == record && at_least(v, record)) ? k : held;
      }
  });
}

std::array<Tensor, 2> records(const char* op, const Tensor& x, std::int64_t axis, bool largest) {
  if (x.dim() == 0 && (axis == 0 || axis == -1)) return {x, zeros({}, {.dtype = int64})};
  const Blocks blocks(x.shape(), normalize_axis(op, axis, x.shape()));
  const Tensor dense = contiguous(x.detach());
  Tensor places = empty(x.shape(), int64);
  visit_dtype(x.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto at_least = largest ? [](T a, T b) { return a >= b; } : [](T a, T b) { return a <= b; };
    places_of_records<T>(dense.data<T>(), places.mutable_data<std::int64_t>(), blocks, at_least);
  });
  return {gather(x, axis, places), places};
}

}  // namespace

Tensor cumsum(const Tensor& x, std::int64_t axis) {
  if (x.dim() == 0 && (axis == 0 || axis == -1)) return x;
  return accumulated("cumsum", x, normalize_axis("cumsum", axis, x.shape()), false);
}

Tensor cumprod(const Tensor& x, std::int64_t axis) {
  if (x.dim() == 0 && (axis == 0 || axis == -1)) return x;
  return joined_up(x, static_cast<std::int64_t>(normalize_axis("cumprod", axis, x.shape())),
                   [](const Tensor& a, const Tensor& b) { return a * b; });
}

Tensor logcumsumexp(const Tensor& x, std::int64_t axis) {
  if (!is_floating(x.dtype())) throw_not_floating("logcumsumexp", x.dtype());
  if (x.dim() == 0 && (axis == 0 || axis == -1)) return x;
  return joined_up(x, static_cast<std::int64_t>(normalize_axis("logcumsumexp", axis, x.shape())),
                   [](const Tensor& a, const Tensor& b) { return logaddexp(a, b); });
}

std::array<Tensor, 2> cummax(const Tensor& x, std::int64_t axis) { return records("cummax", x, axis, true); }

std::array<Tensor, 2> cummin(const Tensor& x, std::int64_t axis) { return records("cummin", x, axis, false); }

Tensor diff(const Tensor& x, std::int64_t n, std::int64_t axis, const Tensor& prepend, const Tensor& append) {
  if (n < 0) throw ValueError(fmt::format("[diff] n {}: expected 0 or more", n));
  const auto at = static_cast<std::int64_t>(normalize_axis("diff", axis, x.shape()));
  std::vector<Tensor> parts;
  for (const Tensor& part : {prepend, x, append})
    if (part.defined()) parts.push_back(part);
  Tensor y = parts.size() == 1 ? x : cat(parts, at);
  for (; n > 0 && y.size(at) > 0; --n) y = slice(y, at, 1) - slice(y, at, 0, -1);
  return y;
}

}  // namespace xg
