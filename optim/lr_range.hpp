#pragma once

#include <functional>
#include <string>
#include <vector>

#include "optimizer.hpp"

namespace xg::optim {

struct LrRangeOptions {
  double start_lr = 1e-7;
  double end_lr = 10;
  std::int64_t num_iter = 100;
  double smoothing = 0.8;  ///< the share of the past in the smoothed loss
  double diverge_th = 5;   ///< ends where the smoothed loss is this many times its lowest value
};

/// Losses beside the learning rates with which they were met.
struct LrRange {
  std::vector<double> rates, losses, smoothed;

  /// The rate at which the smoothed loss falls fastest, before it is lowest.
  /// Throws  ValueError "[lr_range_test] the loss falls nowhere between rates of 1e-07 and 10: ...".
  double suggestion() const;
  /// The losses against the rate as an SVG element.
  std::string chart() const;
};

/// Trains for some steps while the learning rate grows from start_lr to end_lr by the same factor each step.
/// Afterwards the weights, the optimizer's state and its rate are what they were; statistics of
/// normalisations and random streams have moved on.
///
///   const optim::LrRange range = optim::lr_range_test(adam, [&] { return loss(net(next_batch())); });
///   adam.set_lr(range.suggestion());
///
/// Throws  ValueError "[lr_range_test] start_lr 0: expected more than 0".
/// Source  Smith 2017, arXiv:1506.01186.
LrRange lr_range_test(Optimizer& optimizer, const std::function<Tensor()>& closure,
                      const LrRangeOptions& options = {});

}  // namespace xg::optim
