#include "penalty.hpp"

#include "../core/create.hpp"
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

}  // namespace xg::optim::detail
