#include "lookahead.hpp"

#include "../core/copy.hpp"

namespace xg::optim {

Lookahead::Lookahead(Optimizer& fast, LookaheadOptions options) : fast_(fast), options_(options) {
  check_positive("Lookahead", "steps", options.steps);
  check_not_negative("Lookahead", "alpha", options.alpha);
  for (const Tensor& p : fast.parameters()) slow_.push_back(clone(p.detach()));
}

void Lookahead::step() {
  fast_.step();
  if (++steps_ % options_.steps != 0) return;
  std::vector<Tensor> parameters = fast_.parameters();
  for (std::size_t i = 0; i < slow_.size(); ++i) {
    follow_in_place(slow_[i], options_.alpha, parameters[i]);
    assign(parameters[i], slow_[i]);
  }
}

}  // namespace xg::optim
