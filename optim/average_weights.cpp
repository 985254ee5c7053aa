#include "average_weights.hpp"

#include <fmt/format.h>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/error.hpp"
#include "hyper.hpp"
#include "rule.hpp"

namespace xg::optim {

void TemporaryWeights::put(std::vector<NamedTensor> places, const std::vector<NamedTensor>& values) {
  const NoGrad guard;
  for (const auto& [path, place] : places)
    before_.emplace_back(path, place.defined() ? clone(place.detach()) : Tensor());
  xg::detail::copy_all_values(values, places);
  places_ = std::move(places);
}

TemporaryWeights::~TemporaryWeights() { xg::detail::copy_all_values(before_, places_); }

AverageShare equal_average() {
  return [](std::int64_t updates) { return 1 / static_cast<double>(updates + 1); };
}

AverageShare exponential_average(double decay) {
  check_rate("exponential_average", "decay", decay);
  return [decay](std::int64_t updates) { return updates == 0 ? 1 : 1 - decay; };
}

AveragedWeights::AveragedWeights(const std::vector<NamedTensor>& parameters, AverageShare share)
    : share_(std::move(share)) {
  for (const auto& [path, p] : parameters) {
    paths_.push_back(path);
    parameters_.push_back(p);
    averages_.push_back(clone(p.detach()));
  }
}

void AveragedWeights::update() {
  const NoGrad guard;
  const double share = share_(updates_++);
  for (std::size_t i = 0; i < averages_.size(); ++i) follow_in_place(averages_[i], share, parameters_[i]);
}

std::map<std::string, Tensor> AveragedWeights::state() const {
  std::map<std::string, Tensor> all;
  for (std::size_t i = 0; i < paths_.size(); ++i) all[paths_[i]] = clone(averages_[i]);
  all["updates"] = from_values(std::span(&updates_, 1), {});
  return all;
}

void AveragedWeights::load_state(const std::map<std::string, Tensor>& saved) {
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    const auto it = saved.find(paths_[i]);
    if (it == saved.end()) throw StructureError(fmt::format("[load_state] \"{}\" is missing", paths_[i]));
    if (it->second.shape() != averages_[i].shape())
      throw StructureError(fmt::format("[load_state] \"{}\" is {}, its parameter is {}", paths_[i],
                                       describe(it->second), describe(averages_[i])));
  }
  const auto updates = saved.find("updates");
  if (updates == saved.end()) throw StructureError("[load_state] \"updates\" is missing");
  for (std::size_t i = 0; i < paths_.size(); ++i) assign(averages_[i], saved.at(paths_[i]));
  updates_ = updates->second.item<std::int64_t>();
}

}  // namespace xg::optim
