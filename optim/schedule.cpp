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

Schedule multiplicative(Schedule factor) {
  return [factor = std::move(factor)](std::int64_t t) {
    double product = 1;
    for (std::int64_t i = 1; i <= t; ++i) product *= factor(i);
    return product;
  };
}

Schedule warm_up(std::int64_t steps, Schedule then) {
  check_at_least(0, "warm_up", "steps", steps);
  const double slope = 1 / static_cast<double>(steps + 1);
  return sequence([slope](std::int64_t t) { return static_cast<double>(t + 1) * slope; }, steps,
                  std::move(then));
}

Schedule inverse_sqrt(std::int64_t steps) {
  check_at_least(1, "inverse_sqrt", "steps", steps);
  return [steps](std::int64_t t) {
    const double part = static_cast<double>(t + 1) / static_cast<double>(steps);
    return std::min(part, 1 / std::sqrt(part));
  };
}

Schedule one_cycle(std::int64_t total, OneCycleOptions o) {
  check_at_least(1, "one_cycle", "total", total);
  if (!(o.pct_start >= 0 && o.pct_start <= 1))
    throw ValueError(fmt::format("[one_cycle] pct_start {}: expected 0 to 1", o.pct_start));
  const double rise = o.pct_start * static_cast<double>(total) - 1;
  const double last = static_cast<double>(total) - 1;
  std::vector<std::pair<double, double>> corners = {{0, o.start}, {rise, o.peak}};
  if (o.three_phase) corners.emplace_back(2 * rise, o.start);
  corners.emplace_back(last, o.end);
  return [corners, strategy = o.anneal_strategy](std::int64_t step) {
    const auto t = static_cast<double>(step);
    std::size_t i = 1;
    while (i < corners.size() && t > corners[i].first) ++i;
    if (i == corners.size()) return corners.back().second;
    const auto [t0, from] = corners[i - 1];
    const auto [t1, to] = corners[i];
    const double part = t1 > t0 ? (t - t0) / (t1 - t0) : 1;
    return strategy == Anneal::linear ? std::lerp(from, to, part) : to + (from - to) * half_wave(part, 0);
  };
}

Schedule cyclic(double low, double high, CyclicOptions o) {
  check_at_least(1, "cyclic", "step_size_up", o.step_size_up);
  check_at_least(0, "cyclic", "step_size_down", o.step_size_down);
  const std::int64_t up = o.step_size_up, down = o.step_size_down > 0 ? o.step_size_down : up;
  return [=](std::int64_t t) {
    const std::int64_t place = t % (up + down);
    const double part = place <= up ? static_cast<double>(place) / static_cast<double>(up)
                                    : static_cast<double>(up + down - place) / static_cast<double>(down);
    double height = high - low;
    if (o.mode == CyclicMode::triangular2) height *= std::pow(0.5, t / (up + down));
    if (o.mode == CyclicMode::exp_range) height *= std::pow(o.gamma, t);
    return low + height * part;
  };
}

}  // namespace xg::optim
