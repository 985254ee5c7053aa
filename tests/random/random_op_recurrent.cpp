#include <fmt/format.h>

#include <xgrad/ops/recurrent.hpp>
#include <xgrad/ops/view.hpp>

#include "random_op.hpp"

namespace xg::test {
namespace {

// Input, state, weights, biases if drawn, and further states of the same shape.
Inputs cell_inputs(Choices& c, std::int64_t blocks, std::size_t further) {
  const Shape batch = c.shape(0, 2, 0, 3);
  const std::int64_t in = c.integer(1, 3), hidden = c.integer(1, 3), rows = blocks * hidden;
  const auto of = [&](std::int64_t size) {
    Shape shape = batch;
    shape.push_back(size);
    return tensor_of(c, {.shape = shape});
  };
  Inputs all{of(in), of(hidden), tensor_of(c, {.shape = {rows, in}}),
             tensor_of(c, {.shape = {rows, hidden}})};
  for (std::size_t i = 0; i < further; ++i) all.push_back(of(hidden));
  if (!c.coin()) return all;
  all.push_back(tensor_of(c, {.shape = {rows}}));
  all.push_back(tensor_of(c, {.shape = {rows}}));
  return all;
}

Sample with_text(const char* name, Inputs inputs, std::function<Tensor(const Inputs&)> run) {
  return {.inputs = inputs,
          .run = std::move(run),
          .text = fmt::format("{} input {} hx {} with {} tensors", name, to_string(inputs[0].shape()),
                              to_string(inputs[1].shape()), inputs.size())};
}

Tensor or_none(const Inputs& in, std::size_t i) { return i < in.size() ? in[i] : Tensor(); }

Sample draw_lstm(Choices& c) {
  return with_text("lstm_cell", cell_inputs(c, 4, 1), [](const Inputs& in) {
    const auto [h, next] = lstm_cell(in[0], in[1], in[4], in[2], in[3], or_none(in, 5), or_none(in, 6));
    return cat({h, next}, -1);
  });
}

RandomOp simple(const char* name, std::int64_t blocks, decltype(&gru_cell) cell) {
  return {name, [=](Choices& c) {
            return with_text(name, cell_inputs(c, blocks, 0), [=](const Inputs& in) {
              return cell(in[0], in[1], in[2], in[3], or_none(in, 4), or_none(in, 5));
            });
          }};
}

const RandomOps recurrent_ops([] {
  return std::vector<RandomOp>{
      {"lstm_cell", draw_lstm}, simple("gru_cell", 3, gru_cell), simple("rnn_tanh_cell", 1, rnn_tanh_cell)};
});

}  // namespace
}  // namespace xg::test
