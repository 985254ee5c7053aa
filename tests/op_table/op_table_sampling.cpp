#include "op_table.hpp"

#include <cmath>
#include <cstdint>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/sampling.hpp>

namespace xg::test {
namespace {

constexpr std::uint64_t seed = 17;
const Arg weights{.shape = {3, 5}, .low = 0.25, .high = 2};
const Arg list{.shape = {4}, .low = 0.25, .high = 2};
const Arg some_zero{.fixed = tensor({{0, 2, 0, 1, 0}, {0, 0, 0, 0, 3}}, {.dtype = float64})};

double weight(const Tensor& x, std::int64_t row, std::int64_t i) { return element(x, row * x.size(-1) + i); }

Tensor uniform_points(const Shape& shape) {
  Generator generator(seed);
  return rand(shape, {.dtype = float64}, generator);
}

// The first index at which the weights so far exceed the point, a share of all of them.
double fallen_on(const Tensor& x, std::int64_t row, double point) {
  double total = 0, so_far = 0;
  for (std::int64_t i = 0; i < x.size(-1); ++i) total += weight(x, row, i);
  std::int64_t i = 0;
  while ((so_far += weight(x, row, i)) <= point * total) ++i;
  return static_cast<double>(i);
}

// The index that comes first if each has waited -log(1 - point) / weight.
double first_to_come(const Tensor& x, const Tensor& points, std::int64_t row) {
  std::int64_t first = -1;
  double shortest = 0;
  for (std::int64_t i = 0; i < x.size(-1); ++i) {
    if (weight(x, row, i) == 0) continue;
    const double wait = -std::log1p(-weight(points, row, i)) / weight(x, row, i);
    if (first < 0 || wait < shortest) first = i, shortest = wait;
  }
  return static_cast<double>(first);
}

OpRow drawn(const char* name, std::int64_t samples, bool replacement,
            std::function<Tensor(const Inputs&)> reference) {
  return {.name = name,
          .run =
              [=](const Inputs& in) {
                Generator generator(seed);
                return multinomial(in[0], samples, replacement, generator);
              },
          .args = {weights},
          .also = {{list}, {some_zero}},
          .reference = std::move(reference),
          .differentiable = false};
}

const RowsOf rows([] {
  return std::vector<OpRow>{
      drawn("multinomial", 1, false,
            [](const Inputs& in) {
              const Tensor points = uniform_points(in[0].shape());
              Shape shape = in[0].shape();
              shape[shape.size() - 1] = 1;
              return generate(shape, [&](std::int64_t row) { return first_to_come(in[0], points, row); });
            }),
      drawn("multinomial/with replacement", 7, true, [](const Inputs& in) {
        Shape shape = in[0].shape();
        shape[shape.size() - 1] = 7;
        const Tensor points = uniform_points(shape);
        return generate(shape, [&](std::int64_t i) { return fallen_on(in[0], i / 7, element(points, i)); });
      })};
});

}  // namespace
}  // namespace xg::test
