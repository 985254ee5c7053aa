#include <xgrad/nn/rnn.hpp>

#include "table.hpp"

namespace xg::test {
namespace {

// Gives each weight of a layer the case's input of its name.
template <class Net> Net with_weights(Net net, const Call& c) {
  for (auto& [name, weight] : *net.weights) weight = c.find(name);
  return net;
}

std::int64_t width_of(const Call& c) { return c[0].size(-1); }

Outputs whole_rnn(const Call& c, nn::RNNNonlinearity nonlinearity) {
  const nn::RNNOptions options{.num_layers = c.integer("num_layers"),
                               .nonlinearity = nonlinearity,
                               .bias = c.flag("bias"),
                               .batch_first = c.flag("batch_first"),
                               .bidirectional = c.flag("bidirectional")};
  const auto [output, h] =
      with_weights(nn::RNN{width_of(c), c.find("h0").size(-1), options}, c)(c[0], c.find("h0"));
  return {output, h};
}

Outputs whole_lstm(const Call& c) {
  const nn::LSTMOptions options{.num_layers = c.integer("num_layers"),
                                .bias = c.flag("bias"),
                                .batch_first = c.flag("batch_first"),
                                .bidirectional = c.flag("bidirectional"),
                                .proj_size = c.integer("proj_size")};
  const auto [output, state] = with_weights(nn::LSTM{width_of(c), c.find("c0").size(-1), options}, c)(
      c[0], {c.find("h0"), c.find("c0")});
  return {output, state.h, state.c};
}

Outputs whole_gru(const Call& c) {
  const nn::GRUOptions options{.num_layers = c.integer("num_layers"),
                               .bias = c.flag("bias"),
                               .batch_first = c.flag("batch_first"),
                               .bidirectional = c.flag("bidirectional")};
  const auto [output, h] =
      with_weights(nn::GRU{width_of(c), c.find("h0").size(-1), options}, c)(c[0], c.find("h0"));
  return {output, h};
}

Outputs rnn(const Call& c) {
  const std::string mode = c.text("mode", "");
  if (mode == "LSTM") return whole_lstm(c);
  if (c.integer("proj_size") != 0) throw NotImplemented("a projection of " + mode);
  if (mode == "GRU") return whole_gru(c);
  if (mode == "RNN_TANH") return whole_rnn(c, nn::RNNNonlinearity::tanh);
  if (mode == "RNN_RELU") return whole_rnn(c, nn::RNNNonlinearity::relu);
  throw NotImplemented("mode " + mode);
}

Op cell(decltype(&rnn_tanh_cell) f) {
  return [f](const Call& c) {
    return f(c[0], c.find("hx"), c.find("weight_ih"), c.find("weight_hh"), c.find("bias_ih"),
             c.find("bias_hh"));
  };
}

const OpsOf networks{
    {"rnn", rnn},
    {"rnn_tanh_cell", cell(rnn_tanh_cell)},
    {"rnn_relu_cell", cell(rnn_relu_cell)},
    {"gru_cell", cell(gru_cell)},
    {"lstm_cell",
     [](const Call& c) {
       return lstm_cell(c[0], c.find("hx"), c.find("cx"), c.find("weight_ih"), c.find("weight_hh"),
                        c.find("bias_ih"), c.find("bias_hh"));
     }},
};

}  // namespace
}  // namespace xg::test
