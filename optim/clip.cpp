#include "clip.hpp"

#include <fmt/format.h>

#include <cmath>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/elementwise.hpp"
#include "../ops/arithmetic.hpp"
#include "../ops/math.hpp"
#include "../ops/reduce.hpp"
#include "../ops/view.hpp"
#include "hyper.hpp"

namespace xg::optim {
namespace {

std::vector<Tensor> gradients_of(const std::vector<Tensor>& parameters) {
  std::vector<Tensor> gradients;
  for (const Tensor& p : parameters)
    if (p.grad().defined() && p.numel() > 0) gradients.push_back(p.grad());
  return gradients;
}

Tensor norm_of(const Tensor& g, double p) {
  Tensor n = norm(g, p);
  // The sum of squares leaves float32 long before the gradients do.
  if (g.dtype() == float32 && std::isinf(n.item())) n = norm(to(g, float64), p);
  return to(n, float64);
}

// Norms of what feeds one output: of the rows of a matrix and the kernels of a convolution, of a vector as a
// whole.
Tensor unit_norms(const Tensor& x) {
  Axes axes;
  for (std::size_t i = 1; i < x.dim(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  return norm(x, 2, axes, true);
}

}  // namespace

Tensor global_norm(const std::vector<Tensor>& tensors, double norm_type) {
  std::vector<Tensor> norms;
  norms.reserve(tensors.size());
  for (const Tensor& t : tensors) norms.push_back(norm_of(t, norm_type));
  return norms.empty() ? scalar(0, {.dtype = float64}) : norm(stack(norms), norm_type);
}

double detail::clip_grad_norm(const std::vector<Tensor>& parameters, double max_norm, ClipOptions options) {
  static const auto scale = elementwise("clip_grad_norm", [](auto g, auto factor) { return g * factor; });
  if (!(max_norm >= 0))
    throw ValueError(fmt::format("[clip_grad_norm] max_norm {}: expected at least 0", max_norm));
  if (!(options.norm_type > 0))
    throw ValueError(fmt::format("[clip_grad_norm] norm_type {}: expected more than 0", options.norm_type));
  const NoGrad guard;
  std::vector<Tensor> gradients = gradients_of(parameters);
  const double norm = global_norm(gradients, options.norm_type).item();
  if (options.error_if_nonfinite && !std::isfinite(norm))
    throw ValueError(fmt::format(
        "[clip_grad_norm] the gradients have the norm {}: find its origin under DetectAnomaly", norm));
  const double factor = max_norm / (norm + 1e-6);
  if (factor >= 1) return norm;
  for (Tensor& g : gradients) scale.write(std::array{&g}, g, factor);
  return norm;
}

void detail::clip_grad_value(const std::vector<Tensor>& parameters, double clip_value) {
  static const auto limit =
      elementwise("clip_grad_value", [](auto g, auto v) { return where(g > v, v, where(g < -v, -v, g)); });
  if (!(clip_value >= 0))
    throw ValueError(fmt::format("[clip_grad_value] clip_value {}: expected at least 0", clip_value));
  for (Tensor& g : gradients_of(parameters)) limit.write(std::array{&g}, g, clip_value);
}

void detail::clip_grad_adaptive(const std::vector<Tensor>& parameters, double clipping, double eps) {
  check_not_negative("clip_grad_adaptive", "clipping", clipping);
  check_positive("clip_grad_adaptive", "eps", eps);
  const NoGrad guard;
  for (const Tensor& p : parameters) {
    Tensor g = p.grad();
    if (!g.defined() || g.numel() == 0) continue;
    const Tensor largest = clipping * clamp_min(unit_norms(p), eps);
    assign(g, g * clamp_max(largest / clamp_min(unit_norms(g), 1e-6), 1));
  }
}

void detail::clip_weight_norm(const std::vector<Tensor>& parameters, double max_norm) {
  check_not_negative("clip_weight_norm", "max_norm", max_norm);
  const NoGrad guard;
  for (Tensor p : parameters)
    if (p.dim() >= 2 && p.numel() > 0) assign(p, p * clamp_max(max_norm / (unit_norms(p) + 1e-7), 1));
}

}  // namespace xg::optim
