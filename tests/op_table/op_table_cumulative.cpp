#include "op_table.hpp"

#include <cmath>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/cumulative.hpp>

namespace xg::test {
namespace {

const Arg block{.shape = {2, 5, 3}};
const Arg distinct{.shape = {2, 5, 3}, .distinct = true};

// Each element of axis 1 of a [2, 5, 3] tensor, joined with all before it.
auto joined(double (*join)(double, double)) {
  return [=](const Inputs& in) {
    return generate({2, 5, 3}, [&](std::int64_t i) {
      double v = element(in[0], i / 15 * 15 + i % 3);
      for (std::int64_t k = 1; k <= i / 3 % 5; ++k) v = join(v, element(in[0], i / 15 * 15 + k * 3 + i % 3));
      return v;
    });
  };
}

std::vector<OpRow> cumulative() {
  return {
      {.name = "cumsum",
       .run = [](const Inputs& in) { return cumsum(in[0], 1); },
       .args = {block},
       .reference = joined([](double a, double b) { return a + b; })},
      {.name = "cumprod",
       .run = [](const Inputs& in) { return cumprod(in[0], 1); },
       .args = {block},
       .reference = joined([](double a, double b) { return a * b; })},
      {.name = "logcumsumexp",
       .run = [](const Inputs& in) { return logcumsumexp(in[0], -2); },
       .args = {block},
       .reference = joined([](double a, double b) { return std::log(std::exp(a) + std::exp(b)); }),
       .extremes = {{tensor({{1e4, -1e4, 1e4}, {-1e4, -1e4, 0}}, {.dtype = float64})}}},
      {.name = "cummax",
       .run = [](const Inputs& in) { return cummax(in[0], 1)[0]; },
       .args = {distinct},
       .reference = joined([](double a, double b) { return a < b ? b : a; })},
      {.name = "cummin",
       .run = [](const Inputs& in) { return cummin(in[0], 1)[0]; },
       .args = {distinct},
       .reference = joined([](double a, double b) { return a < b ? a : b; })},
      {.name = "diff",
       .run = [](const Inputs& in) { return diff(in[0], 2, 1); },
       .args = {block},
       .reference =
           [](const Inputs& in) {
             return generate({2, 3, 3}, [&](std::int64_t i) {
               const std::int64_t first = i / 9 * 15 + i % 9;
               return element(in[0], first + 6) - 2 * element(in[0], first + 3) + element(in[0], first);
             });
           }},
      {.name = "diff/joined",
       .run = [](const Inputs& in) { return diff(in[0], 1, -1, in[1], in[2]); },
       .args = {{.shape = {2, 2}}, {.shape = {2, 1}}, {.shape = {2, 1}}},
       .reference =
           [](const Inputs& in) {
             return generate({2, 3}, [&](std::int64_t i) {
               const std::int64_t r = i / 3;
               const double v[] = {element(in[1], r), element(in[0], 2 * r), element(in[0], 2 * r + 1),
                                   element(in[2], r)};
               return v[i % 3 + 1] - v[i % 3];
             });
           }},
  };
}

const RowsOf rows(cumulative);

}  // namespace
}  // namespace xg::test
