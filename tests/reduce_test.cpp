#include <doctest/doctest.h>

#include <cmath>

#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/parallel.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/cumulative.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/view.hpp>

#include "op_table/op_table.hpp"

using namespace xg;
using test::element;

namespace {

// Sums over both axes of a matrix against plain loops in float64.
void check_sums(const Tensor& x) {
  const Tensor down = sum(x, {0}), across = sum(x, {1});
  const std::int64_t rows = x.size(0), columns = x.size(1);
  std::vector<double> columns_total(static_cast<std::size_t>(columns));
  double all = 0;
  for (std::int64_t r = 0; r < rows; ++r) {
    double row = 0;
    for (std::int64_t c = 0; c < columns; ++c) {
      const double v = x.at({r, c});
      row += v;
      columns_total[static_cast<std::size_t>(c)] += v;
    }
    all += row;
    REQUIRE(element(across, r) == doctest::Approx(row).epsilon(1e-5));
  }
  for (std::int64_t c = 0; c < columns; ++c)
    REQUIRE(element(down, c) == doctest::Approx(columns_total[static_cast<std::size_t>(c)]).epsilon(1e-5));
  CHECK(sum(x).item() == doctest::Approx(all).epsilon(1e-5));
}

}  // namespace

TEST_CASE("sums are right at the sizes where the kernels cut their work, for any strides") {
  Generator random(1);
  for (const Shape& shape : {Shape{1, 1}, Shape{7, 3}, Shape{129, 5}, Shape{8, 1025}, Shape{300, 33},
                             Shape{3, 5000}, Shape{2050, 2}}) {
    CAPTURE(to_string(shape));
    const Tensor x = uniform(shape, 0, 1, {}, random);
    check_sums(x);
    check_sums(t(x));
    check_sums(flip(x, {0}));
    check_sums(slice(repeat(x, {1, 2}), 1, 0, {}, 2));
    check_sums(expand(slice(x, 0, 0, 1), shape));
  }
}

TEST_CASE("largest elements are found wherever they stand") {
  for (const std::int64_t n : {1, 7, 8, 9, 33, 2047, 2049})
    for (const std::int64_t at : {std::int64_t{0}, n / 2, n - 1}) {
      Tensor x = full({n}, -3);
      x.mutable_data<float>()[at] = -1;
      CHECK(amax(x).item() == -1);
      CHECK(argmax(x).item() == static_cast<double>(at));
      CHECK(amin(-x).item() == 1);
    }
}

TEST_CASE("a long float32 sum does not drift") {
  const Tensor x = full({10'000'000}, 0.1);
  CHECK(sum(x).item() == doctest::Approx(1e6).epsilon(2e-6));
  CHECK(sum(reshape(x, {1'000'000, 10}), {0}).at({3}) == doctest::Approx(1e5).epsilon(2e-6));
}

TEST_CASE("a reduction has the same bits for any number of threads") {
  Generator random(2);
  const Tensor x = randn({700, 900}, {}, random);
  Tensor results[2][3];
  for (int threads = 1; threads <= 2; ++threads) {
    const ThreadGuard guard(threads);
    auto& r = results[threads - 1];
    r[0] = sum(x), r[1] = sum(x, {0}), r[2] = var(x, {1});
  }
  for (std::size_t k = 0; k < 3; ++k)
    for (std::int64_t i = 0; i < results[0][k].numel(); ++i)
      REQUIRE(element(results[0][k], i) == element(results[1][k], i));
}

TEST_CASE("integers are summed exactly and bools are counted") {
  const Tensor x = tensor({{1, 2}, {3, 4}}, {.dtype = int64});
  CHECK(sum(x).dtype() == int64);
  CHECK(element(sum(x, {0}), 1) == 6);
  CHECK(element(prod(x, {1}), 1) == 12);
  CHECK(element(cumsum(x, 0), 2) == 4);
  CHECK(sum(x > 1).item() == 3);
  CHECK(amax(x).item() == 4);
  CHECK(amax(x > 1).dtype() == boolean);
}

TEST_CASE("reductions without elements give what is neutral, or nothing, or an error") {
  const Tensor x = zeros({0, 3});
  CHECK(sum(x, {0}).shape() == Shape{3});
  CHECK(element(sum(x, {0}), 0) == 0);
  CHECK(std::isnan(mean(x).item()));
  CHECK(std::isnan(var(x).item()));
  CHECK(prod(x).item() == 1);
  CHECK(logsumexp(x).item() == -INFINITY);
  CHECK(all(x).item() == 1);
  CHECK(any(x).item() == 0);
  CHECK(amax(x, {1}).shape() == Shape{0});
  CHECK(max(x, 1)[1].shape() == Shape{0});
  CHECK(cumsum(x, 0).shape() == Shape{0, 3});
  CHECK_THROWS_AS(max(x, 0), ValueError);
  CHECK_THROWS_AS(max(x), ValueError);
}

TEST_CASE("amax splits its gradient among ties, max gives it to the first") {
  Tensor x = tensor({1, 5, 5, 2});
  x.requires_grad(true);
  amax(x).backward();
  CHECK(element(x.grad(), 1) == 0.5);
  CHECK(element(x.grad(), 2) == 0.5);
  x.zero_grad();
  max(x, 0)[0].backward();
  CHECK(element(x.grad(), 1) == 1);
  CHECK(element(x.grad(), 2) == 0);
}

TEST_CASE("NaN wins in largest and smallest elements, at its first place") {
  const Tensor x = tensor({{1, NAN, 3}, {NAN, 2, NAN}});
  CHECK(std::isnan(amax(x).item()));
  CHECK(std::isnan(element(amin(x, {1}), 0)));
  CHECK(element(argmax(x, 1), 0) == 1);
  CHECK(element(argmin(x, 1), 1) == 0);
  CHECK(element(argmax(x, 0), 2) == 1);
  CHECK(std::isnan(element(max(x, 1)[0], 1)));
}

TEST_CASE("the variance of large numbers that differ little is exact") {
  const Tensor x = tensor({16777216, 16777218, 16777220});
  CHECK(var(x).item() == 4);
  CHECK(std::isnan(var(tensor({3})).item()));
}

TEST_CASE("logsumexp of infinities is infinite without a NaN in its gradient") {
  Tensor x = full({3}, -INFINITY);
  x.requires_grad(true);
  const Tensor y = logsumexp(x);
  CHECK(y.item() == -INFINITY);
  y.backward();
  CHECK(element(x.grad(), 1) == 0);
  CHECK(logsumexp(tensor({1, INFINITY})).item() == INFINITY);
  CHECK(logsumexp(tensor({-INFINITY, 2})).item() == 2);
}

TEST_CASE("norms of order 0 and of the infinities") {
  const Tensor x = tensor({0, -3, 2});
  CHECK(norm(x, 0).item() == 2);
  CHECK(norm(x, INFINITY).item() == 3);
  CHECK(norm(x, -INFINITY).item() == 0);
  CHECK(norm(x, 0.5).item() == doctest::Approx(std::pow(std::sqrt(3) + std::sqrt(2), 2)));
  CHECK_THROWS_AS(norm(x, NAN), ValueError);
}
