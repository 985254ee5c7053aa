#include "sam.hpp"

#include "../core/copy.hpp"
#include "../core/mode.hpp"
#include "average_weights.hpp"
#include "clip.hpp"

namespace xg::optim {
namespace {

double take_gradient(Optimizer& optimizer, const std::function<Tensor()>& closure) {
  optimizer.zero_grad();
  const Tensor loss = closure();
  loss.backward();
  return loss.item();
}

}  // namespace

SAM::SAM(Optimizer& base, SamOptions options) : base_(base), options_(options) {
  check_not_negative("SAM", "rho", options.rho);
}

double SAM::step(const std::function<Tensor()>& closure) {
  const double loss = take_gradient(base_, closure);
  std::vector<Tensor> places, scaled, higher;
  {
    const NoGrad guard;
    for (const Tensor& p : base_.parameters()) {
      const Tensor g = p.grad();
      if (!g.defined()) continue;
      places.push_back(p);
      scaled.push_back(options_.adaptive ? abs(p) * g : g);
    }
    const Tensor length = global_norm(scaled) + 1e-12;
    for (std::size_t i = 0; i < places.size(); ++i) {
      const Tensor direction = options_.adaptive ? abs(places[i]) * scaled[i] : scaled[i];
      higher.push_back(places[i] + direction * (options_.rho / length));
    }
  }
  {
    const TemporaryWeights guard(places, higher);
    take_gradient(base_, closure);
  }
  base_.step();
  return loss;
}

}  // namespace xg::optim
