// Every elementwise row of the op table at broadcasting shapes and mixed dtypes.

#include <fmt/format.h>

#include <algorithm>

#include <xgrad/core/create.hpp>

#include "random_op.hpp"

namespace xg::test {
namespace {

// A shape that broadcasts to `whole`: without some leading axes, with some others of length 1.
Shape broadcasting(Choices& choices, const Shape& whole) {
  const auto dropped = static_cast<std::size_t>(choices.below(static_cast<std::int64_t>(whole.size()) + 1));
  Shape shape;
  for (std::size_t axis = dropped; axis < whole.size(); ++axis)
    shape.push_back(choices.coin() ? 1 : whole[axis]);
  return shape;
}

// For ops that choose between inputs: input k takes its values from a grid of its own, far from the others'.
Tensor on_grid(Choices& choices, const Arg& arg, std::size_t k, std::size_t inputs) {
  Generator random(static_cast<std::uint64_t>(choices.below(1000)));
  std::vector<std::int64_t> cells(static_cast<std::size_t>(count(arg.shape)));
  random.fill_integers(cells, 0, 16);
  const double shift = (static_cast<double>(k) + 0.5) / static_cast<double>(inputs);
  return generate(arg.shape, [&](std::int64_t i) {
    return -3 + 0.375 * (static_cast<double>(cells[static_cast<std::size_t>(i)]) + shift);
  });
}

Sample draw_row(const OpRow& row, Choices& choices) {
  const bool chooses =
      row.args.size() > 1 && std::ranges::any_of(row.args, [](const Arg& arg) { return arg.distinct; });
  const Shape whole = choices.shape(0, 4, 0, 4);
  Inputs inputs;
  for (Arg arg : row.args) {
    arg.shape = broadcasting(choices, whole);
    inputs.push_back(chooses ? on_grid(choices, arg, inputs.size(), row.args.size())
                             : tensor_of(choices, arg));
  }
  Sample s = sample(row, inputs);
  s.mixes = true;
  for (const Tensor& x : inputs) s.text += fmt::format(" {}", to_string(x.shape()));
  return s;
}

std::vector<RandomOp> elementwise_rows() {
  std::vector<RandomOp> ops;
  for (const OpRow& row : op_table())
    if (row.scalar && std::ranges::none_of(row.args, [](const Arg& arg) { return arg.fixed.defined(); }))
      ops.push_back({row.name, [&row](Choices& choices) { return draw_row(row, choices); }, row.family});
  return ops;
}

const RandomOps elementwise_ops(elementwise_rows);

}  // namespace
}  // namespace xg::test
