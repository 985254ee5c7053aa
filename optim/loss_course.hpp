#pragma once
/// Internal to diagnose: the course of a loss, freed of the noise of batches.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "history.hpp"

namespace xg::optim {

// Factors are relative to the first loss, and hold for losses below 0 too.

/// What steps that are much too long do to a loss: it ends or goes this far above its first value.
inline constexpr double diverged_end = 1.5, diverged_peak = 5;
/// A run whose loss ends above this part of its first value has learned not much, little, or nothing.
inline constexpr double half_learned = 0.5, little_learned = 0.9, nothing_learned = 0.99;
/// A stretch this much above the lowest one before is a setback; a few are chance.
inline constexpr double setback_height = 0.25;
inline constexpr int many_setbacks = 4;
/// Means of so many stretches of a run tell its course.
inline constexpr std::size_t most_stretches = 50;
/// A shorter curve says nothing but that it diverges.
inline constexpr std::size_t least_steps = 20;

/// The mean of values[begin] ... values[end - 1].
inline double mean_of(const std::vector<double>& values, std::size_t begin, std::size_t end) {
  double sum = 0;
  for (std::size_t i = begin; i < end; ++i) sum += values[i];
  return sum / static_cast<double>(end - begin);
}

struct LossCourse {
  double first = std::numeric_limits<double>::quiet_NaN();  ///< before any update
  double last = first;                                      ///< over the last stretch
  double peak = first;
  bool ends_finite = true;
  int setbacks = 0;
  std::size_t steps = 0, stretches = 0;

  explicit LossCourse(const Curve& curve) : steps(curve.value.size()) {
    const auto end = std::ranges::find_if_not(curve.value, [](double v) { return std::isfinite(v); });
    const std::vector<double> finite(curve.value.begin(), end);
    ends_finite = end == curve.value.end();
    if (finite.empty()) return;
    first = finite.front();
    peak = *std::ranges::max_element(finite);
    stretches = std::min(most_stretches, finite.size());
    double lowest = first;
    for (std::size_t k = 0; k < stretches; ++k) {
      last = mean_of(finite, k * finite.size() / stretches, (k + 1) * finite.size() / stretches);
      setbacks += above(last - (lowest - first), 1 + setback_height);
      lowest = std::min(lowest, last);
    }
  }

  bool above(double value, double factor) const { return value > first + (factor - 1) * std::abs(first); }
  bool fell_to(double factor) const { return last <= first - (1 - factor) * std::abs(first); }
  bool jumps() const { return steps >= least_steps && setbacks >= many_setbacks; }
  bool diverged() const {
    if (above(last, diverged_end)) return true;
    const bool in_vain = !ends_finite || !fell_to(half_learned);
    return in_vain && (above(peak, diverged_peak) || jumps());
  }
};

}  // namespace xg::optim
