#pragma once
/// One step of recurrent networks. Names, weights and the order of gates are PyTorch's; biases may be
/// undefined.

#include <array>

#include "../core/tensor.hpp"

namespace xg {

/// tanh(input weight_ih^T + bias_ih + hx weight_hh^T + bias_hh).
/// Shapes  input [..., in], hx [..., hidden]; weight_ih [hidden, in], weight_hh [hidden, hidden], biases
///         [hidden]; returns [..., hidden].
/// Grad    all inputs, any order.
/// Throws  ShapeError "[rnn_tanh_cell] weight_ih [4, 3] with input [2, 5] and hx [2, 4]: expected [4, 5]".
Tensor rnn_tanh_cell(const Tensor& input, const Tensor& hx, const Tensor& weight_ih, const Tensor& weight_hh,
                     const Tensor& bias_ih = {}, const Tensor& bias_hh = {});
/// The same with relu.
Tensor rnn_relu_cell(const Tensor& input, const Tensor& hx, const Tensor& weight_ih, const Tensor& weight_hh,
                     const Tensor& bias_ih = {}, const Tensor& bias_hh = {});

/// The next (h, c) of a long short-term memory: lstm_gates(input weight_ih^T + bias_ih + hx weight_hh^T +
/// bias_hh, cx).
/// Shapes  input [..., in], hx and cx [..., hidden]; weight_ih [4 hidden, in], weight_hh [4 hidden, hidden],
///         biases [4 hidden].
/// Grad    all inputs, any order.
/// Throws  ShapeError as rnn_tanh_cell.
/// Source  Hochreiter and Schmidhuber 1997.
std::array<Tensor, 2> lstm_cell(const Tensor& input, const Tensor& hx, const Tensor& cx,
                                const Tensor& weight_ih, const Tensor& weight_hh, const Tensor& bias_ih = {},
                                const Tensor& bias_hh = {});
/// The next state of a gated recurrent unit: gru_gates(input weight_ih^T + bias_ih, hx weight_hh^T + bias_hh,
/// hx).
/// Shapes  input [..., in], hx [..., hidden]; weight_ih [3 hidden, in], weight_hh [3 hidden, hidden], biases
///         [3 hidden]; returns [..., hidden].
/// Grad    all inputs, any order.
/// Throws  ShapeError as rnn_tanh_cell.
/// Source  Cho et al. 2014, arXiv:1406.1078.
Tensor gru_cell(const Tensor& input, const Tensor& hx, const Tensor& weight_ih, const Tensor& weight_hh,
                const Tensor& bias_ih = {}, const Tensor& bias_hh = {});

/// (h, c) from gates [i f g o] side by side: c = sigmoid(f) * cx + sigmoid(i) * tanh(g), h = sigmoid(o) *
/// tanh(c), in one pass.
/// Shapes  gates [..., 4 hidden], cx [..., hidden].
/// Grad    gates and cx, any order.
/// Throws  ShapeError "[lstm_gates] gates [2, 12] with a state [2, 4]: expected [..., 16]".
std::array<Tensor, 2> lstm_gates(const Tensor& gates, const Tensor& cx);
/// (1 - z) * n + z * hx with z = sigmoid(z_i + z_h), r = sigmoid(r_i + r_h), n = tanh(n_i + r * n_h), from
/// gates [r z n] side by side of the input and of the state, in one pass.
/// Shapes  input_gates and hidden_gates [..., 3 hidden], hx [..., hidden].
/// Grad    all inputs, any order.
/// Throws  ShapeError "[gru_gates] gates [2, 12] with a state [2, 4]: ...".
Tensor gru_gates(const Tensor& input_gates, const Tensor& hidden_gates, const Tensor& hx);

}  // namespace xg
