#include "index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/dispatch.hpp"
#include "../core/node.hpp"
#include "../core/parallel.hpp"
#include "../core/strided.hpp"
#include "arithmetic.hpp"
#include "blocks.hpp"
#include "buffer.hpp"
#include "checked_index.hpp"
#include "indexing.hpp"
#include "map_elements.hpp"
#include "view.hpp"

namespace xg {
namespace {

constexpr std::int64_t grain = 1 << 15;

// ---- element by element along one axis: gather and its adjoint ----

struct Gathering {
  std::size_t axis;
  Tensor index;  // dense and checked
};

Gathering gathering(const char* op, const Tensor& x, std::int64_t axis, const Tensor& index) {
  const std::size_t at = normalize_axis(op, axis, x.shape());
  bool fits = index.dim() == x.dim();
  for (std::size_t i = 0; fits && i < x.dim(); ++i) fits = i == at || index.shape()[i] <= x.shape()[i];
  if (!fits)
    throw ShapeError(
        fmt::format("[{}] index {} and x {}: the index must have x's rank and be no longer than x "
                    "along the axes other than {}",
                    op, to_string(index.shape()), to_string(x.shape()), at));
  return {at, checked_index(op, index, x.shape()[at], axis, x.shape())};
}

// Calls f(element of the tensor that is indexed, element of the one laid out like the index) in the order of
// the indices, as offsets for these strides.
template <class F>
void for_each_gathered(const Gathering& how, Strides indexed, const Strides& listed, F&& f) {
  const auto* index = how.index.data<std::int64_t>();
  const std::int64_t step = indexed[how.axis];
  indexed[how.axis] = 0;
  const std::int64_t n = how.index.numel();
  Odometer<2> at(how.index.shape(), {indexed, listed});
  for (std::int64_t i = 0; i < n; ++i, at.next()) f(at.offset(0) + index[i] * step, at.offset(1));
}

Tensor gather_checked(const Tensor& x, const Gathering& how);

template <class Put>
Tensor scattered(const Tensor& x, const Gathering& how, const Tensor& src, const Put& put) {
  Tensor y = empty(x.shape(), x.dtype());
  copy_elements(x, y);
  visit_dtype(x.dtype(), [&]<class T>(std::type_identity<T>) {
    T* to = y.mutable_data<T>();
    const T* from = src.data<T>();
    for_each_gathered(how, y.strides(), src.strides(),
                      [&](std::int64_t a, std::int64_t b) { put(to[a], from[b]); });
  });
  return y;
}

constexpr auto add_to = []<class T>(T& to, T value) { to = static_cast<T>(to + value); };
constexpr auto write_to = []<class T>(T& to, T value) { to = value; };

// What gather leaves behind: src, laid out like the index, added into zeros.
Tensor gather_adjoint(const Tensor& src, const Gathering& how, const Shape& shape) {
  Tensor y = scattered(broadcast_to(zeros({}, {.dtype = src.dtype()}), shape), how, src, add_to);
  return record("gather_adjoint", {&src}, std::move(y),
                [how](const Tensor& g) { return gather_checked(g, how); });
}

Tensor gather_checked(const Tensor& x, const Gathering& how) {
  Tensor y = empty(how.index.shape(), x.dtype());
  visit_dtype(x.dtype(), [&]<class T>(std::type_identity<T>) {
    T* to = y.mutable_data<T>();
    const T* from = x.data<T>();
    for_each_gathered(how, x.strides(), y.strides(),
                      [&](std::int64_t a, std::int64_t b) { to[b] = from[a]; });
  });
  return record("gather", {&x}, std::move(y),
                [how, shape = x.shape()](const Tensor& g) { return gather_adjoint(g, how, shape); });
}

// src cut to the index's shape, with x's dtype.
Tensor source_for(const char* op, const Tensor& x, const Tensor& index, const Tensor& src) {
  bool fits = src.dim() == index.dim();
  for (std::size_t i = 0; fits && i < src.dim(); ++i) fits = index.shape()[i] <= src.shape()[i];
  if (!fits)
    throw ShapeError(fmt::format("[{}] index {} and src {}: src must be as long as the index along each axis",
                                 op, to_string(index.shape()), to_string(src.shape())));
  Tensor cut = src;
  for (std::size_t i = 0; i < src.dim(); ++i)
    cut = slice(cut, static_cast<std::int64_t>(i), 0, index.shape()[i]);
  return to(cut, x.dtype());
}

// True for the entries of the index that no later entry overwrites.
Tensor winners(const Gathering& how, const Shape& shape) {
  const Tensor number = reshape(arange(how.index.numel()), how.index.shape());
  const Tensor last = scattered(broadcast_to(zeros({}, {.dtype = int64}), shape), how, number, write_to);
  return gather_checked(last, how) == number;
}

// ---- whole slices along one axis: index_select and its adjoint ----

Shape with_length(Shape shape, std::size_t axis, std::int64_t length) {
  shape[axis] = length;
  return shape;
}

template <class T>
void select_rows(const T* x, T* y, const Blocks& rows, const std::int64_t* index, std::int64_t n) {
  const auto cut =
      static_cast<std::size_t>(std::max<std::int64_t>(1, grain / std::max<std::int64_t>(1, rows.inner)));
  parallel_ranges(static_cast<std::size_t>(rows.outer * n), cut, [&](std::size_t begin, std::size_t end) {
    for (auto r = static_cast<std::int64_t>(begin); r < static_cast<std::int64_t>(end); ++r)
      std::copy_n(x + (r / n * rows.length + index[r % n]) * rows.inner, rows.inner, y + r * rows.inner);
  });
}

// The places of an index, put in order of the piece that owns the rows they name, and within a piece in their own.
class PlacesByPiece {
 public:
  PlacesByPiece(const std::int64_t* index, std::int64_t n, std::int64_t owned, std::int64_t pieces)
      : places_(n), ends_(pieces) {
    std::fill_n(ends_.data(), pieces, 0);
    for (std::int64_t i = 0; i < n; ++i) ++ends_.data()[index[i] / owned];
    std::exclusive_scan(ends_.data(), ends_.data() + pieces, ends_.data(), std::int64_t{0});
    for (std::int64_t i = 0; i < n; ++i) places_.data()[ends_.data()[index[i] / owned]++] = i;
  }
  std::span<const std::int64_t> of(std::int64_t piece) const {
    const std::int64_t begin = piece == 0 ? 0 : ends_.data()[piece - 1];
    return {places_.data() + begin, places_.data() + ends_.data()[piece]};
  }

 private:
  Buffer<std::int64_t> places_, ends_;
};

// Each piece owns some of y's rows and adds to them alone, in the order of the index; to zeros if y is `fresh`.
template <class T>
void add_rows(const T* src, T* y, const Blocks& rows, const std::int64_t* index, std::int64_t n,
              std::int64_t skipped, T alpha, bool fresh) {
  if (rows.length == 0) return;
  const std::int64_t owned = std::max(grain / std::max<std::int64_t>(1, rows.inner), (rows.length + 15) / 16);
  const std::int64_t pieces = (rows.length + owned - 1) / owned;
  const PlacesByPiece places(index, n, owned, pieces);
  parallel_for(static_cast<std::size_t>(rows.outer * pieces), [&](std::size_t piece) {
    const std::int64_t block = static_cast<std::int64_t>(piece) / pieces;
    const std::int64_t first = static_cast<std::int64_t>(piece) % pieces * owned;
    T* const mine = y + (block * rows.length + first) * rows.inner;
    dispatch([&](auto) {
      if (fresh) std::fill_n(mine, std::min(owned, rows.length - first) * rows.inner, T{});
      for (const std::int64_t i : places.of(first / owned)) {
        if (index[i] == skipped) continue;
        T* to = mine + (index[i] - first) * rows.inner;
        const T* from = src + (block * n + i) * rows.inner;
        for (std::int64_t k = 0; k < rows.inner; ++k) to[k] = static_cast<T>(to[k] + alpha * from[k]);
      }
    });
  });
}

// Which slices, along which axis; index is dense and checked. `skipped` gets no cotangent.
struct Selection {
  std::size_t axis;
  Tensor index;
  std::int64_t skipped = -1;
};

Selection selection(const char* op, const Tensor& x, std::int64_t axis, const Tensor& index) {
  if (index.dim() > 1)
    throw ShapeError(fmt::format("[{}] index {}: expected one axis", op, to_string(index.shape())));
  const std::size_t at = normalize_axis(op, axis, x.shape());
  return {at, checked_index(op, reshape(index, {-1}), x.shape()[at], axis, x.shape())};
}

void check_slices(const char* op, const Tensor& x, const Selection& s, const Tensor& src) {
  const Shape expected = with_length(x.shape(), s.axis, s.index.numel());
  if (src.shape() != expected)
    throw ShapeError(fmt::format("[{}] src {} for x {} and {} indices: expected {}", op,
                                 to_string(src.shape()), to_string(x.shape()), s.index.numel(),
                                 to_string(expected)));
}

// The selection as it would stand in x[...].
std::vector<Index> slices_of(const Selection& s) {
  std::vector<Index> index(s.axis, slice());
  index.push_back(s.index);
  return index;
}

Tensor select_checked(const char* op, const Tensor& x, const Selection& s);

void add_slices(Tensor& y, const Selection& s, const Tensor& src, double alpha, bool fresh) {
  const Tensor from = contiguous(src);
  visit_dtype(y.dtype(), [&]<class T>(std::type_identity<T>) {
    add_rows(from.data<T>(), y.mutable_data<T>(), Blocks(y.shape(), s.axis), s.index.data<std::int64_t>(),
             s.index.numel(), s.skipped, static_cast<T>(alpha), fresh);
  });
}

Tensor add_selected(const Tensor& x, const Selection& s, const Tensor& src, double alpha) {
  Tensor y = empty(x.shape(), x.dtype());
  copy_elements(x, y);
  add_slices(y, s, src, alpha, false);
  return y;
}

Tensor select_adjoint(const Tensor& src, const Selection& s, const Shape& shape) {
  Tensor y = empty(shape, src.dtype());
  add_slices(y, s, src, 1, true);
  return record("select_adjoint", {&src}, std::move(y), [s](const Tensor& g) {
    const Tensor rows = select_checked("index_select", g, s);
    if (s.skipped < 0) return rows;
    Shape column = Shape::filled(g.dim(), 1);
    column[s.axis] = -1;
    return masked_fill(rows, reshape(s.index == s.skipped, column), 0.0);
  });
}

Tensor select_checked(const char* op, const Tensor& x, const Selection& s) {
  const Tensor dense = contiguous(x);
  Tensor y = empty(with_length(x.shape(), s.axis, s.index.numel()), x.dtype());
  if (y.numel() > 0)
    visit_dtype(x.dtype(), [&]<class T>(std::type_identity<T>) {
      select_rows(dense.data<T>(), y.mutable_data<T>(), Blocks(x.shape(), s.axis),
                  s.index.data<std::int64_t>(), s.index.numel());
    });
  return record(op, {&x}, std::move(y),
                [s, shape = x.shape()](const Tensor& g) { return select_adjoint(g, s, shape); });
}

void check_mask(const char* op, const Tensor& mask) {
  if (mask.dtype() != boolean)
    throw DtypeError(
        fmt::format("[{}] the mask is {}, not bool: compare it, e.g. x != 0", op, to_string(mask.dtype())));
}

// Dense int64 indices from `low` to below `length`.
Tensor index_within(const char* op, const Tensor& index, std::int64_t low, std::int64_t length,
                    std::int64_t axis, const Shape& of) {
  if (index.dtype() != int64)
    throw DtypeError(fmt::format("[{}] the index is {}, not int64: convert it with to(index, int64)", op,
                                 to_string(index.dtype())));
  const Tensor dense = contiguous(index);
  const auto* i = dense.data<std::int64_t>();
  const auto* end = i + dense.numel();
  const auto* bad = std::find_if(i, end, [=](std::int64_t k) { return k < low || k >= length; });
  if (bad == end) return dense;
  Odometer<1> at(dense.shape(), {dense.strides()});
  at.seek(bad - i);
  throw IndexError(fmt::format("[{}] index {} at {} is out of range for axis {} of {}", op, *bad,
                               to_string(at.index()), axis, to_string(of)));
}

}  // namespace

Tensor checked_index(const char* op, const Tensor& index, std::int64_t length, std::int64_t axis,
                     const Shape& of) {
  return index_within(op, index, 0, length, axis, of);
}

Tensor wrapped_index(const char* op, const Tensor& index, std::int64_t length, std::int64_t axis,
                     const Shape& of) {
  const Tensor dense = index_within(op, index, -length, length, axis, of);
  return detail::map_elements<std::int64_t, std::int64_t>(
      dense.shape(), [length](std::int64_t k) { return k < 0 ? k + length : k; }, dense);
}

Tensor gather(const Tensor& x, std::int64_t axis, const Tensor& index) {
  return gather_checked(x, gathering("gather", x, axis, index));
}

Tensor take_along_dim(const Tensor& x, const Tensor& index, std::int64_t axis) {
  const std::size_t at = normalize_axis("take_along_dim", axis, x.shape());
  if (index.dim() != x.dim())
    throw ShapeError(fmt::format("[take_along_dim] index {} and x {}: expected the same rank",
                                 to_string(index.shape()), to_string(x.shape())));
  const Shape others =
      broadcast_shapes("take_along_dim", with_length(x.shape(), at, 1), with_length(index.shape(), at, 1));
  return gather(broadcast_to(x, with_length(others, at, x.shape()[at])), axis,
                broadcast_to(index, with_length(others, at, index.shape()[at])));
}

Tensor take_along_dim(const Tensor& x, const Tensor& index) { return gather(flatten(x), 0, flatten(index)); }

Tensor take(const Tensor& x, const Tensor& index) {
  const Tensor places = wrapped_index("take", reshape(index, {-1}), x.numel(), 0, {x.numel()});
  return reshape(select_checked("take", reshape(x, {-1}), {0, places}), index.shape());
}

Tensor scatter_add(const Tensor& x, std::int64_t axis, const Tensor& index, const Tensor& src) {
  const Gathering how = gathering("scatter_add", x, axis, index);
  const Tensor from = source_for("scatter_add", x, index, src);
  return record("scatter_add", {&x, &from}, scattered(x, how, from, add_to),
                [how](const Tensor& g, Wanted wanted) {
                  return std::array<Tensor, 2>{g, wanted[1] ? gather_checked(g, how) : Tensor()};
                });
}

Tensor scatter(const Tensor& x, std::int64_t axis, const Tensor& index, const Tensor& src) {
  const Gathering how = gathering("scatter", x, axis, index);
  const Tensor from = source_for("scatter", x, index, src);
  Tensor y = scattered(x, how, from, write_to);
  if (!is_recorded({&x, &from})) return y;
  return record("scatter", {&x, &from}, std::move(y),
                [how, won = winners(how, x.shape()), axis](const Tensor& g, Wanted wanted) {
                  return std::array<Tensor, 2>{
                      wanted[0] ? scatter(g, axis, how.index, 0.0) : Tensor(),
                      wanted[1] ? where(won, gather_checked(g, how), 0.0) : Tensor()};
                });
}

Tensor scatter(const Tensor& x, std::int64_t axis, const Tensor& index, double value) {
  return scatter(x, axis, index, broadcast_to(scalar(value, {.dtype = x.dtype()}), index.shape()));
}

Tensor index_select(const Tensor& x, std::int64_t axis, const Tensor& index) {
  return select_checked("index_select", x, selection("index_select", x, axis, index));
}

Tensor index_add(const Tensor& x, std::int64_t axis, const Tensor& index, const Tensor& src, double alpha) {
  const Selection s = selection("index_add", x, axis, index);
  check_slices("index_add", x, s, src);
  const Tensor from = to(src, x.dtype());
  return record(
      "index_add", {&x, &from}, add_selected(x, s, from, alpha), [s, alpha](const Tensor& g, Wanted wanted) {
        return std::array<Tensor, 2>{g, wanted[1] ? select_checked("index_select", g, s) * alpha : Tensor()};
      });
}

Tensor index_copy(const Tensor& x, std::int64_t axis, const Tensor& index, const Tensor& src) {
  const Selection s = selection("index_copy", x, axis, index);
  check_slices("index_copy", x, s, src);
  return index_put(x, slices_of(s), src);
}

Tensor index_fill(const Tensor& x, std::int64_t axis, const Tensor& index, const Operand& value) {
  if (!value.shape().empty())
    throw ShapeError(
        fmt::format("[index_fill] value {}: expected a number or a 0-d tensor", to_string(value.shape())));
  return index_put(x, slices_of(selection("index_fill", x, axis, index)), value);
}

Tensor embedding(const Tensor& weight, const Tensor& index, std::int64_t padding_idx) {
  if (weight.dim() != 2)
    throw ShapeError(fmt::format("[embedding] weight {}: expected [rows, n]", to_string(weight.shape())));
  if (padding_idx < -1 || padding_idx >= weight.shape()[0])
    throw IndexError(fmt::format("[embedding] padding_idx {} is out of range for axis 0 of {}", padding_idx,
                                 to_string(weight.shape())));
  const Tensor checked = checked_index("embedding", index, weight.shape()[0], 0, weight.shape());
  const Tensor rows = select_checked("embedding", weight, {0, reshape(checked, {-1}), padding_idx});
  Shape shape = index.shape();
  shape.push_back(weight.shape()[1]);
  return reshape(rows, shape);
}

Tensor one_hot(const Tensor& index, std::int64_t num_classes) {
  if (num_classes < -1)
    throw ValueError(fmt::format("[one_hot] num_classes {}: expected 0 or more, or -1", num_classes));
  const Tensor dense = checked_index("one_hot", index, std::numeric_limits<std::int64_t>::max(), -1, {});
  const auto* i = dense.data<std::int64_t>();
  if (num_classes == -1) num_classes = dense.numel() == 0 ? 0 : *std::max_element(i, i + dense.numel()) + 1;
  Shape shape = index.shape();
  shape.push_back(num_classes);
  checked_index("one_hot", index, num_classes, -1, shape);
  Tensor y = zeros(shape, {.dtype = int64});
  auto* row = y.mutable_data<std::int64_t>();
  for (std::int64_t k = 0; k < dense.numel(); ++k) row[k * num_classes + i[k]] = 1;
  return y;
}

Tensor nonzero(const Tensor& x) {
  const Tensor flags = to(x.detach(), boolean);
  std::vector<std::int64_t> places;
  std::int64_t found = 0;
  for_each_index<1>(x.shape(), {flags.strides()}, [&](const Dims& index, const auto& at) {
    if (!flags.data<bool>()[at[0]]) return;
    places.insert(places.end(), index.begin(), index.end());
    ++found;
  });
  return from_values(std::span<const std::int64_t>(places), {found, static_cast<std::int64_t>(x.dim())});
}

Tensor masked_select(const Tensor& x, const Tensor& mask) {
  check_mask("masked_select", mask);
  const Shape shape = broadcast_shapes("masked_select", x.shape(), mask.shape());
  const Tensor places = nonzero(flatten(broadcast_to(mask, shape)));
  return index_select(flatten(broadcast_to(x, shape)), 0, reshape(places, {-1}));
}

Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& src) {
  check_mask("masked_scatter", mask);
  if (mask.dim() > x.dim() || broadcast_shapes("masked_scatter", x.shape(), mask.shape()) != x.shape())
    throw ShapeError(fmt::format("[masked_scatter] mask {} does not broadcast to x {}",
                                 to_string(mask.shape()), to_string(x.shape())));
  const Tensor places = reshape(nonzero(flatten(broadcast_to(mask, x.shape()))), {-1});
  const std::int64_t n = places.numel();
  if (src.numel() < n)
    throw ShapeError(
        fmt::format("[masked_scatter] src {} has {} elements for the {} at which the mask is true",
                    to_string(src.shape()), src.numel(), n));
  const Tensor y = index_put(flatten(x), {places}, narrow(flatten(src), 0, 0, n));
  return reshape(y, x.shape());
}

}  // namespace xg
