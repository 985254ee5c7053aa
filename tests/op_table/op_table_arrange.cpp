#include "op_table.hpp"

#include <algorithm>
#include <cmath>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/arrange.hpp>
#include <xgrad/ops/indexing.hpp>
#include <xgrad/ops/segment.hpp>
#include <xgrad/ops/view.hpp>

namespace xg::test {
namespace {

const Arg matrix{.shape = {3, 4}};
const Arg list{.shape = {3}};

// Element i of the result is element from(i) of x, or 0 for a negative one.
template <class F> auto moved(Shape shape, F from) {
  return [=](const Inputs& in) {
    return generate(shape, [&](std::int64_t i) {
      const std::int64_t source = from(i);
      return source < 0 ? 0.0 : element(in[0], source);
    });
  };
}

// All tensors of a list in one, each with a weight of its own.
Tensor weighted(const std::vector<Tensor>& tensors) {
  Tensor sum = tensors[0];
  for (std::size_t i = 1; i < tensors.size(); ++i) sum = sum + tensors[i] * static_cast<double>(i + 1);
  return sum;
}

std::vector<OpRow> arrangements() {
  return {
      {.name = "rot90",
       .run = [](const Inputs& in) { return rot90(in[0]); },
       .args = {matrix},
       .reference = moved({4, 3}, [](std::int64_t i) { return i % 3 * 4 + 3 - i / 3; })},
      {.name = "rot90/twice",
       .run =
           [](const Inputs& in) {
             return rot90(in[0], -2, {1, 0});
           },
       .args = {matrix},
       .reference = moved({3, 4}, [](std::int64_t i) { return 11 - i; })},
      {.name = "rot90/back",
       .run =
           [](const Inputs& in) {
             return rot90(in[0], 3, {0, -1});
           },
       .args = {matrix},
       .reference = moved({4, 3}, [](std::int64_t i) { return (2 - i % 3) * 4 + i / 3; })},
      {.name = "unfold",
       .run = [](const Inputs& in) { return unfold(in[0], 0, 3, 2); },
       .args = {{.shape = {6, 2}}},
       .reference = moved({2, 2, 3}, [](std::int64_t i) { return (i / 6 * 2 + i % 3) * 2 + i / 3 % 2; })},
      {.name = "unfold/gaps",
       .run = [](const Inputs& in) { return unfold(in[0], -1, 2, 3); },
       .args = {{.shape = {2, 6}}},
       .reference = moved({2, 2, 2}, [](std::int64_t i) { return i / 4 * 6 + i / 2 % 2 * 3 + i % 2; })},
      {.name = "repeat_interleave",
       .run = [](const Inputs& in) { return repeat_interleave(in[0], 2); },
       .args = {matrix},
       .reference = moved({24}, [](std::int64_t i) { return i / 2; })},
      {.name = "repeat_interleave/counts",
       .run = [](const Inputs& in) { return repeat_interleave(in[0], in[1], 0); },
       .args = {matrix, {.fixed = tensor({2, 0, 1}, {.dtype = int64})}},
       .reference = moved({3, 4}, [](std::int64_t i) { return i < 8 ? i % 4 : i; })},
      {.name = "broadcast_tensors",
       .run =
           [](const Inputs& in) {
             return weighted(broadcast_tensors({in[0], in[1]}));
           },
       .args = {{.shape = {3, 1}}, {.shape = {2}}},
       .reference =
           [](const Inputs& in) {
             return generate(
                 {3, 2}, [&](std::int64_t i) { return element(in[0], i / 2) + 2 * element(in[1], i % 2); });
           }},
      {.name = "meshgrid",
       .run =
           [](const Inputs& in) {
             return weighted(meshgrid({in[0], in[1]}));
           },
       .args = {list, {.shape = {2}}},
       .reference =
           [](const Inputs& in) {
             return generate(
                 {3, 2}, [&](std::int64_t i) { return element(in[0], i / 2) + 2 * element(in[1], i % 2); });
           }},
      {.name = "meshgrid/xy",
       .run =
           [](const Inputs& in) {
             return weighted(meshgrid({in[0], in[1], in[2]}, GridIndexing::xy));
           },
       .args = {list, {.shape = {2}}, {.shape = {}}},
       .reference =
           [](const Inputs& in) {
             return generate({2, 3, 1}, [&](std::int64_t i) {
               return element(in[0], i % 3) + 2 * element(in[1], i / 3) + 3 * element(in[2], 0);
             });
           }},
      {.name = "cartesian_prod",
       .run =
           [](const Inputs& in) {
             return cartesian_prod({in[0], in[1]});
           },
       .args = {list, {.shape = {2}}},
       .reference =
           [](const Inputs& in) {
             return generate({6, 2}, [&](std::int64_t i) {
               return i % 2 == 0 ? element(in[0], i / 4) : element(in[1], i / 2 % 2);
             });
           }},
      {.name = "hstack",
       .run =
           [](const Inputs& in) {
             return hstack({in[0], in[1]});
           },
       .args = {{.shape = {2, 1}}, {.shape = {2, 2}}},
       .reference =
           [](const Inputs& in) {
             return generate({2, 3}, [&](std::int64_t i) {
               return i % 3 == 0 ? element(in[0], i / 3) : element(in[1], i / 3 * 2 + i % 3 - 1);
             });
           }},
      {.name = "hstack/lists",
       .run =
           [](const Inputs& in) {
             return hstack({in[0], in[1]});
           },
       .args = {list, {.shape = {}}},
       .reference =
           [](const Inputs& in) {
             return generate({4},
                             [&](std::int64_t i) { return i < 3 ? element(in[0], i) : element(in[1], 0); });
           }},
      {.name = "vstack",
       .run =
           [](const Inputs& in) {
             return vstack({in[0], in[1]});
           },
       .args = {list, {.shape = {2, 3}}},
       .reference =
           [](const Inputs& in) {
             return generate(
                 {3, 3}, [&](std::int64_t i) { return i < 3 ? element(in[0], i) : element(in[1], i - 3); });
           }},
      {.name = "block_diag",
       .run =
           [](const Inputs& in) {
             return block_diag({in[0], in[1]});
           },
       .args = {{.shape = {2, 2}}, list},
       .reference =
           [](const Inputs& in) {
             return generate({3, 5}, [&](std::int64_t i) {
               const std::int64_t r = i / 5, c = i % 5;
               if (r < 2) return c < 2 ? element(in[0], r * 2 + c) : 0.0;
               return c < 2 ? 0.0 : element(in[1], c - 2);
             });
           }},
  };
}

std::vector<OpRow> diagonals_and_borders() {
  return {
      {.name = "diag_embed",
       .run = [](const Inputs& in) { return diag_embed(in[0], 1); },
       .args = {{.shape = {2, 3}}},
       .reference = moved(
           {2, 4, 4}, [](std::int64_t i) { return i % 4 == i / 4 % 4 + 1 ? i / 16 * 3 + i / 4 % 4 : -1; })},
      {.name = "diag_embed/axes",
       .run = [](const Inputs& in) { return diag_embed(in[0], -1, 0, -1); },
       .args = {{.shape = {2, 3}}},
       .reference =
           moved({4, 2, 4}, [](std::int64_t i) { return i / 8 == i % 4 + 1 ? i / 4 % 2 * 3 + i % 4 : -1; })},
      {.name = "diag",
       .run = [](const Inputs& in) { return diag(in[0], -1); },
       .args = {list},
       .reference = moved({4, 4}, [](std::int64_t i) { return i / 4 == i % 4 + 1 ? i % 4 : -1; })},
      {.name = "diag/of a matrix",
       .run = [](const Inputs& in) { return diag(in[0], 2); },
       .args = {matrix},
       .reference = moved({2}, [](std::int64_t i) { return 5 * i + 2; })},
      {.name = "pad/reflect",
       .run =
           [](const Inputs& in) {
             return pad(in[0], {2, 3, 1, 0}, PadMode::reflect);
           },
       .args = {matrix},
       .reference = moved({4, 9},
                          [](std::int64_t i) {
                            const std::int64_t column = std::abs(i % 9 - 2);
                            return std::abs(i / 9 - 1) * 4 + (column > 3 ? 6 - column : column);
                          })},
      {.name = "pad/replicate",
       .run =
           [](const Inputs& in) {
             return pad(in[0], {5, -1, 0, 4}, PadMode::replicate);
           },
       .args = {matrix},
       .reference = moved({7, 8},
                          [](std::int64_t i) {
                            return std::min<std::int64_t>(i / 8, 2) * 4 +
                                   std::max<std::int64_t>(i % 8 - 5, 0);
                          })},
      {.name = "pad/circular",
       .run =
           [](const Inputs& in) {
             return pad(in[0], {1, 4, 3, 0}, PadMode::circular);
           },
       .args = {matrix},
       .reference = moved({6, 9}, [](std::int64_t i) { return i / 9 % 3 * 4 + (i % 9 + 3) % 4; })},
  };
}

// The slices of a [6, 2] tensor by segment; nothing belongs to segment 1.
const Tensor ids = tensor({2, 0, 2, 3, 0, 2}, {.dtype = int64});

template <class F> auto by_segment(F fold) {
  return [=](const Inputs& in) {
    return generate({4, 2}, [&](std::int64_t i) {
      std::vector<double> v;
      for (std::int64_t k = 0; k < 6; ++k)
        if (element(in[1], k) == static_cast<double>(i / 2)) v.push_back(element(in[0], k * 2 + i % 2));
      return fold(v);
    });
  };
}

double total(const std::vector<double>& v) {
  double sum = 0;
  for (double x : v) sum += x;
  return sum;
}

std::vector<OpRow> segments() {
  const Arg slices{.shape = {6, 2}}, distinct{.shape = {6, 2}, .distinct = true};
  // Infinities of the empty segment would hide everything in a gradient check.
  const auto finite = [](const Tensor& y) { return y[{tensor({0, 2, 3}, {.dtype = int64})}]; };
  return {
      {.name = "segment_sum",
       .run = [](const Inputs& in) { return segment_sum(in[0], in[1]); },
       .args = {slices, {.fixed = ids}},
       .reference = by_segment(total)},
      {.name = "segment_mean",
       .run = [](const Inputs& in) { return segment_mean(in[0], in[1], 4); },
       .args = {slices, {.fixed = ids}},
       .reference = by_segment([](const std::vector<double>& v) {
         return v.empty() ? 0 : total(v) / static_cast<double>(v.size());
       })},
      {.name = "segment_max",
       .run = [=](const Inputs& in) { return finite(segment_max(in[0], in[1], 5)); },
       .args = {distinct, {.fixed = ids}},
       .reference =
           [=](const Inputs& in) {
             return finite(by_segment([](const std::vector<double>& v) {
               return v.empty() ? 0 : *std::max_element(v.begin(), v.end());
             })(in));
           }},
      {.name = "segment_min",
       .run = [=](const Inputs& in) { return finite(segment_min(in[0], in[1])); },
       .args = {distinct, {.fixed = ids}},
       .reference =
           [=](const Inputs& in) {
             return finite(by_segment([](const std::vector<double>& v) {
               return v.empty() ? 0 : *std::min_element(v.begin(), v.end());
             })(in));
           }},
  };
}

const RowsOf arranged_rows(arrangements), border_rows(diagonals_and_borders), segment_rows(segments);

}  // namespace
}  // namespace xg::test
