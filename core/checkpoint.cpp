#include "checkpoint.hpp"

#include <fmt/format.h>

#include "random_guard.hpp"

namespace xg::detail {

Checkpoint::Checkpoint(std::function<void()> run_again)
    : run_again_(std::move(run_again)), mode_(mode()), random_(default_generator().state()) {
  mode_.saved_hooks = nullptr;
  mode_.observer = nullptr;
}

SavedTensorHooks Checkpoint::forget() {
  return {[self = shared_from_this()](const Tensor&) { return self->saved_++; },
          [self = shared_from_this()](std::size_t i) { return self->recall(i); }};
}

Tensor Checkpoint::recall(std::size_t i) {
  if (values_.size() <= i || !values_[i].defined()) run_again();
  return std::exchange(values_[i], Tensor());
}

void Checkpoint::run_again() {
  const auto values = std::make_shared<std::vector<Tensor>>();
  {
    const ModeGuard as_then(mode_);
    const RandomGuard random(random_);
    const SavedTensorHooks hooks(
        [values](const Tensor& x) {
          values->push_back(x);
          return values->size() - 1;
        },
        [values](std::size_t i) { return (*values)[i]; });
    run_again_();
  }
  if (values->size() != saved_)
    throw GraphError(fmt::format(
        "[checkpoint] the function saved {} tensors and then {}: it must do the same in both runs", saved_,
        values->size()));
  values_ = *values;
}

}  // namespace xg::detail
