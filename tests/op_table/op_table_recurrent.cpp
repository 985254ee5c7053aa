#include "op_table.hpp"

#include <cmath>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/recurrent.hpp>
#include <xgrad/ops/view.hpp>

namespace xg::test {
namespace {

double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }

// Row r of x times row k of weight, and the bias.
double product(const Tensor& x, std::int64_t r, const Tensor& weight, const Tensor& bias, std::int64_t k) {
  double sum = element(bias, k);
  for (std::int64_t i = 0; i < x.size(-1); ++i)
    sum += element(x, r * x.size(-1) + i) * element(weight, k * x.size(-1) + i);
  return sum;
}

// Input, state, weight_ih, weight_hh, bias_ih and bias_hh for 2 sequences, 3 features and 4 hidden values.
std::vector<Arg> cell_args(std::int64_t blocks) {
  return {{.shape = {2, 3}},          {.shape = {2, 4}},       {.shape = {4 * blocks, 3}},
          {.shape = {4 * blocks, 4}}, {.shape = {4 * blocks}}, {.shape = {4 * blocks}}};
}

// The two products of gate value k of sequence r.
double from_input(const Inputs& in, std::int64_t r, std::int64_t k) {
  return product(in[0], r, in[2], in[4], k);
}
double from_state(const Inputs& in, std::int64_t r, std::int64_t k) {
  return product(in[1], r, in[3], in[5], k);
}

template <class F> Tensor plain_cell(const Inputs& in, F f) {
  return generate(
      {2, 4}, [&](std::int64_t i) { return f(from_input(in, i / 4, i % 4) + from_state(in, i / 4, i % 4)); });
}

// [h c] of one sequence from gate(k), k = 0, ..., 15.
template <class Gate> Tensor lstm_of(const Tensor& c, Gate gate) {
  return generate({2, 8}, [&](std::int64_t i) {
    const std::int64_t r = i / 8, k = i % 4;
    const double next = sigmoid_of(gate(r, 4 + k)) * element(c, r * 4 + k) +
                        sigmoid_of(gate(r, k)) * std::tanh(gate(r, 8 + k));
    return i % 8 < 4 ? sigmoid_of(gate(r, 12 + k)) * std::tanh(next) : next;
  });
}

template <class InputGate, class StateGate> Tensor gru_of(const Tensor& h, InputGate input, StateGate state) {
  return generate({2, 4}, [&](std::int64_t i) {
    const std::int64_t r = i / 4, k = i % 4;
    const double reset = sigmoid_of(input(r, k) + state(r, k));
    const double keep = sigmoid_of(input(r, 4 + k) + state(r, 4 + k));
    return (1 - keep) * std::tanh(input(r, 8 + k) + reset * state(r, 8 + k)) + keep * element(h, i);
  });
}

auto gate_of(const Tensor& gates) {
  return [&gates](std::int64_t r, std::int64_t k) { return element(gates, r * gates.size(-1) + k); };
}

Tensor side_by_side(const std::array<Tensor, 2>& both) { return cat({both[0], both[1]}, -1); }

std::vector<OpRow> steps() {
  std::vector<Arg> lstm_args = cell_args(4);
  lstm_args.push_back({.shape = {2, 4}});
  constexpr TensorOptions as_double{.dtype = float64};
  return {
      {.name = "rnn_tanh_cell",
       .run = [](const Inputs& in) { return rnn_tanh_cell(in[0], in[1], in[2], in[3], in[4], in[5]); },
       .args = cell_args(1),
       .reference = [](const Inputs& in) { return plain_cell(in, [](double x) { return std::tanh(x); }); }},
      {.name = "rnn_relu_cell",
       .run = [](const Inputs& in) { return rnn_relu_cell(in[0], in[1], in[2], in[3], in[4], in[5]); },
       .args = cell_args(1),
       .reference =
           [](const Inputs& in) { return plain_cell(in, [](double x) { return std::max(x, 0.0); }); }},
      {.name = "lstm_cell",
       .run =
           [](const Inputs& in) {
             return side_by_side(lstm_cell(in[0], in[1], in[6], in[2], in[3], in[4], in[5]));
           },
       .args = lstm_args,
       .reference =
           [](const Inputs& in) {
             return lstm_of(in[6], [&](std::int64_t r, std::int64_t k) {
               return from_input(in, r, k) + from_state(in, r, k);
             });
           }},
      {.name = "gru_cell",
       .run = [](const Inputs& in) { return gru_cell(in[0], in[1], in[2], in[3], in[4], in[5]); },
       .args = cell_args(3),
       .reference =
           [](const Inputs& in) {
             return gru_of(
                 in[1], [&](std::int64_t r, std::int64_t k) { return from_input(in, r, k); },
                 [&](std::int64_t r, std::int64_t k) { return from_state(in, r, k); });
           }},
      {.name = "lstm_gates",
       .run = [](const Inputs& in) { return side_by_side(lstm_gates(in[0], in[1])); },
       .args = {{.shape = {2, 16}}, {.shape = {2, 4}}},
       .reference = [](const Inputs& in) { return lstm_of(in[1], gate_of(in[0])); },
       .extremes = {{full({2, 16}, 1e4, as_double), full({2, 4}, -1e4, as_double)},
                    {full({2, 16}, -1e4, as_double), full({2, 4}, 1e4, as_double)}}},
      {.name = "gru_gates",
       .run = [](const Inputs& in) { return gru_gates(in[0], in[1], in[2]); },
       .args = {{.shape = {2, 12}}, {.shape = {2, 12}}, {.shape = {2, 4}}},
       .reference = [](const Inputs& in) { return gru_of(in[2], gate_of(in[0]), gate_of(in[1])); },
       .extremes = {{full({2, 12}, 1e4, as_double), full({2, 12}, -1e4, as_double),
                     ones({2, 4}, as_double)}}},
  };
}

const RowsOf rows(steps);

}  // namespace
}  // namespace xg::test
