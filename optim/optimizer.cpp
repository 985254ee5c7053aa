#include "optimizer.hpp"

#include <fmt/format.h>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/mode.hpp"

namespace xg::optim {
namespace {

std::string joined(const char* name, const std::string& path) {
  return path.empty() ? name : fmt::format("{}.{}", name, path);
}

const Tensor& find(const std::map<std::string, Tensor>& saved, const std::string& name) {
  const auto it = saved.find(name);
  if (it == saved.end())
    throw StructureError(
        fmt::format("[load_state] \"{}\" is missing: its parameter has other entries", name));
  return it->second;
}

}  // namespace

/// Hyper-parameters are computed, or recorded, once for all parameters that are at the same step.
class Optimizer::Updates {
 public:
  explicit Updates(const Optimizer& optimizer) : optimizer_(optimizer) {}
  const Update& at(std::int64_t step) {
    const auto it = known_.find(step);
    return it != known_.end() ? it->second : known_.emplace(step, optimizer_.update_at(step)).first->second;
  }

 private:
  const Optimizer& optimizer_;
  std::map<std::int64_t, Update> known_;
};

Optimizer::Optimizer(const Leaves& leaves) {
  for (const auto& [path, leaf] : leaves) {
    std::size_t first = 0;
    while (first < slots_.size() && !(leaf.defined() && slots_[first].parameter.is_same(leaf))) ++first;
    slots_.push_back({path, leaf, first});
  }
}

const Update& Optimizer::begin_step(Slot& slot, const Tensor& p, Updates& updates) {
  const Update* update = &updates.at(slot.steps + 1);
  if (slot.rule != &update->rule) {
    if (slot.steps != 0) update = &updates.at(1);
    std::vector<Tensor> fresh;
    for (std::size_t i = 0; i < update->rule.state().size(); ++i) fresh.push_back(zeros_like(p));
    slot.state = std::move(fresh);
    slot.rule = &update->rule;
    slot.steps = 0;
  }
  ++slot.steps;
  return *update;
}

void Optimizer::step() {
  const NoGrad guard;
  Updates updates(*this);
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    Tensor& p = slot.parameter;
    if (slot.first != i || !p.defined() || !p.requires_grad()) continue;
    const Tensor g = p.grad();
    if (!g.defined()) continue;
    const Update& update = begin_step(slot, p, updates);
    for (Tensor& s : slot.state)
      if (s.node()) s = clone(s.detach());
    update.rule.write(p, update.maximize ? -g : g, slot.state, update.hypers);
  }
}

void Optimizer::zero_grad() {
  for (Slot& slot : slots_)
    if (slot.parameter.defined()) slot.parameter.zero_grad();
}

void Optimizer::check_fit(std::span<const Tensor> parameters, std::span<const Tensor> gradients) const {
  if (parameters.size() != slots_.size())
    throw StructureError(fmt::format(
        "[recorded_step] the model has {} tensors, the optimizer was made for {}: make one for this "
        "model",
        parameters.size(), slots_.size()));
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Tensor& p = parameters[i];
    const Tensor& g = gradients[i];
    if (!g.defined()) continue;
    if (!p.defined() || g.shape() != p.shape() || g.dtype() != p.dtype())
      throw ShapeError(fmt::format("[recorded_step] the gradient of \"{}\" is {}, the parameter is {}",
                                   slots_[i].path, describe(g), describe(p)));
  }
}

std::unordered_map<const TensorImpl*, Tensor> Optimizer::record(std::span<const Tensor> parameters,
                                                                std::span<const Tensor> gradients) {
  check_fit(parameters, gradients);
  Updates updates(*this);
  std::unordered_map<const TensorImpl*, Tensor> results;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    const Tensor& p = parameters[i];
    const Tensor& g = gradients[i];
    if (slot.first != i || !g.defined()) continue;
    const Update& update = begin_step(slot, p, updates);
    std::vector<Tensor> next = update.rule.record(p, update.maximize ? -g : g, slot.state, update.hypers);
    results[&p.impl()] = std::move(next[0]);
    std::move(next.begin() + 1, next.end(), slot.state.begin());
  }
  return results;
}

void Optimizer::detach_state() {
  for (Slot& slot : slots_)
    for (Tensor& s : slot.state) s = s.detach();
}

std::map<std::string, Tensor> Optimizer::state() const {
  std::map<std::string, Tensor> all;
  for (const Slot& slot : slots_) {
    if (slot.steps == 0) continue;
    all[joined("step", slot.path)] = from_values(std::span(&slot.steps, 1), {});
    for (std::size_t i = 0; i < slot.state.size(); ++i)
      all[joined(slot.rule->state()[i], slot.path)] = clone(slot.state[i].detach());
  }
  return all;
}

void Optimizer::load_state(const std::map<std::string, Tensor>& saved) {
  const Rule& rule = update_at(1).rule;
  std::vector<Slot> loaded = slots_;
  std::size_t used = 0;
  for (Slot& slot : loaded) {
    slot.steps = 0;
    slot.rule = nullptr;
    slot.state.clear();
    if (!saved.contains(joined("step", slot.path))) continue;
    slot.steps = find(saved, joined("step", slot.path)).item<std::int64_t>();
    slot.rule = &rule;
    for (const char* name : rule.state()) {
      const Tensor& s = find(saved, joined(name, slot.path));
      if (!slot.parameter.defined() || s.shape() != slot.parameter.shape())
        throw StructureError(fmt::format("[load_state] \"{}\" is {}, its parameter is {}",
                                         joined(name, slot.path), describe(s), describe(slot.parameter)));
      slot.state.push_back(clone(to(s.detach(), slot.parameter.dtype())));
    }
    used += 1 + rule.state().size();
  }
  if (used != saved.size())
    throw StructureError(fmt::format(
        "[load_state] {} of the {} entries belong to no parameter of this optimizer: the model or "
        "the rule is another one",
        saved.size() - used, saved.size()));
  slots_ = std::move(loaded);
}

}  // namespace xg::optim
