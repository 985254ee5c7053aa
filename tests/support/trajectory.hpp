#pragma once
/// Parameters along a run of an optimizer beside those of another implementation.

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <functional>
#include <span>
#include <vector>
#include <xgrad/core/create.hpp>

namespace xg::test {

using Values = std::vector<double>;

inline Tensor parameter(const Values& values, Dtype dtype = float64) {
  return from_values(std::span<const double>(values), {static_cast<std::int64_t>(values.size())},
                     {.dtype = dtype, .requires_grad = true});
}

inline Tensor like(const Tensor& p, const Values& values) {
  return from_values(std::span<const double>(values), p.shape(), {.dtype = p.dtype()});
}

inline Values values_of(const Tensor& t) {
  Values values;
  for (std::int64_t i = 0; i < t.numel(); ++i) values.push_back(t.at({i}));
  return values;
}

inline void check_close(const Tensor& p, const Values& expected, double tolerance = 1e-10) {
  const Values got = values_of(p);
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(got[i] - expected[i]) <= tolerance * std::abs(expected[i]) + 1e-12);
  }
}

/// The gradient of rosenbrock(p0, p1) + ((p2 - 1)^2 + 10 (p3 + 1)^2 + 0.1 (p4 - 2)^2) / 2.
inline Values reference_gradient(const Values& p) {
  const double valley = p[1] - p[0] * p[0];
  return {-2 * (1 - p[0]) - 400 * p[0] * valley, 200 * valley, p[2] - 1, 10 * (p[3] + 1), 0.1 * (p[4] - 2)};
}

/// Zero steps among large and small ones.
inline Values spiky_gradient(std::size_t step) {
  constexpr std::array<double, 20> s = {1, -2, 3, 0, 0, -3, 1, -2, 3, -1, 2, -3, 1, -2, 3, -1, 2, -3, 1, -2};
  return {0, s[step], -s[step], 1e-6 * s[step], 1e4 * s[step]};
}

/// Parameters after 1, 2 and 20 steps, computed by PyTorch from (-1.25, 1, 0.5, -2, 3).
using Figures = std::array<Values, 3>;
using Gradient = std::function<Values(const Values&, std::size_t)>;

template <class Optimizer>
void check_trajectory(decltype(Optimizer::options) options, const Figures& expected,
                      const Gradient& gradient) {
  Tensor p = parameter({-1.25, 1.0, 0.5, -2.0, 3.0});
  Optimizer optimizer(p, options);
  for (std::size_t t = 0; t < 20; ++t) {
    p.set_grad(like(p, gradient(values_of(p), t)));
    optimizer.step();
    if (t == 0) check_close(p, expected[0]);
    if (t == 1) check_close(p, expected[1]);
  }
  check_close(p, expected[2]);
}

inline Values descend(const Values& p, std::size_t) { return reference_gradient(p); }
inline Values climb(const Values& p, std::size_t) {
  Values g = reference_gradient(p);
  for (double& x : g) x = -x;
  return g;
}
inline Values spiky(const Values&, std::size_t t) { return spiky_gradient(t); }

}  // namespace xg::test
