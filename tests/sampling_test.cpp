#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/core/to_vector.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {
namespace {

// How often each index was drawn, as a share.
Tensor shares(const Tensor& drawn, std::int64_t n) {
  return mean(to(one_hot(flatten(drawn), n), float64), {0});
}

// 5 standard deviations of 40,000 draws are at most 0.0125.
constexpr std::int64_t draws = 40000;
bool near(const Tensor& a, const Tensor& b) { return max(abs(a - b)).item() < 0.0125; }

TEST_CASE("multinomial draws in proportion to the weights, with replacement and without") {
  Generator generator(1);
  const Tensor weights = tensor({1, 0, 4, 3}, {.dtype = float64});
  CHECK(near(shares(multinomial(weights, draws, true, generator), 4), weights / 8));
  const Tensor rows = expand(weights, {draws, 4});
  const Tensor two = multinomial(rows, 2, false, generator);
  CHECK(near(shares(slice(two, 1, 0, 1), 4), weights / 8));
  // The second one is i after j with probability w_j / 8 * w_i / (8 - w_j).
  CHECK(near(shares(slice(two, 1, 1, 2), 4),
             tensor({4.0 / 8 * 1 / 4 + 3.0 / 8 * 1 / 5, 0, 1.0 / 8 * 4 / 7 + 3.0 / 8 * 4 / 5,
                     1.0 / 8 * 3 / 7 + 4.0 / 8 * 3 / 4},
                    {.dtype = float64})));
}

TEST_CASE("multinomial without replacement draws every index once, and none of weight 0") {
  const Tensor all = multinomial(expand(tensor({3, 0, 1e-30, 1, 1e30}), {50, 5}), 4);
  CHECK(to_vector(sort(all)[0]) == to_vector(expand(tensor({0, 2, 3, 4}), {50, 4})));
}

TEST_CASE("multinomial has a row of draws for each row of weights") {
  CHECK(multinomial(ones({3}), 2).shape() == Shape{2});
  CHECK(multinomial(ones({0, 3}), 2, true).shape() == Shape{0, 2});
  const Tensor drawn = multinomial(eye(4), 3, true);
  CHECK(drawn.dtype() == int64);
  CHECK(all(drawn == unsqueeze(arange(4), 1)).item<bool>());
}

TEST_CASE("multinomial repeats itself for one seed and advances its generator") {
  Generator a(5), b(5);
  const Tensor first = multinomial(ones({100}), 20, true, a);
  CHECK(all(first == multinomial(ones({100}), 20, true, b)).item<bool>());
  CHECK(any(first != multinomial(ones({100}), 20, true, a)).item<bool>());
}

TEST_CASE("to_vector gives the elements in row-major order, whatever the strides and the dtype") {
  const Tensor x = tensor({{1, 2.5}, {3, 4}});
  CHECK(to_vector(x) == std::vector<double>{1, 2.5, 3, 4});
  CHECK(to_vector<float>(t(x)) == std::vector<float>{1, 3, 2.5, 4});
  CHECK(to_vector<std::int64_t>(select(x, 1, 1)) == std::vector<std::int64_t>{2, 4});
  CHECK(to_vector<bool>(x > 2) == std::vector<bool>{false, true, true, true});
  CHECK(to_vector(zeros({0, 3})).empty());
}

}  // namespace
}  // namespace xg
