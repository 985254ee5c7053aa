#include "layerwise.hpp"

#include "adam_moments.hpp"
#include "chain.hpp"

namespace xg::optim {

std::vector<Update> update(const LarsOptions& o, std::int64_t step) {
  check_not_negative("LARS", "lr", o.lr);
  check_not_negative("LARS", "momentum", o.momentum);
  check_not_negative("LARS", "weight_decay", o.weight_decay);
  check_not_negative("LARS", "trust_coefficient", o.trust_coefficient);
  check_not_negative("LARS", "eps", o.eps);
  return update(ChainOptions{.parts = {add_decayed_weights(o.weight_decay),
                                       scale_by_trust_ratio({o.trust_coefficient, o.eps}),
                                       trace({o.momentum, o.nesterov})},
                             .lr = o.lr,
                             .maximize = o.maximize},
                step);
}

std::vector<Update> update(const LambOptions& o, std::int64_t step) {
  check_adam("LAMB", o);
  return update(ChainOptions{.parts = {scale_by_adam({o.betas, o.eps}), add_decayed_weights(o.weight_decay),
                                       scale_by_trust_ratio()},
                             .lr = o.lr,
                             .maximize = o.maximize},
                step);
}

}  // namespace xg::optim
