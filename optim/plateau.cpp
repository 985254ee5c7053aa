#include "plateau.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "../core/create.hpp"
#include "../core/error.hpp"
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
  return {{"current", scalar(current_, {.dtype = float64})},
          {"best", scalar(best_, {.dtype = float64})},
          {"bad", from_values(std::span(&bad_, 1), {})},
          {"cooldown", from_values(std::span(&cooldown_, 1), {})}};
}

void ReduceOnPlateau::load_state(const std::map<std::string, Tensor>& saved) {
  for (const char* name : {"current", "best", "bad", "cooldown"})
    if (!saved.contains(name)) throw StructureError(fmt::format("[load_state] \"{}\" is missing", name));
  current_ = saved.at("current").item();
  best_ = saved.at("best").item();
  bad_ = saved.at("bad").item<std::int64_t>();
  cooldown_ = saved.at("cooldown").item<std::int64_t>();
}

}  // namespace xg::optim
