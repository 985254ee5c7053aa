#include "reparameterize.hpp"

#include <fmt/format.h>

#include <utility>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/mode.hpp"
#include "../ops/arithmetic.hpp"
#include "../ops/distance.hpp"
#include "../ops/matmul.hpp"
#include "../ops/reduce.hpp"
#include "../ops/view.hpp"

namespace xg::nn::detail {
namespace {

Tensor as_matrix(const Tensor& weight, std::int64_t axis) {
  if (weight.dim() < 2)
    throw ShapeError(
        fmt::format("[SpectralNorm] weight {}: expected at least 2 axes", to_string(weight.shape())));
  return flatten(movedim(weight, axis, 0), 1);
}

Tensor unit(const Tensor& x, const SpectralNormOptions& options) { return normalize(x, 2, 0, options.eps); }

}  // namespace

Tensor taken(Tensor& weight) { return std::exchange(weight, Tensor()); }

Tensor lengths_along(const Tensor& weight, std::int64_t axis) {
  const std::size_t kept = normalize_axis("WeightNorm", axis, weight.shape());
  Axes others;
  for (std::size_t i = 0; i < weight.dim(); ++i)
    if (i != kept) others.push_back(static_cast<std::int64_t>(i));
  // No axes would stand for all of them.
  Tensor lengths = no_grad([&] { return others.empty() ? abs(weight) : norm(weight, 2, others, true); });
  return lengths.requires_grad(true);
}

Tensor start_vector(const Tensor& weight, bool left, const SpectralNormOptions& options) {
  const Tensor matrix = as_matrix(weight.detach(), options.axis);
  return unit(randn({matrix.size(left ? 0 : 1)}, {.dtype = weight.dtype()}), options);
}

Tensor spectrally_normalized(const Tensor& weight, Tensor u, Tensor v, bool training,
                             const SpectralNormOptions& options) {
  const Tensor matrix = as_matrix(weight, options.axis);
  // The graph keeps copies, so that later calls may write u and v before it is walked.
  Tensor left = clone(u), right = clone(v);
  if (training) {
    const NoGrad guard;
    for (std::int64_t i = 0; i < options.n_power_iterations; ++i) {
      right = unit(mv(t(matrix), left), options);
      left = unit(mv(matrix, right), options);
    }
    assign(u, left);
    assign(v, right);
  }
  return weight / dot(left, mv(matrix, right));
}

}  // namespace xg::nn::detail
