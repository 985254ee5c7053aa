#include "op_table.hpp"

#include <cmath>
#include <vector>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/dropout.hpp>

namespace xg::test {
namespace {

constexpr double p = 0.3;

// What a stream of this seed keeps, 1 or 0.
std::vector<double> kept(std::int64_t n) {
  std::vector<double> mask(static_cast<std::size_t>(n));
  Generator generator(7);
  generator.fill_bernoulli(std::span<double>(mask), 1 - p);
  return mask;
}

using Function = Tensor (*)(const Tensor&, double, bool, Generator&);

// A row of a function that treats `together` neighbouring elements alike.
template <class Value>
OpRow row(const char* name, Function f, Shape shape, std::int64_t together, Value value) {
  return {.name = name,
          .run =
              [f](const Inputs& in) {
                Generator generator(7);
                return f(in[0], p, true, generator);
              },
          .args = {{.shape = shape}},
          .reference =
              [shape, together, value](const Inputs& in) {
                const std::vector<double> mask = kept(count(shape) / together);
                return generate(shape, [&](std::int64_t i) {
                  return value(element(in[0], i), mask[static_cast<std::size_t>(i / together)] == 1);
                });
              }};
}

double scaled(double x, bool is_kept) { return is_kept ? x / (1 - p) : 0; }

// As the paper has it: with the bound s, x or s, then a x + b with q = 1 - p, a = (q + s^2 q (1 - q))^(-1/2) and
// b = -a (1 - q) s.
double alpha_scaled(double x, bool is_kept) {
  const double bound = -1.7580993408473766, q = 1 - p;
  const double a = 1 / std::sqrt(q + bound * bound * q * (1 - q));
  return a * (is_kept ? x : bound) - a * (1 - q) * bound;
}

const RowsOf rows([] {
  return std::vector<OpRow>{
      row("dropout", dropout, {4, 5}, 1, scaled),
      row("dropout1d", dropout1d, {3, 4, 5}, 5, scaled),
      row("dropout1d/without n", dropout1d, {4, 5}, 5, scaled),
      row("dropout2d", dropout2d, {2, 4, 3, 2}, 6, scaled),
      row("dropout3d", dropout3d, {2, 4, 2, 1, 3}, 6, scaled),
      row("alpha_dropout", alpha_dropout, {4, 5}, 1, alpha_scaled),
      row("feature_alpha_dropout", feature_alpha_dropout, {2, 4, 3}, 3, alpha_scaled),
  };
});

}  // namespace
}  // namespace xg::test
