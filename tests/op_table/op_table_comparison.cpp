#include "op_table.hpp"

#include <cmath>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/comparison.hpp>

namespace xg::test {
namespace {

// Whole numbers, so that ties occur.
OpRow comparison(std::string name, Tensor (*op)(const Operand&, const Operand&),
                 double (*reference)(double, double)) {
  OpRow row = binary(
      std::move(name), [op](const Tensor& a, const Tensor& b) { return op(a, b); }, domain(0, 0),
      domain(0, 0), reference);
  row.args[0].fixed = tensor({{0, 1, 2, 1}, {2, 1, 0, 2}, {1, 1, 2, 0}}, {.dtype = float64});
  row.args[1].fixed = tensor({1, 1, 2, 0}, {.dtype = float64});
  return not_differentiable(std::move(row));
}

OpRow truth_table(std::string name, std::function<Tensor(const Tensor&, const Tensor&)> op,
                  double (*reference)(double, double)) {
  OpRow row = binary(std::move(name), std::move(op), domain(0, 0), domain(0, 0), reference);
  row.args = {{.shape = {2, 4}, .dtype = boolean}, {.shape = {4}, .dtype = boolean}};
  return not_differentiable(std::move(row));
}

OpRow test_of(std::string name, Tensor (*op)(const Tensor&), double (*reference)(double)) {
  OpRow row = unary(std::move(name), op, domain(-2, 2), {}, reference);
  row.also = {{{.fixed = tensor({0, -0.0, NAN, INFINITY, -INFINITY, 1e30}, {.dtype = float64})}}};
  return not_differentiable(std::move(row));
}

std::vector<OpRow> comparisons() {
  return {
      comparison("operator==", operator==, [](double a, double b) -> double { return a == b; }),
      comparison("operator!=", operator!=, [](double a, double b) -> double { return a != b; }),
      comparison("operator<", operator<, [](double a, double b) -> double { return a < b; }),
      comparison("operator<=", operator<=, [](double a, double b) -> double { return a <= b; }),
      comparison("operator>", operator>, [](double a, double b) -> double { return a > b; }),
      comparison("operator>=", operator>=, [](double a, double b) -> double { return a >= b; }),
      test_of("isnan", isnan, [](double x) -> double { return std::isnan(x); }),
      test_of("isinf", isinf, [](double x) -> double { return std::isinf(x); }),
      test_of("isfinite", isfinite, [](double x) -> double { return std::isfinite(x); }),
  };
}

std::vector<OpRow> logic() {
  return {
      truth_table("logical_and", logical_and, [](double a, double b) -> double { return a * b; }),
      truth_table("logical_or", logical_or, [](double a, double b) -> double { return std::fmax(a, b); }),
      truth_table("logical_xor", logical_xor, [](double a, double b) -> double { return a != b; }),
      truth_table(
          "operator&", [](const Tensor& a, const Tensor& b) { return a & b; },
          [](double a, double b) -> double { return a * b; }),
      truth_table(
          "operator|", [](const Tensor& a, const Tensor& b) { return a | b; },
          [](double a, double b) -> double { return std::fmax(a, b); }),
      truth_table(
          "operator^", [](const Tensor& a, const Tensor& b) { return a ^ b; },
          [](double a, double b) -> double { return a != b; }),
      test_of("logical_not", logical_not, [](double x) -> double { return x == 0; }),
      test_of(
          "operator!", [](const Tensor& x) { return !x; }, [](double x) -> double { return x == 0; }),
  };
}

std::vector<OpRow> conditions() {
  const Arg condition{.shape = {3, 1}, .dtype = boolean};
  return {
      {.name = "where",
       .run = [](const Inputs& in) { return where(in[0], in[1], in[2]); },
       .args = {condition, {.shape = {3, 4}}, {.shape = {4}}},
       .scalar = [](const double* v) { return v[0] != 0 ? v[1] : v[2]; }},
      {.name = "where/number",
       .run = [](const Inputs& in) { return where(in[0], 0.5, where(in[0], in[1], 0.25)); },
       .args = {condition, {.shape = {3, 4}}},
       .scalar = [](const double* v) { return v[0] != 0 ? 0.5 : 0.25; }},
      {.name = "masked_fill",
       .run = [](const Inputs& in) { return masked_fill(in[0], in[1], in[2]); },
       .args = {{.shape = {3, 4}}, condition, {.shape = {}}},
       .reference =
           [](const Inputs& in) {
             return generate(in[0].shape(), [&](std::int64_t i) {
               return element(in[1], i / 4) != 0 ? element(in[2], 0) : element(in[0], i);
             });
           }},
  };
}

const RowsOf comparison_rows(comparisons), logic_rows(logic), condition_rows(conditions);

}  // namespace
}  // namespace xg::test
