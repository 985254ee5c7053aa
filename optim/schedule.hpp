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

/// factor(1) factor(2) ... factor(t), PyTorch's MultiplicativeLR.
Schedule multiplicative(Schedule factor);

/// (t + 1) / (steps + 1), which is never 0, and then `then`, which counts from its own step 0.
Schedule warm_up(std::int64_t steps, Schedule then);

/// min((t + 1) / steps, sqrt(steps / (t + 1))): a warm-up, and then a fall without an end.
/// Throws  ValueError "[inverse_sqrt] steps 0: expected at least 1".
/// Source  Vaswani et al. 2017, arXiv:1706.03762.
Schedule inverse_sqrt(std::int64_t steps);

enum class Anneal : std::uint8_t { cosine, linear };

struct OneCycleOptions {
  double start = 1.0 / 25;
  double peak = 1;
  double end = 4e-6;
  double pct_start = 0.3;  ///< the part of all steps that leads to the peak
  Anneal anneal_strategy = Anneal::cosine;
  bool three_phase = false;  ///< back to the start as fast as to the peak, and from there to the end
};

/// From start to peak to end in `total` steps, the end from there on: PyTorch's OneCycleLR with the base rate
/// as max_lr. Its momentum, which falls while the rate rises, is one_cycle too:
/// `sgd.options.momentum = one_cycle(total, {.start = 0.95, .peak = 0.85, .end = 0.95})(t);`
/// Throws  ValueError "[one_cycle] total 0: expected at least 1", "[one_cycle] pct_start 2: expected 0 to 1".
/// Source  Smith & Topin 2019, arXiv:1708.07120.
Schedule one_cycle(std::int64_t total, OneCycleOptions options = {});

enum class CyclicMode : std::uint8_t {
  triangular,
  triangular2,  ///< each cycle half as high as the one before
  exp_range,    ///< heights times gamma^t
};

struct CyclicOptions {
  std::int64_t step_size_up = 2000;
  std::int64_t step_size_down = 0;  ///< 0: as many as up
  CyclicMode mode = CyclicMode::triangular;
  double gamma = 1;
};

/// From `low` to `high` and back in lines, again and again: PyTorch's CyclicLR. Its momentum is
/// `cyclic(0.9, 0.8, ...)`.
/// Throws  ValueError "[cyclic] step_size_up 0: expected at least 1".
/// Source  Smith 2017, arXiv:1506.01186.
Schedule cyclic(double low, double high, CyclicOptions options = {});

}  // namespace xg::optim
