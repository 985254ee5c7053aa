#include "lookahead.hpp"

#include <fmt/format.h>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/error.hpp"

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

std::map<std::string, Tensor> Lookahead::state() const {
  std::map<std::string, Tensor> all{{"steps", from_values(std::span(&steps_, 1), {})}};
  for (std::size_t i = 0; i < slow_.size(); ++i) all[fmt::format("slow.{}", i)] = clone(slow_[i]);
  return all;
}

void Lookahead::load_state(const std::map<std::string, Tensor>& saved) {
  const auto find = [&](const std::string& name) -> const Tensor& {
    const auto it = saved.find(name);
    if (it == saved.end()) throw StructureError(fmt::format("[load_state] \"{}\" is missing", name));
    return it->second;
  };
  std::vector<Tensor> slow;
  for (std::size_t i = 0; i < slow_.size(); ++i) {
    const std::string name = fmt::format("slow.{}", i);
    if (find(name).shape() != slow_[i].shape())
      throw StructureError(fmt::format("[load_state] \"{}\" is {}, its parameter is {}", name,
                                       describe(find(name)), describe(slow_[i])));
    slow.push_back(clone(to(find(name), slow_[i].dtype())));
  }
  steps_ = find("steps").item<std::int64_t>();
  slow_ = std::move(slow);
}

}  // namespace xg::optim
