#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "../core/tensor.hpp"

namespace xg::optim {

/// Figures by their names, e.g. {{"loss", 0.3}, {"accuracy", 0.9}}.
using Figures = std::map<std::string, double>;

/// What is measured beside the loss: any function of a prediction and its target, with a name.
struct Metric {
  std::string name;
  std::function<double(const Tensor& prediction, const Tensor& target)> measure{};
};
/// `{{"accuracy", optim::accuracy}, {"error", [](const Tensor& p, const Tensor& t) { ... }}}`
using Metrics = std::vector<Metric>;

/// The share of targets whose class has the highest prediction.
/// Shapes  prediction [n, classes] or [n, classes, d...]; target int64 without the classes.
/// Throws  ShapeError "[accuracy] prediction [8, 10] needs a target [8], not [4]".
double accuracy(const Tensor& prediction, const Tensor& target);

/// Means of figures over batches, each weighted by its samples.
class Means {
 public:
  void add(const Figures& figures, std::int64_t samples);
  Figures values() const;
  /// The number of samples.
  std::int64_t samples() const { return samples_; }

  std::map<std::string, Tensor> state() const;
  /// Throws  StructureError, before anything is changed, "[load_state] \"samples\" is missing".
  void load_state(const std::map<std::string, Tensor>& saved);

 private:
  Figures sums_;
  std::int64_t samples_ = 0;
};

}  // namespace xg::optim
