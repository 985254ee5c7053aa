#include <fmt/format.h>
#include <fmt/ranges.h>

#include <numeric>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/view.hpp>

#include "random_op.hpp"

namespace xg::test {
namespace {

Sample on(const Tensor& x, std::string text, std::function<Tensor(const Tensor&)> f) {
  return {.inputs = {x},
          .run = [f = std::move(f)](const Inputs& in) { return f(in[0]); },
          .text = fmt::format("{} of {}", text, to_string(x.shape()))};
}

Tensor block(Choices& c, std::size_t min_rank, std::int64_t smallest = 0) {
  return distinct_tensor(c, c.shape(min_rank, 4, smallest, 4));
}

// Two axes of a tensor that has two, not the same.
std::array<std::int64_t, 2> two_axes(Choices& c, std::size_t rank) {
  const auto order = c.order(rank);
  return {order[0], order[1] - (c.coin() ? static_cast<std::int64_t>(rank) : 0)};
}

Tensor weighted(const std::vector<Tensor>& pieces) {
  Tensor sum = pieces[0] * 1;
  for (std::size_t i = 1; i < pieces.size(); ++i)
    sum = sum + sum_to(pieces[i], {}) * static_cast<double>(i + 1);
  return sum;
}

Sample draw_reshape(Choices& c) {
  const Tensor x = block(c, 0, 1);
  Shape shape;
  std::int64_t rest = x.numel();
  for (const std::int64_t factor : {2, 3, 4})
    if (rest % factor == 0 && c.coin()) {
      shape.push_back(factor);
      rest /= factor;
    }
  shape.insert(static_cast<std::size_t>(c.below(static_cast<std::int64_t>(shape.size()) + 1)),
               c.coin() ? -1 : rest);
  return on(x, "reshape to " + to_string(shape), [=](const Tensor& t) { return reshape(t, shape); });
}

Sample draw_flatten(Choices& c) {
  const Tensor x = block(c, 1);
  const auto rank = static_cast<std::int64_t>(x.dim());
  const std::int64_t start = c.below(rank), end = c.integer(start, rank - 1);
  return on(x, fmt::format("flatten {} to {}", start, end),
            [=](const Tensor& t) { return flatten(t, start, end - rank); });
}

Sample draw_squeeze(Choices& c) {
  const Tensor x = distinct_tensor(c, c.shape(1, 4, 1, 2));
  if (c.coin()) return on(x, "squeeze", [](const Tensor& t) { return squeeze(t); });
  const std::int64_t axis = c.axis(x.dim());
  return on(x, fmt::format("squeeze axis {}", axis), [=](const Tensor& t) { return squeeze(t, axis); });
}

Sample draw_unsqueeze(Choices& c) {
  const Tensor x = block(c, 0);
  const std::int64_t axis = c.axis(x.dim() + 1);
  return on(x, fmt::format("unsqueeze {}", axis), [=](const Tensor& t) { return unsqueeze(t, axis); });
}

Sample draw_permute(Choices& c) {
  const Tensor x = block(c, 0);
  const auto order = c.order(x.dim());
  const Axes axes{std::span<const std::int64_t>(order)};
  return on(x, "permute " + to_string(axes), [=](const Tensor& t) { return permute(t, axes); });
}

Sample draw_transpose(Choices& c) {
  const Tensor x = block(c, 2);
  const auto [a, b] = two_axes(c, x.dim());
  return on(x, fmt::format("transpose {} and {}", a, b),
            [a = a, b = b](const Tensor& t) { return transpose(t, a, b); });
}

Sample draw_movedim(Choices& c) {
  const Tensor x = block(c, 1);
  const std::int64_t from = c.axis(x.dim()), to = c.axis(x.dim());
  return on(x, fmt::format("movedim {} to {}", from, to),
            [=](const Tensor& t) { return movedim(t, from, to); });
}

Sample draw_expand(Choices& c) {
  const Tensor x = distinct_tensor(c, c.shape(0, 3, 1, 2));
  Shape shape;
  for (std::int64_t n = c.below(3); n > 0; --n) shape.push_back(c.integer(0, 3));
  for (const std::int64_t size : x.shape())
    shape.push_back(size == 1 ? c.integer(0, 3) : c.pick<std::int64_t>({-1, size}));
  return on(x, "expand to " + to_string(shape), [=](const Tensor& t) { return expand(t, shape); });
}

Sample draw_slice(Choices& c) {
  const Tensor x = block(c, 1);
  const std::int64_t axis = c.axis(x.dim()), step = c.integer(1, 3);
  std::optional<std::int64_t> start, stop;
  if (c.coin()) start = c.integer(-6, 6);
  if (c.coin()) stop = c.integer(-6, 6);
  return on(
      x, fmt::format("slice axis {} from {} to {} step {}", axis, start.value_or(0), stop.value_or(99), step),
      [=](const Tensor& t) { return slice(t, axis, start, stop, step); });
}

Sample draw_select(Choices& c) {
  const Tensor x = block(c, 1, 1);
  const std::int64_t axis = c.axis(x.dim()), n = x.size(axis), index = c.integer(0, 2 * n - 1) - n;
  return on(x, fmt::format("select axis {} index {}", axis, index),
            [=](const Tensor& t) { return select(t, axis, index); });
}

Sample draw_narrow(Choices& c) {
  const Tensor x = block(c, 1);
  const std::int64_t axis = c.axis(x.dim()), n = x.size(axis), start = c.integer(0, n);
  const std::int64_t length = c.integer(0, n - start);
  return on(x, fmt::format("narrow axis {} from {} length {}", axis, start, length),
            [=](const Tensor& t) { return narrow(t, axis, start, length); });
}

Sample draw_split(Choices& c) {
  const Tensor x = block(c, 1, 1);
  const std::int64_t axis = c.axis(x.dim()), n = c.integer(1, 5);
  if (c.coin())
    return on(x, fmt::format("chunk into {} on axis {}", n, axis),
              [=](const Tensor& t) { return weighted(chunk(t, n, axis)); });
  return on(x, fmt::format("split by {} on axis {}", n, axis),
            [=](const Tensor& t) { return weighted(split(t, n, axis)); });
}

Sample draw_unbind(Choices& c) {
  const Tensor x = block(c, 1, 1);
  const std::int64_t axis = c.axis(x.dim());
  return on(x, fmt::format("unbind axis {}", axis),
            [=](const Tensor& t) { return weighted(unbind(t, axis)); });
}

Sample draw_diagonal(Choices& c) {
  const Tensor x = block(c, 2, 1);
  const auto [a, b] = two_axes(c, x.dim());
  const std::int64_t offset = c.integer(0, 4) - 2;
  return on(x, fmt::format("diagonal {} of axes {} and {}", offset, a, b),
            [=, a = a, b = b](const Tensor& t) { return diagonal(t, offset, a, b); });
}

Sample draw_joined(Choices& c) {
  const Shape shape = c.shape(1, 3, 0, 3);
  const bool stacked = c.coin();
  const std::int64_t axis = c.axis(shape.size() + (stacked ? 1 : 0));
  const std::size_t joined = stacked ? 0 : normalize_axis("cat", axis, shape);
  Inputs inputs;
  std::string text;
  for (std::int64_t n = c.integer(1, 3); n > 0; --n) {
    Shape piece = shape;
    if (!stacked) piece[joined] = c.integer(0, 3);
    inputs.push_back(distinct_tensor(c, piece));
    text += fmt::format(" {}", to_string(piece));
  }
  return {.inputs = inputs,
          .run = [=](const Inputs& in) { return stacked ? stack(in, axis) : cat(in, axis); },
          .text = fmt::format("{} axis {} of{}", stacked ? "stack" : "cat", axis, text)};
}

Sample draw_pad(Choices& c) {
  const Tensor x = block(c, 1, 1);
  std::vector<std::int64_t> widths;
  for (std::int64_t n = c.integer(1, static_cast<std::int64_t>(x.dim())); n > 0; --n)
    for (int side = 0; side < 2; ++side)
      widths.push_back(c.pick<std::int64_t>({0, 1, 2, side == 0 ? -1 : 0}));
  return on(x, fmt::format("pad {}", fmt::join(widths, " ")),
            [=](const Tensor& t) { return pad(t, widths, 0.5); });
}

Sample draw_flip(Choices& c) {
  const Tensor x = block(c, 0);
  const Axes axes = c.axes(x.dim());
  return on(x, "flip " + to_string(axes), [=](const Tensor& t) { return flip(t, axes); });
}

Sample draw_roll(Choices& c) {
  const Tensor x = block(c, 1);
  const Axes axes = c.axes(x.dim());
  std::vector<std::int64_t> shifts;
  for (std::size_t i = 0; i < std::max<std::size_t>(axes.size(), 1); ++i)
    shifts.push_back(c.integer(0, 12) - 6);
  return on(x, fmt::format("roll {} on axes {}", fmt::join(shifts, " "), to_string(axes)),
            [=](const Tensor& t) { return roll(t, shifts, axes); });
}

Sample draw_repeat(Choices& c) {
  const Tensor x = distinct_tensor(c, c.shape(0, 3, 1, 3));
  std::vector<std::int64_t> repeats;
  for (std::int64_t n = static_cast<std::int64_t>(x.dim()) + c.below(2); n > 0; --n)
    repeats.push_back(c.integer(0, 3));
  const bool tiled = c.coin() && !repeats.empty();
  if (tiled) repeats.pop_back();
  return on(x, fmt::format("{} {}", tiled ? "tile" : "repeat", fmt::join(repeats, " ")),
            [=](const Tensor& t) { return tiled ? tile(t, repeats) : repeat(t, repeats); });
}

Sample draw_triangle(Choices& c) {
  const Tensor x = block(c, 2);
  const std::int64_t diagonal = c.integer(0, 6) - 3;
  if (c.coin())
    return on(x, fmt::format("tril {}", diagonal), [=](const Tensor& t) { return tril(t, diagonal); });
  return on(x, fmt::format("triu {}", diagonal), [=](const Tensor& t) { return triu(t, diagonal); });
}

std::vector<RandomOp> views() {
  return {{"reshape", draw_reshape}, {"flatten", draw_flatten},
          {"squeeze", draw_squeeze}, {"unsqueeze", draw_unsqueeze},
          {"permute", draw_permute}, {"transpose", draw_transpose},
          {"movedim", draw_movedim}, {"expand", draw_expand},
          {"slice", draw_slice},     {"select", draw_select},
          {"narrow", draw_narrow},   {"split", draw_split},
          {"unbind", draw_unbind},   {"diagonal", draw_diagonal},
          {"cat", draw_joined},      {"pad", draw_pad},
          {"flip", draw_flip},       {"roll", draw_roll},
          {"repeat", draw_repeat},   {"tril", draw_triangle}};
}

const RandomOps view_ops(views);

}  // namespace
}  // namespace xg::test
