#include "lr_range.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "../core/error.hpp"
#include "average_weights.hpp"
#include "chart.hpp"

namespace xg::optim {
namespace {

void check(const LrRangeOptions& o) {
  check_positive("lr_range_test", "start_lr", o.start_lr);
  check_positive("lr_range_test", "end_lr", o.end_lr);
  check_positive("lr_range_test", "num_iter", o.num_iter);
  check_rate("lr_range_test", "smoothing", o.smoothing);
  if (!(o.diverge_th > 1))
    throw ValueError(fmt::format("[lr_range_test] diverge_th {}: expected more than 1", o.diverge_th));
  if (!(o.start_lr < o.end_lr))
    throw ValueError(
        fmt::format("[lr_range_test] rates {} to {}: expected start_lr < end_lr", o.start_lr, o.end_lr));
}

// Puts an optimizer back at the end of the scope.
class Restore {
 public:
  explicit Restore(Optimizer& optimizer)
      : optimizer_(optimizer),
        weights_(optimizer.parameters(), optimizer.parameters()),
        state_(optimizer.state()),
        lr_(optimizer.lr()) {}
  ~Restore() {
    optimizer_.zero_grad();
    optimizer_.load_state(state_);
    optimizer_.set_lr(lr_);
  }
  Restore(const Restore&) = delete;
  Restore& operator=(const Restore&) = delete;

 private:
  Optimizer& optimizer_;
  TemporaryWeights weights_;
  std::map<std::string, Tensor> state_;
  Hyper lr_;
};

// An average that forgets, without the pull of a start at 0.
class Smooth {
 public:
  explicit Smooth(double memory) : memory_(memory) {}
  double operator()(double x) {
    sum_ = memory_ * sum_ + x;
    weight_ = memory_ * weight_ + 1;
    return sum_ / weight_;
  }

 private:
  double memory_, sum_ = 0, weight_ = 0;
};

}  // namespace

double LrRange::suggestion() const {
  const auto lowest = static_cast<std::size_t>(std::ranges::min_element(smoothed) - smoothed.begin());
  double steepest = 0, rate = 0;
  for (std::size_t i = 1; i + 1 < smoothed.size() && i < lowest; ++i) {
    const double slope = smoothed[i + 1] - smoothed[i - 1];  // the rates are evenly spaced on their logarithm
    if (slope >= steepest) continue;
    steepest = slope;
    rate = rates[i];
  }
  if (rate == 0)
    throw ValueError(fmt::format(
        "[lr_range_test] the loss falls nowhere between rates of {} and {}: try other rates or more steps",
        rates.empty() ? 0 : rates.front(), rates.empty() ? 0 : rates.back()));
  return rate;
}

std::string LrRange::chart() const {
  return line_chart(
      {{.name = "loss", .x = rates, .y = losses, .dashed = true},
       {.name = "smoothed", .x = rates, .y = smoothed}},
      {.title = "Learning-rate range test", .x_label = "learning rate", .y_label = "loss", .log_x = true});
}

LrRange lr_range_test(Optimizer& optimizer, const std::function<Tensor()>& closure, const LrRangeOptions& o) {
  check(o);
  optimizer.set_lr(optimizer.lr());  // what cannot be put back is refused here
  const Restore restore(optimizer);
  Smooth smooth(o.smoothing);
  LrRange range;
  double lowest = std::numeric_limits<double>::infinity();
  for (std::int64_t i = 0; i < o.num_iter; ++i) {
    const double part =
        static_cast<double>(i) / static_cast<double>(std::max<std::int64_t>(o.num_iter - 1, 1));
    const double rate = o.start_lr * std::pow(o.end_lr / o.start_lr, part);
    optimizer.set_lr(rate);
    optimizer.zero_grad();
    const Tensor loss = closure();
    const double value = loss.item();
    if (!std::isfinite(value)) break;
    range.rates.push_back(rate);
    range.losses.push_back(value);
    range.smoothed.push_back(smooth(value));
    lowest = std::min(lowest, range.smoothed.back());
    if (range.smoothed.back() - lowest > (o.diverge_th - 1) * std::abs(lowest)) break;
    loss.backward();
    optimizer.step();
  }
  return range;
}

}  // namespace xg::optim
