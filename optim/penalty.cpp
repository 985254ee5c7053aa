#include "penalty.hpp"

#include <fmt/format.h>

#include "../core/create.hpp"
#include "../core/error.hpp"
#include "../ops/arithmetic.hpp"
#include "../ops/reduce.hpp"

namespace xg::optim::detail {
namespace {

template <class Measure>
Tensor total(const std::vector<Tensor>& parameters, PenaltyOptions options, const Measure& measure) {
  Tensor all;
  for (const Tensor& p : parameters) {
    if (options.weights_only && p.dim() < 2) continue;
    const Tensor one = sum(measure(p));
    all = all.defined() ? all + one : one;
  }
  return all.defined() ? all : scalar(0);
}

}  // namespace

Tensor l1_penalty(const std::vector<Tensor>& parameters, PenaltyOptions options) {
  return total(parameters, options, [](const Tensor& p) { return abs(p); });
}

Tensor l2_penalty(const std::vector<Tensor>& parameters, PenaltyOptions options) {
  return total(parameters, options, [](const Tensor& p) { return square(p); });
}

Tensor elastic_net_penalty(const std::vector<Tensor>& parameters, double l1_ratio, PenaltyOptions options) {
  if (!(l1_ratio >= 0 && l1_ratio <= 1))
    throw ValueError(fmt::format("[elastic_net_penalty] l1_ratio {}: expected 0 to 1", l1_ratio));
  return l1_ratio * l1_penalty(parameters, options) + (1 - l1_ratio) / 2 * l2_penalty(parameters, options);
}

}  // namespace xg::optim::detail
