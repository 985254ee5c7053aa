// The ops of view.hpp that lay elements out anew.

#include <fmt/format.h>

#include <algorithm>

#include "../core/create.hpp"
#include "../core/node.hpp"
#include "../core/strided.hpp"
#include "ranges.hpp"
#include "view.hpp"

namespace xg {
namespace {

Tensor window_of(const Tensor& x, std::size_t axis, std::int64_t start, std::int64_t length) {
  return ranges::window(x, ranges::along(x, axis, {start, length}));
}

// As in NumPy before it knew shapes: a list that is still empty may be joined to anything.
bool is_skipped(const Tensor& x) { return x.dim() == 1 && x.numel() == 0; }

struct Joined {
  Shape shape;
  std::size_t axis = 0;
  Dtype dtype = boolean;
};

Joined joined_shape(const std::vector<Tensor>& tensors, std::int64_t axis) {
  if (tensors.empty()) throw ValueError("[cat] an empty list of tensors: expected at least one");
  const auto first = std::ranges::find_if_not(tensors, is_skipped);
  if (first == tensors.end())
    return {tensors[0].shape(), normalize_axis("cat", axis, tensors[0].shape()), tensors[0].dtype()};
  Joined out{first->shape(), normalize_axis("cat", axis, first->shape()), tensors[0].dtype()};
  out.shape[out.axis] = 0;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    out.dtype = promote(out.dtype, tensors[i].dtype());
    if (is_skipped(tensors[i])) continue;
    Shape shape = tensors[i].shape();
    if (shape.size() == out.shape.size()) shape[out.axis] = out.shape[out.axis];
    if (shape != out.shape)
      throw ShapeError(fmt::format("[cat] tensor {} has shape {}: it must match {} but for axis {}", i,
                                   to_string(tensors[i].shape()), to_string(first->shape()), out.axis));
    out.shape[out.axis] += tensors[i].shape()[out.axis];
  }
  return out;
}

Tensor roll_axis(const Tensor& x, std::int64_t shift, std::size_t axis) {
  const std::int64_t n = x.shape()[axis];
  const std::int64_t s = n == 0 ? 0 : (shift % n + n) % n;
  Tensor y = empty(x.shape(), x.dtype());
  copy_elements(window_of(x, axis, 0, n - s), window_of(y, axis, s, n - s));
  copy_elements(window_of(x, axis, n - s, s), window_of(y, axis, 0, s));
  return record("roll", {&x}, std::move(y),
                [shift, axis](const Tensor& g) { return roll_axis(g, -shift, axis); });
}

// The adjoint of repeat: each axis cut into [repeats, length] and summed over its repeats.
Tensor sum_repeats(Tensor g, const std::vector<std::int64_t>& repeats, const Shape& shape) {
  const std::size_t lead = repeats.size() - shape.size();
  for (std::size_t axis = 0; axis < repeats.size(); ++axis) {
    if (repeats[axis] == 1) continue;
    const std::int64_t length = axis < lead ? 1 : shape[axis - lead];
    Shape cut = g.shape(), once = g.shape();
    once[axis] = length;
    cut[axis] = length;
    cut.insert(axis, repeats[axis]);
    Shape kept = cut;
    kept[axis] = 1;
    g = reshape(sum_to(reshape(g, cut), kept), once);
  }
  return reshape(g, shape);
}

Tensor triangle(const char* op, const Tensor& x, std::int64_t diagonal, bool lower) {
  if (x.dim() < 2)
    throw ShapeError(fmt::format("[{}] expects at least 2 axes, got {}", op, to_string(x.shape())));
  Tensor y = zeros(x.shape(), {.dtype = x.dtype()});
  const Shape outer(std::span(x.shape().begin(), x.dim() - 1));
  const auto outer_strides = [&](const Tensor& of) {
    return Strides(std::span(of.strides().begin(), of.dim() - 1));
  };
  const std::int64_t columns = x.shape().back(), step = x.strides().back();
  visit_dtype(x.dtype(), [&]<class T>(std::type_identity<T>) {
    const T* const from = x.data<T>();
    T* const to = y.mutable_data<T>();
    for_each_index<2>(outer, {outer_strides(x), outer_strides(y)}, [&](const Dims& index, const auto& at) {
      const std::int64_t edge =
          std::clamp<std::int64_t>(index.back() + diagonal + (lower ? 1 : 0), 0, columns);
      const std::int64_t first = lower ? 0 : edge, last = lower ? edge : columns;
      for (std::int64_t j = first; j < last; ++j) to[at[1] + j] = from[at[0] + j * step];
    });
  });
  return record(op, {&x}, std::move(y),
                [op, diagonal, lower](const Tensor& g) { return triangle(op, g, diagonal, lower); });
}

}  // namespace

Tensor cat(const std::vector<Tensor>& tensors, std::int64_t axis) {
  const Joined joined = joined_shape(tensors, axis);
  Tensor y = empty(joined.shape, joined.dtype);
  std::vector<std::int64_t> starts;
  std::int64_t start = 0;
  for (const Tensor& x : tensors) {
    starts.push_back(start);
    if (is_skipped(x)) continue;
    const std::int64_t length = x.shape()[joined.axis];
    copy_elements(x, window_of(y, joined.axis, start, length));
    start += length;
  }
  struct Part {
    Shape shape;
    Dtype dtype;
    std::int64_t start;
  };
  std::vector<Part> parts;
  for (std::size_t i = 0; i < tensors.size(); ++i)
    parts.push_back({tensors[i].shape(), tensors[i].dtype(), starts[i]});
  return record("cat", std::span<const Tensor>(tensors), std::move(y),
                [parts = std::move(parts), at = joined.axis](const Tensor& g, Wanted wanted) {
                  std::vector<Tensor> grads(parts.size());
                  for (std::size_t i = 0; i < parts.size(); ++i) {
                    const auto& [shape, dtype, first] = parts[i];
                    if (!wanted[i] || count(shape) == 0) continue;
                    grads[i] = to(narrow(g, static_cast<std::int64_t>(at), first, shape[at]), dtype);
                  }
                  return grads;
                });
}

Tensor stack(const std::vector<Tensor>& tensors, std::int64_t axis) {
  if (tensors.empty()) throw ValueError("[stack] an empty list of tensors: expected at least one");
  Shape joined = tensors[0].shape();
  joined.push_back(static_cast<std::int64_t>(tensors.size()));
  normalize_axis("stack", axis, joined);
  std::vector<Tensor> rows;
  rows.reserve(tensors.size());
  for (const Tensor& x : tensors) {
    if (x.shape() != tensors[0].shape())
      throw ShapeError(fmt::format("[stack] tensor {} has shape {}, tensor 0 has {}", rows.size(),
                                   to_string(x.shape()), to_string(tensors[0].shape())));
    rows.push_back(unsqueeze(x, axis));
  }
  return cat(rows, axis);
}

Tensor flip(const Tensor& x, const Axes& axes) {
  Strides strides = x.strides();
  std::int64_t last = 0;
  if (!axes.empty())
    for (std::int64_t axis : normalize_axes("flip", axes, x.shape())) {
      const auto a = static_cast<std::size_t>(axis);
      last += (x.shape()[a] - 1) * strides[a];
      strides[a] = -strides[a];
    }
  Tensor y = empty(x.shape(), x.dtype());
  if (x.numel() > 0) copy_elements(as_strided(x, x.shape(), strides, last), y);
  return record("flip", {&x}, std::move(y), [axes](const Tensor& g) { return flip(g, axes); });
}

Tensor roll(const Tensor& x, const std::vector<std::int64_t>& shifts, const Axes& axes) {
  if (axes.empty() && shifts.size() == 1) return reshape(roll_axis(flatten(x), shifts[0], 0), x.shape());
  if (axes.size() != shifts.size())
    throw ValueError(
        fmt::format("[roll] {} shifts for {} axes: expected as many", shifts.size(), axes.size()));
  Tensor y = x;
  for (std::size_t i = 0; i < shifts.size(); ++i)
    y = roll_axis(y, shifts[i], normalize_axis("roll", axes[i], x.shape()));
  return y;
}

Tensor repeat(const Tensor& x, const std::vector<std::int64_t>& repeats) {
  const bool negative = std::ranges::any_of(repeats, [](std::int64_t r) { return r < 0; });
  if (repeats.size() < x.dim() || negative)
    throw ShapeError(
        fmt::format("[repeat] {} repeats for a tensor of shape {}: expected one, not negative, "
                    "for each axis",
                    repeats.size(), to_string(x.shape())));
  const std::size_t lead = repeats.size() - x.dim();
  Shape shape, block;
  for (std::size_t i = 0; i < repeats.size(); ++i) {
    block.push_back(i < lead ? 1 : x.shape()[i - lead]);
    shape.push_back(block.back() * repeats[i]);
  }
  Tensor y = empty(shape, x.dtype());
  Strides block_strides = y.strides();
  for (std::size_t i = 0; i < block.size(); ++i) block_strides[i] *= block[i];
  for_each_index<1>(Shape(repeats), {block_strides}, [&](const Dims&, const auto& at) {
    copy_elements(x, as_strided(y, block, y.strides(), at[0]));
  });
  return record("repeat", {&x}, std::move(y),
                [repeats, from = x.shape()](const Tensor& g) { return sum_repeats(g, repeats, from); });
}

Tensor tile(const Tensor& x, const std::vector<std::int64_t>& repeats) {
  std::vector<std::int64_t> all = repeats;
  if (all.size() < x.dim()) all.insert(all.begin(), x.dim() - all.size(), 1);
  return repeat(x, all);
}

Tensor tril(const Tensor& x, std::int64_t diagonal) { return triangle("tril", x, diagonal, true); }

Tensor triu(const Tensor& x, std::int64_t diagonal) { return triangle("triu", x, diagonal, false); }

}  // namespace xg
