#include <fmt/format.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/cumulative.hpp>
#include <xgrad/ops/reduce.hpp>

#include "random_op.hpp"

namespace xg::test {
namespace {

using OverAxes = Tensor (*)(const Tensor&, const Axes&, bool);

// Away from 0 and of one sign for every other seed, for products and norms.
Tensor nonzero_tensor(Choices& c, const Shape& shape) {
  return tensor_of(c, {.shape = shape, .low = 0.25, .high = 2, .distinct = true});
}

RandomOp over_axes(std::string name, OverAxes op, std::int64_t smallest = 0) {
  return {name, [=](Choices& c) {
            const Tensor x = distinct_tensor(c, perhaps_long(c, c.shape(0, 4, smallest, 4)));
            const Axes axes = c.axes(x.dim());
            const bool keepdim = c.coin();
            return Sample{.inputs = {x},
                          .run = [=](const Inputs& in) { return op(in[0], axes, keepdim); },
                          .text = fmt::format("{} {} axes {} keepdim {}", name, to_string(x.shape()),
                                              to_string(axes), keepdim)};
          }};
}

// An op along one axis of a tensor that has one.
RandomOp along_axis(std::string name, Tensor (*op)(const Tensor&, std::int64_t)) {
  return {name, [=](Choices& c) {
            const Tensor x = distinct_tensor(c, perhaps_long(c, c.shape(1, 4, 1, 4)));
            const std::int64_t axis = c.axis(x.dim());
            return Sample{.inputs = {x},
                          .run = [=](const Inputs& in) { return op(in[0], axis); },
                          .text = fmt::format("{} {} axis {}", name, to_string(x.shape()), axis)};
          }};
}

RandomOp spread(std::string name, Tensor (*op)(const Tensor&, const Axes&, double, bool)) {
  return {name, [=](Choices& c) {
            const Tensor x = distinct_tensor(c, perhaps_long(c, c.shape(1, 3, 2, 5)));
            const Axes axes = c.axes(x.dim());
            const double correction = c.pick({1.0, 0.0, 0.5});
            return Sample{.inputs = {x},
                          .run = [=](const Inputs& in) { return op(in[0], axes, correction, false); },
                          .text = fmt::format("{} {} axes {} correction {}", name, to_string(x.shape()),
                                              to_string(axes), correction)};
          }};
}

Sample draw_norm(Choices& c) {
  const Tensor x = nonzero_tensor(c, c.shape(1, 3, 1, 5));
  const Axes axes = c.axes(x.dim());
  const double p = c.pick({2.0, 1.0, 3.0, 0.5, -1.0, HUGE_VAL, -HUGE_VAL});
  return {.inputs = {x},
          .run = [=](const Inputs& in) { return norm(in[0], p, axes); },
          .text = fmt::format("norm {} p {} axes {}", to_string(x.shape()), p, to_string(axes)),
          .smooth = std::isfinite(p) && p != 1};
}

std::vector<RandomOp> reductions() {
  return {
      over_axes("sum", sum),
      over_axes("mean", mean, 1),
      over_axes("amax", amax, 1),
      over_axes("amin", amin, 1),
      over_axes("prod", prod),
      over_axes("logsumexp", logsumexp, 1),
      spread("var", var),
      spread("std", std),
      {"norm", draw_norm},
      along_axis("max", [](const Tensor& x, std::int64_t axis) { return max(x, axis)[0]; }),
      along_axis("min", [](const Tensor& x, std::int64_t axis) { return min(x, axis)[0]; }),
      along_axis("cumsum", cumsum),
      along_axis("cumprod", cumprod),
  };
}

const RandomOps reduction_ops(reductions);

}  // namespace
}  // namespace xg::test
