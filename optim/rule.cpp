#include "rule.hpp"

#include <fmt/format.h>

#include "../core/error.hpp"

namespace xg::optim {

void Rule::check(std::size_t state, std::size_t hypers) const {
  if (state_.size() + 1 != results_)
    throw ValueError(
        fmt::format("[{}] the lambda returns {} results, for p and {} named states: name each of them", name_,
                    results_, state_.size()));
  if (state != state_.size() || hypers != hypers_)
    throw ValueError(fmt::format("[{}] the lambda takes {} states and {} hyper-parameters, got {} and {}",
                                 name_, state_.size(), hypers_, state, hypers));
}

}  // namespace xg::optim
