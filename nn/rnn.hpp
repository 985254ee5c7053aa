#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "../core/tree.hpp"
#include "../ops/recurrent.hpp"
#include "init.hpp"

namespace xg::nn {
namespace detail {

enum class Cell { tanh, relu, lstm, gru };

/// All that tells one recurrent network from another.
struct Recurrence {
  const char* name;
  Cell cell;
  std::int64_t input_size, hidden_size, num_layers;
  bool bias, batch_first;
  double dropout;
  bool bidirectional;
  std::int64_t proj_size;
  Dtype dtype;
};

/// By PyTorch's names: weight_ih_l0, weight_hh_l0, bias_ih_l0, ..., weight_ih_l1_reverse.
using RecurrentWeights = std::map<std::string, Tensor>;
RecurrentWeights recurrent_weights(const Recurrence& net);

struct RecurrentRun {
  Tensor output, h, c;
};
RecurrentRun run_recurrence(const Recurrence& net, const RecurrentWeights& weights, bool training,
                            const Tensor& x, const Tensor& h0, const Tensor& c0, const Tensor& lengths);

Tensor state_or_zeros(const Tensor& state, const Tensor& x, std::int64_t hidden_size);

}  // namespace detail

/// What an RNN applies after its products.
enum class RNNNonlinearity { tanh, relu };

struct RNNOptions {
  std::int64_t num_layers = 1;
  RNNNonlinearity nonlinearity = RNNNonlinearity::tanh;
  bool bias = true;
  bool batch_first = false;  ///< x and output are [n, steps, ...] instead of [steps, n, ...]
  double dropout = 0;        ///< of what each layer but the last hands on, while training
  bool bidirectional = false;
  Dtype dtype = float32;
};

struct LSTMOptions {
  std::int64_t num_layers = 1;
  bool bias = true;
  bool batch_first = false;  ///< x and output are [n, steps, ...] instead of [steps, n, ...]
  double dropout = 0;        ///< of what each layer but the last hands on, while training
  bool bidirectional = false;
  std::int64_t proj_size = 0;  ///< if not 0, h is projected to this size by weight_hr
  Dtype dtype = float32;
};

struct GRUOptions {
  std::int64_t num_layers = 1;
  bool bias = true;
  bool batch_first = false;  ///< x and output are [n, steps, ...] instead of [steps, n, ...]
  double dropout = 0;        ///< of what each layer but the last hands on, while training
  bool bidirectional = false;
  Dtype dtype = float32;
};

/// h of each step in the last layer, and of the last step in each layer.
struct RNNResult {
  Tensor output, h_n;
};

struct LSTMState {
  Tensor h, c;
};
struct LSTMResult {
  Tensor output;
  LSTMState state;  ///< after the last step, one for each layer
};

namespace detail {

Recurrence recurrence(const RNNOptions& options, std::int64_t input_size, std::int64_t hidden_size);
Recurrence recurrence(const LSTMOptions& options, std::int64_t input_size, std::int64_t hidden_size);
Recurrence recurrence(const GRUOptions& options, std::int64_t input_size, std::int64_t hidden_size);

/// A recurrent network that carries nothing but h.
template <class Options> struct HiddenStateNetwork {
  std::int64_t input_size, hidden_size;
  Options options = {};
  Inlined<RecurrentWeights> weights = {recurrent_weights(recurrence(options, input_size, hidden_size))};
  bool training = true;

  RNNResult operator()(const Tensor& x, const Tensor& h0 = {}, const Tensor& lengths = {}) const {
    const Recurrence net = recurrence(options, input_size, hidden_size);
    const RecurrentRun run = run_recurrence(net, *weights, training, x, h0, {}, lengths);
    return {run.output, run.h};
  }
};

}  // namespace detail

/// A recurrent network of rnn_tanh_cell() or rnn_relu_cell(): `auto [output, h_n] = rnn(x);`. All weights
/// start uniform within +-1/sqrt(hidden_size) and are found by PyTorch's names, rnn.weights->at("weight_ih_l0").
/// With `lengths`, sequence i ends after lengths[i] steps: later outputs are 0, h_n is taken there, and the
/// reverse direction starts there.
/// Shapes  x [steps, n, input_size] or without n; h0 and h_n [layers * directions, n, hidden_size]; lengths [n],
///         int64; output [steps, n, directions * hidden_size].
/// Throws  ShapeError "[RNN] x [5, 3]: expected [steps, n, 4] or [steps, 4]"; the same for h0 and lengths.
using RNN = detail::HiddenStateNetwork<RNNOptions>;

/// A recurrent network of gru_cell(): `auto [output, h_n] = gru(x);`. Otherwise as RNN.
using GRU = detail::HiddenStateNetwork<GRUOptions>;

/// A recurrent network of lstm_cell(): `auto [output, state] = lstm(x);`, which may go on with
/// `lstm(next, state)`. Otherwise as RNN; with proj_size, h is the cell's output times weight_hr^T.
/// Shapes  as RNN; h [layers * directions, n, proj_size or hidden_size], c [..., hidden_size].
/// Source  Hochreiter and Schmidhuber 1997; projections Sak et al. 2014, arXiv:1402.1128.
struct LSTM {
  std::int64_t input_size, hidden_size;
  LSTMOptions options = {};
  Inlined<detail::RecurrentWeights> weights = {
      detail::recurrent_weights(detail::recurrence(options, input_size, hidden_size))};
  bool training = true;

  LSTMResult operator()(const Tensor& x, const LSTMState& state = {}, const Tensor& lengths = {}) const {
    const detail::Recurrence net = detail::recurrence(options, input_size, hidden_size);
    const detail::RecurrentRun run =
        detail::run_recurrence(net, *weights, training, x, state.h, state.c, lengths);
    return {run.output, {run.h, run.c}};
  }
};

struct RNNCellOptions {
  bool bias = true;
  RNNNonlinearity nonlinearity = RNNNonlinearity::tanh;
  Dtype dtype = float32;
};

/// rnn_tanh_cell() or rnn_relu_cell() with learned weights: `h = cell(x, h);`, from zeros without h.
/// Shapes  x [n, input_size] or without n; h [n, hidden_size].
struct RNNCell {
  std::int64_t input_size, hidden_size;
  RNNCellOptions options = {};
  Tensor weight_ih = init::uniform_parameter({hidden_size, input_size}, hidden_size, options.dtype);
  Tensor weight_hh = init::uniform_parameter({hidden_size, hidden_size}, hidden_size, options.dtype);
  Tensor bias_ih =
      options.bias ? init::uniform_parameter({hidden_size}, hidden_size, options.dtype) : Tensor();
  Tensor bias_hh =
      options.bias ? init::uniform_parameter({hidden_size}, hidden_size, options.dtype) : Tensor();

  Tensor operator()(const Tensor& x, const Tensor& h = {}) const {
    const auto cell = options.nonlinearity == RNNNonlinearity::tanh ? rnn_tanh_cell : rnn_relu_cell;
    return cell(x, detail::state_or_zeros(h, x, hidden_size), weight_ih, weight_hh, bias_ih, bias_hh);
  }
};

struct CellOptions {
  bool bias = true;
  Dtype dtype = float32;
};

/// lstm_cell() with learned weights: `state = cell(x, state);`, from zeros without a state.
/// Shapes  x [n, input_size] or without n; state.h and state.c [n, hidden_size].
struct LSTMCell {
  std::int64_t input_size, hidden_size;
  CellOptions options = {};
  Tensor weight_ih = init::uniform_parameter({4 * hidden_size, input_size}, hidden_size, options.dtype);
  Tensor weight_hh = init::uniform_parameter({4 * hidden_size, hidden_size}, hidden_size, options.dtype);
  Tensor bias_ih =
      options.bias ? init::uniform_parameter({4 * hidden_size}, hidden_size, options.dtype) : Tensor();
  Tensor bias_hh =
      options.bias ? init::uniform_parameter({4 * hidden_size}, hidden_size, options.dtype) : Tensor();

  LSTMState operator()(const Tensor& x, const LSTMState& state = {}) const {
    const auto [h, c] =
        lstm_cell(x, detail::state_or_zeros(state.h, x, hidden_size),
                  detail::state_or_zeros(state.c, x, hidden_size), weight_ih, weight_hh, bias_ih, bias_hh);
    return {h, c};
  }
};

/// gru_cell() with learned weights: `h = cell(x, h);`, from zeros without h.
/// Shapes  x [n, input_size] or without n; h [n, hidden_size].
struct GRUCell {
  std::int64_t input_size, hidden_size;
  CellOptions options = {};
  Tensor weight_ih = init::uniform_parameter({3 * hidden_size, input_size}, hidden_size, options.dtype);
  Tensor weight_hh = init::uniform_parameter({3 * hidden_size, hidden_size}, hidden_size, options.dtype);
  Tensor bias_ih =
      options.bias ? init::uniform_parameter({3 * hidden_size}, hidden_size, options.dtype) : Tensor();
  Tensor bias_hh =
      options.bias ? init::uniform_parameter({3 * hidden_size}, hidden_size, options.dtype) : Tensor();

  Tensor operator()(const Tensor& x, const Tensor& h = {}) const {
    return gru_cell(x, detail::state_or_zeros(h, x, hidden_size), weight_ih, weight_hh, bias_ih, bias_hh);
  }
};

}  // namespace xg::nn
