#include "distance.hpp"

#include <fmt/format.h>

#include <vector>

#include "../core/create.hpp"
#include "../core/sum_to.hpp"
#include "arithmetic.hpp"
#include "index.hpp"
#include "reduce.hpp"
#include "view.hpp"

namespace xg {

Tensor normalize(const Tensor& x, double p, std::int64_t axis, double eps) {
  normalize_axis("normalize", axis, x.shape());
  if (!is_floating(x.dtype())) throw_not_floating("normalize", x.dtype());
  return x / clamp_min(norm(x, p, {axis}, true), eps);
}

Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, std::int64_t axis, double eps) {
  const Shape shape = broadcast_shapes("cosine_similarity", x1.shape(), x2.shape());
  normalize_axis("cosine_similarity", axis, shape);
  if (!is_floating(x1.dtype()) && !is_floating(x2.dtype()))
    throw_not_floating("cosine_similarity", x1.dtype());
  const Tensor a = broadcast_to(x1, shape), b = broadcast_to(x2, shape);
  return sum(a * b, {axis}) / (clamp_min(norm(a, 2, {axis}), eps) * clamp_min(norm(b, 2, {axis}), eps));
}

Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, double p, double eps, bool keepdim) {
  const Shape shape = broadcast_shapes("pairwise_distance", x1.shape(), x2.shape());
  normalize_axis("pairwise_distance", -1, shape);
  return norm(x1 - x2 + eps, p, {-1}, keepdim);
}

Tensor pdist(const Tensor& x, double p) {
  if (x.dim() != 2) throw ShapeError(fmt::format("[pdist] x {}: expected rows [n, d]", to_string(x.shape())));
  if (!is_floating(x.dtype())) throw_not_floating("pdist", x.dtype());
  if (!(p >= 0)) throw ValueError(fmt::format("[pdist] p {}: must not be negative", p));
  const std::int64_t n = x.shape()[0];
  std::vector<std::int64_t> first, second;
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = i + 1; j < n; ++j) {
      first.push_back(i);
      second.push_back(j);
    }
  const Shape pairs{static_cast<std::int64_t>(first.size())};
  return norm(index_select(x, 0, from_values(first, pairs)) - index_select(x, 0, from_values(second, pairs)),
              p, {1});
}

Tensor cdist(const Tensor& x1, const Tensor& x2, double p) {
  if (x1.dim() < 2 || x2.dim() < 2)
    throw ShapeError(fmt::format("[cdist] x1 {} and x2 {}: expected rows in the last two axes",
                                 to_string(x1.shape()), to_string(x2.shape())));
  if (x1.size(-1) != x2.size(-1))
    throw ShapeError(fmt::format("[cdist] x1 {} and x2 {}: rows of {} and {}", to_string(x1.shape()),
                                 to_string(x2.shape()), x1.size(-1), x2.size(-1)));
  if (!(p >= 0)) throw ValueError(fmt::format("[cdist] p {}: must not be negative", p));
  if (!is_floating(x1.dtype()) && !is_floating(x2.dtype())) throw_not_floating("cdist", x1.dtype());
  const Tensor left = unsqueeze(x1, -2), right = unsqueeze(x2, -3);
  broadcast_shapes("cdist", left.shape(), right.shape());
  return norm(left - right, p, {-1});
}

}  // namespace xg
