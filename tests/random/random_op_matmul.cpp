#include <fmt/format.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/view.hpp>

#include "random_op.hpp"

namespace xg::test {
namespace {

std::string shapes(const Inputs& in) {
  std::string text;
  for (const Tensor& x : in) text += fmt::format(" {}", to_string(x.shape()));
  return text;
}

// Some leading axes that broadcast with `whole`, then these.
Shape batched(Choices& c, const Shape& whole, const Shape& last) {
  const auto dropped = static_cast<std::size_t>(c.below(static_cast<std::int64_t>(whole.size()) + 1));
  Shape shape;
  for (std::size_t axis = dropped; axis < whole.size(); ++axis) shape.push_back(c.coin() ? 1 : whole[axis]);
  for (const std::int64_t size : last) shape.push_back(size);
  return shape;
}

// The product by broadcasting and a sum, for operands with two axes at least.
Tensor by_sum(const Inputs& in) { return sum(unsqueeze(in[0], -1) * unsqueeze(in[1], -3), {-2}); }

Sample draw_matmul(Choices& c) {
  const Shape whole = c.shape(0, 2, 0, 3);
  const std::int64_t m = c.integer(0, 5), k = c.integer(0, 5), n = c.integer(0, 5);
  const int vectors = static_cast<int>(c.below(4));  // bit 0: a is one, bit 1: b is one
  const Shape a = vectors & 1 ? Shape{k} : batched(c, whole, {m, k});
  const Shape b = vectors & 2 ? Shape{k} : batched(c, whole, {k, n});
  Sample s{.inputs = {distinct_tensor(c, a), distinct_tensor(c, b)},
           .run = [](const Inputs& in) { return matmul(in[0], in[1]); }};
  if (vectors == 0) s.reference = by_sum;
  s.text = fmt::format("matmul{}", shapes(s.inputs));
  return s;
}

Sample draw_linear(Choices& c) {
  const std::int64_t in = c.integer(0, 6), out = c.integer(0, 6);
  Shape shape = c.shape(0, 3, 0, 3);
  shape.push_back(in);
  Sample s{.inputs = {distinct_tensor(c, shape), distinct_tensor(c, {out, in})},
           .run = [](const Inputs& i) { return linear(i[0], i[1], i.size() > 2 ? i[2] : Tensor()); }};
  if (c.coin()) s.inputs.push_back(distinct_tensor(c, {out}));
  s.text = fmt::format("linear{}", shapes(s.inputs));
  return s;
}

Sample draw_addmm(Choices& c) {
  const std::int64_t m = c.integer(0, 5), k = c.integer(0, 5), n = c.integer(0, 5);
  const AddmmOptions options{.beta = c.pick({1.0, 0.0, -0.5}), .alpha = c.pick({1.0, 2.0})};
  Sample s{.inputs = {distinct_tensor(c, batched(c, {m, n}, {})), distinct_tensor(c, {m, k}),
                      distinct_tensor(c, {k, n})},
           .run = [=](const Inputs& in) { return addmm(in[0], in[1], in[2], options); }};
  s.text = fmt::format("addmm{} beta {} alpha {}", shapes(s.inputs), options.beta, options.alpha);
  return s;
}

Sample draw_bmm(Choices& c) {
  const std::int64_t b = c.integer(0, 3), m = c.integer(0, 4), k = c.integer(0, 4), n = c.integer(0, 4);
  Sample s{.inputs = {distinct_tensor(c, {b, m, k}), distinct_tensor(c, {b, k, n})},
           .run = [](const Inputs& in) { return bmm(in[0], in[1]); },
           .reference = by_sum};
  s.text = fmt::format("bmm{}", shapes(s.inputs));
  return s;
}

Sample draw_vectors(Choices& c) {
  const std::int64_t m = c.integer(0, 9), n = c.integer(0, 9);
  const Tensor x = distinct_tensor(c, {n}), y = distinct_tensor(c, {n});
  switch (c.below(3)) {
    case 0:
      return {.inputs = {x, y},
              .run = [](const Inputs& in) { return dot(in[0], in[1]); },
              .text = fmt::format("dot [{}]", n)};
    case 1:
      return {.inputs = {distinct_tensor(c, {m, n}), x},
              .run = [](const Inputs& in) { return mv(in[0], in[1]); },
              .text = fmt::format("mv [{}, {}]", m, n)};
    default:
      return {.inputs = {distinct_tensor(c, {m}), x},
              .run = [](const Inputs& in) { return outer(in[0], in[1]); },
              .text = fmt::format("outer [{}] [{}]", m, n)};
  }
}

std::vector<RandomOp> products() {
  return {{"matmul", draw_matmul},
          {"linear", draw_linear},
          {"addmm", draw_addmm},
          {"bmm", draw_bmm},
          {"dot", draw_vectors}};
}

const RandomOps matmul_ops(products);

}  // namespace
}  // namespace xg::test
