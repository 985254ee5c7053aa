#include "clip.hpp"

#include <fmt/format.h>

#include <cmath>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/elementwise.hpp"
#include "../ops/arithmetic.hpp"
#include "../ops/math.hpp"
#include "../ops/reduce.hpp"

namespace xg::optim::detail {
namespace {

std::vector<Tensor> gradients_of(const std::vector<Tensor>& parameters) {
  std::vector<Tensor> gradients;
  for (const Tensor& p : parameters)
    if (p.grad().defined() && p.numel() > 0) gradients.push_back(p.grad());
  return gradients;
}

double norm_of(const Tensor& g, double p) {
  const double n = norm(g, p).item();
  // The sum of squares leaves float32 long before the gradients do.
  return std::isinf(n) && g.dtype() == float32 ? norm(to(g, float64), p).item() : n;
}

double total_norm(const std::vector<Tensor>& gradients, double p) {
  if (gradients.empty()) return 0;
  std::vector<double> norms;
  norms.reserve(gradients.size());
  for (const Tensor& g : gradients) norms.push_back(norm_of(g, p));
  const auto n = static_cast<std::int64_t>(norms.size());
  return norm(from_values(std::span<const double>(norms), {n}, {.dtype = float64}), p).item();
}

}  // namespace

double clip_grad_norm(const std::vector<Tensor>& parameters, double max_norm, ClipOptions options) {
  static const auto scale = elementwise("clip_grad_norm", [](auto g, auto factor) { return g * factor; });
  if (!(max_norm >= 0))
    throw ValueError(fmt::format("[clip_grad_norm] max_norm {}: expected at least 0", max_norm));
  if (!(options.norm_type > 0))
    throw ValueError(fmt::format("[clip_grad_norm] norm_type {}: expected more than 0", options.norm_type));
  const NoGrad guard;
  std::vector<Tensor> gradients = gradients_of(parameters);
  const double norm = total_norm(gradients, options.norm_type);
  if (options.error_if_nonfinite && !std::isfinite(norm))
    throw ValueError(fmt::format(
        "[clip_grad_norm] the gradients have the norm {}: find its origin under DetectAnomaly", norm));
  const double factor = max_norm / (norm + 1e-6);
  if (factor >= 1) return norm;
  for (Tensor& g : gradients) scale.write(std::array{&g}, g, factor);
  return norm;
}

void clip_grad_value(const std::vector<Tensor>& parameters, double clip_value) {
  static const auto limit =
      elementwise("clip_grad_value", [](auto g, auto v) { return where(g > v, v, where(g < -v, -v, g)); });
  if (!(clip_value >= 0))
    throw ValueError(fmt::format("[clip_grad_value] clip_value {}: expected at least 0", clip_value));
  for (Tensor& g : gradients_of(parameters)) limit.write(std::array{&g}, g, clip_value);
}

}  // namespace xg::optim::detail
