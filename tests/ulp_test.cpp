// The accuracy of float32 that bench/ulp tabulates, at fewer points.

#include <doctest/doctest.h>

#include <string>

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/math.hpp>

#include "../bench/ulp/measure.hpp"

using namespace xg::ulp;

TEST_CASE("every scalar function is within its bound over all of float32") {
  for (const Function& f : functions()) {
    CAPTURE(std::string(f.name));
    const auto at = points(f, 50'000);
    const Accuracy found = accuracy(f, at, values(f, at));
    CAPTURE(found.at.x);
    CAPTURE(found.at.y);
    CHECK(found.largest <= f.bound);
    CHECK((f.bound <= 4 || f.reason[0] != '\0'));
  }
}

TEST_CASE("every scalar function is right at zeros, infinities, NaN, and the smallest and largest numbers") {
  for (const Function& f : functions()) {
    CAPTURE(std::string(f.name));
    const auto at = edges(f);
    const auto wrong = wrong_edges(f, at, values(f, at));
    CHECK((wrong.empty() ? "" : wrong.front()) == "");
  }
}

TEST_CASE("a function that is off by a few units is seen") {
  Function f = functions().front();
  REQUIRE(std::string(f.name) == "exp");
  f.op = [](const xg::Tensor& x, const xg::Tensor&) { return exp(x) * (1 + 4e-7); };
  const auto at = points(f, 1000);
  CHECK(accuracy(f, at, values(f, at)).largest > 3);
  f.op = [](const xg::Tensor& x, const xg::Tensor&) { return exp(abs(x)); };
  CHECK(wrong_edges(f, edges(f), values(f, edges(f))).front() == "f(-3.40282e+38) = inf, exactly 0");
}
