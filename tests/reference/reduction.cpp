#include <xgrad/ops/cumulative.hpp>
#include <xgrad/ops/reduce.hpp>

#include "table.hpp"

namespace xg::test {
namespace {

using Reduction = Tensor (*)(const Tensor&, const Axes&, bool);

Op over_axes(Reduction f) {
  return [f](const Call& c) { return f(c[0], c.dims("dim"), c.flag("keepdim")); };
}

using Spread = Tensor (*)(const Tensor&, const Axes&, double, bool);

double correction(const Call& c) { return c.flag("unbiased", true) ? 1 : 0; }

Op with_correction(Spread f) {
  return [f](const Call& c) { return f(c[0], c.dims("dim"), correction(c), c.flag("keepdim")); };
}

using SpreadAndMean = std::array<Tensor, 2> (*)(const Tensor&, const Axes&, double, bool);

Op with_mean(SpreadAndMean f) {
  return [f](const Call& c) { return f(c[0], c.dims("dim"), correction(c), c.flag("keepdim")); };
}

using Extremum = std::array<Tensor, 2> (*)(const Tensor&, std::int64_t, bool);

Op along_axis(Extremum f) {
  return [f](const Call& c) { return f(c[0], c.integer("dim"), c.flag("keepdim")); };
}

using IndexAlong = Tensor (*)(const Tensor&, std::int64_t, bool);

Op index_of(Tensor (*whole)(const Tensor&), IndexAlong along) {
  return [=](const Call& c) {
    return c.has("dim") ? along(c[0], c.integer("dim"), c.flag("keepdim")) : whole(c[0]);
  };
}

using Scan = Tensor (*)(const Tensor&, std::int64_t);

Op scan(Scan f) {
  return [f](const Call& c) { return f(c[0], c.integer("dim")); };
}

const OpsOf sums{
    {"sum", over_axes(sum)},
    {"mean", over_axes(mean)},
    {"prod", over_axes(prod)},
    {"logsumexp", over_axes(logsumexp)},
    {"var", with_correction(var)},
    {"std", with_correction(std)},
    {"var_mean", with_mean(var_mean)},
    {"std_mean", with_mean(std_mean)},
    {"nansum", over_axes(nansum)},
    {"vector_norm",
     [](const Call& c) { return norm(c[0], c.number("ord", 2), c.dims("dim"), c.flag("keepdim")); }},
    {"cumsum", scan(cumsum)},
    {"cumprod", scan(cumprod)},
    {"logcumsumexp", scan(logcumsumexp)},
    {"diff", [](const Call& c) { return diff(c[0], c.integer("n", 1), c.integer("dim", -1)); }},
    {"all", over_axes(all)},
    {"any", over_axes(any)},
    {"count_nonzero", over_axes(count_nonzero)},
};

const OpsOf extrema{
    {"amax", over_axes(amax)},
    {"amin", over_axes(amin)},
    {"max", unary(max)},
    {"min", unary(min)},
    {"cummax", [](const Call& c) { return cummax(c[0], c.integer("dim")); }},
    {"cummin", [](const Call& c) { return cummin(c[0], c.integer("dim")); }},
    {"max_dim", along_axis(max)},
    {"min_dim", along_axis(min)},
    {"argmax", index_of(argmax, argmax)},
    {"argmin", index_of(argmin, argmin)},
};

}  // namespace
}  // namespace xg::test
