#pragma once
/// What Adam and its kin have in common. Internal to optim.

#include "rule.hpp"

namespace xg::optim {

/// The averages of g and g^2 at a step that counts from 1: the share that the new value gets, and the sum of
/// all weights, which starts at 0 like the average and makes it unbiased. Computed from numbers, because 1 -
/// 0.999 loses four digits in float32.
struct Moments {
  Moments(const std::array<Hyper, 2>& betas, std::int64_t step)
      : share{1 - betas[0], 1 - betas[1]}, weight{1 - pow(betas[0], step), 1 - pow(betas[1], step)} {}

  std::array<Hyper, 2> share, weight;
};

inline void check_betas(const char* optimizer, const std::array<Hyper, 2>& betas) {
  check_rate(optimizer, "betas[0]", betas[0]);
  check_rate(optimizer, "betas[1]", betas[1]);
}

/// Of options with the names of Adam's.
template <class Options> void check_adam(const char* optimizer, const Options& options) {
  check_not_negative(optimizer, "lr", options.lr);
  check_betas(optimizer, options.betas);
  check_not_negative(optimizer, "eps", options.eps);
  check_not_negative(optimizer, "weight_decay", options.weight_decay);
}

}  // namespace xg::optim
