#include "confusion_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "../core/copy.hpp"
#include "../core/error.hpp"
#include "svg.hpp"

namespace xg::optim {
namespace {

using svg::number;

constexpr std::size_t most_counts = 20;
constexpr double recall_room = 62.0;

/// A matrix of counts with the sums of its rows.
struct Counts {
  std::size_t classes;
  std::vector<double> values, row_sums;

  explicit Counts(const Tensor& counts) : classes(static_cast<std::size_t>(counts.size(0))) {
    const Tensor dense = contiguous(to(counts.detach(), float64));
    values.assign(dense.data<double>(), dense.data<double>() + dense.numel());
    row_sums.assign(classes, 0.0);
    for (std::size_t i = 0; i < values.size(); ++i) row_sums[i / classes] += values[i];
  }
  double at(std::size_t target, std::size_t prediction) const {
    return values[target * classes + prediction];
  }
  double share(std::size_t target, std::size_t prediction) const {
    return row_sums[target] > 0 ? at(target, prediction) / row_sums[target] : 0.0;
  }
};

void check(const Tensor& counts, const ConfusionChartOptions& o) {
  if (counts.dim() != 2 || counts.size(0) != counts.size(1) || counts.size(0) == 0 ||
      (!o.classes.empty() && static_cast<std::int64_t>(o.classes.size()) != counts.size(0)))
    throw ShapeError(fmt::format(
        "[confusion_chart] counts {} and {} names: expected [classes, classes] and a name each, or none",
        to_string(counts.shape()), o.classes.size()));
  if (o.width < 240)
    throw ValueError(fmt::format("[confusion_chart] width {}: at least 240 is needed", o.width));
}

std::vector<svg::Tick> class_ticks(const Counts& counts, const ConfusionChartOptions& o) {
  std::vector<svg::Tick> ticks;
  for (std::size_t i = 0; i < counts.classes; ++i)
    ticks.push_back({static_cast<double>(i), o.classes.empty() ? std::to_string(i) : o.classes[i]});
  return ticks;
}

std::string cell(const Counts& counts, const std::vector<svg::Tick>& names, std::size_t r, std::size_t c,
                 const svg::Frame& frame) {
  const double size = (frame.x.to - frame.x.from) / static_cast<double>(counts.classes);
  const double x = frame.x.from + size * static_cast<double>(c),
               y = frame.y.to + size * static_cast<double>(r);
  // A root, so that mistakes of one in a hundred still show.
  const double strength = std::sqrt(counts.share(r, c));
  std::string out = fmt::format(
      "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"2\" fill=\"{}\" fill-opacity=\"{}\">"
      "<title>{} taken for {}\n{} of {}</title></rect>\n",
      number(x + 1), number(y + 1), number(size - 2), number(size - 2), svg::colour(r == c ? 0 : 1),
      number(0.04 + 0.9 * strength), svg::escape(names[r].text), svg::escape(names[c].text),
      svg::value_text(counts.at(r, c)), svg::value_text(counts.row_sums[r]));
  if (counts.classes <= most_counts && counts.at(r, c) > 0)
    out += svg::text(x + size / 2, y + size / 2 + 4.0, svg::value_text(counts.at(r, c)),
                     fmt::format("text-anchor=\"middle\" pointer-events=\"none\"{}",
                                 strength > 0.6 ? " fill=\"#ffffff\"" : ""));
  return out;
}

}  // namespace

std::string confusion_chart(const Tensor& matrix, const ConfusionChartOptions& o) {
  check(matrix, o);
  const Counts counts(matrix);
  const std::vector<svg::Tick> ticks = class_ticks(counts, o);
  const double left = 36.0 + svg::ticks_width(ticks);
  const double side = std::max(120.0, o.width - left - recall_room);
  const double top = o.title.empty() ? 24.0 : 54.0, bottom = top + side;
  const auto n = static_cast<double>(counts.classes);
  const svg::Frame frame{left + side + recall_room,
                         bottom + 46.0,
                         {{-0.5, n - 0.5}, false, left, left + side},
                         {{n - 0.5, -0.5}, false, bottom, top},
                         {o.title, "predicted", "target"}};
  std::string out = svg::open(frame);
  for (std::size_t r = 0; r < counts.classes; ++r)
    for (std::size_t c = 0; c < counts.classes; ++c) out += cell(counts, ticks, r, c, frame);
  // Names that would run into one another are left to the rows.
  const bool room = svg::ticks_width(ticks) < side / n;
  out += svg::axes(frame, room ? ticks : std::vector<svg::Tick>{}, ticks, false);
  if (counts.classes <= most_counts) {
    out += svg::text(left + side + 8.0, top - 8.0, "right", "fill-opacity=\"0.75\"");
    for (std::size_t r = 0; r < counts.classes; ++r)
      out += svg::text(left + side + 8.0, frame.y.place(static_cast<double>(r)) + 4.0,
                       fmt::format("{:.1f} %", 100 * counts.share(r, r)), "fill-opacity=\"0.75\"");
  }
  return out + "</svg>\n";
}

}  // namespace xg::optim
