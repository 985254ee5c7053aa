#include "op_table.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/reduce.hpp>

namespace xg::test {
namespace {

using Values = std::vector<double>;
using Fold = double (*)(const Values&);

constexpr double infinity = std::numeric_limits<double>::infinity();

// f of each group of elements that a reduction of a [2, 3, 4] tensor over one axis, or over all, meets.
auto over(std::int64_t axis, Fold f, bool keepdim = false) {
  return [=](const Inputs& in) {
    const Shape& x = in[0].shape();
    const auto a = static_cast<std::size_t>(axis);
    std::int64_t inner = 1;
    for (std::size_t i = a + 1; i < x.size(); ++i) inner *= x[i];
    Shape shape = x;
    if (keepdim)
      shape[a] = 1;
    else
      shape.erase(a);
    return generate(shape, [&](std::int64_t i) {
      Values v;
      for (std::int64_t k = 0; k < x[a]; ++k)
        v.push_back(element(in[0], (i / inner * x[a] + k) * inner + i % inner));
      return f(v);
    });
  };
}
auto over_all(Fold f) {
  return [=](const Inputs& in) {
    Values v;
    for (std::int64_t i = 0; i < in[0].numel(); ++i) v.push_back(element(in[0], i));
    return full({}, f(v), {.dtype = float64});
  };
}

double total(const Values& v) {
  double s = 0;
  for (double x : v) s += x;
  return s;
}
double average(const Values& v) { return total(v) / static_cast<double>(v.size()); }
double squares(const Values& v) {
  double s = 0;
  for (double x : v) s += (x - average(v)) * (x - average(v));
  return s;
}
double unbiased(const Values& v) { return squares(v) / static_cast<double>(v.size() - 1); }
double deviation(const Values& v) { return std::sqrt(squares(v) / static_cast<double>(v.size())); }
double largest(const Values& v) { return *std::max_element(v.begin(), v.end()); }
double smallest(const Values& v) { return *std::min_element(v.begin(), v.end()); }
double place_of_largest(const Values& v) {
  return static_cast<double>(std::max_element(v.begin(), v.end()) - v.begin());
}
double place_of_smallest(const Values& v) {
  return static_cast<double>(std::min_element(v.begin(), v.end()) - v.begin());
}
double product(const Values& v) {
  double p = 1;
  for (double x : v) p *= x;
  return p;
}
double log_of_sum(const Values& v) {
  double s = 0;
  for (double x : v) s += std::exp(x);
  return std::log(s);
}
double size2(const Values& v) { return std::hypot(v[0], v[1], v[2]); }
double size3(const Values& v) {
  double s = 0;
  for (double x : v) s += std::abs(x) * x * x;
  return std::cbrt(s);
}
double size1(const Values& v) {
  double s = 0;
  for (double x : v) s += std::abs(x);
  return s;
}
double largest_size(const Values& v) { return std::max(largest(v), -smallest(v)); }
double every(const Values& v) { return std::count(v.begin(), v.end(), 0.0) == 0; }
double some(const Values& v) {
  return std::ranges::any_of(v, [](double x) { return x != 0; });
}
double others_than_zero(const Values& v) {
  return static_cast<double>(v.size()) - static_cast<double>(std::count(v.begin(), v.end(), 0.0));
}

// NaN in place of each element above 0.5 but the first of its row, and the elements that stay.
Tensor with_nan(const Tensor& x) {
  const Tensor later = tensor({{0}, {1}, {1}}, {.dtype = boolean});
  return where((x > 0.5) & later, std::nan(""), x);
}
Values numbers(const Values& v) {
  Values kept{v[0]};
  std::copy_if(v.begin() + 1, v.end(), std::back_inserter(kept), [](double x) { return x <= 0.5; });
  return kept;
}

const Arg block{.shape = {2, 3, 4}};
const Arg distinct{.shape = {2, 3, 4}, .distinct = true};
const Arg flags{.fixed = tensor({{0, 2, 0}, {0, 1, 3}}, {.dtype = float64})};

std::vector<OpRow> sums() {
  return {
      {.name = "sum",
       .run = [](const Inputs& in) { return sum(in[0], {1}); },
       .args = {block},
       .also = {{{.shape = {2, 0, 4}}}, {{.shape = {0, 3, 4}}}},
       .reference = over(1, total),
       .extremes = {{full({2, 2}, 1e30, {.dtype = float64})}}},
      {.name = "sum/all",
       .run = [](const Inputs& in) { return sum(in[0]); },
       .args = {block},
       .also = {{{.shape = {}}}, {{.shape = {0}}}},
       .reference = over_all(total)},
      {.name = "mean",
       .run = [](const Inputs& in) { return mean(in[0], {-1}, true); },
       .args = {block},
       .reference = over(2, average, true)},
      {.name = "var",
       .run = [](const Inputs& in) { return var(in[0], {0}); },
       .args = {block},
       .reference = over(0, unbiased)},
      {.name = "std",
       .run = [](const Inputs& in) { return std(in[0], {1}, 0, true); },
       .args = {block},
       .reference = over(1, deviation, true),
       .extremes = {{full({2, 3}, 2, {.dtype = float64})}}},
      {.name = "var_mean",
       .run =
           [](const Inputs& in) {
             const auto [variance, average] = var_mean(in[0], {1});
             return variance + 3 * average;
           },
       .args = {block},
       .reference = over(1, [](const Values& v) { return unbiased(v) + 3 * average(v); })},
      {.name = "std_mean",
       .run =
           [](const Inputs& in) {
             const auto [spread, middle] = std_mean(in[0], {1}, 0, true);
             return spread + 3 * middle;
           },
       .args = {block},
       .reference = over(
           1, [](const Values& v) { return deviation(v) + 3 * average(v); }, true)},
      {.name = "nansum",
       .run = [](const Inputs& in) { return nansum(with_nan(in[0]), {1}); },
       .args = {block},
       .reference = over(1, [](const Values& v) { return total(numbers(v)); })},
      {.name = "nanmean",
       .run = [](const Inputs& in) { return nanmean(with_nan(in[0]), {1}, true); },
       .args = {block},
       .reference = over(
           1, [](const Values& v) { return average(numbers(v)); }, true)},
      {.name = "prod",
       .run = [](const Inputs& in) { return prod(in[0], {1}); },
       .args = {block},
       .also = {{{.shape = {2, 0, 4}}}, {{.fixed = tensor({{2, 0, 3}, {0, 0, 5}}, {.dtype = float64})}}},
       .reference = over(1, product)},
      {.name = "prod/all",
       .run = [](const Inputs& in) { return prod(in[0]); },
       .args = {{.shape = {2, 3}}},
       .reference = over_all(product)},
      {.name = "logsumexp",
       .run = [](const Inputs& in) { return logsumexp(in[0], {1}); },
       .args = {block},
       .reference = over(1, log_of_sum),
       .extremes = {{tensor({{1e4, -1e4}, {-1e4, -1e4}}, {.dtype = float64})}}},
      {.name = "norm",
       .run = [](const Inputs& in) { return norm(in[0], 2, {1}); },
       .args = {block},
       .reference = over(1, size2),
       .extremes = {{zeros({2, 3}, {.dtype = float64})}}},
      {.name = "norm/p 3",
       .run = [](const Inputs& in) { return norm(in[0], 3, {1}); },
       .args = {{.shape = {2, 3, 4}, .kinks = {0}}},
       .reference = over(1, size3),
       .extremes = {{zeros({2, 3}, {.dtype = float64})}}},
      {.name = "norm/p 1",
       .run = [](const Inputs& in) { return norm(in[0], 1, {0}, true); },
       .args = {{.shape = {2, 3, 4}, .kinks = {0}}},
       .reference = over(0, size1, true)},
      {.name = "norm/p inf",
       .run = [](const Inputs& in) { return norm(in[0], infinity); },
       .args = {{.shape = {2, 3, 4}, .low = -2, .high = 2.5, .distinct = true}},
       .reference = over_all(largest_size)},
  };
}

std::vector<OpRow> extremes() {
  return {
      {.name = "amax",
       .run = [](const Inputs& in) { return amax(in[0], {1}); },
       .args = {distinct},
       .reference = over(1, largest)},
      {.name = "amin",
       .run = [](const Inputs& in) { return amin(in[0], {0}, true); },
       .args = {distinct},
       .reference = over(0, smallest, true)},
      {.name = "max",
       .run = [](const Inputs& in) { return max(in[0], -1)[0]; },
       .args = {distinct},
       .reference = over(2, largest)},
      {.name = "min",
       .run = [](const Inputs& in) { return min(in[0], 1, true)[0]; },
       .args = {distinct},
       .reference = over(1, smallest, true)},
      {.name = "max/all",
       .run = [](const Inputs& in) { return max(in[0]); },
       .args = {distinct},
       .reference = over_all(largest)},
      {.name = "min/all",
       .run = [](const Inputs& in) { return min(in[0]); },
       .args = {distinct},
       .reference = over_all(smallest)},
  };
}

std::vector<OpRow> whole_results() {
  std::vector<OpRow> rows = {
      {.name = "argmax",
       .run = [](const Inputs& in) { return argmax(in[0], 1); },
       .args = {distinct},
       .reference = over(1, place_of_largest)},
      {.name = "argmin",
       .run = [](const Inputs& in) { return argmin(in[0], 2, true); },
       .args = {distinct},
       .reference = over(2, place_of_smallest, true)},
      {.name = "argmax/all",
       .run = [](const Inputs& in) { return argmax(in[0]); },
       .args = {distinct},
       .reference = over_all(place_of_largest)},
      {.name = "argmin/all",
       .run = [](const Inputs& in) { return argmin(in[0]); },
       .args = {distinct},
       .reference = over_all(place_of_smallest)},
      {.name = "all",
       .run = [](const Inputs& in) { return all(in[0], {0}); },
       .args = {flags},
       .reference = over(0, every)},
      {.name = "any",
       .run = [](const Inputs& in) { return any(in[0], {0}); },
       .args = {flags},
       .reference = over(0, some)},
      {.name = "count_nonzero",
       .run = [](const Inputs& in) { return count_nonzero(in[0], {1}); },
       .args = {flags},
       .reference = over(1, others_than_zero)},
  };
  for (OpRow& row : rows) row.differentiable = false;
  return rows;
}

const RowsOf sum_rows(sums), extreme_rows(extremes), whole_rows(whole_results);

}  // namespace
}  // namespace xg::test
