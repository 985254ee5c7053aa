#pragma once

#include <map>
#include <string>
#include <vector>

#include "../core/tensor.hpp"

namespace xg::optim {

/// A figure over the steps of a run.
struct Curve {
  std::vector<double> step, value;  ///< of one length
};

/// The curves of a training run by their names. fit() writes "train/loss", "lr" and "gradient_norm" at each
/// step, "valid/loss" at the end of each epoch, and so on for metrics; anyone may add others.
///
///   history.add("train/loss", step, loss.item());
///   for (const auto& [name, curve] : history.curves()) ...
///   write_safetensors("history.safetensors", history.state());
class History {
 public:
  /// Appends a point; steps count the optimizer's steps taken so far, on all curves.
  void add(const std::string& name, double step, double value);

  /// The curve of this name, or null.
  const Curve* find(const std::string& name) const;
  /// The latest value of this curve.
  /// Throws  ValueError "[History] there is no curve \"valid/loss\"".
  double last(const std::string& name) const;
  const std::map<std::string, Curve>& curves() const { return curves_; }

  /// Each curve as float64 [2, points]: its steps and its values.
  std::map<std::string, Tensor> state() const;
  /// Puts what state() gave in place of all curves.
  /// Throws  StructureError, before anything is changed, "[load_state] the curve \"lr\" is float64 [3]:
  ///         expected [2, points]".
  void load_state(const std::map<std::string, Tensor>& saved);

 private:
  std::map<std::string, Curve> curves_;
};

}  // namespace xg::optim
