#include "view.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <numeric>

#include "../core/create.hpp"
#include "../core/node.hpp"
#include "../core/strided.hpp"
#include "ranges.hpp"

namespace xg {
namespace {

// The strides under which a view of x has this shape, if there are any: each run of x's axes that lies dense
// in memory may be cut anew.
std::optional<Strides> view_strides(const Tensor& x, const Shape& shape) {
  if (x.numel() == 0) return contiguous_strides(shape);
  Shape runs = x.shape();
  std::array<Strides, 1> steps{x.strides()};
  collapse_axes(runs, steps);
  Strides out = Strides::filled(shape.size(), 1);
  std::size_t axis = shape.size();
  for (std::size_t run = runs.size(); run-- > 0;) {
    std::int64_t step = steps[0][run], covered = 1;
    while (covered < runs[run]) {
      if (axis == 0) return {};
      --axis;
      out[axis] = step;
      step *= shape[axis];
      covered *= shape[axis];
    }
    if (covered != runs[run]) return {};
  }
  return out;
}

Shape inferred_shape(const char* op, const Tensor& x, Shape shape) {
  const Shape asked = shape;
  std::int64_t known = 1;
  std::int64_t* open = nullptr;
  bool fits = true;
  for (std::int64_t& s : shape) {
    if (s == -1 && !open)
      open = &s;
    else if (s < 0)
      fits = false;
    else
      known *= s;
  }
  if (open && known == 0) fits = false;
  if (open && known > 0) *open = x.numel() / known;
  if (!fits || count(shape) != x.numel())
    throw ShapeError(fmt::format("[{}] {} has {} elements, the shape {} does not fit them", op,
                                 to_string(x.shape()), x.numel(), to_string(asked)));
  return shape;
}

template <class Vjp>
Tensor view(const char* name, const Tensor& x, const Shape& shape, const Strides& strides,
            std::int64_t offset, Vjp&& vjp) {
  return record(name, {&x}, as_strided(x, shape, strides, offset), std::forward<Vjp>(vjp));
}

std::int64_t length_of(const Tensor& x, std::size_t axis) { return x.shape()[axis]; }

Tensor without_axis(const Tensor& x, std::size_t axis) {
  Shape shape = x.shape();
  shape.erase(axis);
  return reshape(x, shape);
}

std::int64_t clamp_index(std::int64_t i, std::int64_t length) {
  return std::clamp<std::int64_t>(i < 0 ? i + length : i, 0, length);
}

std::vector<Tensor> pieces_of(const Tensor& x, const std::vector<std::int64_t>& sizes, std::size_t axis) {
  std::vector<Tensor> pieces;
  pieces.reserve(sizes.size());
  std::int64_t start = 0;
  for (std::int64_t size : sizes) {
    pieces.push_back(ranges::window(x, ranges::along(x, axis, {start, size})));
    start += size;
  }
  if (is_recorded({&x})) {
    // One node for all pieces: their cotangents are laid side by side once, instead of each in its own zeros.
    detail::record_outputs("split", std::array{&x}, pieces, [axis](std::span<const Tensor> g, Wanted) {
      return std::array{cat({g.begin(), g.end()}, static_cast<std::int64_t>(axis))};
    });
  }
  detail::profile_op("split", x.impl().storage.get());
  return pieces;
}

Strides diagonal_strides(const Strides& strides, std::size_t a, std::size_t b) {
  Strides out = strides;
  out.erase(std::max(a, b));
  out.erase(std::min(a, b));
  out.push_back(strides[a] + strides[b]);
  return out;
}

struct DiagonalPlace {
  std::size_t axis0, axis1;
  std::int64_t offset;

  std::int64_t first(const Strides& strides) const {
    return offset >= 0 ? offset * strides[axis1] : -offset * strides[axis0];
  }
};

DiagonalPlace diagonal_place(const char* op, const Shape& shape, std::int64_t offset, std::int64_t axis0,
                             std::int64_t axis1) {
  const DiagonalPlace d{normalize_axis(op, axis0, shape), normalize_axis(op, axis1, shape), offset};
  if (d.axis0 == d.axis1)
    throw ShapeError(
        fmt::format("[{}] axes {} and {} of {} are the same", op, axis0, axis1, to_string(shape)));
  return d;
}

Tensor take_diagonal(const Tensor& x, const DiagonalPlace& d);

Tensor put_diagonal(const Tensor& x, const DiagonalPlace& d, const Shape& shape) {
  Tensor y = zeros(shape, {.dtype = x.dtype()});
  if (x.numel() > 0)
    copy_elements(
        x, as_strided(y, x.shape(), diagonal_strides(y.strides(), d.axis0, d.axis1), d.first(y.strides())));
  return record("diagonal_scatter", {&x}, std::move(y), [d](const Tensor& g) { return take_diagonal(g, d); });
}

Tensor take_diagonal(const Tensor& x, const DiagonalPlace& d) {
  const std::int64_t rows = length_of(x, d.axis0) + std::min<std::int64_t>(d.offset, 0);
  const std::int64_t columns = length_of(x, d.axis1) - std::max<std::int64_t>(d.offset, 0);
  const std::int64_t length = std::max<std::int64_t>(0, std::min(rows, columns));
  Shape shape = x.shape();
  shape.erase(std::max(d.axis0, d.axis1));
  shape.erase(std::min(d.axis0, d.axis1));
  shape.push_back(length);
  return view("diagonal", x, shape, diagonal_strides(x.strides(), d.axis0, d.axis1),
              length == 0 ? 0 : d.first(x.strides()),
              [d, from = x.shape()](const Tensor& g) { return put_diagonal(g, d, from); });
}

}  // namespace

Tensor reshape(const Tensor& x, const Shape& asked) {
  const Shape shape = inferred_shape("reshape", x, asked);
  if (shape == x.shape()) return x;
  const auto back = [from = x.shape()](const Tensor& g) { return reshape(g, from); };
  if (const auto strides = view_strides(x, shape)) return view("reshape", x, shape, *strides, 0, back);
  Tensor y = empty(shape, x.dtype());
  copy_elements(x, as_strided(y, x.shape(), contiguous_strides(x.shape())));
  return record("reshape", {&x}, std::move(y), back);
}

Tensor flatten(const Tensor& x, std::int64_t start_axis, std::int64_t end_axis) {
  if (x.dim() == 0) return reshape(x, {1});
  const std::size_t first = normalize_axis("flatten", start_axis, x.shape());
  const std::size_t last = normalize_axis("flatten", end_axis, x.shape());
  if (first > last)
    throw ShapeError(fmt::format("[flatten] start_axis {} lies behind end_axis {} in a tensor of shape {}",
                                 start_axis, end_axis, to_string(x.shape())));
  Shape shape;
  for (std::size_t i = 0; i < x.dim(); ++i) {
    if (i > first && i <= last)
      shape[first] *= length_of(x, i);
    else
      shape.push_back(length_of(x, i));
  }
  return reshape(x, shape);
}

Tensor unflatten(const Tensor& x, std::int64_t axis, const Shape& sizes) {
  const std::size_t at = normalize_axis("unflatten", axis, x.shape());
  const Tensor one_axis = as_strided(x, {length_of(x, at)}, {0});
  const Shape cut = inferred_shape("unflatten", one_axis, sizes);
  Shape shape;
  for (std::size_t i = 0; i < x.dim(); ++i) {
    if (i != at)
      shape.push_back(length_of(x, i));
    else
      for (std::int64_t s : cut) shape.push_back(s);
  }
  return reshape(x, shape);
}

Tensor squeeze(const Tensor& x) {
  Shape shape;
  for (std::int64_t s : x.shape())
    if (s != 1) shape.push_back(s);
  return reshape(x, shape);
}

Tensor squeeze(const Tensor& x, std::int64_t axis) {
  if (x.dim() == 0 && (axis == 0 || axis == -1)) return x;
  const std::size_t at = normalize_axis("squeeze", axis, x.shape());
  return length_of(x, at) == 1 ? without_axis(x, at) : x;
}

Tensor unsqueeze(const Tensor& x, std::int64_t axis) {
  Shape shape = x.shape();
  shape.push_back(1);
  const std::size_t at = normalize_axis("unsqueeze", axis, shape);
  std::rotate(shape.begin() + at, shape.end() - 1, shape.end());
  return reshape(x, shape);
}

Tensor permute(const Tensor& x, const Axes& axes) {
  Axes order, inverse = Axes::filled(x.dim(), 0);
  Shape shape;
  Strides strides;
  for (std::int64_t a : axes) {
    const std::size_t axis = normalize_axis("permute", a, x.shape());
    if (order.contains(static_cast<std::int64_t>(axis))) break;
    inverse[axis] = static_cast<std::int64_t>(order.size());
    order.push_back(static_cast<std::int64_t>(axis));
    shape.push_back(length_of(x, axis));
    strides.push_back(x.strides()[axis]);
  }
  if (order.size() != x.dim() || axes.size() != x.dim())
    throw ShapeError(fmt::format("[permute] axes {} are no order of the axes of {}", to_string(axes),
                                 to_string(x.shape())));
  return view("permute", x, shape, strides, 0, [inverse](const Tensor& g) { return permute(g, inverse); });
}

Tensor transpose(const Tensor& x, std::int64_t axis0, std::int64_t axis1) {
  if (x.dim() == 0) return x;
  const std::size_t a = normalize_axis("transpose", axis0, x.shape());
  const std::size_t b = normalize_axis("transpose", axis1, x.shape());
  Shape shape = x.shape();
  Strides strides = x.strides();
  std::swap(shape[a], shape[b]);
  std::swap(strides[a], strides[b]);
  return view("transpose", x, shape, strides, 0,
              [axis0, axis1](const Tensor& g) { return transpose(g, axis0, axis1); });
}

Tensor t(const Tensor& x) {
  if (x.dim() != 2)
    throw ShapeError(fmt::format("[t] expects a matrix, got {}: use transpose", to_string(x.shape())));
  return transpose(x, 0, 1);
}

Tensor movedim(const Tensor& x, std::int64_t source, std::int64_t destination) {
  const std::size_t from = normalize_axis("movedim", source, x.shape());
  const std::size_t to = normalize_axis("movedim", destination, x.shape());
  Axes order = normalize_axes("movedim", {}, x.shape());
  order.erase(from);
  order.insert(to, static_cast<std::int64_t>(from));
  return permute(x, order);
}

Tensor expand(const Tensor& x, const Shape& asked) {
  Shape shape = asked;
  const std::size_t lead = shape.size() - std::min(shape.size(), x.dim());
  for (std::size_t i = lead; i < shape.size(); ++i)
    if (shape[i] == -1) shape[i] = length_of(x, x.dim() - (shape.size() - i));
  return broadcast_to(x, shape);
}

Tensor slice(const Tensor& x, std::int64_t axis, std::optional<std::int64_t> start,
             std::optional<std::int64_t> stop, std::int64_t step) {
  if (step < 1)
    throw ValueError(
        fmt::format("[slice] step {}: expected a positive step; flip() turns an axis round", step));
  const std::size_t at = normalize_axis("slice", axis, x.shape());
  const std::int64_t n = length_of(x, at);
  const std::int64_t first = clamp_index(start.value_or(0), n);
  const std::int64_t last = std::max(first, clamp_index(stop.value_or(n), n));
  if (first == 0 && last == n && step == 1) return x;
  const std::int64_t length = (last - first + step - 1) / step;
  return ranges::take("slice", x, ranges::along(x, at, {first, length, step}));
}

Tensor select(const Tensor& x, std::int64_t axis, std::int64_t index) {
  const std::size_t at = normalize_axis("select", axis, x.shape());
  const std::int64_t n = length_of(x, at);
  if (index < -n || index >= n)
    throw IndexError(fmt::format("[select] index {} is out of range for axis {} of {}", index, axis,
                                 to_string(x.shape())));
  const std::int64_t place = index < 0 ? index + n : index;
  return ranges::take("select", x, ranges::along(x, at, {.start = place, .kept = false}));
}

Tensor narrow(const Tensor& x, std::int64_t axis, std::int64_t start, std::int64_t length) {
  const std::size_t at = normalize_axis("narrow", axis, x.shape());
  const std::int64_t n = length_of(x, at);
  const std::int64_t first = start < 0 ? start + n : start;
  if (first < 0 || length < 0 || length > n - first)
    throw IndexError(fmt::format("[narrow] {} elements from {} on reach beyond axis {} of {}", length, start,
                                 axis, to_string(x.shape())));
  return ranges::take("slice", x, ranges::along(x, at, {first, length}));
}

std::vector<Tensor> split(const Tensor& x, std::int64_t size, std::int64_t axis) {
  const std::int64_t n = length_of(x, normalize_axis("split", axis, x.shape()));
  if (size < 1 && !(size == 0 && n == 0))
    throw ValueError(fmt::format("[split] size {}: expected pieces of at least 1 element", size));
  std::vector<std::int64_t> sizes;
  for (std::int64_t start = 0; start < n; start += size) sizes.push_back(std::min(size, n - start));
  if (sizes.empty()) sizes.push_back(0);
  return split(x, sizes, axis);
}

std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& sizes, std::int64_t axis) {
  const std::size_t at = normalize_axis("split", axis, x.shape());
  const bool negative = std::ranges::any_of(sizes, [](std::int64_t s) { return s < 0; });
  if (negative || std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0}) != length_of(x, at))
    throw ShapeError(fmt::format("[split] sizes {} do not add up to {}, the length of axis {} of {}", sizes,
                                 length_of(x, at), axis, to_string(x.shape())));
  return pieces_of(x, sizes, at);
}

std::vector<Tensor> chunk(const Tensor& x, std::int64_t chunks, std::int64_t axis) {
  if (chunks < 1) throw ValueError(fmt::format("[chunk] {} chunks: expected at least 1", chunks));
  const std::int64_t n = length_of(x, normalize_axis("chunk", axis, x.shape()));
  if (n == 0) return split(x, std::vector<std::int64_t>(static_cast<std::size_t>(chunks), 0), axis);
  return split(x, (n + chunks - 1) / chunks, axis);
}

std::vector<Tensor> unbind(const Tensor& x, std::int64_t axis) {
  const std::size_t at = normalize_axis("unbind", axis, x.shape());
  std::vector<Tensor> out;
  for (const Tensor& piece :
       pieces_of(x, std::vector<std::int64_t>(static_cast<std::size_t>(length_of(x, at)), 1), at))
    out.push_back(without_axis(piece, at));
  return out;
}

Tensor diagonal(const Tensor& x, std::int64_t offset, std::int64_t axis0, std::int64_t axis1) {
  return take_diagonal(x, diagonal_place("diagonal", x.shape(), offset, axis0, axis1));
}

Tensor diag_embed(const Tensor& x, std::int64_t offset, std::int64_t axis0, std::int64_t axis1) {
  if (x.dim() == 0) throw ShapeError("[diag_embed] a 0-d tensor has no axis to make a diagonal of");
  const std::int64_t size = x.shape().back() + std::abs(offset);
  Shape shape(std::span(x.shape().begin(), x.dim() - 1));
  shape.push_back(size);
  shape.push_back(size);
  const DiagonalPlace d = diagonal_place("diag_embed", shape, offset, axis0, axis1);
  Shape placed = shape;
  placed.erase(x.dim());
  placed.erase(x.dim() - 1);
  placed.insert(std::min(d.axis0, d.axis1), size);
  placed.insert(std::max(d.axis0, d.axis1), size);
  return put_diagonal(x, d, placed);
}

Tensor diag(const Tensor& x, std::int64_t diagonal) {
  if (x.dim() == 1) return diag_embed(x, diagonal);
  if (x.dim() == 2) return xg::diagonal(x, diagonal);
  throw ShapeError(fmt::format("[diag] expects a list or a matrix, got {}: use diagonal or diag_embed",
                               to_string(x.shape())));
}

}  // namespace xg
