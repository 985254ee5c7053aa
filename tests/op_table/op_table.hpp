#pragma once
/// The table of all public ops: one row an op, and properties_test.cpp runs every property over every row.
/// A family's rows stand in op_table_<family>.cpp; a public op without a row is a failing test.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <xgrad/core/tensor.hpp>

namespace xg::test {

using Inputs = std::vector<Tensor>;

/// How one input is drawn (from a fixed seed). Values are exact in float32, so that both precisions get the
/// same ones.
struct Arg {
  Shape shape = {3, 4};
  double low = -2, high = 2;
  std::vector<double> kinks = {};  ///< values stay 0.1 away from these
  bool distinct = false;  ///< evenly spaced values in random order, for ops that look for the largest
  Dtype dtype = float64;  ///< int64 draws from low, ..., high - 1; boolean ignores both
  Tensor fixed = {};      ///< taken as it is instead of a drawn one, e.g. an index
};

/// An op with everything the properties need to know of it. What is left out is not checked, except that
/// values always need a reference.
struct OpRow {
  /// The public name, then for further rows of the same op '/' and what is special: "gelu/tanh".
  std::string name = {};
  std::function<Tensor(const Inputs&)> run = {};
  std::vector<Arg> args = {};
  /// The same inputs with other shapes, e.g. empty ones, for which the reference and the gradients hold too.
  std::vector<std::vector<Arg>> also = {};
  /// One element of the result from one element of each input; makes the row an elementwise one, for which
  /// broadcasting, positions, 0-d and empty inputs are checked too.
  std::function<double(const double* x)> scalar = {};
  /// The whole result from float64 inputs, computed another way (plain loops, or other ops).
  std::function<Tensor(const Inputs&)> reference = {};
  /// Inputs on which values and gradients must be finite, in both precisions.
  std::vector<Inputs> extremes = {};
  double tolerance = 1e-12;    ///< of values in float64, relative to 1 + |reference|
  double tolerance32 = 2e-5;   ///< of values and gradients in float32 against float64
  bool differentiable = true;  ///< false: the result never asks for a gradient
  bool smooth = true;          ///< false: second derivatives are zero nearly everywhere or not defined
  std::string family = {};     ///< from the file's name
};

/// Adds a family's rows to the table, from a namespace-scope constant:
/// `const RowsOf reduce_rows([] { return std::vector<OpRow>{{.name = "sum", ...}}; });`
class RowsOf {
 public:
  explicit RowsOf(std::vector<OpRow> (*rows)(), const char* file = __builtin_FILE());
};

/// All rows of all families.
const std::vector<OpRow>& op_table();

/// Inputs for a list of args; the same ones at each call with the same seed.
Inputs draw(const std::vector<Arg>& args, std::uint64_t seed = 20240229);

/// "view" for tests/op_table_view.cpp and the prefix "op_table_".
std::string family_of(std::string_view file, std::string_view prefix);

/// The element of x with this row-major number, whatever the dtype and the strides.
double element(const Tensor& x, std::int64_t i);
/// A float64 tensor whose element number i is f(i).
Tensor generate(const Shape& shape, const std::function<double(std::int64_t)>& f);

// Short forms for elementwise ops: unary("mish", mish, domain(-4, 4), extreme(300), reference).

struct Domain {
  double low, high;
  std::vector<double> kinks;
};
inline Domain domain(double low, double high, std::vector<double> kinks = {}) {
  return {low, high, std::move(kinks)};
}

/// Inputs at which nothing may overflow.
struct Extreme {
  std::vector<double> values;
};
inline Extreme extreme(double both) { return {{-both, both}}; }
inline Extreme extreme(double low, double high) { return {{low, high}}; }

OpRow unary(std::string name, Tensor (*op)(const Tensor&), const Domain& x, const Extreme& extreme,
            double (*reference)(double));
/// The second input broadcasts against the first.
OpRow binary(std::string name, std::function<Tensor(const Tensor&, const Tensor&)> op, const Domain& a,
             const Domain& b, double (*reference)(double, double));
/// A unary or binary row whose op is a step: its derivative is zero, or it has none.
OpRow stepwise(OpRow row);
OpRow not_differentiable(OpRow row);

}  // namespace xg::test
