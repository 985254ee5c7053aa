#include "schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "../core/error.hpp"

namespace xg::optim {
namespace {

void check_at_least(std::int64_t lowest, const char* op, const char* what, std::int64_t value) {
  if (value < lowest)
    throw ValueError(fmt::format("[{}] {} {}: expected at least {}", op, what, value, lowest));
}

double half_wave(double fraction, double min) {
  return min + (1 - min) * (1 + std::cos(std::numbers::pi * fraction)) / 2;
}

}  // namespace

double Schedule::operator()(std::int64_t step) const {
  if (step < 0) throw ValueError(fmt::format("[schedule] step {}: steps count from 0", step));
  return factor_(step);
}

Schedule operator*(Schedule a, Schedule b) {
  return [a = std::move(a), b = std::move(b)](std::int64_t t) { return a(t) * b(t); };
}

Schedule constant(double factor) {
  return [factor](std::int64_t) { return factor; };
}

Schedule step_decay(std::int64_t step_size, double gamma) {
  check_at_least(1, "step_decay", "step_size", step_size);
  return [=](std::int64_t t) { return std::pow(gamma, t / step_size); };
}

Schedule multi_step_decay(std::vector<std::int64_t> milestones, double gamma) {
  return [milestones = std::move(milestones), gamma](std::int64_t t) {
    return std::pow(gamma, std::ranges::count_if(milestones, [t](std::int64_t m) { return m <= t; }));
  };
}

Schedule exponential_decay(double gamma) {
  return [gamma](std::int64_t t) { return std::pow(gamma, t); };
}

Schedule linear(std::int64_t total, double start, double end) {
  check_at_least(1, "linear", "total", total);
  return [=](std::int64_t t) {
    return std::lerp(start, end, static_cast<double>(std::min(t, total)) / static_cast<double>(total));
  };
}

Schedule polynomial(std::int64_t total, double power) {
  check_at_least(1, "polynomial", "total", total);
  return [=](std::int64_t t) {
    return std::pow(1 - static_cast<double>(std::min(t, total)) / static_cast<double>(total), power);
  };
}

Schedule cosine(std::int64_t total, double min) {
  check_at_least(1, "cosine", "total", total);
  return [=](std::int64_t t) { return half_wave(static_cast<double>(t) / static_cast<double>(total), min); };
}

Schedule cosine_restarts(std::int64_t period, std::int64_t stretch, double min) {
  check_at_least(1, "cosine_restarts", "period", period);
  check_at_least(1, "cosine_restarts", "stretch", stretch);
  return [=](std::int64_t t) {
    std::int64_t length = period;
    if (stretch == 1) {
      t %= period;
    } else {
      for (; t >= length; length *= stretch) t -= length;
    }
    return half_wave(static_cast<double>(t) / static_cast<double>(length), min);
  };
}

Schedule sequence(Schedule first, std::int64_t steps, Schedule then) {
  check_at_least(0, "sequence", "steps", steps);
  return [first = std::move(first), steps, then = std::move(then)](std::int64_t t) {
    return t < steps ? first(t) : then(t - steps);
  };
}

Schedule warm_up(std::int64_t steps, Schedule then) {
  check_at_least(0, "warm_up", "steps", steps);
  const double slope = 1 / static_cast<double>(steps + 1);
  return sequence([slope](std::int64_t t) { return static_cast<double>(t + 1) * slope; }, steps,
                  std::move(then));
}

}  // namespace xg::optim
