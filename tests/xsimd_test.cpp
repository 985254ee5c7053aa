// An independent implementation of the same functions: lanes and xsimd's batches must agree.

#include <xgrad/core/simd_math.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>
#include <xsimd/xsimd.hpp>

#include "support/each_isa.hpp"

using namespace xg;

namespace {

std::vector<float> sweep(float low, float high) {
  std::vector<float> x(4096);
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = low + (high - low) * static_cast<float>(i) / static_cast<float>(x.size() - 1);
  return x;
}

template <class F> std::vector<float> by_xsimd(const std::vector<float>& x, const F& f) {
  using Batch = xsimd::batch<float>;
  std::vector<float> y(x.size());
  for (std::size_t i = 0; i < x.size(); i += Batch::size)
    f(Batch::load_unaligned(x.data() + i)).store_unaligned(y.data() + i);
  return y;
}

template <class Isa, class F> std::vector<float> by_lanes(const std::vector<float>& x, const F& f) {
  using L = lane<float, Isa>;
  std::vector<float> y(x.size());
  const auto kernel = [&](auto) {
    for (std::size_t i = 0; i < x.size(); i += L::size) f(L::load(x.data() + i)).store(y.data() + i);
  };
  run_on<Isa>(kernel);
  return y;
}

// Both are within a few units of the last place of the true value, so they are within the sum of these of each other.
template <class F> void check_agrees(const std::string& name, float low, float high, const F& f) {
  constexpr float tolerance = 8 * std::numeric_limits<float>::epsilon();
  const auto x = sweep(low, high);
  const auto reference = by_xsimd(x, f);
  support::each_isa([&](auto isa) {
    const auto y = by_lanes<decltype(isa)>(x, f);
    float worst = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
      worst = std::max(worst, std::fabs(y[i] - reference[i]) / std::max(std::fabs(reference[i]), 1e-3F));
    CHECK_MESSAGE(worst < tolerance, name, " on ", isa.name);
  });
}

}  // namespace

TEST_CASE("exponentials and logarithms agree with xsimd's") {
  check_agrees("exp", -20, 20, [](const auto& x) { return exp(x); });
  check_agrees("expm1", -5, 5, [](const auto& x) { return expm1(x); });
  check_agrees("log", 0.01F, 100, [](const auto& x) { return log(x); });
  check_agrees("log1p", -0.9F, 50, [](const auto& x) { return log1p(x); });
}

TEST_CASE("trigonometric and hyperbolic functions agree with xsimd's") {
  check_agrees("sin", -6, 6, [](const auto& x) { return sin(x); });
  check_agrees("cos", -6, 6, [](const auto& x) { return cos(x); });
  check_agrees("atan", -30, 30, [](const auto& x) { return atan(x); });
  check_agrees("tanh", -8, 8, [](const auto& x) { return tanh(x); });
  check_agrees("sinh", -4, 4, [](const auto& x) { return sinh(x); });
}

TEST_CASE("the error function, roots and rounding agree with xsimd's") {
  check_agrees("erf", -4, 4, [](const auto& x) { return erf(x); });
  check_agrees("sqrt", 0, 50, [](const auto& x) { return sqrt(x); });
  check_agrees("floor", -20, 20, [](const auto& x) { return floor(x); });
  check_agrees("trunc", -20, 20, [](const auto& x) { return trunc(x); });
}
