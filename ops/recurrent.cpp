#include "recurrent.hpp"

#include <fmt/format.h>

#include "../core/elementwise.hpp"
#include "activation.hpp"
#include "arithmetic.hpp"
#include "math.hpp"
#include "matmul.hpp"
#include "view.hpp"

namespace xg {
namespace {

std::vector<Tensor> blocks_of(const char* op, const Tensor& gates, std::int64_t blocks, const Tensor& state) {
  if (gates.dim() == 0 || state.dim() == 0 || gates.size(-1) != blocks * state.size(-1))
    throw ShapeError(fmt::format("[{}] gates {} with a state {}: expected [..., {}]", op,
                                 to_string(gates.shape()), to_string(state.shape()),
                                 state.dim() == 0 ? blocks : blocks * state.size(-1)));
  return split(gates, std::vector<std::int64_t>(static_cast<std::size_t>(blocks), state.size(-1)), -1);
}

// The products of a step: of the input, and of the state.
struct Products {
  Tensor input, state;
};

Products products_of(const char* op, std::int64_t blocks, const Tensor& input, const Tensor& hx,
                     const Tensor& weight_ih, const Tensor& weight_hh, const Tensor& bias_ih,
                     const Tensor& bias_hh) {
  if (input.dim() == 0 || hx.dim() == 0)
    throw ShapeError(fmt::format("[{}] input {} and hx {}: expected [..., in] and [..., hidden]", op,
                                 to_string(input.shape()), to_string(hx.shape())));
  const auto check = [&](const char* name, const Tensor& weight, const Shape& expected) {
    if (weight.shape() != expected)
      throw ShapeError(fmt::format("[{}] {} {} with input {} and hx {}: expected {}", op, name,
                                   to_string(weight.shape()), to_string(input.shape()), to_string(hx.shape()),
                                   to_string(expected)));
  };
  const std::int64_t rows = blocks * hx.size(-1);
  check("weight_ih", weight_ih, {rows, input.size(-1)});
  check("weight_hh", weight_hh, {rows, hx.size(-1)});
  if (bias_ih.defined()) check("bias_ih", bias_ih, {rows});
  if (bias_hh.defined()) check("bias_hh", bias_hh, {rows});
  if (!is_floating(input.dtype()) && !is_floating(weight_ih.dtype())) throw_not_floating(op, input.dtype());
  Products of{linear(input, weight_ih, bias_ih), linear(hx, weight_hh, bias_hh)};
  broadcast_shapes(op, of.input.shape(), of.state.shape());
  return of;
}

}  // namespace

Tensor rnn_tanh_cell(const Tensor& input, const Tensor& hx, const Tensor& weight_ih, const Tensor& weight_hh,
                     const Tensor& bias_ih, const Tensor& bias_hh) {
  const auto [i, h] = products_of("rnn_tanh_cell", 1, input, hx, weight_ih, weight_hh, bias_ih, bias_hh);
  return tanh(i + h);
}

Tensor rnn_relu_cell(const Tensor& input, const Tensor& hx, const Tensor& weight_ih, const Tensor& weight_hh,
                     const Tensor& bias_ih, const Tensor& bias_hh) {
  const auto [i, h] = products_of("rnn_relu_cell", 1, input, hx, weight_ih, weight_hh, bias_ih, bias_hh);
  return relu(i + h);
}

std::array<Tensor, 2> lstm_cell(const Tensor& input, const Tensor& hx, const Tensor& cx,
                                const Tensor& weight_ih, const Tensor& weight_hh, const Tensor& bias_ih,
                                const Tensor& bias_hh) {
  const auto [i, h] = products_of("lstm_cell", 4, input, hx, weight_ih, weight_hh, bias_ih, bias_hh);
  return lstm_gates(i + h, cx);
}

Tensor gru_cell(const Tensor& input, const Tensor& hx, const Tensor& weight_ih, const Tensor& weight_hh,
                const Tensor& bias_ih, const Tensor& bias_hh) {
  const auto [i, h] = products_of("gru_cell", 3, input, hx, weight_ih, weight_hh, bias_ih, bias_hh);
  return gru_gates(i, h, hx);
}

std::array<Tensor, 2> lstm_gates(const Tensor& gates, const Tensor& cx) {
  static const auto op = elementwise("lstm_gates", [](auto i, auto f, auto g, auto o, auto c) {
    const auto next = sigmoid(f) * c + sigmoid(i) * tanh(g);
    return std::tuple{sigmoid(o) * tanh(next), next};
  });
  const auto b = blocks_of("lstm_gates", gates, 4, cx);
  return op(b[0], b[1], b[2], b[3], cx);
}

Tensor gru_gates(const Tensor& input_gates, const Tensor& hidden_gates, const Tensor& hx) {
  static const auto op =
      elementwise("gru_gates", [](auto ri, auto zi, auto ni, auto rh, auto zh, auto nh, auto h) {
        const auto n = tanh(ni + sigmoid(ri + rh) * nh);
        return n + sigmoid(zi + zh) * (h - n);
      });
  const auto i = blocks_of("gru_gates", input_gates, 3, hx);
  const auto h = blocks_of("gru_gates", hidden_gates, 3, hx);
  return op(i[0], i[1], i[2], h[0], h[1], h[2], hx);
}

}  // namespace xg
