#include "sample.hpp"

#include <fmt/format.h>

#include <cmath>

#include <xgrad/core/backward.hpp>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/strided.hpp>
#include <xgrad/core/sum_to.hpp>

namespace xg::test {
namespace {

bool near(double got, double want, double tolerance) {
  return got == want || (std::isnan(got) && std::isnan(want)) ||
         std::abs(got - want) <= tolerance * (1 + std::abs(want));
}

Inputs leaves(const Inputs& inputs) {
  return mapped(inputs, [](const Tensor& x) {
    Tensor leaf = x.detach();
    if (is_floating(x.dtype())) leaf.requires_grad(true);
    return leaf;
  });
}

// Some numbers of either sign, exact in float32.
Tensor cotangent(const Tensor& y) {
  return to(generate(y.shape(), [](std::int64_t i) { return static_cast<double>(i * 37 % 17 - 8) / 8; }),
            y.dtype());
}

std::string difference_of_runs(const Run& got, const Run& want, double tolerance) {
  if (const auto wrong = difference(got.value, want.value, tolerance); !wrong.empty()) return wrong;
  for (std::size_t i = 0; i < got.gradients.size(); ++i)
    if (const auto wrong = difference(got.gradients[i], want.gradients[i], tolerance); !wrong.empty())
      return fmt::format("gradient {}: {}", i, wrong);
  return {};
}

std::string message(const GradcheckResult& result) { return result ? std::string() : result.message; }

double dot(const Inputs& a, const Inputs& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k)
    for (std::int64_t i = 0; i < a[k].numel(); ++i) sum += element(a[k], i) * element(b[k], i);
  return sum;
}

bool has_nan_or_infinity(const Tensor& x) {
  for (std::int64_t i = 0; i < x.numel(); ++i)
    if (!std::isfinite(element(x, i))) return true;
  return false;
}

// The result of an elementwise row, element by element.
Tensor elementwise_reference(const OpRow& row, const Inputs& inputs) {
  Shape shape;
  for (const Tensor& x : inputs) shape = broadcast_shapes("reference", shape, x.shape());
  const Inputs whole = mapped(inputs, [&](const Tensor& x) { return broadcast_to(x, shape); });
  return generate(shape, [&](std::int64_t i) {
    std::vector<double> v;
    for (const Tensor& x : whole) v.push_back(element(x, i));
    return row.scalar(v.data());
  });
}

}  // namespace

Sample sample(const OpRow& row, Inputs inputs) {
  Sample s{.inputs = std::move(inputs),
           .run = row.run,
           .text = row.name,
           .reference = row.reference,
           .tolerance = row.tolerance,
           .tolerance32 = row.tolerance32,
           .differentiable = row.differentiable,
           .smooth = row.smooth};
  if (row.scalar) s.reference = [row](const Inputs& in) { return elementwise_reference(row, in); };
  return s;
}

std::string difference(const Tensor& got, const Tensor& want, double tolerance) {
  if (got.shape() != want.shape())
    return fmt::format("shape {} instead of {}", to_string(got.shape()), to_string(want.shape()));
  for (std::int64_t i = 0; i < got.numel(); ++i)
    if (!near(element(got, i), element(want, i), tolerance))
      return fmt::format("element {} is {} instead of {}", i, element(got, i), element(want, i));
  return {};
}

Run run(const Sample& s, const Inputs& inputs) {
  const Inputs x = leaves(inputs), asking = floating(x);
  Run result{s.run(x), {}};
  if (!s.differentiable || asking.empty()) return result;
  result.gradients =
      grad({result.value}, asking, {.cotangents = {cotangent(result.value)}, .allow_unused = true});
  for (std::size_t i = 0; i < asking.size(); ++i)
    if (!result.gradients[i].defined()) result.gradients[i] = zeros_like(asking[i]);
  return result;
}

std::string wrong_value(const Sample& s) {
  return difference(s.run(s.inputs), s.reference(s.inputs), s.tolerance);
}

std::string wrong_gradient(const Sample& s, const GradcheckOptions& options) {
  return message(gradcheck(s.run, s.inputs, options));
}

std::string wrong_second_derivative(const Sample& s, const GradcheckOptions& options) {
  return message(gradgradcheck(s.run, s.inputs, options));
}

std::string wrong_jvp(const Sample& s) {
  const Inputs x = leaves(s.inputs);
  const Tensor y = s.run(x);
  Tensor g = cotangent(y).requires_grad(true);
  Inputs vjp, tangents;
  for (const Tensor& v :
       grad({y}, floating(x), {.cotangents = {g}, .create_graph = true, .allow_unused = true}))
    if (v.defined() && v.requires_grad()) {
      vjp.push_back(v);
      tangents.push_back(
          generate(v.shape(), [](std::int64_t i) { return static_cast<double>(i * 11 % 7 - 3) / 4; }));
    }
  if (vjp.empty()) return {};
  const Tensor jvp = grad(vjp, {g}, {.cotangents = tangents, .allow_unused = true})[0];
  if (!jvp.defined()) return "the gradients do not depend on the cotangent";
  const double forward = dot({jvp}, {g}), backward = dot(tangents, vjp);
  return near(forward, backward, 1e-11)
             ? std::string()
             : fmt::format("<g, J t> is {} and <J^T g, t> is {}", forward, backward);
}

std::string wrong_in_float32(const Sample& s) {
  const Run wide = run(s, s.inputs), narrow = run(s, converted(s.inputs, float32));
  if (is_floating(wide.value.dtype()) && narrow.value.dtype() != float32)
    return "the result for float32 inputs is not float32";
  for (const Tensor& g : narrow.gradients)
    if (g.dtype() != float32) return "a gradient of a float32 input is not float32";
  return difference_of_runs(narrow, wide, s.tolerance32);
}

std::string wrong_at(const Sample& s, const Inputs& same, double tolerance) {
  return difference_of_runs(run(s, same), run(s, s.inputs), tolerance);
}

std::string wrongly_on_tape(const Sample& s) {
  return s.run(leaves(s.inputs)).requires_grad() ? "the result asks for a gradient" : "";
}

std::string not_finite(const Sample& s) {
  const Run result = run(s, s.inputs);
  if (has_nan_or_infinity(result.value)) return "the value is not finite";
  for (std::size_t i = 0; i < result.gradients.size(); ++i)
    if (has_nan_or_infinity(result.gradients[i])) return fmt::format("gradient {} is not finite", i);
  return {};
}

Inputs floating(const Inputs& inputs) {
  Inputs result;
  for (const Tensor& x : inputs)
    if (is_floating(x.dtype())) result.push_back(x);
  return result;
}

Inputs converted(const Inputs& inputs, Dtype dtype) {
  return mapped(inputs, [&](const Tensor& x) { return is_floating(x.dtype()) ? to(x, dtype) : x; });
}

Tensor laid_out(const Tensor& x, const std::vector<std::int64_t>& order, std::int64_t gap,
                std::int64_t offset) {
  Strides strides = Strides::filled(x.dim(), 0);
  std::int64_t stride = 1 + gap;
  for (std::size_t i = order.size(); i-- > 0; stride *= std::max<std::int64_t>(x.size(order[i]), 1))
    strides[static_cast<std::size_t>(order[i])] = stride;
  const Tensor y = as_strided(full({offset + stride}, -77, {.dtype = x.dtype()}), x.shape(), strides, offset);
  copy_elements(x, y);
  return y;
}

}  // namespace xg::test
