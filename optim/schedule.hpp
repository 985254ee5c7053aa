#pragma once

#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

namespace xg::optim {

/// A learning rate as a multiple of its base, a function of the steps taken so far:
/// `const Schedule s = warm_up(100, cosine(1000)); ... adam.set_lr(1e-3 * s(t));`
class Schedule {
 public:
  /// From any function of the step.
  template <class F>
  requires std::is_invocable_r_v<double, const F&, std::int64_t> Schedule(F f) : factor_(std::move(f)) {}

  /// Throws  ValueError "[schedule] step -1: steps count from 0".
  double operator()(std::int64_t step) const;

 private:
  std::function<double(std::int64_t)> factor_;
};

/// Both factors at once, e.g. `warm_up(10, constant()) * step_decay(100)`.
Schedule operator*(Schedule a, Schedule b);

/// The same factor at every step.
Schedule constant(double factor = 1);

/// gamma^floor(t / step_size), PyTorch's StepLR.
/// Throws  ValueError "[step_decay] step_size 0: expected at least 1".
Schedule step_decay(std::int64_t step_size, double gamma = 0.1);

/// gamma^(number of milestones reached), PyTorch's MultiStepLR.
Schedule multi_step_decay(std::vector<std::int64_t> milestones, double gamma = 0.1);

/// gamma^t, PyTorch's ExponentialLR.
Schedule exponential_decay(double gamma);

/// A line from `start` to `end` over `total` steps, `end` from there on; PyTorch's LinearLR.
/// Throws  ValueError "[linear] total 0: expected at least 1".
Schedule linear(std::int64_t total, double start = 1.0 / 3, double end = 1);

/// (1 - t / total)^power, 0 from `total` on; PyTorch's PolynomialLR.
/// Throws  ValueError "[polynomial] total 0: expected at least 1".
Schedule polynomial(std::int64_t total, double power = 1);

/// min + (1 - min) (1 + cos(pi t / total)) / 2, PyTorch's CosineAnnealingLR: beyond `total` it rises again.
/// Throws  ValueError "[cosine] total 0: expected at least 1".
/// Source  Loshchilov & Hutter 2017, arXiv:1608.03983.
Schedule cosine(std::int64_t total, double min = 0);

/// cosine(period, min) begun anew after each period, PyTorch's CosineAnnealingWarmRestarts; each period is
/// `stretch` times as long as the one before.
/// Throws  ValueError "[cosine_restarts] period 0: expected at least 1".
Schedule cosine_restarts(std::int64_t period, std::int64_t stretch = 1, double min = 0);

/// `first` for some steps and then `then`, which counts from its own step 0; PyTorch's SequentialLR.
Schedule sequence(Schedule first, std::int64_t steps, Schedule then);

/// (t + 1) / (steps + 1), which is never 0, and then `then`, which counts from its own step 0.
Schedule warm_up(std::int64_t steps, Schedule then);

}  // namespace xg::optim
