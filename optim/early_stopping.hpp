#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "../core/parameters.hpp"

namespace xg::optim {

struct EarlyStoppingOptions {
  std::int64_t patience = 5;  ///< stops after so many metrics in a row that are no better than the best one
  double min_delta = 0;       ///< what a metric must be better by
  bool maximize = false;      ///< larger metrics are better
};

/// Watches a metric, tells when to stop, and keeps the model as it was when the metric was best.
///
///   optim::EarlyStopping stopping{net, {.patience = 3}};
///   while (!stopping(validation_loss())) train_an_epoch();
///   stopping.restore_best();
///
/// A NaN is never better. Statistics of normalisations are kept with the weights.
class EarlyStopping {
 public:
  /// Throws  ValueError "[EarlyStopping] patience 0: expected more than 0".
  template <TensorTree Net>
  explicit EarlyStopping(const Net& net, EarlyStoppingOptions options = {})
      : EarlyStopping(named_tensors(net), options) {}

  /// Looks at the next metric, one an epoch; returns whether it is time to stop.
  bool operator()(double metric);
  bool stopped() const { return bad_ >= options_.patience; }

  /// The epoch with the best metric, counted from 1, and that metric; 0 and an infinity before the first one.
  std::int64_t best_epoch() const { return best_epoch_; }
  double best() const { return best_; }
  /// Writes the best weights into the model.
  void restore_best();

  /// "best", "best_epoch", "epoch", "bad", and the best weights as "weights.fc1.weight".
  std::map<std::string, Tensor> state() const;
  /// Throws  StructureError, before anything is changed, "[load_state] \"best\" is missing".
  void load_state(const std::map<std::string, Tensor>& saved);

 private:
  EarlyStopping(std::vector<NamedTensor> tensors, EarlyStoppingOptions options);

  EarlyStoppingOptions options_;
  std::vector<NamedTensor> tensors_, best_tensors_;
  double best_;
  std::int64_t epoch_ = 0, best_epoch_ = 0, bad_ = 0;
};

}  // namespace xg::optim
