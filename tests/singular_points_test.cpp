// Values and derivatives where there is none, or where intermediate results would overflow: the conventions, exactly.

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include <xgrad/core/backward.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Tensor leaf(double x) { return scalar(x, {.dtype = float64, .requires_grad = true}); }
Tensor vector(std::initializer_list<NestedValues> values) {
  return tensor(values, {.dtype = float64, .requires_grad = true});
}

TEST_CASE("cross entropy at huge logits") {
  const auto check_target = [](double target, double exact, const std::vector<double>& gradient) {
    const Tensor logits = tensor({{1e4, -1e4, 0}}, {.dtype = float64, .requires_grad = true});
    const Tensor y = sum(cross_entropy_rows(logits, tensor({target}, {.dtype = int64})));
    CHECK(y.item() == exact);
    const Tensor g = grad(y, logits);
    for (std::size_t i = 0; i < gradient.size(); ++i)
      CHECK(g.at({0, static_cast<std::int64_t>(i)}) == gradient[i]);
  };
  check_target(0, 0, {0, 0, 0});
  check_target(1, 2e4, {1, -1, 0});
  check_target(2, 1e4, {1, 0, -1});
}

TEST_CASE("norms at 0, where they have no derivative") {
  for (const double p : {1.0, 2.0, 3.0, infinity}) {
    CAPTURE(p);
    const Tensor zero = vector({0, 0, 0});
    const Tensor y = norm(zero, p);
    CHECK(y.item() == 0);
    const Tensor g = grad(y, zero);
    for (std::int64_t i = 0; i < 3; ++i) CHECK(g.at({i}) == 0);
  }
  const Tensor x = vector({3, -4});
  const Tensor y = norm(x);
  CHECK(y.item() == 5);
  CHECK(grad(y, x).at({1}) == -0.8);
}

TEST_CASE("the origin has no angle and no direction: hypot and atan2 pass 0 on") {
  for (const auto f : {hypot, atan2})
    for (const double zero : {0.0, -0.0}) {
      const Tensor a = leaf(0), b = leaf(zero);
      const auto g = grad({f(a, b)}, {a, b});
      CHECK(g[0].item() == 0);
      CHECK(g[1].item() == 0);
    }
  CHECK(atan2(leaf(0), leaf(-0.0)).item() == std::numbers::pi);
  CHECK(std::signbit(atan2(leaf(-0.0), leaf(1)).item()));
}

TEST_CASE("powers of zero") {
  const auto by_base = [](double exponent) {
    const Tensor x = leaf(0);
    return grad(pow(x, exponent), x).item();
  };
  CHECK(by_base(0) == 0);
  CHECK(by_base(0.5) == infinity);
  CHECK(by_base(1) == 1);
  CHECK(by_base(2) == 0);
  CHECK(by_base(2.5) == 0);
  const auto by_both = [](double exponent) {
    const Tensor x = leaf(0), p = leaf(exponent);
    const auto g = grad({pow(x, p)}, {x, p});
    return std::vector<double>{g[0].item(), g[1].item()};
  };
  CHECK(by_both(0) == std::vector<double>{0, 0});
  CHECK(by_both(0.5) == std::vector<double>{infinity, 0});
  CHECK(by_both(1) == std::vector<double>{1, 0});
  CHECK(by_both(2) == std::vector<double>{0, 0});
  const Tensor x = leaf(0);
  const Tensor second = grad(grad(pow(x, 2), x, {.create_graph = true}), x);
  CHECK(second.item() == 2);
}

TEST_CASE("sqrt at zero") {
  const Tensor x = leaf(0);
  CHECK(sqrt(x).item() == 0);
  CHECK(grad(sqrt(x), x).item() == infinity);
  // What a mask leaves out stays out.
  CHECK(grad(where(x > 0, sqrt(x), 0.0), x).item() == 0);
}

}  // namespace
}  // namespace xg
