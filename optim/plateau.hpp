#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>

#include "../core/tensor.hpp"

namespace xg::optim {

struct PlateauOptions {
  bool maximize = false;  ///< larger metrics are better
  double factor = 0.1;
  std::int64_t patience = 10;  ///< how many times in a row the metric may fail to improve
  double threshold = 1e-4;     ///< what counts as an improvement
  bool absolute = false;       ///< threshold is a difference and not a part of the best metric
  std::int64_t cooldown = 0;   ///< how many metrics after a reduction do not count
  double min = 0;              ///< the lowest multiple of the base rate
  double eps = 1e-8;           ///< smaller reductions are not made
};

/// A learning rate as a multiple of its base that falls by `factor` when a metric has stopped improving,
/// PyTorch's ReduceLROnPlateau: `adam.scale_lr(plateau(validation_loss));`
/// Throws  ValueError "[ReduceOnPlateau] factor 1: expected at least 0 and less than 1".
class ReduceOnPlateau {
 public:
  explicit ReduceOnPlateau(PlateauOptions options = {});

  /// Looks at the next metric; returns the multiple from now on.
  double operator()(double metric);
  /// The multiple as it is now.
  double current() const { return current_; }

  std::map<std::string, Tensor> state() const;
  /// Throws  StructureError "[load_state] \"best\" is missing".
  void load_state(const std::map<std::string, Tensor>& saved);

 private:
  bool is_better(double metric) const;

  PlateauOptions options_;
  double current_ = 1, best_;
  std::int64_t bad_ = 0, cooldown_ = 0;
};

}  // namespace xg::optim
