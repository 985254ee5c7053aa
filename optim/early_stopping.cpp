#include "early_stopping.hpp"

#include <limits>

#include "../core/copy.hpp"
#include "../core/saved_state.hpp"
#include "hyper.hpp"

namespace xg::optim {

EarlyStopping::EarlyStopping(std::vector<NamedTensor> tensors, EarlyStoppingOptions options)
    : options_(options),
      best_(options.maximize ? -std::numeric_limits<double>::infinity()
                             : std::numeric_limits<double>::infinity()) {
  check_positive("EarlyStopping", "patience", options.patience);
  check_not_negative("EarlyStopping", "min_delta", options.min_delta);
  for (auto& [path, tensor] : tensors) {
    if (!tensor.defined()) continue;
    best_tensors_.emplace_back(path, clone(tensor.detach()));
    tensors_.emplace_back(path, std::move(tensor));
  }
}

bool EarlyStopping::operator()(double metric) {
  ++epoch_;
  if (options_.maximize ? metric > best_ + options_.min_delta : metric < best_ - options_.min_delta) {
    best_ = metric;
    best_epoch_ = epoch_;
    bad_ = 0;
    xg::detail::copy_all_values(tensors_, best_tensors_);
  } else {
    ++bad_;
  }
  return stopped();
}

void EarlyStopping::restore_best() { xg::detail::copy_all_values(best_tensors_, tensors_); }

std::map<std::string, Tensor> EarlyStopping::state() const {
  std::map<std::string, Tensor> all = {{"best", xg::detail::saved_number(best_)},
                                       {"best_epoch", xg::detail::saved_number(best_epoch_)},
                                       {"epoch", xg::detail::saved_number(epoch_)},
                                       {"bad", xg::detail::saved_number(bad_)}};
  for (const auto& [path, tensor] : best_tensors_) all["weights." + path] = clone(tensor);
  return all;
}

void EarlyStopping::load_state(const std::map<std::string, Tensor>& saved) {
  const double best = xg::detail::find_saved_number(saved, "best");
  const std::int64_t best_epoch = xg::detail::find_saved_integer(saved, "best_epoch"),
                     epoch = xg::detail::find_saved_integer(saved, "epoch"),
                     bad = xg::detail::find_saved_integer(saved, "bad");
  std::vector<NamedTensor> weights;
  for (const auto& [path, tensor] : best_tensors_)
    weights.emplace_back(path, xg::detail::find_saved(saved, "weights." + path));
  xg::detail::copy_all_values(weights, best_tensors_);
  best_ = best;
  best_epoch_ = best_epoch;
  epoch_ = epoch;
  bad_ = bad;
}

}  // namespace xg::optim
