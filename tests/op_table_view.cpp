#include "op_table.hpp"

#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/view.hpp>

namespace xg::test {
namespace {

// A reference for an op that only moves elements: element i of the result is element from(i) of x, or 0.
template <class F> auto moved(Shape shape, F from) {
  return [=](const Inputs& in) {
    return generate(shape, [&](std::int64_t i) {
      const std::int64_t source = from(i);
      return source < 0 ? 0.0 : element(in[0], source);
    });
  };
}

std::int64_t same(std::int64_t i) { return i; }
std::int64_t transposed(std::int64_t i) { return i % 3 * 4 + i / 3; }

// All pieces in one tensor, each with a weight of its own, so that pieces cannot be confused.
Tensor weighted(const std::vector<Tensor>& pieces) {
  Tensor sum = pieces[0];
  for (std::size_t i = 1; i < pieces.size(); ++i) sum = sum + pieces[i] * static_cast<double>(i + 1);
  return sum;
}

const Arg matrix{.shape = {3, 4}};
const Arg block{.shape = {2, 3, 4}};

std::vector<OpRow> shapes() {
  return {
      {.name = "reshape",
       .run =
           [](const Inputs& in) {
             return reshape(in[0], {2, -1});
           },
       .args = {matrix},
       .reference = moved({2, 6}, same),
       .bad =
           [] {
             reshape(zeros({2, 3}), {4, -1});
           },
       .error = "[reshape] [2, 3] has 6 elements, the shape [4, -1] does not fit them"},
      {.name = "flatten",
       .run = [](const Inputs& in) { return flatten(in[0], 1); },
       .args = {block},
       .reference = moved({2, 12}, same),
       .bad =
           [] {
             flatten(zeros({2, 3}), 1, 0);
           },
       .error = "[flatten] start_axis 1 lies behind end_axis 0"},
      {.name = "unflatten",
       .run =
           [](const Inputs& in) {
             return unflatten(in[0], 1, {2, -1});
           },
       .args = {matrix},
       .reference = moved({3, 2, 2}, same),
       .bad =
           [] {
             unflatten(zeros({2, 3}), 1, {2, 2});
           },
       .error = "[unflatten] [3] has 3 elements"},
      {.name = "squeeze",
       .run = [](const Inputs& in) { return squeeze(in[0]); },
       .args = {{.shape = {1, 3, 1, 4}}},
       .reference = moved({3, 4}, same)},
      {.name = "squeeze/axis",
       .run = [](const Inputs& in) { return squeeze(in[0], -2); },
       .args = {{.shape = {1, 3, 1, 4}}},
       .reference = moved({1, 3, 4}, same),
       .bad =
           [] {
             squeeze(zeros({2, 3}), 2);
           },
       .error = "[squeeze] axis 2 is out of range"},
      {.name = "unsqueeze",
       .run = [](const Inputs& in) { return unsqueeze(in[0], -1); },
       .args = {matrix},
       .reference = moved({3, 4, 1}, same),
       .bad = [] { unsqueeze(zeros({2}), 2); },
       .error = "[unsqueeze] axis 2 is out of range"},
      {.name = "permute",
       .run =
           [](const Inputs& in) {
             return permute(in[0], {2, 0, -2});
           },
       .args = {block},
       .reference = moved({4, 2, 3}, [](std::int64_t i) { return i % 6 * 4 + i / 6; }),
       .bad =
           [] {
             permute(zeros({2, 3}), {0, 0});
           },
       .error = "[permute] axes [0, 0] are no order of the axes of [2, 3]"},
      {.name = "transpose",
       .run = [](const Inputs& in) { return transpose(in[0], 0, -1); },
       .args = {matrix},
       .reference = moved({4, 3}, transposed),
       .bad =
           [] {
             transpose(zeros({2, 3}), 0, 2);
           },
       .error = "[transpose] axis 2 is out of range"},
      {.name = "t",
       .run = [](const Inputs& in) { return t(in[0]); },
       .args = {matrix},
       .reference = moved({4, 3}, transposed),
       .bad =
           [] {
             t(zeros({2, 3, 4}));
           },
       .error = "[t] expects a matrix, got [2, 3, 4]"},
      {.name = "movedim",
       .run = [](const Inputs& in) { return movedim(in[0], 0, -1); },
       .args = {block},
       .reference = moved({3, 4, 2}, [](std::int64_t i) { return i % 2 * 12 + i / 2; }),
       .bad =
           [] {
             movedim(zeros({2, 3}), 0, 2);
           },
       .error = "[movedim] axis 2 is out of range"},
      {.name = "expand",
       .run =
           [](const Inputs& in) {
             return expand(in[0], {2, 3, -1});
           },
       .args = {{.shape = {3, 4}}},
       .reference = moved({2, 3, 4}, [](std::int64_t i) { return i % 12; }),
       .bad =
           [] {
             expand(zeros({2, 3}), {2, 4});
           },
       .error = "[broadcast_to]"},
  };
}

std::vector<OpRow> parts() {
  return {
      {.name = "slice",
       .run = [](const Inputs& in) { return slice(in[0], 1, -3, {}, 2); },
       .args = {matrix},
       .reference = moved({3, 2}, [](std::int64_t i) { return i / 2 * 4 + 1 + i % 2 * 2; }),
       .bad =
           [] {
             slice(zeros({2, 3}), 0, 0, 2, -1);
           },
       .error = "[slice] step -1: expected a positive step"},
      {.name = "select",
       .run = [](const Inputs& in) { return select(in[0], 1, -2); },
       .args = {block},
       .reference = moved({2, 4}, [](std::int64_t i) { return i / 4 * 12 + 4 + i % 4; }),
       .bad =
           [] {
             select(zeros({3, 2}), 0, 3);
           },
       .error = "[select] index 3 is out of range for axis 0 of [3, 2]"},
      {.name = "narrow",
       .run = [](const Inputs& in) { return narrow(in[0], 0, 1, 2); },
       .args = {matrix},
       .reference = moved({2, 4}, [](std::int64_t i) { return i + 4; }),
       .bad =
           [] {
             narrow(zeros({4, 2}), 0, 3, 2);
           },
       .error = "[narrow] 2 elements from 3 on reach beyond axis 0 of [4, 2]"},
      {.name = "split",
       .run = [](const Inputs& in) { return weighted(split(in[0], 2, 1)); },
       .args = {matrix},
       .reference =
           [](const Inputs& in) {
             return generate({3, 2}, [&](std::int64_t i) {
               const std::int64_t first = i / 2 * 4 + i % 2;
               return element(in[0], first) + 2 * element(in[0], first + 2);
             });
           },
       .bad =
           [] {
             split(zeros({4, 2}), std::vector<std::int64_t>{1, 2});
           },
       .error = "[split] sizes [1, 2] do not add up to 4"},
      {.name = "split/one piece used",
       .run =
           [](const Inputs& in) {
             return split(in[0], std::vector<std::int64_t>{1, 2}, 0)[1];
           },
       .args = {matrix},
       .reference = moved({2, 4}, [](std::int64_t i) { return i + 4; })},
      {.name = "chunk",
       .run = [](const Inputs& in) { return chunk(in[0], 3, 1)[1]; },
       .args = {matrix},
       .reference = moved({3, 2}, [](std::int64_t i) { return i / 2 * 4 + 2 + i % 2; }),
       .bad =
           [] {
             chunk(zeros({2, 3}), 0);
           },
       .error = "[chunk] 0 chunks"},
      {.name = "unbind",
       .run = [](const Inputs& in) { return weighted(unbind(in[0])); },
       .args = {matrix},
       .reference =
           [](const Inputs& in) {
             return generate({4}, [&](std::int64_t i) {
               return element(in[0], i) + 2 * element(in[0], i + 4) + 3 * element(in[0], i + 8);
             });
           },
       .bad = [] { unbind(zeros({2}), 1); },
       .error = "[unbind] axis 1 is out of range"},
      {.name = "diagonal",
       .run = [](const Inputs& in) { return diagonal(in[0], 1); },
       .args = {matrix},
       .reference = moved({3}, [](std::int64_t i) { return i * 5 + 1; }),
       .bad =
           [] {
             diagonal(zeros({2, 3}), 0, 1, 1);
           },
       .error = "[diagonal] axes 1 and 1"},
      {.name = "diagonal/below",
       .run = [](const Inputs& in) { return diagonal(in[0], -1, -1, 0); },
       .args = {block},
       .reference = moved({3, 2}, [](std::int64_t i) { return i % 2 * 13 + 1 + i / 2 * 4; })},
  };
}

std::vector<OpRow> copies() {
  return {
      {.name = "cat",
       .run =
           [](const Inputs& in) {
             return cat({in[0], in[1]}, 1);
           },
       .args = {{.shape = {2, 1}}, {.shape = {2, 3}}},
       .also = {{{.shape = {2, 0}}, {.shape = {2, 3}}}},
       .reference =
           [](const Inputs& in) {
             const std::int64_t m = in[0].size(1), n = m + in[1].size(1);
             return generate({2, n}, [&](std::int64_t i) {
               const std::int64_t r = i / n, c = i % n;
               return c < m ? element(in[0], r * m + c) : element(in[1], r * (n - m) + c - m);
             });
           },
       .bad =
           [] {
             cat({zeros({2, 3}), zeros({2, 4})});
           },
       .error = "[cat] tensor 1 has shape [2, 4]: it must match [2, 3] but for axis 0"},
      {.name = "stack",
       .run =
           [](const Inputs& in) {
             return stack({in[0], in[1]}, -1);
           },
       .args = {matrix, matrix},
       .reference =
           [](const Inputs& in) {
             return generate({3, 4, 2}, [&](std::int64_t i) {
               return element(in[static_cast<std::size_t>(i % 2)], i / 2);
             });
           },
       .bad =
           [] {
             stack({zeros({2}), zeros({3})});
           },
       .error = "[stack] tensor 1 has shape [3], tensor 0 has [2]"},
      {.name = "pad",
       .run =
           [](const Inputs& in) {
             return pad(in[0], {1, 0, -1, 2}, 0.5);
           },
       .args = {matrix},
       .reference =
           [](const Inputs& in) {
             return generate({4, 5}, [&](std::int64_t i) {
               const std::int64_t r = i / 5 + 1, c = i % 5 - 1;
               return r < 3 && c >= 0 ? element(in[0], r * 4 + c) : 0.5;
             });
           },
       .bad =
           [] {
             pad(zeros({2, 3}), {0, 0, 1, 1, 1, 1});
           },
       .error = "[pad] 6 widths for a tensor of shape [2, 3]"},
      {.name = "flip",
       .run = [](const Inputs& in) { return flip(in[0], {1}); },
       .args = {matrix},
       .reference = moved({3, 4}, [](std::int64_t i) { return i / 4 * 4 + 3 - i % 4; }),
       .bad =
           [] {
             flip(zeros({2, 3}), {0, -2});
           },
       .error = "[flip] axis -2 is named twice"},
      {.name = "roll",
       .run =
           [](const Inputs& in) {
             return roll(in[0], {1, -1}, {0, 1});
           },
       .args = {matrix},
       .reference = moved({3, 4}, [](std::int64_t i) { return (i / 4 + 2) % 3 * 4 + (i + 1) % 4; }),
       .bad =
           [] {
             roll(zeros({2, 3}), {1, 1}, {0});
           },
       .error = "[roll] 2 shifts for 1 axes"},
      {.name = "roll/flattened",
       .run = [](const Inputs& in) { return roll(in[0], {5}); },
       .args = {matrix},
       .reference = moved({3, 4}, [](std::int64_t i) { return (i + 7) % 12; })},
      {.name = "repeat",
       .run =
           [](const Inputs& in) {
             return repeat(in[0], {2, 1, 3});
           },
       .args = {{.shape = {2, 2}}},
       .reference = moved({2, 2, 6}, [](std::int64_t i) { return i / 6 % 2 * 2 + i % 2; }),
       .bad =
           [] {
             repeat(zeros({2, 3}), {2});
           },
       .error = "[repeat] 1 repeats for a tensor of shape [2, 3]"},
      {.name = "tile",
       .run = [](const Inputs& in) { return tile(in[0], {2}); },
       .args = {{.shape = {3, 2}}},
       .reference = moved({3, 4}, [](std::int64_t i) { return i / 4 * 2 + i % 2; }),
       .bad =
           [] {
             tile(zeros({2, 3}), {-1});
           },
       .error = "[repeat]"},
      {.name = "tril",
       .run = [](const Inputs& in) { return tril(in[0], 1); },
       .args = {block},
       .reference = moved({2, 3, 4}, [](std::int64_t i) { return i % 4 <= i / 4 % 3 + 1 ? i : -1; }),
       .bad = [] { tril(zeros({2})); },
       .error = "[tril] expects at least 2 axes, got [2]"},
      {.name = "triu",
       .run = [](const Inputs& in) { return triu(in[0], 1); },
       .args = {block},
       .reference = moved({2, 3, 4}, [](std::int64_t i) { return i % 4 >= i / 4 % 3 + 1 ? i : -1; }),
       .bad = [] { triu(zeros({2})); },
       .error = "[triu] expects at least 2 axes, got [2]"},
  };
}

const RowsOf shape_rows(shapes), part_rows(parts), copy_rows(copies);

}  // namespace
}  // namespace xg::test
