#pragma once
/// The scalar functions among the ops, each with the same function in long double.

#include <vector>

#include <xgrad/core/tensor.hpp>

namespace xg::ulp {

struct Range {
  double low, high;
};

/// A function of one or two float32 numbers. Points are drawn from all float32 numbers and, as many again,
/// evenly from a range.
struct Function {
  const char* name;
  Tensor (*op)(const Tensor& x, const Tensor& y);  ///< a function of x alone ignores y
  long double (*exact)(long double x, long double y);
  Range x;
  Range y = {0, 0};         ///< {0, 0}: a function of x alone
  double bound = 4;         ///< in ULP
  const char* reason = "";  ///< why the bound is higher than 4, or not in ULP of the result
  double smallest = 0;      ///< results below this count as of this size
  bool is_binary() const { return y.low < y.high; }
};

const std::vector<Function>& functions();

}  // namespace xg::ulp
