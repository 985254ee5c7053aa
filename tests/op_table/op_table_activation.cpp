#include "op_table.hpp"

#include <cmath>
#include <numbers>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/activation.hpp>

namespace xg::test {
namespace {

double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }
double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }
double relu6_of(double x) { return std::fmin(std::fmax(x, 0), 6); }

std::vector<OpRow> piecewise() {
  return {
      unary("relu", relu, domain(-3, 3, {0}), extreme(1e30), [](double x) { return x > 0 ? x : 0; }),
      unary("relu6", relu6, domain(-3, 9, {0, 6}), extreme(1e30), relu6_of),
      unary(
          "leaky_relu", [](const Tensor& x) { return leaky_relu(x); }, domain(-3, 3, {0}), extreme(1e30),
          [](double x) { return x > 0 ? x : 0.01 * x; }),
      unary(
          "rrelu", [](const Tensor& x) { return rrelu(x, 0.125, 0.375); }, domain(-3, 3, {0}), extreme(1e30),
          [](double x) { return x > 0 ? x : 0.25 * x; }),
      unary(
          "threshold", [](const Tensor& x) { return threshold(x, 0.5, 20); }, domain(-3, 3, {0.5}),
          extreme(1e30), [](double x) { return x > 0.5 ? x : 20; }),
      unary(
          "softshrink", [](const Tensor& x) { return softshrink(x); }, domain(-2, 2, {-0.5, 0.5}),
          extreme(1e30), [](double x) { return x > 0.5    ? x - 0.5
                                               : x < -0.5 ? x + 0.5
                                                          : 0; }),
      unary(
          "hardshrink", [](const Tensor& x) { return hardshrink(x); }, domain(-2, 2, {-0.5, 0.5}),
          extreme(1e30), [](double x) { return std::abs(x) > 0.5 ? x : 0; }),
      unary("hardsigmoid", hardsigmoid, domain(-5, 5, {-3, 3}), extreme(1e30),
            [](double x) { return relu6_of(x + 3) / 6; }),
      unary("hardswish", hardswish, domain(-5, 5, {-3, 3}), extreme(1e15),
            [](double x) { return x * relu6_of(x + 3) / 6; }),
      unary(
          "hardtanh", [](const Tensor& x) { return hardtanh(x, -0.5, 1.5); }, domain(-3, 3, {-0.5, 1.5}),
          extreme(1e30), [](double x) { return std::fmin(std::fmax(x, -0.5), 1.5); }),
  };
}

std::vector<OpRow> smooth() {
  OpRow celu_row = unary(
      "celu", [](const Tensor& x) { return celu(x, 2); }, domain(-3, 3, {0}), extreme(1e30),
      [](double x) { return x > 0 ? x : 2 * std::expm1(x / 2); });
  OpRow softplus_row = unary(
      "softplus", [](const Tensor& x) { return softplus(x); }, domain(-4, 4), extreme(1e4),
      [](double x) { return std::log1p(std::exp(x)); });
  return {
      unary(
          "elu", [](const Tensor& x) { return elu(x); }, domain(-3, 3, {0}), extreme(1e4),
          [](double x) { return x > 0 ? x : std::expm1(x); }),
      unary(
          "elu/alpha", [](const Tensor& x) { return elu(x, 0.5); }, domain(-3, 3, {0}), extreme(1e4),
          [](double x) { return x > 0 ? x : 0.5 * std::expm1(x); }),
      unary("selu", selu, domain(-3, 3, {0}), extreme(1e4),
            [](double x) { return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * std::expm1(x)); }),
      std::move(celu_row),
      unary(
          "gelu", [](const Tensor& x) { return gelu(x); }, domain(-4, 4), extreme(1e4),
          [](double x) { return x * normal_cdf(x); }),
      unary(
          "gelu/tanh", [](const Tensor& x) { return gelu(x, Approximate::tanh); }, domain(-4, 4),
          extreme(1e4),
          [](double x) {
            return x / 2 * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
          }),
      unary("silu", silu, domain(-4, 4), extreme(1e4), [](double x) { return x * sigmoid_of(x); }),
      unary("mish", mish, domain(-4, 4), extreme(300),
            [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }),
      std::move(softplus_row),
      unary(
          "softplus/beta", [](const Tensor& x) { return softplus(x, 2, 3); }, domain(-4, 4, {1.5}),
          extreme(1e4), [](double x) { return 2 * x > 3 ? x : std::log1p(std::exp(2 * x)) / 2; }),
      unary("log_sigmoid", log_sigmoid, domain(-4, 4), extreme(1e4),
            [](double x) { return std::log(sigmoid_of(x)); }),
      unary("softsign", softsign, domain(-3, 3, {0}), extreme(1e30),
            [](double x) { return x / (1 + std::abs(x)); }),
      unary("tanhshrink", tanhshrink, domain(-3, 3), extreme(1e4), [](double x) { return x - std::tanh(x); }),
  };
}

// Row-major element i of glu along the middle of three axes, which has length 4 in x.
double gated(const Tensor& x, std::int64_t i) {
  const std::int64_t at = i / 6 * 12 + i % 6;
  return element(x, at) * sigmoid_of(element(x, at + 6));
}

std::vector<OpRow> gates() {
  return {{.name = "glu",
           .run = [](const Inputs& in) { return glu(in[0], 1); },
           .args = {{.shape = {2, 4, 3}}},
           .also = {{{.shape = {0, 4, 3}}}},
           .reference =
               [](const Inputs& in) {
                 return generate({in[0].size(0), 2, 3}, [&](std::int64_t i) { return gated(in[0], i); });
               },
           .extremes = {{tensor({{{1e4}, {-1e4}}, {{1e4}, {1e4}}}, {.dtype = float64})}}}};
}

std::vector<OpRow> learnable() {
  return {{.name = "prelu",
           .run = [](const Inputs& in) { return prelu(in[0], in[1]); },
           .args = {{.shape = {3, 4, 2}, .kinks = {0}}, {.shape = {4}, .low = 0.1, .high = 0.5}},
           .also = {{{.shape = {3, 4}, .kinks = {0}}, {.shape = {1}}},
                    {{.shape = {}, .kinks = {0}}, {.shape = {}}}},
           .reference =
               [](const Inputs& in) {
                 const std::int64_t inner = in[0].dim() == 3 ? 2 : 1;
                 return generate(in[0].shape(), [&](std::int64_t i) {
                   const double x = element(in[0], i);
                   return x > 0 ? x : x * element(in[1], i / inner % in[1].numel());
                 });
               }}};
}

const RowsOf piecewise_rows(piecewise), smooth_rows(smooth), gate_rows(gates), learnable_rows(learnable);

}  // namespace
}  // namespace xg::test
