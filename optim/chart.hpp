#pragma once

#include <optional>
#include <string>
#include <vector>

#include "svg.hpp"

namespace xg::optim {

/// One line of a chart through the points (x[i], y[i]); without x it counts 0, 1, 2, ...
/// Values that are NaN, infinite, or not positive on a logarithmic axis interrupt the line.
struct Series {
  std::string name{};
  std::vector<double> x{};
  std::vector<double> y{};
  bool dashed = false;
  std::optional<std::size_t>
      colour{};  ///< Series with the same number share a colour; without it: the next one.
};

struct ChartOptions {
  std::string title{};
  std::string x_label{};
  std::string y_label{};
  bool log_x = false;
  bool log_y = false;
  std::optional<Range> y_range{};  ///< Without it: what the data need.
  int width = 540;
  int height = 330;
};

/// A line chart as a self-contained SVG element with a legend; pointing at a line shows its values.
/// Units   width and height in pixels.
/// Throws  ShapeError if a series has an x of another length than its y; ValueError for a size or a
///         range without room for a chart.
std::string line_chart(const std::vector<Series>& series, const ChartOptions& options = {});

}  // namespace xg::optim
