#pragma once
/// The functions of scalars as plain loops, over double or over a tape's scalars.

#include <cmath>
#include <vector>

#include "../workload.hpp"

namespace bench {

template <class S> S rosenbrock(const std::vector<S>& x) {
  S sum = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const S valley = x[i + 1] - x[i] * x[i], slope = 1 - x[i];
    sum += 100 * valley * valley + slope * slope;
  }
  return sum;
}

/// The parameters one behind the other: first weight [hidden, in] and bias, second weight and bias.
template <class S> S net_loss(const std::vector<S>& parameters, const double* x, const double* target) {
  const ScalarNet n;
  const S *weight1 = parameters.data(), *bias1 = weight1 + n.hidden * n.in, *weight2 = bias1 + n.hidden,
          *bias2 = weight2 + n.hidden;
  S sum = 0;
  for (std::int64_t sample = 0; sample < n.samples; ++sample) {
    S y = *bias2;
    for (std::int64_t j = 0; j < n.hidden; ++j) {
      S before = bias1[j];
      for (std::int64_t i = 0; i < n.in; ++i) before += weight1[j * n.in + i] * x[sample * n.in + i];
      using std::tanh;
      y += weight2[j] * tanh(before);
    }
    const S off = y - target[sample];
    sum += off * off;
  }
  return sum / static_cast<double>(n.samples);
}

inline std::vector<double> rosenbrock_start() { return wide_normals(rosenbrock_size, 1); }

inline std::vector<double> net_start() {
  const ScalarNet n;
  std::vector<double> all;
  const auto append = [&](std::int64_t count, unsigned seed, double scale) {
    const std::vector<double> values = wide_normals(count, seed, scale);
    all.insert(all.end(), values.begin(), values.end());
  };
  append(n.hidden * n.in, 1, 0.25);
  append(n.hidden, 2, 1);
  append(n.hidden, 3, 0.2);
  append(1, 4, 1);
  return all;
}
inline std::vector<double> net_inputs() { return wide_normals(ScalarNet().samples * ScalarNet().in, 5); }
inline std::vector<double> net_targets() { return wide_normals(ScalarNet().samples, 6); }

}  // namespace bench
