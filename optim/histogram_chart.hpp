#pragma once

#include <string>
#include <vector>

#include "activation_log.hpp"

namespace xg::optim {

/// A histogram with its entry in the legend.
struct NamedHistogram {
  std::string name;
  Histogram histogram;
};

struct HistogramChartOptions {
  std::string title{};
  std::string x_label{};
  int width = 340;
  int height = 240;
};

/// Histograms one over the other, each as its outline over a tinted area; the height is the share of all values,
/// on a logarithmic axis, so that rare values show beside the many zeros of a ReLU.
/// Units   width and height in pixels.
/// Throws  ValueError for a size without room.
std::string histogram_chart(const std::vector<NamedHistogram>& histograms,
                            const HistogramChartOptions& options = {});

}  // namespace xg::optim
