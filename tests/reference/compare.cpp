#include "compare.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/mode.hpp>

#include "case.hpp"

namespace xg::test {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

double ratio(double got, double reference, Tolerance allowed) {
  if (got == reference || (std::isnan(got) && std::isnan(reference))) return 0;
  if (!std::isfinite(got) || !std::isfinite(reference)) return infinite;
  return std::abs(got - reference) / (allowed.atol + allowed.rtol * std::abs(reference));
}

std::string position(std::int64_t i, const Shape& shape) {
  Dims at = shape;
  for (std::size_t axis = shape.size(); axis-- > 0; i /= shape[axis]) at[axis] = i % shape[axis];
  return to_string(at);
}

template <class T, class Ratio>
Difference worst_of(const std::vector<T>& reference, const T* got, const Shape& shape,
                    const Ratio& ratio_of) {
  Difference difference;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const double r = ratio_of(got[i], reference[i]);
    if (r <= difference.worst) continue;
    difference = {r, fmt::format("{} at {}, the reference has {}", got[i],
                                 position(static_cast<std::int64_t>(i), shape), reference[i])};
  }
  return difference;
}

}  // namespace

Difference compare(const Tensor& got, const NpzArray& reference, Tolerance allowed) {
  const Shape shape = shape_of(reference);
  if (!got.defined()) return {infinite, "undefined"};
  if (got.shape() != shape)
    return {infinite,
            fmt::format("shape {}, the reference has {}", to_string(got.shape()), to_string(shape))};
  const Dtype dtype = reference.dtype == 'd' ? float64 : reference.dtype == '?' ? boolean : int64;
  if (got.dtype() != dtype)
    return {infinite,
            fmt::format("dtype {}, the reference has {}", to_string(got.dtype()), to_string(dtype))};
  const NoGrad guard;
  if (dtype == float64)
    return worst_of(reference.to_doubles(), contiguous(got).data<double>(), shape,
                    [&](double a, double b) { return ratio(a, b, allowed); });
  const Tensor whole = contiguous(to(got, int64));
  return worst_of(reference.to_integers(), whole.data<std::int64_t>(), shape,
                  [](std::int64_t a, std::int64_t b) { return a == b ? 0 : infinite; });
}

}  // namespace xg::test
