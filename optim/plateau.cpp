#include "plateau.hpp"

#include <algorithm>

#include "../core/saved_state.hpp"
#include "hyper.hpp"

namespace xg::optim {

ReduceOnPlateau::ReduceOnPlateau(PlateauOptions options)
    : options_(options),
      best_(options.maximize ? -std::numeric_limits<double>::infinity()
                             : std::numeric_limits<double>::infinity()) {
  check_rate("ReduceOnPlateau", "factor", options.factor);
  check_not_negative("ReduceOnPlateau", "patience", options.patience);
  check_not_negative("ReduceOnPlateau", "threshold", options.threshold);
  check_not_negative("ReduceOnPlateau", "cooldown", options.cooldown);
  check_not_negative("ReduceOnPlateau", "min", options.min);
}

bool ReduceOnPlateau::is_better(double metric) const {
  const double margin = options_.threshold;
  if (options_.maximize) return metric > (options_.absolute ? best_ + margin : best_ * (1 + margin));
  return metric < (options_.absolute ? best_ - margin : best_ * (1 - margin));
}

double ReduceOnPlateau::operator()(double metric) {
  if (is_better(metric)) {
    best_ = metric;
    bad_ = 0;
  } else {
    ++bad_;
  }
  if (cooldown_ > 0) {
    --cooldown_;
    bad_ = 0;
  }
  if (bad_ > options_.patience) {
    const double next = std::max(current_ * options_.factor, options_.min);
    if (current_ - next > options_.eps) current_ = next;
    cooldown_ = options_.cooldown;
    bad_ = 0;
  }
  return current_;
}

std::map<std::string, Tensor> ReduceOnPlateau::state() const {
  return {{"current", xg::detail::saved_number(current_)},
          {"best", xg::detail::saved_number(best_)},
          {"bad", xg::detail::saved_number(bad_)},
          {"cooldown", xg::detail::saved_number(cooldown_)}};
}

void ReduceOnPlateau::load_state(const std::map<std::string, Tensor>& saved) {
  const double current = xg::detail::find_saved_number(saved, "current"),
               best = xg::detail::find_saved_number(saved, "best");
  const std::int64_t bad = xg::detail::find_saved_integer(saved, "bad"),
                     cooldown = xg::detail::find_saved_integer(saved, "cooldown");
  current_ = current;
  best_ = best;
  bad_ = bad;
  cooldown_ = cooldown;
}

}  // namespace xg::optim
