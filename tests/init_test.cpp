#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/nn/init.hpp>

namespace {

using xg::Generator;
using xg::Shape;
using xg::Tensor;
using namespace xg::nn::init;

std::vector<double> values(const Tensor& x) {
  const Tensor dense = xg::contiguous(xg::to(x.detach(), xg::float64));
  return {dense.data<double>(), dense.data<double>() + dense.numel()};
}

double mean_of(const std::vector<double>& all) {
  double sum = 0;
  for (const double x : all) sum += x;
  return sum / static_cast<double>(all.size());
}

double deviation_of(const std::vector<double>& all) {
  const double mean = mean_of(all);
  double sum = 0;
  for (const double x : all) sum += (x - mean) * (x - mean);
  return std::sqrt(sum / static_cast<double>(all.size()));
}

/// A scheme on a shape, and the half width or the standard deviation that PyTorch 1.13 gives.
struct Row {
  Shape shape;
  std::function<void(Tensor&, Generator&)> scheme;
  double scale;
};

auto xavier_uniform(double gain) {
  return [=](Tensor& w, Generator& g) { xavier_uniform_(w, gain, g); };
}
auto xavier_normal(double gain) {
  return [=](Tensor& w, Generator& g) { xavier_normal_(w, gain, g); };
}
auto kaiming_uniform(KaimingOptions options) {
  return [=](Tensor& w, Generator& g) { kaiming_uniform_(w, options, g); };
}
auto kaiming_normal(KaimingOptions options) {
  return [=](Tensor& w, Generator& g) { kaiming_normal_(w, options, g); };
}

const KaimingOptions leaky_out{.a = 0.2, .mode = FanMode::fan_out};
const KaimingOptions tanh_in{.nonlinearity = Nonlinearity::tanh};
const KaimingOptions relu_in{.nonlinearity = Nonlinearity::relu};
const KaimingOptions root_five{.a = std::sqrt(5.0)};

}  // namespace

TEST_CASE("uniform schemes have the half widths of the reference") {
  const std::vector<Row> rows{
      {{6, 2, 3}, xavier_uniform(5.0 / 3), 0.8333333333333333},
      {{4, 2, 3, 3}, xavier_uniform(1), 0.3333333333333333},
      {{2, 3, 2, 2, 2}, xavier_uniform(5.0 / 3), 0.6454972243679028},
      {{4, 3}, kaiming_uniform(leaky_out), 1.2009611535381535},
      {{6, 2, 3}, kaiming_uniform(tanh_in), 1.1785113019775793},
      {{2, 3, 2, 2, 2}, kaiming_uniform(relu_in), 0.5},
      {{4, 2, 3, 3}, kaiming_uniform(root_five), 0.23570226039551584},
  };
  for (const Row& row : rows) {
    CAPTURE(row.scale);
    Generator generator(3), same(3);
    Tensor weight = xg::zeros(row.shape, {.dtype = xg::float64});
    row.scheme(weight, generator);
    const auto expected = values(xg::uniform(row.shape, -row.scale, row.scale, {.dtype = xg::float64}, same));
    const auto drawn = values(weight);
    for (std::size_t i = 0; i < drawn.size(); ++i)
      CHECK(drawn[i] == doctest::Approx(expected[i]).epsilon(1e-12));
  }
}

TEST_CASE("normal schemes have the standard deviations of the reference") {
  const std::vector<Row> rows{
      {{4, 3}, xavier_normal(1), 0.5345224838248488},
      {{6, 2, 3}, xavier_normal(5.0 / 3), 0.4811252243246881},
      {{4, 2, 3, 3}, xavier_normal(5.0 / 3), 0.32075014954979214},
      {{4, 3}, kaiming_normal(relu_in), 0.8164965809277261},
      {{4, 3}, kaiming_normal(leaky_out), 0.6933752452815364},
      {{4, 3}, kaiming_normal(tanh_in), 0.9622504486493764},
      {{6, 2, 3}, kaiming_normal(root_five), 0.23570226039551584},
  };
  for (const Row& row : rows) {
    CAPTURE(row.scale);
    Generator generator(3), same(3);
    Tensor weight = xg::zeros(row.shape, {.dtype = xg::float64});
    row.scheme(weight, generator);
    const auto expected = values(xg::normal(row.shape, 0, row.scale, {.dtype = xg::float64}, same));
    const auto drawn = values(weight);
    for (std::size_t i = 0; i < drawn.size(); ++i)
      CHECK(drawn[i] == doctest::Approx(expected[i]).epsilon(1e-12));
  }
}

TEST_CASE("gains are those of the reference") {
  CHECK(calculate_gain(Nonlinearity::linear) == 1);
  CHECK(calculate_gain(Nonlinearity::sigmoid) == 1);
  CHECK(calculate_gain(Nonlinearity::tanh) == doctest::Approx(1.6666666666666667));
  CHECK(calculate_gain(Nonlinearity::relu) == doctest::Approx(1.4142135623730951));
  CHECK(calculate_gain(Nonlinearity::leaky_relu) == doctest::Approx(std::sqrt(2 / 1.0001)));
  CHECK(calculate_gain(Nonlinearity::leaky_relu, 0.2) == doctest::Approx(std::sqrt(2 / 1.04)));
  CHECK(calculate_gain(Nonlinearity::selu) == 0.75);
}

TEST_CASE("fans count the receptive field, and need two axes") {
  const Fans fans = calculate_fans(xg::zeros({4, 2, 3, 5}));
  CHECK(fans.in == 30);
  CHECK(fans.out == 60);
  Tensor vector = xg::zeros({3});
  CHECK_THROWS_WITH_AS(xavier_uniform_(vector),
                       "[calculate_fans] a weight [3] has fewer than 2 axes: use uniform_ or normal_",
                       xg::ShapeError);
}

TEST_CASE("default weights and biases are parameters within 1/sqrt(fan_in)") {
  xg::manual_seed(0);
  const Tensor weight = default_weight({50, 4, 2, 2}, xg::float32);
  for (const Tensor& drawn : {weight, default_bias(default_weight({5000, 16}, xg::float32))}) {
    CHECK(drawn.requires_grad());
    const auto all = values(drawn);
    CHECK(*std::ranges::max_element(all) <= 0.25);
    CHECK(*std::ranges::max_element(all) > 0.249);
    CHECK(*std::ranges::min_element(all) >= -0.25);
    CHECK(*std::ranges::min_element(all) < -0.249);
  }
  const Tensor bias = default_bias(default_weight({3, 0}, xg::float64));
  CHECK(bias.dtype() == xg::float64);
  CHECK(values(bias) == std::vector<double>(3, 0.0));
}

TEST_CASE("a parameter is overwritten in place, whatever its strides, and stays one") {
  const Tensor base = xg::zeros({3, 2});
  Tensor weight = xg::as_strided(base, {2, 3}, {1, 2});
  weight.requires_grad(true);
  const std::uint64_t version = weight.version();
  CHECK(&eye_(weight) == &weight);
  CHECK(values(weight) == std::vector<double>{1, 0, 0, 0, 1, 0});
  CHECK(values(base) == std::vector<double>{1, 0, 0, 1, 0, 0});
  CHECK(weight.version() > version);
  CHECK(weight.requires_grad());
  constant_(weight, 2.5);
  CHECK(values(base) == std::vector<double>(6, 2.5));
  ones_(weight);
  CHECK(values(base) == std::vector<double>(6, 1));
  zeros_(weight);
  CHECK(values(base) == std::vector<double>(6, 0));
}

TEST_CASE("trunc_normal_ stays inside its bounds and has the moments of the cut distribution") {
  Generator generator(1);
  Tensor weight = xg::zeros({200, 200}, {.dtype = xg::float64});
  trunc_normal_(weight, {}, generator);
  const auto all = values(weight);
  CHECK(*std::ranges::max_element(all) <= 2);
  CHECK(*std::ranges::min_element(all) >= -2);
  CHECK(std::abs(mean_of(all)) < 0.02);
  // sqrt(1 - 4 pdf(2) / (2 cdf(2) - 1)).
  CHECK(deviation_of(all) == doctest::Approx(0.8796).epsilon(0.01));
  trunc_normal_(weight, {.mean = 5, .std = 0.1, .low = 5, .high = 6}, generator);
  const auto half = values(weight);
  CHECK(*std::ranges::min_element(half) >= 5);
  CHECK(mean_of(half) == doctest::Approx(5 + 0.1 * std::sqrt(2 / std::acos(-1.0))).epsilon(0.001));
}

TEST_CASE("trunc_normal_ refuses what could never be drawn") {
  Tensor weight = xg::zeros({2});
  CHECK_THROWS_AS(trunc_normal_(weight, {.low = 50, .high = 51}), xg::ValueError);
  CHECK_THROWS_AS(trunc_normal_(weight, {.low = 1, .high = -1}), xg::ValueError);
  CHECK_THROWS_AS(trunc_normal_(weight, {.std = 0}), xg::ValueError);
  CHECK_THROWS_AS(trunc_normal_(weight, {.mean = std::nan("")}), xg::ValueError);
}

TEST_CASE("orthogonal_ gives orthonormal rows of a wide weight and columns of a tall one") {
  for (const Shape& shape : {Shape{3, 8}, Shape{8, 3}, Shape{5, 5}, Shape{4, 2, 3, 1}, Shape{6, 1, 2}}) {
    CAPTURE(xg::to_string(shape));
    Generator generator(7);
    Tensor weight = xg::zeros(shape, {.dtype = xg::float64});
    orthogonal_(weight, 2, generator);
    const auto all = values(weight);
    const auto height = static_cast<std::size_t>(shape[0]), width = all.size() / height;
    const bool wide = height <= width;
    const std::size_t vectors = std::min(height, width), length = std::max(height, width);
    const auto at = [&](std::size_t v, std::size_t k) {
      return wide ? all[v * width + k] : all[k * width + v];
    };
    for (std::size_t a = 0; a < vectors; ++a)
      for (std::size_t b = 0; b <= a; ++b) {
        double dot = 0;
        for (std::size_t k = 0; k < length; ++k) dot += at(a, k) * at(b, k);
        CHECK(std::abs(dot - (a == b ? 4 : 0)) < 1e-12);
      }
  }
}

TEST_CASE("equal generators give equal weights, and the default one follows manual_seed") {
  Tensor a = xg::zeros({4, 4}), b = xg::zeros({4, 4});
  xg::manual_seed(5);
  kaiming_normal_(a);
  xg::manual_seed(5);
  kaiming_normal_(b);
  CHECK(values(a) == values(b));
  kaiming_normal_(b);
  CHECK(values(a) != values(b));
}

TEST_CASE("sparse_ zeroes the same share of each column and draws the rest") {
  Generator generator(3);
  Tensor w = xg::zeros({50, 40});
  sparse_(w, 0.31, 0.5, generator);
  const std::vector<double> all = values(w);
  std::vector<double> rest;
  for (std::size_t column = 0; column < 40; ++column) {
    int zeros = 0;
    for (std::size_t row = 0; row < 50; ++row) {
      const double x = all[row * 40 + column];
      if (x == 0)
        ++zeros;
      else
        rest.push_back(x);
    }
    CHECK(zeros == 16);
  }
  CHECK(std::abs(deviation_of(rest) - 0.5) < 0.03);
  Tensor none = xg::zeros({0, 3}), flat = xg::zeros({3});
  sparse_(none, 0.5);
  CHECK_THROWS_WITH_AS(sparse_(flat, 0.5), "[sparse_] a weight [3] is not a matrix", xg::ShapeError);
  CHECK_THROWS_WITH_AS(sparse_(w, 1.5), "[sparse_] sparsity 1.5: a share lies in [0, 1]", xg::ValueError);
}

TEST_CASE("dirac_ puts a 1 in the centre of each channel's own kernel, group by group") {
  Tensor w = xg::ones({4, 3, 3, 2}), grouped = xg::ones({4, 2, 5});
  dirac_(w);
  CHECK(w.at({0, 0, 1, 1}) == 1);
  CHECK(w.at({2, 2, 1, 1}) == 1);
  CHECK(std::ranges::count(values(w), 1.0) == 3);
  CHECK(std::ranges::count(values(w), 0.0) == 69);
  dirac_(grouped, 2);
  CHECK(grouped.at({1, 1, 2}) == 1);
  CHECK(grouped.at({2, 0, 2}) == 1);
  CHECK(std::ranges::count(values(grouped), 1.0) == 4);
  Tensor matrix = xg::zeros({3, 3});
  CHECK_THROWS_WITH_AS(dirac_(matrix), "[dirac_] a weight [3, 3] has no 3 to 5 axes", xg::ShapeError);
  CHECK_THROWS_WITH_AS(dirac_(w, 3), "[dirac_] 4 output channels do not divide into 3 groups",
                       xg::ValueError);
}
