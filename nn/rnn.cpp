#include "rnn.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../ops/activation.hpp"
#include "../ops/arithmetic.hpp"
#include "../ops/comparison.hpp"
#include "../ops/math.hpp"
#include "../ops/matmul.hpp"
#include "../ops/view.hpp"
#include "dropout.hpp"

namespace xg::nn::detail {
namespace {

std::int64_t blocks_of(Cell cell) { return cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 1; }

std::int64_t state_size(const Recurrence& net) { return net.proj_size > 0 ? net.proj_size : net.hidden_size; }

// The weights of one layer in one direction; absent ones are undefined.
struct LayerWeights {
  Tensor ih, hh, bias_ih, bias_hh, hr;

  LayerWeights(const RecurrentWeights& all, const std::string& suffix) {
    const auto find = [&](const char* name) {
      const auto it = all.find(name + suffix);
      return it == all.end() ? Tensor() : it->second;
    };
    ih = find("weight_ih"), hh = find("weight_hh"), hr = find("weight_hr");
    bias_ih = find("bias_ih"), bias_hh = find("bias_hh");
  }
};

std::string suffix_of(std::int64_t layer, bool reverse) {
  return fmt::format("_l{}{}", layer, reverse ? "_reverse" : "");
}

// Which sequences still run at each step, [n, 1]; undefined where all do.
using Running = std::vector<Tensor>;

Running running_of(const Recurrence& net, const Tensor& lengths, std::int64_t steps, std::int64_t n) {
  Running running(static_cast<std::size_t>(steps));
  if (!lengths.defined()) return running;
  const Tensor dense = lengths.dtype() == int64 ? contiguous(lengths) : Tensor();
  const bool fits = dense.defined() && dense.shape() == Shape{n};
  const std::int64_t* const first = fits ? dense.data<std::int64_t>() : nullptr;
  if (!fits || std::any_of(first, first + n, [&](std::int64_t l) { return l < 1 || l > steps; }))
    throw ShapeError(fmt::format("[{}] lengths {}: expected {} whole numbers from 1 to {}", net.name,
                                 describe(lengths), n, steps));
  for (std::int64_t t = n > 0 ? *std::min_element(first, first + n) : steps; t < steps; ++t)
    running[static_cast<std::size_t>(t)] = unsqueeze(dense > t, -1);
  return running;
}

// The state of one layer in one direction.
struct State {
  Tensor h, c;
};

// All steps of one layer in one direction, as [steps, n, ...]; the state becomes the last one.
class Pass {
 public:
  Pass(const Recurrence& net, const LayerWeights& weights)
      : net_(net),
        weights_(weights),
        hh_(t(weights.hh)),
        hr_(weights.hr.defined() ? t(weights.hr) : Tensor()) {}

  Tensor operator()(const Tensor& x, State& state, const Running& running, bool reverse) const {
    const std::int64_t steps = x.size(0), n = x.size(1);
    const Tensor products = linear(reshape(x, {steps * n, -1}), weights_.ih, input_bias());
    const std::vector<Tensor> pieces = split(products, std::vector<std::int64_t>(running.size(), n));
    std::vector<Tensor> outputs(running.size());
    for (std::size_t i = 0; i < running.size(); ++i) {
      const std::size_t at = reverse ? running.size() - 1 - i : i;
      State next = step(pieces[at], state);
      outputs[at] = next.h;
      if (running[at].defined()) {
        outputs[at] = where(running[at], next.h, 0);
        next.h = where(running[at], next.h, state.h);
        if (state.c.defined()) next.c = where(running[at], next.c, state.c);
      }
      state = next;
    }
    return reshape(cat(outputs), {steps, n, -1});
  }

 private:
  // A GRU scales the state's product before it is added, so each product has its own bias there.
  Tensor input_bias() const {
    const bool joined = net_.bias && net_.cell != Cell::gru;
    return joined ? weights_.bias_ih + weights_.bias_hh : weights_.bias_ih;
  }

  State step(const Tensor& product, const State& state) const {
    if (net_.cell == Cell::gru)
      return {gru_gates(product, linear(state.h, weights_.hh, weights_.bias_hh), state.h), {}};
    const Tensor gates = addmm(product, state.h, hh_);
    if (net_.cell == Cell::tanh) return {tanh(gates), {}};
    if (net_.cell == Cell::relu) return {relu(gates), {}};
    const auto [h, c] = lstm_gates(gates, state.c);
    return {hr_.defined() ? mm(h, hr_) : h, c};
  }

  const Recurrence& net_;
  const LayerWeights& weights_;
  Tensor hh_, hr_;
};

// One state for each layer and direction.
std::vector<Tensor> initial(const Recurrence& net, const char* name, const Tensor& given, const Tensor& x,
                            bool batched, std::int64_t size) {
  const std::int64_t states = net.num_layers * (net.bidirectional ? 2 : 1), n = x.size(1);
  const Shape expected = batched ? Shape{states, n, size} : Shape{states, size};
  if (!given.defined())
    return std::vector<Tensor>(static_cast<std::size_t>(states), zeros({n, size}, {.dtype = x.dtype()}));
  if (given.shape() != expected)
    throw ShapeError(fmt::format("[{}] {} {}: expected {}", net.name, name, to_string(given.shape()),
                                 to_string(expected)));
  return unbind(reshape(given, {states, n, size}));
}

// As [steps, n, input_size].
Tensor time_first(const Recurrence& net, const Tensor& x) {
  const bool batched = x.dim() == 3;
  const std::size_t time = batched && net.batch_first ? 1 : 0;
  if ((!batched && x.dim() != 2) || x.size(-1) != net.input_size || x.shape()[time] == 0)
    throw ShapeError(fmt::format("[{}] x {}: expected [{}, {}] or [steps, {}] of at least 1 step", net.name,
                                 to_string(x.shape()), net.batch_first ? "n, steps" : "steps, n",
                                 net.input_size, net.input_size));
  if (!batched) return unsqueeze(x, 1);
  return time == 1 ? transpose(x, 0, 1) : x;
}

// What the options of all networks say.
template <class Options>
Recurrence recurrence_of(const char* name, Cell cell, const Options& options, std::int64_t input_size,
                         std::int64_t hidden_size) {
  return {name,
          cell,
          input_size,
          hidden_size,
          options.num_layers,
          options.bias,
          options.batch_first,
          options.dropout,
          options.bidirectional,
          0,
          options.dtype};
}

}  // namespace

Recurrence recurrence(const RNNOptions& options, std::int64_t input_size, std::int64_t hidden_size) {
  const Cell cell = options.nonlinearity == RNNNonlinearity::tanh ? Cell::tanh : Cell::relu;
  return recurrence_of("RNN", cell, options, input_size, hidden_size);
}
Recurrence recurrence(const GRUOptions& options, std::int64_t input_size, std::int64_t hidden_size) {
  return recurrence_of("GRU", Cell::gru, options, input_size, hidden_size);
}
Recurrence recurrence(const LSTMOptions& options, std::int64_t input_size, std::int64_t hidden_size) {
  Recurrence net = recurrence_of("LSTM", Cell::lstm, options, input_size, hidden_size);
  net.proj_size = options.proj_size;
  return net;
}

RecurrentWeights recurrent_weights(const Recurrence& net) {
  if (net.num_layers < 1 || net.proj_size < 0 || (net.proj_size > 0 && net.proj_size >= net.hidden_size))
    throw ValueError(
        fmt::format("[{}] num_layers {} and proj_size {}: expected at least 1 layer, and a projection "
                    "smaller than the hidden size {}",
                    net.name, net.num_layers, net.proj_size, net.hidden_size));
  RecurrentWeights weights;
  const std::int64_t rows = blocks_of(net.cell) * net.hidden_size;
  for (std::int64_t layer = 0; layer < net.num_layers; ++layer)
    for (int reverse = 0; reverse <= (net.bidirectional ? 1 : 0); ++reverse) {
      const std::string suffix = suffix_of(layer, reverse == 1);
      const auto add = [&](const char* name, const Shape& shape) {
        weights[name + suffix] = init::uniform_parameter(shape, net.hidden_size, net.dtype);
      };
      const std::int64_t from_below = state_size(net) * (net.bidirectional ? 2 : 1);
      add("weight_ih", {rows, layer == 0 ? net.input_size : from_below});
      add("weight_hh", {rows, state_size(net)});
      if (net.bias) add("bias_ih", {rows});
      if (net.bias) add("bias_hh", {rows});
      if (net.proj_size > 0) add("weight_hr", {net.proj_size, net.hidden_size});
    }
  return weights;
}

RecurrentRun run_recurrence(const Recurrence& net, const RecurrentWeights& weights, bool training,
                            const Tensor& x, const Tensor& h0, const Tensor& c0, const Tensor& lengths) {
  Tensor y = time_first(net, x);
  const bool batched = x.dim() == 3;
  std::vector<Tensor> h = initial(net, "h0", h0, y, batched, state_size(net)), c(h.size());
  if (net.cell == Cell::lstm) c = initial(net, "c0", c0, y, batched, net.hidden_size);
  const Running running = running_of(net, lengths, y.size(0), y.size(1));
  std::size_t at = 0;
  for (std::int64_t layer = 0; layer < net.num_layers; ++layer) {
    std::vector<Tensor> directions;
    for (int reverse = 0; reverse <= (net.bidirectional ? 1 : 0); ++reverse, ++at) {
      State state{h[at], c[at]};
      const LayerWeights layer_weights(weights, suffix_of(layer, reverse == 1));
      directions.push_back(Pass(net, layer_weights)(y, state, running, reverse == 1));
      h[at] = state.h, c[at] = state.c;
    }
    y = directions.size() == 1 ? directions[0] : cat(directions, -1);
    if (layer + 1 < net.num_layers) y = dropout(y, net.dropout, training);
  }
  Tensor h_n = stack(h), c_n = net.cell == Cell::lstm ? stack(c) : Tensor();
  if (!batched) return {squeeze(y, 1), squeeze(h_n, 1), c_n.defined() ? squeeze(c_n, 1) : c_n};
  return {net.batch_first ? transpose(y, 0, 1) : y, h_n, c_n};
}

Tensor state_or_zeros(const Tensor& state, const Tensor& x, std::int64_t hidden_size) {
  if (state.defined()) return state;
  Shape shape = x.shape();
  if (!shape.empty()) shape[shape.size() - 1] = hidden_size;
  return zeros(shape, {.dtype = x.dtype()});
}

}  // namespace xg::nn::detail
