#include "histogram_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "../core/error.hpp"
#include "svg.hpp"

namespace xg::optim {
namespace {

using svg::number;

// The lowest share that is shown.
constexpr double floor_share = 1e-4;

std::string outline(const Histogram& h, std::string_view colour, const svg::Frame& frame) {
  const auto total = static_cast<double>(std::accumulate(h.counts.begin(), h.counts.end(), std::int64_t{0}));
  // A single value is drawn as a narrow bar.
  const double width = h.hi > h.lo ? (h.hi - h.lo) / static_cast<double>(h.counts.size())
                                   : (frame.x.range.hi - frame.x.range.lo) / 100.0;
  std::string path = fmt::format("M{} {}", number(frame.x.place(h.lo)), number(frame.y.from));
  double at = h.lo;
  for (const std::int64_t count : h.counts) {
    if (h.hi <= h.lo && count == 0) continue;
    const double share = std::max(floor_share, static_cast<double>(count) / total);
    path += fmt::format("V{}H{}", number(frame.y.place(share)), number(frame.x.place(at += width)));
  }
  path += fmt::format("V{}", number(frame.y.from));
  return fmt::format(
      "<path fill=\"{0}\" fill-opacity=\"0.22\" stroke=\"{0}\" stroke-width=\"1.5\" d=\"{1}\"/>\n", colour,
      path);
}

Range x_range(const std::vector<NamedHistogram>& histograms) {
  std::vector<double> ends;
  for (const NamedHistogram& h : histograms)
    if (!h.histogram.counts.empty()) ends.insert(ends.end(), {h.histogram.lo, h.histogram.hi});
  return svg::range_of(ends, false);
}

}  // namespace

std::string histogram_chart(const std::vector<NamedHistogram>& histograms, const HistogramChartOptions& o) {
  if (o.width < 160 || o.height < 120)
    throw ValueError(fmt::format("[histogram_chart] width {} and height {}: at least 160 and 120 are needed",
                                 o.width, o.height));
  const Range shares{floor_share, 1.0};
  const auto y_ticks = svg::ticks(shares, true, 4);
  const double left = 30.0 + svg::ticks_width(y_ticks), legend = 24.0;
  const svg::Frame frame{
      static_cast<double>(o.width),
      static_cast<double>(o.height),
      {x_range(histograms), false, left, o.width - 18.0},
      {shares, true, o.height - (o.x_label.empty() ? 26.0 : 46.0), (o.title.empty() ? 10.0 : 36.0) + legend},
      {o.title, o.x_label, "share"}};
  std::string out =
      svg::open(frame) + svg::axes(frame, svg::ticks(frame.x.range, false, o.width / 80), y_ticks, true);
  double x = left;
  for (std::size_t i = 0; i < histograms.size(); ++i) {
    const auto& [name, histogram] = histograms[i];
    if (histogram.counts.empty()) continue;
    out += outline(histogram, svg::colour(i), frame);
    const double y = frame.y.to - legend + 8.0;
    out += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"12\" height=\"12\" rx=\"2\" fill=\"{}\"/>\n",
                       number(x), number(y - 6.0), svg::colour(i));
    out += svg::text(x + 18.0, y + 4.0, name, "");
    x += 18.0 + svg::text_width(name, svg::label_size) + 18.0;
  }
  return out + "</svg>\n";
}

}  // namespace xg::optim
