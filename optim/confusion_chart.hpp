#pragma once

#include <string>
#include <vector>

#include "../core/tensor.hpp"

namespace xg::optim {

struct ConfusionChartOptions {
  std::string title{};
  std::vector<std::string> classes{};  ///< their names; without them they are counted from 0
  int width = 560;
};

/// A confusion matrix as coloured cells: what is right in blue, what is wrong in orange, the stronger the larger its
/// share of its row, and the share of each row that is right beside it. Counts are written up to 20 classes.
/// Shapes  counts [classes, classes], rows by target, columns by prediction, as of confusion_matrix().
/// Units   width in pixels.
/// Throws  ShapeError "[confusion_chart] counts [3, 2] and 0 names: ..."; ValueError for a width below 240.
std::string confusion_chart(const Tensor& counts, const ConfusionChartOptions& options = {});

}  // namespace xg::optim
