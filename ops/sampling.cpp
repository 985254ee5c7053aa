#include "sampling.hpp"

#include <fmt/format.h>

#include <limits>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/dispatch.hpp"
#include "../core/mode.hpp"
#include "arithmetic.hpp"
#include "comparison.hpp"
#include "cumulative.hpp"
#include "math.hpp"
#include "reduce.hpp"
#include "sort.hpp"
#include "view.hpp"

namespace xg {
namespace {

void check(const Tensor& input, std::int64_t num_samples, bool replacement) {
  if (!is_floating(input.dtype())) throw_not_floating("multinomial", input.dtype());
  if (input.dim() != 1 && input.dim() != 2)
    throw ShapeError(
        fmt::format("[multinomial] input {}: expected weights [n] or [rows, n]", describe(input)));
  if (num_samples < 1)
    throw ValueError(fmt::format("[multinomial] num_samples {}: expected at least 1", num_samples));
  if (!all((input >= 0) & (input < std::numeric_limits<double>::infinity())).item<bool>())
    throw ValueError(
        fmt::format("[multinomial] input {}: a weight is negative, infinite or NaN", describe(input)));
  const Tensor choices = count_nonzero(input, {-1});
  const auto fewest = choices.numel() > 0 ? min(choices).item<std::int64_t>() : num_samples;
  if (fewest == 0)
    throw ValueError(fmt::format("[multinomial] input {}: a row has no weight above 0", describe(input)));
  if (!replacement && fewest < num_samples)
    throw ValueError(
        fmt::format("[multinomial] input {}: a row has {} {} above 0, too few to draw {} without replacement",
                    describe(input), fewest, fewest == 1 ? "weight" : "weights", num_samples));
}

// Where uniform points fall on the line on which each index has a piece as long as its weight.
Tensor drawn_again_and_again(const Tensor& weights, std::int64_t num_samples, Generator& generator) {
  const Tensor ends = cumsum(weights, -1);
  Shape shape = weights.shape();
  shape[shape.size() - 1] = num_samples;
  const Tensor points = rand(shape, {.dtype = float64}, generator);
  return searchsorted(ends, points * slice(ends, -1, -1), true);
}

// Each index waits for an exponential time whose rate is its weight, and the first ones to come are drawn.
Tensor drawn_once(const Tensor& weights, std::int64_t num_samples, Generator& generator) {
  const Tensor waits = -log1p(-rand(weights.shape(), {.dtype = float64}, generator));
  return topk(where(weights > 0, weights / waits, -1.0), num_samples)[1];
}

}  // namespace

Tensor multinomial(const Tensor& input, std::int64_t num_samples, bool replacement, Generator& generator) {
  const NoGrad guard;
  check(input, num_samples, replacement);
  const Tensor weights = to(input, float64);
  return (replacement ? drawn_again_and_again : drawn_once)(weights, num_samples, generator);
}

}  // namespace xg
