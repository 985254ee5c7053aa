#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "functions.hpp"

namespace xg::ulp {

struct Point {
  float x, y;
};

/// At least n points: every so many-th float32 bit pattern (subnormal and huge numbers, infinities and NaN
/// come with them), and evenly drawn ones of the function's range.
std::vector<Point> points(const Function& f, std::size_t n);

/// Zeros, ones, the smallest and largest numbers, infinities and NaN, of both signs; all pairs of them for
/// two arguments.
std::vector<Point> edges(const Function& f);

struct Accuracy {
  double largest = 0;  ///< in units of the last place of float32
  Point at{};
  double mean = 0;
};

/// Distances of y[i] to the exact values at the points.
Accuracy accuracy(const Function& f, const std::vector<Point>& points, const std::vector<float>& y);

/// The edges at which y has another class than the exact value (a number, an infinity, NaN) or another sign
/// of zero, e.g. "f(-0) = 0, exactly -0".
std::vector<std::string> wrong_edges(const Function& f, const std::vector<Point>& edges,
                                     const std::vector<float>& y);

/// The op's float32 values.
std::vector<float> values(const Function& f, const std::vector<Point>& points);

}  // namespace xg::ulp
