#include "op_table.hpp"

#include <cmath>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/arithmetic.hpp>

namespace xg::test {
namespace {

using Pair = Tensor(const Tensor&, const Tensor&);

// The op on two tensors; its parameters are Operands.
std::function<Pair> on(Tensor (*op)(const Operand&, const Operand&)) {
  return [op](const Tensor& a, const Tensor& b) { return op(a, b); };
}

// What y is after an assigning operator.
std::function<Pair> after(Tensor& (*op)(Tensor&, const Operand&)) {
  return [op](const Tensor& a, const Tensor& b) {
    Tensor y = a;
    op(y, b);
    return y;
  };
}

std::vector<OpRow> operators() {
  return {
      binary("operator+", on(operator+), domain(-2, 2), domain(-2, 2),
             [](double a, double b) { return a + b; }),
      binary("operator-", on(operator-), domain(-2, 2), domain(-2, 2),
             [](double a, double b) { return a - b; }),
      binary("operator*", on(operator*), domain(-2, 2), domain(-2, 2),
             [](double a, double b) { return a * b; }),
      binary("operator/", on(operator/), domain(-2, 2), domain(0.5, 2),
             [](double a, double b) { return a / b; }),
      binary("operator+=", after(operator+=), domain(-2, 2), domain(-2, 2),
             [](double a, double b) { return a + b; }),
      binary("operator-=", after(operator-=), domain(-2, 2), domain(-2, 2),
             [](double a, double b) { return a - b; }),
      binary("operator*=", after(operator*=), domain(-2, 2), domain(-2, 2),
             [](double a, double b) { return a * b; }),
      binary("operator/=", after(operator/=), domain(-2, 2), domain(0.5, 2),
             [](double a, double b) { return a / b; }),
      unary(
          "operator+/number", [](const Tensor& x) { return 1.5 + x + 2; }, domain(-2, 2), extreme(1e30),
          [](double x) { return x + 3.5; }),
      unary(
          "operator-/number", [](const Tensor& x) { return 1.5 - (x - 2); }, domain(-2, 2), extreme(1e30),
          [](double x) { return 3.5 - x; }),
      unary(
          "operator*/number", [](const Tensor& x) { return 1.5 * x * 2; }, domain(-2, 2), extreme(1e30),
          [](double x) { return 3 * x; }),
      unary(
          "operator//number", [](const Tensor& x) { return 3 / (x / 2); }, domain(0.5, 2),
          extreme(1e-10, 1e10), [](double x) { return 6 / x; }),
      unary("neg", neg, domain(-2, 2), extreme(1e30), [](double x) { return -x; }),
  };
}

std::vector<OpRow> divisions() {
  // Quotients between -4 and 4 that stay away from whole numbers.
  const auto quotient = [](std::string name, std::function<Pair> op, double (*reference)(double, double)) {
    OpRow row = binary(std::move(name), std::move(op), domain(0.5, 1.5), domain(2, 4), reference);
    row.args[0].fixed = tensor({{3.5, -2.75, 1.25}, {-0.5, 2.25, -4.25}}, {.dtype = float64});
    row.args[1].fixed = tensor({2, -2, 1.5}, {.dtype = float64});
    return row;
  };
  return {
      stepwise(
          quotient("floor_divide", on(floor_divide), [](double a, double b) { return std::floor(a / b); })),
      quotient("remainder", on(remainder), [](double a, double b) { return a - b * std::floor(a / b); }),
      quotient("fmod", on(fmod), [](double a, double b) { return std::fmod(a, b); }),
  };
}

std::vector<OpRow> powers() {
  OpRow whole = unary(
      "pow/integer", [](const Tensor& x) { return pow(x, 3); }, domain(-2, 2), extreme(1e10),
      [](double x) { return x * x * x; });
  return {
      binary("pow", on(pow), domain(0.2, 3), domain(-2, 2),
             [](double a, double b) { return std::pow(a, b); }),
      std::move(whole),
      unary(
          "pow/real", [](const Tensor& x) { return pow(x, -1.5); }, domain(0.2, 3), extreme(1e-10, 1e10),
          [](double x) { return std::pow(x, -1.5); }),
      unary(
          "pow/base", [](const Tensor& x) { return pow(2.5, x); }, domain(-3, 3), extreme(-300, 60),
          [](double x) { return std::pow(2.5, x); }),
      unary("square", square, domain(-2, 2), extreme(1e15), [](double x) { return x * x; }),
  };
}

std::vector<OpRow> signs() {
  return {
      unary("abs", abs, domain(-2, 2, {0}), extreme(1e30), [](double x) { return std::abs(x); }),
      stepwise(unary("sign", sign, domain(-2, 2, {0}), extreme(1e30),
                     [](double x) { return x > 0   ? 1.0
                                           : x < 0 ? -1.0
                                                   : 0.0; })),
      binary("copysign", on(copysign), domain(-2, 2, {0}), domain(-2, 2, {0}),
             [](double a, double b) { return std::copysign(a, b); }),
  };
}

// Two inputs without ties: evenly spaced values, and others half way between them.
OpRow choice(std::string name, std::function<Pair> op, double (*reference)(double, double)) {
  OpRow row = binary(std::move(name), std::move(op), domain(0, 0), domain(0, 0), reference);
  row.args = {{.low = -3, .high = 3, .distinct = true},
              {.shape = {4}, .low = -1.75, .high = 2.25, .distinct = true}};
  return row;
}

std::vector<OpRow> choices() {
  return {
      choice("maximum", on(maximum), [](double a, double b) { return std::fmax(a, b); }),
      choice("minimum", on(minimum), [](double a, double b) { return std::fmin(a, b); }),
      choice("fmax", on(fmax), [](double a, double b) { return std::fmax(a, b); }),
      choice("fmin", on(fmin), [](double a, double b) { return std::fmin(a, b); }),
      choice(
          "clamp_min", [](const Tensor& a, const Tensor& b) { return clamp_min(a, b); },
          [](double a, double b) { return std::fmax(a, b); }),
      choice(
          "clamp_max", [](const Tensor& a, const Tensor& b) { return clamp_max(a, b); },
          [](double a, double b) { return std::fmin(a, b); }),
      choice(
          "clamp/tensors", [](const Tensor& a, const Tensor& b) { return clamp(a, b, 1.125); },
          [](double a, double b) { return std::fmin(std::fmax(a, b), 1.125); }),
      unary(
          "clamp", [](const Tensor& x) { return clamp(x, -0.5, 1); }, domain(-2, 2, {-0.5, 1}), extreme(1e30),
          [](double x) { return std::fmin(std::fmax(x, -0.5), 1); }),
  };
}

std::vector<OpRow> combinations() {
  const Arg weight{.shape = {4}, .low = -0.5, .high = 1.5, .kinks = {0.5}};
  const Arg divisor{.shape = {4}, .low = 0.5, .high = 2};
  return {
      {.name = "lerp",
       .run = [](const Inputs& in) { return lerp(in[0], in[1], in[2]); },
       .args = {{}, {.shape = {3, 1}}, weight},
       .scalar = [](const double* v) { return v[0] + v[2] * (v[1] - v[0]); }},
      {.name = "lerp/number",
       .run = [](const Inputs& in) { return lerp(in[0], in[1], 0.75); },
       .args = {{}, {.shape = {3, 1}}},
       .scalar = [](const double* v) { return v[0] + 0.75 * (v[1] - v[0]); }},
      {.name = "addcmul",
       .run = [](const Inputs& in) { return addcmul(in[0], in[1], in[2], 0.5); },
       .args = {{}, {.shape = {3, 1}}, divisor},
       .scalar = [](const double* v) { return v[0] + 0.5 * v[1] * v[2]; }},
      {.name = "addcdiv",
       .run = [](const Inputs& in) { return addcdiv(in[0], in[1], in[2], 0.5); },
       .args = {{}, {.shape = {3, 1}}, divisor},
       .scalar = [](const double* v) { return v[0] + 0.5 * v[1] / v[2]; }},
  };
}

const RowsOf operator_rows(operators), division_rows(divisions), power_rows(powers), sign_rows(signs),
    choice_rows(choices), combination_rows(combinations);

}  // namespace
}  // namespace xg::test
