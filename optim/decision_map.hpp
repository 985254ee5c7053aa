#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "svg.hpp"

namespace xg::optim {

/// A sample of two features with its class, 0 or 1.
struct LabelledPoint {
  double x;
  double y;
  int label;
};

struct DecisionMapOptions {
  std::string title{};
  std::string x_label{};
  std::string y_label{};
  Range x_range{-1.0, 1.0};
  Range y_range{-1.0, 1.0};
  std::array<std::string, 2> class_names{"0", "1"};
  int width = 480;
  int height = 420;
};

/// What a classifier of two classes believes over the plane: its probability of class 1 as a colour, the
/// boundary at 1/2 as a line, the samples as circles (class 0) and squares (class 1).
/// Shapes  probabilities [rows * cols] on a grid that includes the ends of both ranges; row 0 lies at y_range.lo.
/// Units   width and height in pixels.
/// Throws  ShapeError if probabilities do not fit rows and cols; ValueError for an empty range, a label other than
///         0 and 1, or a size without room.
std::string decision_map(std::span<const double> probabilities, std::size_t rows, std::size_t cols,
                         const std::vector<LabelledPoint>& points, const DecisionMapOptions& options = {});

}  // namespace xg::optim
