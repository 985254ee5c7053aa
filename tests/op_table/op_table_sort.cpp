#include "op_table.hpp"

#include <algorithm>
#include <cmath>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/indexing.hpp>
#include <xgrad/ops/sort.hpp>

namespace xg::test {
namespace {

using Values = std::vector<double>;

const Arg distinct{.shape = {3, 4}, .distinct = true};
const Tensor counted = tensor({{0, 1, 0, 1, 2}, {2, 2, 2, 1, 1}}, {.dtype = int64});  // which of three values

// Row r of a matrix, sorted.
Values sorted_row(const Tensor& x, std::int64_t r) {
  Values v;
  for (std::int64_t i = 0; i < x.size(1); ++i) v.push_back(element(x, r * x.size(1) + i));
  std::sort(v.begin(), v.end());
  return v;
}

// Element q (n - 1) of a sorted list, from the elements below and above it and the way between them.
template <class Join> double share_of(const Values& v, double q, Join join) {
  const double rank = q * static_cast<double>(v.size() - 1), below = std::floor(rank);
  return join(v[static_cast<std::size_t>(below)], v[static_cast<std::size_t>(std::ceil(rank))], rank - below);
}
double on_line(double a, double b, double way) { return a + way * (b - a); }

// The quantile 0.4 of each row.
template <class Join> OpRow quantile_row(const char* name, QuantileRule how, Join join) {
  return {.name = name,
          .run = [how](const Inputs& in) { return quantile(in[0], 0.4, 1, true, how); },
          .args = {distinct},
          .reference =
              [join](const Inputs& in) {
                return generate({3, 1},
                                [&](std::int64_t r) { return share_of(sorted_row(in[0], r), 0.4, join); });
              }};
}

std::vector<OpRow> orders() {
  return {
      {.name = "kthvalue",
       .run = [](const Inputs& in) { return kthvalue(in[0], 2, 1)[0]; },
       .args = {distinct},
       .reference =
           [](const Inputs& in) {
             return generate({3}, [&](std::int64_t r) { return sorted_row(in[0], r)[1]; });
           }},
      {.name = "median",
       .run = [](const Inputs& in) { return median(in[0], -1, true)[0]; },
       .args = {distinct},
       .reference =
           [](const Inputs& in) {
             return generate({3, 1}, [&](std::int64_t r) { return sorted_row(in[0], r)[1]; });
           }},
      {.name = "median/all",
       .run = [](const Inputs& in) { return median(in[0]); },
       .args = {{.shape = {1, 9}, .distinct = true}},
       .reference =
           [](const Inputs& in) {
             return generate({}, [&](std::int64_t) { return sorted_row(in[0], 0)[4]; });
           }},
      {.name = "mode",
       .run = [](const Inputs& in) { return mode(in[0][in[1]])[0]; },
       .args = {{.shape = {3}, .distinct = true}, {.fixed = counted}},
       .reference =
           [](const Inputs& in) {
             return generate({2}, [&](std::int64_t r) {
               return r == 0 ? std::min(element(in[0], 0), element(in[0], 1)) : element(in[0], 2);
             });
           }},
      quantile_row("quantile", QuantileRule::linear, on_line),
      quantile_row("quantile/lower", QuantileRule::lower, [](double a, double, double) { return a; }),
      quantile_row("quantile/higher", QuantileRule::higher, [](double, double b, double) { return b; }),
      quantile_row("quantile/midpoint", QuantileRule::midpoint,
                   [](double a, double b, double) { return (a + b) / 2; }),
      quantile_row("quantile/nearest", QuantileRule::nearest,
                   [](double a, double b, double way) { return way < 0.5 ? a : b; }),
      {.name = "quantile/all, several",
       .run = [](const Inputs& in) { return quantile(in[0], in[1]); },
       .args = {{.shape = {1, 12}, .distinct = true}, {.fixed = tensor({0.1, 0.75}, {.dtype = float64})}},
       .reference =
           [](const Inputs& in) {
             return generate({2}, [&](std::int64_t i) {
               return share_of(sorted_row(in[0], 0), element(in[1], i), on_line);
             });
           }},
  };
}

std::vector<OpRow> searches() {
  const Arg lists{.fixed = tensor({{-1, 0, 0.5, 2}, {0, 1, 1, 1}}, {.dtype = float64})};
  const Arg values{.fixed = tensor({{0.5, -2, 3}, {1, 0, 0.25}}, {.dtype = float64})};
  const auto below = [](const Inputs& in, bool right, std::int64_t list, double v) {
    double n = 0;
    for (std::int64_t k = 0; k < 4; ++k) {
      const double e = element(in[0], list * 4 + k);
      n += right ? e <= v : e < v;
    }
    return n;
  };
  std::vector<OpRow> rows = {
      {.name = "searchsorted",
       .run = [](const Inputs& in) { return searchsorted(in[0], in[1]); },
       .args = {lists, values},
       .reference =
           [=](const Inputs& in) {
             return generate({2, 3},
                             [&](std::int64_t i) { return below(in, false, i / 3, element(in[1], i)); });
           }},
      {.name = "bucketize",
       .run = [](const Inputs& in) { return bucketize(in[1], in[0], true); },
       .args = {{.fixed = tensor({-1, 0, 0.5, 2}, {.dtype = float64})}, values},
       .reference =
           [=](const Inputs& in) {
             return generate({2, 3}, [&](std::int64_t i) { return below(in, true, 0, element(in[1], i)); });
           }},
  };
  for (OpRow& row : rows) row.differentiable = false;
  return rows;
}

const RowsOf order_rows(orders), search_rows(searches);

}  // namespace
}  // namespace xg::test
