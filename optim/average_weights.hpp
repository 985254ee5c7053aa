#pragma once
/// Averages of the weights a model had while it was trained, for evaluation.
///
///   optim::AveragedWeights ema{net, optim::exponential_average(0.999)};
///   ... after each step: ema.update();
///   { const auto guard = ema.use();  evaluate(net); }

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "../core/parameters.hpp"

namespace xg::optim {

/// Puts other values into tensors until the end of its scope.
class TemporaryWeights {
 public:
  /// Throws  StructureError, before any write, if the trees or shapes differ.
  template <TensorTree Net> TemporaryWeights(const Net& net, const Net& values) {
    zip_leaves_of<Tensor>(net, values, [](const std::string&, const Tensor&, const Tensor&) {});
    put(named_tensors(net), named_tensors(values));
  }
  ~TemporaryWeights();
  TemporaryWeights(const TemporaryWeights&) = delete;
  TemporaryWeights& operator=(const TemporaryWeights&) = delete;

 private:
  void put(std::vector<NamedTensor> places, const std::vector<NamedTensor>& values);

  std::vector<NamedTensor> places_, before_;  // where, and what was there
};

/// How much of the model goes into its average at an update; `updates` counts those before.
using AverageShare = std::function<double(std::int64_t updates)>;

/// 1 / (updates + 1): the mean of all, as in stochastic weight averaging.
AverageShare equal_average();
/// 1 - decay, and 1 at the first update.
/// Throws  ValueError "[exponential_average] decay 1: expected at least 0 and less than 1".
AverageShare exponential_average(double decay = 0.999);

/// a' = a + share (p - a) for each parameter p of a model. Statistics of normalisations are not averaged: run
/// the model once over training data in training mode while use() holds, if it has such layers.
/// Source  Izmailov et al. 2018, arXiv:1803.05407.
class AveragedWeights {
 public:
  template <TensorTree Net = std::vector<Tensor>>
  explicit AveragedWeights(const Net& net, AverageShare share = equal_average())
      : AveragedWeights(named_parameters(net), std::move(share)) {}

  /// Takes the model as it is now into the average.
  void update();
  /// Puts the average into the model until the guard goes out of scope. Before the first update it is the
  /// model as it was given.
  [[nodiscard]] TemporaryWeights use() const { return {parameters_, averages_}; }

  /// The averages by the parameters' paths, and "updates".
  std::map<std::string, Tensor> state() const;
  /// Throws  StructureError, before anything is changed, "[load_state] \"weight\" is missing".
  void load_state(const std::map<std::string, Tensor>& saved);

 private:
  AveragedWeights(const std::vector<NamedTensor>& parameters, AverageShare share);

  std::vector<std::string> paths_;
  std::vector<Tensor> parameters_, averages_;
  AverageShare share_;
  std::int64_t updates_ = 0;
};

}  // namespace xg::optim
