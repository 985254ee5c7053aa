#include "sort.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/mode.hpp"
#include "../core/parallel.hpp"
#include "arithmetic.hpp"
#include "comparison.hpp"
#include "index.hpp"
#include "map_elements.hpp"
#include "math.hpp"
#include "reduce.hpp"
#include "view.hpp"

namespace xg {
namespace {

constexpr std::int64_t grain = 1 << 15;

template <class T> bool is_less(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return a < b || (std::isnan(b) && !std::isnan(a));
  else
    return a < b;
}

// The first `count` places of each row's order.
template <class T>
void sort_rows(const T* x, std::int64_t* order, std::int64_t rows, std::int64_t length, std::int64_t count,
               bool descending) {
  const auto cut =
      static_cast<std::size_t>(std::max<std::int64_t>(1, grain / std::max<std::int64_t>(1, length)));
  parallel_ranges(static_cast<std::size_t>(rows), cut, [&](std::size_t begin, std::size_t end) {
    std::vector<std::int64_t> places(static_cast<std::size_t>(length));
    for (std::size_t r = begin; r < end; ++r) {
      const T* row = x + static_cast<std::int64_t>(r) * length;
      std::iota(places.begin(), places.end(), 0);
      // The place decides among equals, which makes any sort a stable one.
      const auto precedes = [&](std::int64_t i, std::int64_t j) {
        const T a = row[descending ? j : i], b = row[descending ? i : j];
        return is_less(a, b) || (!is_less(b, a) && i < j);
      };
      if (count == length)
        std::sort(places.begin(), places.end(), precedes);
      else
        std::partial_sort(places.begin(), places.begin() + count, places.end(), precedes);
      std::copy_n(places.begin(), count, order + static_cast<std::int64_t>(r) * count);
    }
  });
}

Tensor order_of(const Tensor& x, std::size_t axis, std::int64_t count, bool descending) {
  const Tensor rows = no_grad([&] { return contiguous(movedim(x, static_cast<std::int64_t>(axis), -1)); });
  const std::int64_t length = x.shape()[axis];
  Shape shape = rows.shape();
  shape[shape.size() - 1] = count;
  Tensor order = empty(shape, int64);
  if (order.numel() > 0)
    visit_dtype(x.dtype(), [&]<class T>(std::type_identity<T>) {
      sort_rows(rows.data<T>(), order.mutable_data<std::int64_t>(), rows.numel() / length, length, count,
                descending);
    });
  return contiguous(movedim(order, -1, static_cast<std::int64_t>(axis)));
}

// x's elements at places that keep the axis, and the places.
std::array<Tensor, 2> at_places(const Tensor& x, const Tensor& places, std::int64_t axis, bool keepdim) {
  if (x.dim() == 0) return {x, places};
  const Tensor values = gather(x, axis, places);
  if (keepdim) return {values, places};
  return {squeeze(values, axis), squeeze(places, axis)};
}

void check_elements(const char* op, const Tensor& x, std::int64_t axis, const char* missing) {
  if (x.dim() > 0 && x.shape()[normalize_axis(op, axis, x.shape())] == 0)
    throw ValueError(fmt::format("[{}] axis {} of {} has no elements: there is no {}", op, axis,
                                 to_string(x.shape()), missing));
}

// Where the longest run of equal elements ends in a row that is walked in this order.
template <class T> std::int64_t end_of_longest_run(const T* row, const std::int64_t* order, std::int64_t n) {
  std::int64_t best = 0, longest = 0, run = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    ++run;
    if (i + 1 < n && row[order[i]] == row[order[i + 1]]) continue;
    if (run > longest) {
      longest = run;
      best = order[i];
    }
    run = 0;
  }
  return best;
}

template <class T>
void search_rows(const T* lists, std::int64_t length, const T* values, std::int64_t* found, std::int64_t n,
                 std::int64_t each, bool right) {
  parallel_ranges(static_cast<std::size_t>(n), grain / 8, [&](std::size_t begin, std::size_t end) {
    for (auto i = static_cast<std::int64_t>(begin); i < static_cast<std::int64_t>(end); ++i) {
      const T* const list = lists + (each == 0 ? 0 : i / each) * length;
      const T* const place = right ? std::upper_bound(list, list + length, values[i], is_less<T>)
                                   : std::lower_bound(list, list + length, values[i], is_less<T>);
      found[i] = place - list;
    }
  });
}

Tensor checked_shares(const Operand& q, Dtype dtype) {
  const Tensor shares = detail::as_tensor(q, dtype);
  if (shares.dim() > 1)
    throw ShapeError(fmt::format("[quantile] q {}: expected a number or a list", to_string(shares.shape())));
  if (shares.numel() == 0) return shares;
  const double low = min(shares.detach()).item(), high = max(shares.detach()).item();
  if (!(low >= 0 && high <= 1))
    throw ValueError(fmt::format("[quantile] q {}: expected 0 to 1", low >= 0 ? high : low));
  return shares;
}

// Element number `rank` of the sorted last axis, which need not be whole.
Tensor between_elements(const Tensor& sorted, const Tensor& rank, QuantileRule how) {
  const Tensor below = floor(rank.detach());
  const auto at = [&](const Tensor& place) { return index_select(sorted, -1, to(place, int64)); };
  switch (how) {
    case QuantileRule::lower:
      return at(below);
    case QuantileRule::higher:
      return at(ceil(rank.detach()));
    case QuantileRule::nearest:
      return at(round(rank.detach()));
    case QuantileRule::midpoint:
      return (at(below) + at(ceil(rank.detach()))) / 2;
    default:
      return lerp(at(below), at(ceil(rank.detach())), rank - below);
  }
}

}  // namespace

Tensor argsort(const Tensor& x, std::int64_t axis, bool descending) {
  if (x.dim() == 0 && (axis == 0 || axis == -1)) return zeros({}, {.dtype = int64});
  const std::size_t at = normalize_axis("argsort", axis, x.shape());
  return order_of(x, at, x.shape()[at], descending);
}

std::array<Tensor, 2> sort(const Tensor& x, std::int64_t axis, bool descending) {
  if (x.dim() == 0 && (axis == 0 || axis == -1)) return {x, zeros({}, {.dtype = int64})};
  const std::size_t at = normalize_axis("sort", axis, x.shape());
  const Tensor order = order_of(x, at, x.shape()[at], descending);
  return {gather(x, axis, order), order};
}

std::array<Tensor, 2> topk(const Tensor& x, std::int64_t k, std::int64_t axis, bool largest) {
  const std::size_t at = normalize_axis("topk", axis, x.shape());
  if (k < 0 || k > x.shape()[at])
    throw ValueError(fmt::format("[topk] k {}: expected 0 to {}, the length of axis {} of {}", k,
                                 x.shape()[at], axis, to_string(x.shape())));
  const Tensor order = order_of(x, at, k, largest);
  return {gather(x, axis, order), order};
}

std::array<Tensor, 2> kthvalue(const Tensor& x, std::int64_t k, std::int64_t axis, bool keepdim) {
  const Tensor line = x.dim() == 0 ? reshape(x, {1}) : x;
  const std::size_t at = normalize_axis("kthvalue", axis, line.shape());
  if (k < 1 || k > line.shape()[at])
    throw ValueError(fmt::format("[kthvalue] k {}: expected 1 to {}, the length of axis {} of {}", k,
                                 line.shape()[at], axis, to_string(x.shape())));
  if (x.dim() == 0) return {x, zeros({}, {.dtype = int64})};
  return at_places(x, narrow(order_of(x, at, k, false), axis, k - 1, 1), axis, keepdim);
}

std::array<Tensor, 2> median(const Tensor& x, std::int64_t axis, bool keepdim) {
  check_elements("median", x, axis, "middle one");
  if (x.dim() == 0 && (axis == 0 || axis == -1)) return {x, zeros({}, {.dtype = int64})};
  const std::size_t at = normalize_axis("median", axis, x.shape());
  const std::int64_t n = x.shape()[at];
  const Tensor order = order_of(x, at, n, false);
  const Tensor has_nan = any(isnan(x.detach()), {axis}, true);  // the largest element is one then
  const Tensor rank = to(where(has_nan, n - 1, (n - 1) / 2), int64);
  return at_places(x, gather(order, axis, rank), axis, keepdim);
}

Tensor median(const Tensor& x) { return median(reshape(x, {-1}), 0)[0]; }

std::array<Tensor, 2> mode(const Tensor& x, std::int64_t axis, bool keepdim) {
  check_elements("mode", x, axis, "most frequent one");
  if (x.dim() == 0 && (axis == 0 || axis == -1)) return {x, zeros({}, {.dtype = int64})};
  const std::size_t at = normalize_axis("mode", axis, x.shape());
  const std::int64_t n = x.shape()[at];
  const Tensor rows = no_grad([&] { return contiguous(movedim(x, axis, -1)); });
  const Tensor order = argsort(rows, -1);
  Shape shape = rows.shape();
  shape[shape.size() - 1] = 1;
  Tensor places = empty(shape, int64);
  visit_dtype(x.dtype(), [&]<class T>(std::type_identity<T>) {
    auto* place = places.mutable_data<std::int64_t>();
    for (std::int64_t r = 0; r < places.numel(); ++r)
      place[r] = end_of_longest_run(rows.data<T>() + r * n, order.data<std::int64_t>() + r * n, n);
  });
  return at_places(x, contiguous(movedim(places, -1, axis)), axis, keepdim);
}

Tensor quantile(const Tensor& x, const Operand& q, std::optional<std::int64_t> axis, bool keepdim,
                QuantileRule interpolation) {
  if (!is_floating(x.dtype())) throw_not_floating("quantile", x.dtype());
  const Tensor shares = checked_shares(q, x.dtype());
  const bool whole = !axis || x.dim() == 0;
  const std::size_t at = whole ? 0 : normalize_axis("quantile", axis.value_or(0), x.shape());
  const Tensor line = whole ? reshape(x, {-1}) : movedim(x, static_cast<std::int64_t>(at), -1);
  check_elements("quantile", line, -1, "share of them");
  const Tensor rank = reshape(shares, {-1}) * static_cast<double>(line.shape().back() - 1);
  const Tensor between = between_elements(sort(line)[0], rank, interpolation);
  const Tensor has_nan = any(isnan(line.detach()), {-1}, true);
  const Tensor y = movedim(where(has_nan, std::nan(""), between), -1, 0);
  Shape shape = shares.shape();
  for (std::size_t i = 0; i < x.dim(); ++i) {
    const bool goes = whole || i == at;
    if (!goes || keepdim) shape.push_back(goes ? 1 : x.shape()[i]);
  }
  return reshape(y, shape);
}

Tensor searchsorted(const Tensor& sorted, const Operand& values, bool right) {
  const Dtype dtype = promote(sorted.dtype(), values.dtype());
  const Tensor lists = contiguous(to(sorted.detach(), dtype));
  const Tensor v = contiguous(detail::as_tensor(values, dtype).detach());
  const auto before_last = [](const Tensor& t) { return Shape(std::span(t.shape().begin(), t.dim() - 1)); };
  if (lists.dim() == 0)
    throw ShapeError("[searchsorted] a 0-d tensor is no sorted list: expected at least one axis");
  if (lists.dim() > 1 && (v.dim() != lists.dim() || before_last(v) != before_last(lists)))
    throw ShapeError(
        fmt::format("[searchsorted] values {} for lists {}: expected the same axes before the last",
                    to_string(v.shape()), to_string(lists.shape())));
  Tensor found = empty(v.shape(), int64);
  visit_dtype(dtype, [&]<class T>(std::type_identity<T>) {
    search_rows(lists.data<T>(), lists.shape().back(), v.data<T>(), found.mutable_data<std::int64_t>(),
                v.numel(), lists.dim() == 1 ? 0 : v.shape().back(), right);
  });
  return found;
}

Tensor bucketize(const Operand& x, const Tensor& boundaries, bool right) {
  if (boundaries.dim() != 1)
    throw ShapeError(
        fmt::format("[bucketize] boundaries {}: expected one axis", to_string(boundaries.shape())));
  return searchsorted(boundaries, x, right);
}

}  // namespace xg
