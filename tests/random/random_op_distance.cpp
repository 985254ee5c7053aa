#include <fmt/format.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/distance.hpp>

#include "random_op.hpp"

namespace xg::test {
namespace {

double norm_of(Choices& c) { return c.pick({2.0, 1.0, 3.0, 1.5}); }

// Away from 0, where norms have a kink.
Tensor positive(Choices& c, const Shape& shape) { return tensor_of(c, {.shape = shape, .low = 0.25}); }

Sample draw_normalize(Choices& c) {
  const Tensor x = positive(c, c.shape(1, 4, 1, 5));
  const std::int64_t axis = c.axis(x.dim());
  const double p = norm_of(c), eps = c.pick({1e-12, 100.0});
  return {.inputs = {x},
          .run = [=](const Inputs& in) { return normalize(in[0], p, axis, eps); },
          .text = fmt::format("normalize {} p {} axis {} eps {}", to_string(x.shape()), p, axis, eps)};
}

// A shape that broadcasts to this one: axes in front are gone, others have length 1.
Shape broadcast_source(Choices& c, const Shape& shape) {
  Shape source;
  for (std::size_t i = static_cast<std::size_t>(c.below(static_cast<std::int64_t>(shape.size())));
       i < shape.size(); ++i)
    source.push_back(c.coin() ? 1 : shape[i]);
  return source;
}

Sample draw_cosine_similarity(Choices& c) {
  const Shape shape = c.shape(1, 3, 1, 5);
  const std::int64_t axis = c.axis(shape.size());
  const Tensor a = positive(c, shape), b = positive(c, broadcast_source(c, shape));
  return {.inputs = {a, b},
          .run = [=](const Inputs& in) { return cosine_similarity(in[0], in[1], axis); },
          .text = fmt::format("cosine_similarity {} {} axis {}", to_string(a.shape()), to_string(b.shape()),
                              axis)};
}

Sample draw_pairwise_distance(Choices& c) {
  const Shape shape = c.shape(1, 3, 1, 5);
  const Tensor a = positive(c, shape);
  const Tensor b = tensor_of(c, {.shape = broadcast_source(c, shape), .low = -2, .high = -0.25});
  const double p = norm_of(c);
  const bool keepdim = c.coin();
  return {.inputs = {a, b},
          .run = [=](const Inputs& in) { return pairwise_distance(in[0], in[1], p, 1e-6, keepdim); },
          .text = fmt::format("pairwise_distance {} {} p {} keepdim {}", to_string(a.shape()),
                              to_string(b.shape()), p, keepdim)};
}

Sample draw_pdist(Choices& c) {
  const Tensor x = distinct_tensor(c, {c.integer(0, 5), c.integer(1, 4)});
  const double p = norm_of(c);
  return {.inputs = {x},
          .run = [=](const Inputs& in) { return pdist(in[0], p); },
          .text = fmt::format("pdist {} p {}", to_string(x.shape()), p),
          .tolerance32 = 1e-4};
}

std::vector<RandomOp> ops() {
  return {{"normalize", draw_normalize},
          {"cosine_similarity", draw_cosine_similarity},
          {"pairwise_distance", draw_pairwise_distance},
          {"pdist", draw_pdist}};
}

const RandomOps distance_ops(ops);

}  // namespace
}  // namespace xg::test
