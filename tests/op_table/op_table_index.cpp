#include "op_table.hpp"

#include <algorithm>
#include <numeric>

#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/indexing.hpp>
#include <xgrad/ops/sort.hpp>

namespace xg::test {
namespace {

const Tensor places = tensor({{2, 0, 1, 1}, {0, 0, 2, 1}}, {.dtype = int64});  // [2, 4], for axis 0 of [3, 4]
const Tensor columns = tensor({3, 0, 3}, {.dtype = int64});
const Tensor places_from_end = tensor({-1, 0, 1}, {.dtype = int64});
const Arg matrix{.shape = {3, 4}};

std::int64_t whole(const Tensor& x, std::int64_t i) { return static_cast<std::int64_t>(element(x, i)); }

std::vector<double> values(const Tensor& x) {
  std::vector<double> v(static_cast<std::size_t>(x.numel()));
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = element(x, static_cast<std::int64_t>(i));
  return v;
}

Tensor like(const Tensor& x, const std::vector<double>& v) {
  return from_values(v, x.shape(), {.dtype = float64});
}

// Row r of a [3, 4] matrix in the order that sorts it.
std::vector<std::int64_t> order_of_row(const Tensor& x, std::int64_t r, bool descending) {
  std::vector<std::int64_t> order{0, 1, 2, 3};
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t i, std::int64_t j) {
    const double a = element(x, r * 4 + i), b = element(x, r * 4 + j);
    return descending ? a > b : a < b;
  });
  return order;
}

Tensor sorted_rows(const Tensor& x, std::int64_t k, bool descending, bool indices) {
  return generate({3, k}, [&](std::int64_t i) {
    const std::int64_t at = order_of_row(x, i / k, descending)[static_cast<std::size_t>(i % k)];
    return indices ? static_cast<double>(at) : element(x, i / k * 4 + at);
  });
}

std::vector<OpRow> gathering() {
  return {
      {.name = "gather",
       .run = [](const Inputs& in) { return gather(in[0], 0, in[1]); },
       .args = {matrix, {.fixed = places}},
       .reference =
           [](const Inputs& in) {
             return generate({2, 4},
                             [&](std::int64_t i) { return element(in[0], whole(in[1], i) * 4 + i % 4); });
           }},
      {.name = "take_along_dim",
       .run = [](const Inputs& in) { return take_along_dim(in[0], in[1], 1); },
       .args = {matrix, {.fixed = tensor({{3, 0}}, {.dtype = int64})}},
       .reference =
           [](const Inputs& in) {
             return generate({3, 2},
                             [&](std::int64_t i) { return element(in[0], i / 2 * 4 + whole(in[1], i % 2)); });
           }},
      {.name = "scatter_add",
       .run = [](const Inputs& in) { return scatter_add(in[0], 0, in[1], in[2]); },
       .args = {matrix, {.fixed = places}, {.shape = {3, 5}}},
       .reference =
           [](const Inputs& in) {
             std::vector<double> v = values(in[0]);
             for (std::int64_t i = 0; i < 8; ++i)
               v[static_cast<std::size_t>(whole(in[1], i) * 4 + i % 4)] += element(in[2], i / 4 * 5 + i % 4);
             return like(in[0], v);
           }},
      {.name = "scatter",
       .run = [](const Inputs& in) { return scatter(in[0], 0, in[1], in[2]); },
       .args = {matrix, {.fixed = places}, {.shape = {2, 4}}},
       .reference =
           [](const Inputs& in) {
             std::vector<double> v = values(in[0]);
             for (std::int64_t i = 0; i < 8; ++i)
               v[static_cast<std::size_t>(whole(in[1], i) * 4 + i % 4)] = element(in[2], i);
             return like(in[0], v);
           }},
      {.name = "scatter/value",
       .run = [](const Inputs& in) { return scatter(in[0], 0, in[1], -2.0); },
       .args = {matrix, {.fixed = places}},
       .reference =
           [](const Inputs& in) {
             std::vector<double> v = values(in[0]);
             for (std::int64_t i = 0; i < 8; ++i)
               v[static_cast<std::size_t>(whole(in[1], i) * 4 + i % 4)] = -2;
             return like(in[0], v);
           }},
  };
}

std::vector<OpRow> selecting() {
  return {
      {.name = "index_select",
       .run = [](const Inputs& in) { return index_select(in[0], 1, in[1]); },
       .args = {matrix, {.fixed = columns}},
       .reference =
           [](const Inputs& in) {
             return generate({3, 3},
                             [&](std::int64_t i) { return element(in[0], i / 3 * 4 + whole(in[1], i % 3)); });
           }},
      {.name = "index_add",
       .run = [](const Inputs& in) { return index_add(in[0], -1, in[1], in[2], 2); },
       .args = {matrix, {.fixed = columns}, {.shape = {3, 3}}},
       .reference =
           [](const Inputs& in) {
             std::vector<double> v = values(in[0]);
             for (std::int64_t i = 0; i < 9; ++i)
               v[static_cast<std::size_t>(i / 3 * 4 + whole(in[1], i % 3))] += 2 * element(in[2], i);
             return like(in[0], v);
           }},
      {.name = "embedding",
       .run = [](const Inputs& in) { return embedding(in[0], in[1]); },
       .args = {{.shape = {5, 3}}, {.shape = {2, 4}, .low = 0, .high = 5, .dtype = int64}},
       .reference =
           [](const Inputs& in) {
             return generate({2, 4, 3},
                             [&](std::int64_t i) { return element(in[0], whole(in[1], i / 3) * 3 + i % 3); });
           }},
      {.name = "one_hot",
       .run = [](const Inputs& in) { return one_hot(in[0], 5); },
       .args = {{.fixed = columns}},
       .reference =
           [](const Inputs& in) {
             return generate({3, 5},
                             [&](std::int64_t i) { return whole(in[0], i / 5) == i % 5 ? 1.0 : 0.0; });
           },
       .differentiable = false},
      {.name = "nonzero",
       .run = [](const Inputs& in) { return nonzero(in[0]); },
       .args = {{.fixed = tensor({{0, 2}, {-1, 0}}, {.dtype = float64})}},
       .reference =
           [](const Inputs&) {
             return tensor({{0, 1}, {1, 0}});
           },
       .differentiable = false},
      {.name = "masked_select",
       .run = [](const Inputs& in) { return masked_select(in[0], in[1]); },
       .args = {matrix, {.fixed = tensor({{1}, {0}, {1}}, {.dtype = boolean})}},
       .reference =
           [](const Inputs& in) {
             return generate({8}, [&](std::int64_t i) { return element(in[0], i < 4 ? i : i + 4); });
           }},
  };
}

std::vector<OpRow> by_python_index() {
  const Tensor flags = tensor({{1, 0, 0, 1}, {0, 0, 1, 0}, {0, 0, 0, 1}}, {.dtype = boolean});
  return {
      {.name = "index",
       .run =
           [](const Inputs& in) {
             return in[0][{slice(none, none, -2), newaxis, in[1]}];
           },
       .args = {matrix, {.fixed = places_from_end}},
       .reference =
           [](const Inputs& in) {
             return generate({2, 1, 3}, [&](std::int64_t i) {
               const std::int64_t row = i / 3 == 0 ? 2 : 0, column = whole(in[1], i % 3);
               return element(in[0], row * 4 + (column + 4) % 4);
             });
           }},
      {.name = "index/two tensors",
       .run =
           [](const Inputs& in) {
             return in[0][{in[1], slice(1, none), in[2]}];
           },
       .args = {{.shape = {3, 2, 4}}, {.fixed = tensor({{2}, {0}}, {.dtype = int64})}, {.fixed = columns}},
       .reference =
           [](const Inputs& in) {
             return generate({2, 3, 1}, [&](std::int64_t i) {
               return element(in[0], whole(in[1], i / 3) * 8 + 4 + whole(in[2], i % 3));
             });
           }},
      {.name = "index_put",
       .run =
           [](const Inputs& in) {
             return index_put(in[0], {in[1], slice(0, 3)}, in[2]);
           },
       .args = {matrix, {.fixed = tensor({2, 0, 2}, {.dtype = int64})}, {.shape = {3, 1}}},
       .reference =
           [](const Inputs& in) {
             std::vector<double> v = values(in[0]);
             for (std::int64_t i = 0; i < 9; ++i)
               v[static_cast<std::size_t>(whole(in[1], i / 3) * 4 + i % 3)] = element(in[2], i / 3);
             return like(in[0], v);
           }},
      {.name = "index_put/accumulate",
       .run =
           [](const Inputs& in) {
             return index_put(in[0], {in[1], slice(0, 3)}, in[2], true);
           },
       .args = {matrix, {.fixed = tensor({2, 0, 2}, {.dtype = int64})}, {.shape = {3}}},
       .reference =
           [](const Inputs& in) {
             std::vector<double> v = values(in[0]);
             for (std::int64_t i = 0; i < 9; ++i)
               v[static_cast<std::size_t>(whole(in[1], i / 3) * 4 + i % 3)] += element(in[2], i % 3);
             return like(in[0], v);
           }},
      {.name = "index_put/slices",
       .run =
           [](const Inputs& in) {
             return index_put(in[0], {-1, slice(none, none, -2)}, in[1]);
           },
       .args = {matrix, {.shape = {2}}},
       .reference =
           [](const Inputs& in) {
             std::vector<double> v = values(in[0]);
             v[11] = element(in[1], 0);
             v[9] = element(in[1], 1);
             return like(in[0], v);
           }},
      {.name = "index_put/slices, accumulate",
       .run =
           [](const Inputs& in) {
             return index_put(in[0], {ellipsis, 1}, in[1], true);
           },
       .args = {matrix, {.shape = {}}},
       .reference =
           [](const Inputs& in) {
             return generate({3, 4}, [&](std::int64_t i) {
               return element(in[0], i) + (i % 4 == 1 ? element(in[1], 0) : 0);
             });
           }},
      {.name = "take",
       .run = [](const Inputs& in) { return take(in[0], in[1]); },
       .args = {matrix, {.fixed = tensor({{0, -1}, {5, 0}}, {.dtype = int64})}},
       .reference =
           [](const Inputs& in) {
             return generate({2, 2},
                             [&](std::int64_t i) { return element(in[0], (whole(in[1], i) + 12) % 12); });
           }},
      {.name = "take_along_dim/flattened",
       .run = [](const Inputs& in) { return take_along_dim(in[0], in[1]); },
       .args = {matrix, {.fixed = tensor({{0, 11}, {5, 0}}, {.dtype = int64})}},
       .reference =
           [](const Inputs& in) {
             return generate({4}, [&](std::int64_t i) { return element(in[0], whole(in[1], i)); });
           }},
      {.name = "index_copy",
       .run = [](const Inputs& in) { return index_copy(in[0], 1, in[1], in[2]); },
       .args = {matrix, {.fixed = columns}, {.shape = {3, 3}}},
       .reference =
           [](const Inputs& in) {
             std::vector<double> v = values(in[0]);
             for (std::int64_t i = 0; i < 9; ++i)
               v[static_cast<std::size_t>(i / 3 * 4 + whole(in[1], i % 3))] = element(in[2], i);
             return like(in[0], v);
           }},
      {.name = "index_fill",
       .run = [](const Inputs& in) { return index_fill(in[0], -1, in[1], in[2]); },
       .args = {matrix, {.fixed = columns}, {.shape = {}}},
       .reference =
           [](const Inputs& in) {
             return generate({3, 4}, [&](std::int64_t i) {
               return element(in[i % 4 % 3 == 0 ? 2 : 0], i % 4 % 3 == 0 ? 0 : i);
             });
           }},
      {.name = "masked_scatter",
       .run = [](const Inputs& in) { return masked_scatter(in[0], in[1], in[2]); },
       .args = {matrix, {.fixed = flags}, {.shape = {2, 3}}},
       .reference =
           [](const Inputs& in) {
             std::vector<double> v = values(in[0]);
             std::int64_t next = 0;
             for (std::int64_t i = 0; i < 12; ++i)
               if (element(in[1], i) != 0) v[static_cast<std::size_t>(i)] = element(in[2], next++);
             return like(in[0], v);
           }},
  };
}

std::vector<OpRow> sorting() {
  const Arg distinct{.shape = {3, 4}, .distinct = true};
  return {
      {.name = "argsort",
       .run = [](const Inputs& in) { return argsort(in[0]); },
       .args = {distinct},
       .reference = [](const Inputs& in) { return sorted_rows(in[0], 4, false, true); },
       .differentiable = false},
      {.name = "sort",
       .run = [](const Inputs& in) { return sort(in[0], 1, true)[0]; },
       .args = {distinct},
       .reference = [](const Inputs& in) { return sorted_rows(in[0], 4, true, false); }},
      {.name = "topk",
       .run = [](const Inputs& in) { return topk(in[0], 2)[0]; },
       .args = {distinct},
       .reference = [](const Inputs& in) { return sorted_rows(in[0], 2, true, false); }},
  };
}

const RowsOf gathering_rows(gathering), selecting_rows(selecting), python_rows(by_python_index),
    sorting_rows(sorting);

}  // namespace
}  // namespace xg::test
