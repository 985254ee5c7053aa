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
  if (pieces.empty()) return zeros({});
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
       .reference = moved({2, 6}, same)},
      {.name = "flatten",
       .run = [](const Inputs& in) { return flatten(in[0], 1); },
       .args = {block},
       .reference = moved({2, 12}, same)},
      {.name = "unflatten",
       .run =
           [](const Inputs& in) {
             return unflatten(in[0], 1, {2, -1});
           },
       .args = {matrix},
       .reference = moved({3, 2, 2}, same)},
      {.name = "squeeze",
       .run = [](const Inputs& in) { return squeeze(in[0]); },
       .args = {{.shape = {1, 3, 1, 4}}},
       .reference = moved({3, 4}, same)},
      {.name = "squeeze/axis",
       .run = [](const Inputs& in) { return squeeze(in[0], -2); },
       .args = {{.shape = {1, 3, 1, 4}}},
       .reference = moved({1, 3, 4}, same)},
      {.name = "unsqueeze",
       .run = [](const Inputs& in) { return unsqueeze(in[0], -1); },
       .args = {matrix},
       .reference = moved({3, 4, 1}, same)},
      {.name = "permute",
       .run =
           [](const Inputs& in) {
             return permute(in[0], {2, 0, -2});
           },
       .args = {block},
       .reference = moved({4, 2, 3}, [](std::int64_t i) { return i % 6 * 4 + i / 6; })},
      {.name = "transpose",
       .run = [](const Inputs& in) { return transpose(in[0], 0, -1); },
       .args = {matrix},
       .reference = moved({4, 3}, transposed)},
      {.name = "t",
       .run = [](const Inputs& in) { return t(in[0]); },
       .args = {matrix},
       .reference = moved({4, 3}, transposed)},
      {.name = "movedim",
       .run = [](const Inputs& in) { return movedim(in[0], 0, -1); },
       .args = {block},
       .reference = moved({3, 4, 2}, [](std::int64_t i) { return i % 2 * 12 + i / 2; })},
      {.name = "expand",
       .run =
           [](const Inputs& in) {
             return expand(in[0], {2, 3, -1});
           },
       .args = {{.shape = {3, 4}}},
       .reference = moved({2, 3, 4}, [](std::int64_t i) { return i % 12; })},
  };
}

std::vector<OpRow> parts() {
  return {
      {.name = "slice",
       .run = [](const Inputs& in) { return slice(in[0], 1, -3, {}, 2); },
       .args = {matrix},
       .reference = moved({3, 2}, [](std::int64_t i) { return i / 2 * 4 + 1 + i % 2 * 2; })},
      {.name = "select",
       .run = [](const Inputs& in) { return select(in[0], 1, -2); },
       .args = {block},
       .reference = moved({2, 4}, [](std::int64_t i) { return i / 4 * 12 + 4 + i % 4; })},
      {.name = "narrow",
       .run = [](const Inputs& in) { return narrow(in[0], 0, 1, 2); },
       .args = {matrix},
       .reference = moved({2, 4}, [](std::int64_t i) { return i + 4; })},
      {.name = "split",
       .run = [](const Inputs& in) { return weighted(split(in[0], 2, 1)); },
       .args = {matrix},
       .reference =
           [](const Inputs& in) {
             return generate({3, 2}, [&](std::int64_t i) {
               const std::int64_t first = i / 2 * 4 + i % 2;
               return element(in[0], first) + 2 * element(in[0], first + 2);
             });
           }},
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
       .reference = moved({3, 2}, [](std::int64_t i) { return i / 2 * 4 + 2 + i % 2; })},
      {.name = "unbind",
       .run = [](const Inputs& in) { return weighted(unbind(in[0])); },
       .args = {matrix},
       .reference =
           [](const Inputs& in) {
             return generate({4}, [&](std::int64_t i) {
               return element(in[0], i) + 2 * element(in[0], i + 4) + 3 * element(in[0], i + 8);
             });
           }},
      {.name = "diagonal",
       .run = [](const Inputs& in) { return diagonal(in[0], 1); },
       .args = {matrix},
       .reference = moved({3}, [](std::int64_t i) { return i * 5 + 1; })},
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
           }},
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
           }},
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
           }},
      {.name = "flip",
       .run = [](const Inputs& in) { return flip(in[0], {1}); },
       .args = {matrix},
       .reference = moved({3, 4}, [](std::int64_t i) { return i / 4 * 4 + 3 - i % 4; })},
      {.name = "roll",
       .run =
           [](const Inputs& in) {
             return roll(in[0], {1, -1}, {0, 1});
           },
       .args = {matrix},
       .reference = moved({3, 4}, [](std::int64_t i) { return (i / 4 + 2) % 3 * 4 + (i + 1) % 4; })},
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
       .reference = moved({2, 2, 6}, [](std::int64_t i) { return i / 6 % 2 * 2 + i % 2; })},
      {.name = "tile",
       .run = [](const Inputs& in) { return tile(in[0], {2}); },
       .args = {{.shape = {3, 2}}},
       .reference = moved({3, 4}, [](std::int64_t i) { return i / 4 * 2 + i % 2; })},
      {.name = "tril",
       .run = [](const Inputs& in) { return tril(in[0], 1); },
       .args = {block},
       .reference = moved({2, 3, 4}, [](std::int64_t i) { return i % 4 <= i / 4 % 3 + 1 ? i : -1; })},
      {.name = "triu",
       .run = [](const Inputs& in) { return triu(in[0], 1); },
       .args = {block},
       .reference = moved({2, 3, 4}, [](std::int64_t i) { return i % 4 >= i / 4 % 3 + 1 ? i : -1; })},
  };
}

const RowsOf shape_rows(shapes), part_rows(parts), copy_rows(copies);

}  // namespace
}  // namespace xg::test
