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
/// More noise than this part of the loss hides whether it falls.
inline constexpr double much_noise = 0.05;
/// A stretch this much above the lowest one before is a setback; a few are chance.
inline constexpr double setback_height = 0.25;
inline constexpr int many_setbacks = 4;
/// What is less than so many standard deviations of a batch's loss, or of a mean of some, may be chance.
inline constexpr double chance = 5, rare_chance = 30;
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

/// The standard deviation of values around their course, from how neighbours in the second half of them differ.
inline double noise_of(const std::vector<double>& values) {
  double root_of_sum = 0;
  const std::size_t half = values.size() / 2;
  for (std::size_t i = half + 1; i < values.size(); ++i)
    root_of_sum = std::hypot(root_of_sum, values[i] - values[i - 1]);
  return root_of_sum / std::sqrt(2 * static_cast<double>(std::max<std::size_t>(1, values.size() - half)));
}

struct LossCourse {
  double first = std::numeric_limits<double>::quiet_NaN();  ///< before any update
  double start = first;                ///< the same, or the first stretch if that is higher
  double last = first;                 ///< over the last stretch
  double early = first, late = first;  ///< means of both halves
  double peak = first;
  double noise = 0;  ///< of a batch
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
    early = mean_of(finite, 0, (finite.size() + 1) / 2);
    late = mean_of(finite, finite.size() / 2, finite.size());
    noise = noise_of(finite);
    stretches = std::min(most_stretches, finite.size());
    const double of_mean = noise / std::sqrt(static_cast<double>(finite.size() / stretches));
    double lowest = first;
    for (std::size_t k = 0; k < stretches; ++k) {
      last = mean_of(finite, k * finite.size() / stretches, (k + 1) * finite.size() / stretches);
      setbacks += last - lowest > std::max(setback_height * std::abs(first), chance * of_mean);
      lowest = std::min(lowest, last);
      if (k == 0) start = std::max(first, last);
    }
  }

  bool above(double value, double factor) const { return value > first + (factor - 1) * std::abs(first); }
  bool fell_to(double factor) const { return last <= first - (1 - factor) * std::abs(first); }
  bool fell_from_start_to(double factor) const { return last <= start - (1 - factor) * std::abs(start); }
  /// The second half is no lower than the first one, as far as noise lets one see.
  bool is_stuck() const {
    const double noise_of_half = noise / std::sqrt(static_cast<double>(steps) / 2);
    return ends_finite && late > early - (1 - nothing_learned) * std::abs(early) &&
           noise_of_half < much_noise * std::abs(early);
  }
  bool jumps() const { return steps >= least_steps && setbacks >= many_setbacks; }
  bool diverged() const {
    if (above(last, diverged_end) && last - first > chance * noise) return true;
    if (ends_finite && fell_to(half_learned)) return false;
    const bool leapt = above(peak, diverged_peak) && (!ends_finite || peak - first > rare_chance * noise);
    return leapt || jumps();
  }
};

}  // namespace xg::optim
