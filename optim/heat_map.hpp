#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "svg.hpp"

namespace xg::optim {

struct HeatMapOptions {
  std::string title{};
  std::string x_label{};
  std::string y_label{};
  std::vector<std::string> x_names{};  ///< One a column; without them the columns are counted from 0.
  std::vector<std::string> y_names{};  ///< One a row; without them the rows are counted from 0.
  std::optional<Range> x_range{};  ///< Values at the middle of the first and the last column, for numbers.
  std::optional<Range> y_range{};  ///< The same of the rows, of which the first one lies at the top.
  std::optional<Range> range{};  ///< The values at both ends of the colours; without it: what the data need.
  bool diverging = false;        ///< Two colours that meet at the middle of the range, by default at 0.
  bool annotate = false;         ///< Writes each value into its cell, up to 256 cells.
  int width = 480;
};

/// A matrix as coloured cells with a colour bar, row 0 at the top; NaN and infinity are left transparent.
/// Shapes  values [rows * cols], row by row.
/// Units   width in pixels; the height follows, so that cells are square as long as that leaves a usable
/// shape.
/// Throws  ShapeError if values, x_names or y_names do not fit rows and cols; ValueError for an
///         empty range, names beside a range, or a width below 160.
std::string heat_map(std::span<const double> values, std::size_t rows, std::size_t cols,
                     const HeatMapOptions& options = {});

}  // namespace xg::optim
