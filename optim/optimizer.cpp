#include "optimizer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/mode.hpp"

namespace xg::optim {
namespace {

bool fits(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*')
    return fits(pattern.substr(1), text) || (!text.empty() && fits(pattern, text.substr(1)));
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) &&
         fits(pattern.substr(1), text.substr(1));
}

// 0 if none fits.
std::size_t group_of(const NamedTensor& leaf, const std::vector<Which>& groups) {
  if (!leaf.second.defined()) return 0;
  const auto it =
      std::ranges::find_if(groups, [&](const Which& which) { return which(leaf.first, leaf.second); });
  return it == groups.end() ? 0 : static_cast<std::size_t>(it - groups.begin()) + 1;
}

std::string joined(const std::string& name, const std::string& path) {
  return path.empty() ? name : fmt::format("{}.{}", name, path);
}

const Tensor& find(const std::map<std::string, Tensor>& saved, const std::string& name) {
  const auto it = saved.find(name);
  if (it == saved.end())
    throw StructureError(
        fmt::format("[load_state] \"{}\" is missing: its parameter has other entries", name));
  return it->second;
}

std::vector<const Rule*> rules_of(const std::vector<Update>& updates) {
  std::vector<const Rule*> rules;
  for (const Update& update : updates) rules.push_back(&update.rule);
  return rules;
}

std::vector<State> states_of(const std::vector<const Rule*>& rules) {
  std::vector<State> states;
  for (const Rule* rule : rules) states.insert(states.end(), rule->state().begin(), rule->state().end());
  return states;
}

// Where rules of a chain use the same name, the later ones are numbered: "trace", "trace_2".
std::vector<std::string> names_of(const std::vector<State>& states) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < states.size(); ++i) {
    const auto before =
        std::count_if(states.begin(), states.begin() + static_cast<std::ptrdiff_t>(i),
                      [&](const State& s) { return std::string_view(s.name) == states[i].name; });
    names.push_back(before == 0 ? states[i].name : fmt::format("{}_{}", states[i].name, before + 1));
  }
  return names;
}

}  // namespace

Which::Which(std::string pattern)
    : predicate_([pattern](const std::string& path, const Tensor&) { return fits(pattern, path); }),
      text_(std::move(pattern)) {}

/// Hyper-parameters are computed, or recorded, once for all parameters of a group that are at the same step.
class Optimizer::Updates {
 public:
  explicit Updates(const Optimizer& optimizer) : optimizer_(optimizer) {}
  std::vector<Update>& at(std::size_t group, std::int64_t step) {
    const auto [it, is_new] = known_.try_emplace({group, step});
    if (is_new) it->second = optimizer_.updates_at(group, step);
    return it->second;
  }

 private:
  const Optimizer& optimizer_;
  std::map<std::pair<std::size_t, std::int64_t>, std::vector<Update>> known_;
};

/// What one step does to one parameter.
struct Optimizer::Job {
  Slot& slot;
  Tensor p, g;  // g: what the rules so far have made of the gradient; after the last one p'
  std::vector<Update>& updates;
  std::size_t states_used = 0;

  bool has(std::size_t rule) const { return rule < updates.size(); }
  bool ends_with(std::size_t rule) const { return rule + 1 == updates.size(); }
  std::span<Tensor> next_states(const Rule& rule) {
    const auto states = std::span(slot.state).subspan(states_used, rule.state().size());
    states_used += states.size();
    return states;
  }

  /// Asks what is measured on all gradients, before the rule changes any of them.
  static void measure(std::span<Job> jobs, std::size_t rule) {
    for (Job& job : jobs) {
      if (!job.has(rule) || !job.updates[rule].measure) continue;
      std::vector<Tensor> gradients;
      for (const Job& other : jobs)
        if (other.slot.group == job.slot.group) gradients.push_back(other.g);
      Update& update = job.updates[rule];
      update.hypers.push_back(update.measure(gradients));
      update.measure = nullptr;  // once for all parameters
    }
  }

  /// Calls f(job, update, state, is_last) for each rule of each parameter.
  template <class F> static void run(std::span<Job> jobs, const F& f) {
    std::size_t rules = 0;
    for (Job& job : jobs) {
      ++job.slot.steps;
      rules = std::max(rules, job.updates.size());
      if (job.updates.front().maximize) job.g = -job.g;
    }
    for (std::size_t k = 0; k < rules; ++k) {
      measure(jobs, k);
      for (Job& job : jobs)
        if (job.has(k)) f(job, job.updates[k], job.next_states(job.updates[k].rule), job.ends_with(k));
    }
  }
};

Optimizer::Optimizer(const std::vector<NamedTensor>& leaves, const std::vector<Which>& groups) {
  std::vector<bool> is_used(groups.size() + 1, false);
  for (const auto& [path, leaf] : leaves) {
    std::size_t first = 0;
    while (first < slots_.size() && !(leaf.defined() && slots_[first].parameter.is_same(leaf))) ++first;
    slots_.push_back({path, leaf, first, group_of({path, leaf}, groups)});
    is_used[slots_.back().group] = true;
  }
  for (std::size_t i = 0; i < groups.size(); ++i)
    if (!is_used[i + 1])
      throw ValueError(
          fmt::format("[groups] group {}, {}, has no tensor of the model that is not in a group before", i,
                      groups[i].text()));
}

Hyper Optimizer::ratio(const Hyper& lr, const Hyper& base) {
  if (base.value() == 0)
    throw ValueError(
        "[set_lr] the learning rate was 0 at first, and those of groups keep their ratio to it: set "
        "options.lr and groups[i].options.lr");
  return lr / base;
}

void Optimizer::check_lrs(std::size_t given, std::size_t groups) {
  if (given != groups)
    throw ValueError(fmt::format("[set_lrs] {} learning rates for {} groups", given, groups));
}

Optimizer::Job Optimizer::begin_step(Slot& slot, const Tensor& p, const Tensor& g, Updates& updates) {
  std::vector<Update>* now = &updates.at(slot.group, slot.steps + 1);
  std::vector<const Rule*> rules = rules_of(*now);
  if (slot.rules != rules) {
    if (slot.steps != 0) now = &updates.at(slot.group, 1);
    std::vector<Tensor> fresh;
    for (const State& state : states_of(rules)) fresh.push_back(state.start(p));
    slot.state = std::move(fresh);
    slot.rules = std::move(rules);
    slot.steps = 0;
  }
  return {slot, p, g, *now};
}

void Optimizer::step() {
  const NoGrad guard;
  Updates updates(*this);
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    const Tensor& p = slot.parameter;
    if (slot.first != i || !p.defined() || !p.requires_grad()) continue;
    const Tensor g = p.grad();
    if (g.defined()) jobs.push_back(begin_step(slot, p, g, updates));
  }
  Job::run(jobs, [](Job& job, const Update& update, std::span<Tensor> state, bool is_last) {
    for (Tensor& s : state)
      if (s.node()) s = clone(s.detach());
    Tensor y = is_last ? job.p : empty_like(job.p);
    update.rule.write(y, job.p, job.g, state, update.hypers);
    job.g = std::move(y);
  });
}

void Optimizer::zero_grad() {
  for (Slot& slot : slots_)
    if (slot.parameter.defined()) slot.parameter.zero_grad();
}

std::vector<Tensor> Optimizer::parameters() const {
  std::vector<Tensor> all;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Tensor& p = slots_[i].parameter;
    if (slots_[i].first == i && p.defined() && p.requires_grad()) all.push_back(p);
  }
  return all;
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
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < slots_.size(); ++i)
    if (slots_[i].first == i && gradients[i].defined())
      jobs.push_back(begin_step(slots_[i], parameters[i], gradients[i], updates));
  Job::run(jobs, [](Job& job, const Update& update, std::span<Tensor> state, bool) {
    std::vector<Tensor> next = update.rule.record(job.p, job.g, state, update.hypers);
    job.g = std::move(next[0]);
    std::move(next.begin() + 1, next.end(), state.begin());
  });
  std::unordered_map<const TensorImpl*, Tensor> results;
  for (Job& job : jobs) results[&job.p.impl()] = std::move(job.g);
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
    const std::vector<std::string> names = names_of(states_of(slot.rules));
    for (std::size_t i = 0; i < names.size(); ++i)
      all[joined(names[i], slot.path)] = clone(slot.state[i].detach());
  }
  return all;
}

void Optimizer::load_slot(Slot& slot, const std::map<std::string, Tensor>& saved) {
  slot.steps = find(saved, joined("step", slot.path)).item<std::int64_t>();
  const std::vector<State> states = states_of(slot.rules);
  const std::vector<std::string> names = names_of(states);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string name = joined(names[i], slot.path);
    const Tensor& s = find(saved, name);
    Tensor start = states[i].start(slot.parameter);
    if (s.shape() != start.shape())
      throw StructureError(fmt::format("[load_state] \"{}\" is {}, its parameter needs {}", name, describe(s),
                                       describe(start)));
    assign(start, s);
    slot.state.push_back(std::move(start));
  }
}

void Optimizer::load_state(const std::map<std::string, Tensor>& saved) {
  const NoGrad guard;
  std::vector<Slot> loaded = slots_;
  std::size_t used = 0;
  for (Slot& slot : loaded) {
    slot.steps = 0;
    slot.rules.clear();
    slot.state.clear();
    if (!slot.parameter.defined() || !saved.contains(joined("step", slot.path))) continue;
    slot.rules = rules_of(updates_at(slot.group, 1));
    load_slot(slot, saved);
    used += 1 + slot.state.size();
  }
  if (used != saved.size())
    throw StructureError(fmt::format(
        "[load_state] {} of the {} entries belong to no parameter of this optimizer: the model or "
        "the rule is another one",
        saved.size() - used, saved.size()));
  slots_ = std::move(loaded);
}

}  // namespace xg::optim
