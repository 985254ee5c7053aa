#include "arrange.hpp"

#include <fmt/format.h>

#include "../core/create.hpp"
#include "../core/node.hpp"
#include "../core/sum_to.hpp"
#include "index.hpp"
#include "view.hpp"

namespace xg {
namespace {

// The places of all windows, one window after the other.
Tensor window_places(std::int64_t windows, std::int64_t size, std::int64_t step) {
  Tensor places = empty({windows * size}, int64);
  auto* place = places.mutable_data<std::int64_t>();
  for (std::int64_t i = 0; i < places.numel(); ++i) place[i] = i / size * step + i % size;
  return places;
}

// g, whose axis counts windows and whose last axis lies within them, added up where windows overlap.
Tensor add_windows(const Tensor& g, const Shape& shape, std::size_t axis, std::int64_t step) {
  const std::int64_t windows = g.shape()[axis], size = g.shape().back();
  const auto at = static_cast<std::int64_t>(axis);
  Shape listed = shape;
  listed[axis] = windows * size;
  const Tensor list = reshape(movedim(g, -1, at + 1), listed);
  return index_add(zeros(shape, {.dtype = g.dtype()}), at, window_places(windows, size, step), list);
}

// Place i of an axis counts[i] times.
Tensor repeated_places(const Tensor& counts, std::int64_t length) {
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i < length; ++i) {
    const auto n = static_cast<std::int64_t>(counts.at({i}));
    if (n < 0) throw ValueError(fmt::format("[repeat_interleave] repeats {}: expected 0 or more", n));
    places.insert(places.end(), static_cast<std::size_t>(n), i);
  }
  return from_values(std::span<const std::int64_t>(places), {static_cast<std::int64_t>(places.size())});
}

Tensor as_list(const Tensor& x, std::size_t number) {
  if (x.dim() > 1)
    throw ShapeError(
        fmt::format("[meshgrid] list {} has shape {}: expected one axis", number, to_string(x.shape())));
  return reshape(x, {-1});
}

Tensor as_row(const Tensor& x) { return x.dim() > 1 ? x : reshape(x, {1, -1}); }

}  // namespace

Tensor rot90(const Tensor& x, std::int64_t k, const Axes& axes) {
  if (axes.size() != 2) throw ShapeError(fmt::format("[rot90] {} axes: expected 2", axes.size()));
  normalize_axes("rot90", axes, x.shape());
  switch ((k % 4 + 4) % 4) {
    case 1:
      return transpose(flip(x, {axes[1]}), axes[0], axes[1]);
    case 2:
      return flip(x, axes);
    case 3:
      return flip(transpose(x, axes[0], axes[1]), {axes[1]});
    default:
      return x;
  }
}

Tensor unfold(const Tensor& x, std::int64_t axis, std::int64_t size, std::int64_t step) {
  const std::size_t at = normalize_axis("unfold", axis, x.shape());
  const std::int64_t n = x.shape()[at];
  if (size < 0 || size > n)
    throw ShapeError(fmt::format("[unfold] windows of {} on axis {} of {}: expected 0 to {}", size, axis,
                                 to_string(x.shape()), n));
  if (step < 1) throw ValueError(fmt::format("[unfold] step {}: expected 1 or more", step));
  Shape shape = x.shape();
  Strides strides = x.strides();
  shape[at] = (n - size) / step + 1;
  shape.push_back(size);
  strides.push_back(strides[at]);
  strides[at] *= step;
  return record("unfold", {&x}, as_strided(x, shape, strides),
                [from = x.shape(), at, step](const Tensor& g) { return add_windows(g, from, at, step); });
}

Tensor repeat_interleave(const Tensor& x, std::int64_t repeats, std::optional<std::int64_t> axis) {
  return repeat_interleave(x, full({}, static_cast<double>(repeats), {.dtype = int64}), axis);
}

Tensor repeat_interleave(const Tensor& x, const Tensor& repeats, std::optional<std::int64_t> axis) {
  if (!axis || x.dim() == 0) return repeat_interleave(reshape(x, {-1}), repeats, 0);
  const std::int64_t length = x.shape()[normalize_axis("repeat_interleave", *axis, x.shape())];
  if (repeats.dtype() != int64)
    throw DtypeError(fmt::format("[repeat_interleave] repeats are {}, not int64: convert them with to()",
                                 to_string(repeats.dtype())));
  if (repeats.numel() != 1 && repeats.shape() != Shape{length})
    throw ShapeError(
        fmt::format("[repeat_interleave] repeats {} for axis {} of {}: expected one number or [{}]",
                    to_string(repeats.shape()), *axis, to_string(x.shape()), length));
  const Tensor counts = broadcast_to(repeats.numel() == 1 ? reshape(repeats, {}) : repeats, {length});
  return index_select(x, *axis, repeated_places(counts, length));
}

std::vector<Tensor> broadcast_tensors(const std::vector<Tensor>& tensors) {
  Shape shape;
  for (const Tensor& x : tensors) shape = broadcast_shapes("broadcast_tensors", shape, x.shape());
  std::vector<Tensor> all;
  for (const Tensor& x : tensors) all.push_back(broadcast_to(x, shape));
  return all;
}

std::vector<Tensor> meshgrid(const std::vector<Tensor>& lists, GridIndexing indexing) {
  std::vector<Tensor> along;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    Shape shape = Shape::filled(lists.size(), 1);
    shape[i] = -1;
    along.push_back(reshape(as_list(lists[i], i), shape));
  }
  std::vector<Tensor> grid = broadcast_tensors(along);
  if (indexing == GridIndexing::xy && grid.size() > 1)
    for (Tensor& coordinates : grid) coordinates = transpose(coordinates, 0, 1);
  return grid;
}

Tensor cartesian_prod(const std::vector<Tensor>& lists) {
  std::vector<Tensor> columns;
  for (const Tensor& coordinates : meshgrid(lists)) columns.push_back(reshape(coordinates, {-1}));
  return columns.size() == 1 ? columns[0] : stack(columns, 1);
}

Tensor hstack(const std::vector<Tensor>& tensors) {
  std::vector<Tensor> all;
  for (const Tensor& x : tensors) all.push_back(x.dim() == 0 ? reshape(x, {1}) : x);
  return cat(all, all.empty() || all[0].dim() == 1 ? 0 : 1);
}

Tensor vstack(const std::vector<Tensor>& tensors) {
  std::vector<Tensor> all;
  for (const Tensor& x : tensors) all.push_back(as_row(x));
  return cat(all, 0);
}

Tensor block_diag(const std::vector<Tensor>& tensors) {
  std::int64_t width = 0, before = 0;
  std::vector<Tensor> rows;
  for (const Tensor& x : tensors) {
    if (x.dim() > 2)
      throw ShapeError(fmt::format("[block_diag] tensor {} has shape {}: expected a matrix", rows.size(),
                                   to_string(x.shape())));
    rows.push_back(as_row(x));
    width += rows.back().size(1);
  }
  for (Tensor& row : rows) {
    const std::int64_t columns = row.size(1);
    row = pad(row, {before, width - before - columns});
    before += columns;
  }
  return cat(rows, 0);
}

}  // namespace xg
