#include "monitor.hpp"

#include <fmt/format.h>

#include <cmath>

#include "../core/copy.hpp"
#include "../core/error.hpp"
#include "../ops/reduce.hpp"

namespace xg::optim {
namespace {

double norm_of(const Tensor& x) { return norm(x.detach()).item(); }

}  // namespace

Monitor::Monitor(std::vector<NamedTensor> parameters, const Optimizer* optimizer, MonitorOptions options)
    : options_(std::move(options)),
      optimizer_(optimizer),
      activations_(parameters, options_.window, options_.activations) {
  if (options_.every < 1 || options_.window < 1)
    throw ValueError(fmt::format("[Monitor] every {} and window {}: expected at least 1", options_.every,
                                 options_.window));
  for (auto& [path, tensor] : parameters) parameters_.push_back({.path = path, .parameter = tensor});
}

Tensor Monitor::backward(const std::function<Tensor()>& loss) {
  const auto random_before = default_generator().state();
  Tensor value = watch(loss);
  value.backward();
  if (sampling()) gradients();
  if (non_finite_) return value;
  if (std::isfinite(value.item()) && has_finite_gradients()) return value;
  std::vector<NamedTensor> named;
  for (const ParameterFigures& p : parameters_) named.emplace_back(p.path, p.parameter);
  note(find_non_finite(loss, named, random_before, steps_));
  return value;
}

bool Monitor::begin_sample() {
  if (!sampling()) return false;
  if (in_sample_) return true;
  const NoGrad guard;
  before_.clear();
  for (const ParameterFigures& p : parameters_) before_.push_back(clone(p.parameter));
  activations_.begin();
  in_sample_ = true;
  has_gradients_ = false;
  return true;
}

void Monitor::gradients() {
  if (!sampling()) return;
  const NoGrad guard;
  for (ParameterFigures& p : parameters_) {
    const Tensor g = p.parameter.grad();
    p.gradient_norm = g.defined() ? norm_of(g) : std::numeric_limits<double>::quiet_NaN();
    p.ever_had_gradient = p.ever_had_gradient || g.defined();
  }
  has_gradients_ = true;
}

void Monitor::step() {
  if (in_sample_) end_sample();
  ++steps_;
}

void Monitor::step(const Tensor& loss) {
  const auto at = static_cast<double>(steps_);
  history_->add("train/loss", at, loss.item());
  if (optimizer_) history_->add("lr", at, optimizer_->lr().value());
  step();
}

void Monitor::end_sample() {
  const NoGrad guard;
  if (!has_gradients_) gradients();
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    ParameterFigures& p = parameters_[i];
    p.weight_norm = norm_of(before_[i]);
    // Weights that start at 0 have no size yet that an update could be compared with.
    p.update_ratio = p.weight_norm > 0 ? norm_of(p.parameter.detach() - before_[i]) / p.weight_norm
                                       : std::numeric_limits<double>::quiet_NaN();
    add("gradient_norm", p.path, p.gradient_norm);
    add("weight_norm", p.path, p.weight_norm);
    add("update_ratio", p.path, p.update_ratio);
  }
  in_sample_ = false;
  activations_.end();
  for (const ActivationFigures& a : activations_.figures()) {
    add("rms", a.name, a.rms);
    add("dead", a.name, a.dead);
    add("saturated", a.name, a.saturated);
  }
}

void Monitor::add(const std::string& kind, const std::string& name, double value) {
  if (!std::isnan(value)) history_->add(fmt::format("{}/{}", kind, name), static_cast<double>(steps_), value);
}

void Monitor::write_to(History& history, std::int64_t steps) {
  history_ = &history;
  steps_ = steps;
}

std::vector<ParameterFigures> Monitor::parameters() const {
  std::vector<ParameterFigures> all;
  std::vector<bool> listed(parameters_.size());
  for (const std::size_t i : activations_.use_order()) {
    all.push_back(parameters_[i]);
    listed[i] = true;
  }
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    if (!listed[i]) all.push_back(parameters_[i]);
  return all;
}

bool Monitor::has_finite_gradients() const {
  const NoGrad guard;
  for (const ParameterFigures& p : parameters_) {
    const Tensor g = p.parameter.grad();
    if (g.defined() && !std::isfinite(norm_of(g))) return false;
  }
  return true;
}

}  // namespace xg::optim
