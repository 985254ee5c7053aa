#pragma once
/// An op at some inputs, and what must hold there. Each check returns what is wrong, or nothing.

#include <functional>
#include <string>

#include <xgrad/core/gradcheck.hpp>

#include "op_table/op_table.hpp"

namespace xg::test {

struct Sample {
  Inputs inputs = {};  ///< floating ones in float64, with values that float32 holds exactly
  std::function<Tensor(const Inputs&)> run = {};
  std::string text = {};  ///< for a reader: the op, the shapes, the options
  /// The whole result from float64 inputs, computed another way; not needed.
  std::function<Tensor(const Inputs&)> reference = {};
  double tolerance = 1e-12;    ///< of values against the reference, relative to 1 + |reference|
  double tolerance32 = 2e-5;   ///< of values and gradients in float32 against float64
  bool differentiable = true;  ///< false: the result never asks for a gradient
  bool smooth = true;          ///< false: second derivatives are zero nearly everywhere or not defined
  bool mixes = false;          ///< float32 and float64 inputs may come together
};

/// The row at these inputs.
Sample sample(const OpRow& row, Inputs inputs);

std::string wrong_value(const Sample& s);
std::string wrong_gradient(const Sample& s, const GradcheckOptions& options);
std::string wrong_second_derivative(const Sample& s, const GradcheckOptions& options);
/// <g, J t> against <J^T g, t>.
std::string wrong_jvp(const Sample& s);
/// Values and gradients in float32 against those in float64.
std::string wrong_in_float32(const Sample& s);
/// Values and gradients at inputs which hold the same values in other memory or in other floating dtypes.
std::string wrong_at(const Sample& s, const Inputs& same, double tolerance);
/// What a result that never asks for a gradient asks for.
std::string wrongly_on_tape(const Sample& s);
/// NaN or infinity in values or gradients.
std::string not_finite(const Sample& s);

/// A value and the gradients of the floating inputs for one fixed cotangent, zero where not connected.
struct Run {
  Tensor value;
  Inputs gradients;
};
Run run(const Sample& s, const Inputs& inputs);

/// The first place where they differ; empty if there is none.
std::string difference(const Tensor& got, const Tensor& want, double tolerance);

Inputs floating(const Inputs& inputs);
Inputs converted(const Inputs& inputs, Dtype dtype);
template <class F> Inputs mapped(const Inputs& inputs, F f) {
  Inputs result;
  for (const Tensor& x : inputs) result.push_back(f(x));
  return result;
}

/// The same values in memory whose axes lie in this order, the last one innermost, with `gap` unused elements
/// between neighbours of the innermost axis and `offset` before the first.
Tensor laid_out(const Tensor& x, const std::vector<std::int64_t>& order, std::int64_t gap = 0,
                std::int64_t offset = 0);

}  // namespace xg::test
