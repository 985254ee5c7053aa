#include <fmt/format.h>
#include <fmt/ranges.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/einsum.hpp>
#include <xgrad/ops/products.hpp>

#include "random_op.hpp"
#include "support/plain_einsum.hpp"

namespace xg::test {
namespace {

std::string shapes(const Inputs& in) {
  std::string text;
  for (const Tensor& x : in) text += fmt::format(" {}", to_string(x.shape()));
  return text;
}

// Up to four operands of up to three axes each; any letter may repeat, broadcast, be summed or stay.
Sample draw_einsum(Choices& c) {
  const std::string alphabet = "abcd";
  std::vector<std::int64_t> lengths;
  for (std::size_t i = 0; i < alphabet.size(); ++i) lengths.push_back(c.integer(1, 3));
  Letters operands(static_cast<std::size_t>(c.integer(1, 4)));
  Sample s;
  std::string used, result;
  for (std::string& letters : operands) {
    Shape shape;
    for (std::int64_t axes = c.below(4); axes > 0; --axes) {
      const auto letter = static_cast<std::size_t>(c.below(4));
      const bool repeats = letters.find(alphabet[letter]) != letters.npos;
      const bool broadcasts = !repeats && c.below(5) == 1;
      shape.push_back(broadcasts ? 1 : lengths[letter]);
      if (repeats) shape[shape.size() - 1] = shape[letters.find(alphabet[letter])];
      letters += alphabet[letter];
      if (used.find(alphabet[letter]) == used.npos) used += alphabet[letter];
    }
    s.inputs.push_back(distinct_tensor(c, shape));
  }
  for (const std::int64_t i : c.order(used.size()))
    if (c.coin()) result += used[static_cast<std::size_t>(i)];
  const std::string equation = fmt::format("{}->{}", fmt::join(operands, ","), result);
  s.run = [=](const Inputs& in) { return einsum(equation, in); };
  s.reference = [=](const Inputs& in) { return plain_einsum(in, operands, result); };
  s.tolerance32 = 1e-4;
  s.text = fmt::format("einsum \"{}\"{}", equation, shapes(s.inputs));
  return s;
}

Sample draw_tensordot(Choices& c) {
  const Shape common = c.shape(0, 2, 1, 3), left = c.shape(0, 2, 0, 3), right = c.shape(0, 2, 0, 3);
  Shape a = left, b = common;
  for (const std::int64_t size : common) a.push_back(size);
  for (const std::int64_t size : right) b.push_back(size);
  const auto n = static_cast<std::int64_t>(common.size());
  Sample s{.inputs = {distinct_tensor(c, a), distinct_tensor(c, b)},
           .run = [n](const Inputs& in) { return tensordot(in[0], in[1], n); }};
  s.text = fmt::format("tensordot{} over {}", shapes(s.inputs), n);
  return s;
}

Sample draw_kron(Choices& c) {
  Sample s{.inputs = {distinct_tensor(c, c.shape(0, 3, 0, 3)), distinct_tensor(c, c.shape(0, 3, 0, 3))},
           .run = [](const Inputs& in) { return kron(in[0], in[1]); }};
  s.text = fmt::format("kron{}", shapes(s.inputs));
  return s;
}

Sample draw_chain(Choices& c) {
  Sample s;
  std::int64_t rows = c.integer(1, 4);
  for (std::int64_t n = c.integer(2, 5); n > 0; --n) {
    const std::int64_t columns = c.integer(1, 4);
    s.inputs.push_back(distinct_tensor(c, {rows, columns}));
    rows = columns;
  }
  s.run = [](const Inputs& in) { return multi_dot(in); };
  s.reference = [](const Inputs& in) {
    Tensor y = in[0];
    for (std::size_t i = 1; i < in.size(); ++i) y = plain_einsum({y, in[i]}, {"ij", "jk"}, "ik");
    return y;
  };
  s.tolerance32 = 1e-4;
  s.text = fmt::format("multi_dot{}", shapes(s.inputs));
  return s;
}

const RandomOps einsum_ops([] {
  return std::vector<RandomOp>{
      {"einsum", draw_einsum}, {"tensordot", draw_tensordot}, {"kron", draw_kron}, {"multi_dot", draw_chain}};
});

}  // namespace
}  // namespace xg::test
