#include "chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "../core/error.hpp"

namespace xg::optim {
namespace {

using svg::drawable;
using svg::number;

constexpr double legend_row = 20.0;
constexpr double swatch = 20.0;

struct Point {
  double x;
  double y;
};

/// A series with what the chart has decided about it.
struct Line {
  const Series* series;
  std::vector<Point> points;
  std::string_view colour;
  std::string dashes;  // the value of stroke-dasharray, empty for a solid line
};

void check(const std::vector<Series>& series, const ChartOptions& o) {
  for (const Series& s : series) {
    if (s.x.empty() || s.x.size() == s.y.size()) continue;
    throw ShapeError(
        fmt::format("[line_chart] series \"{}\" has x [{}] and y [{}]: give as many of both, or no x", s.name,
                    s.x.size(), s.y.size()));
  }
  if (o.width < 160 || o.height < 120) {
    throw ValueError(fmt::format("[line_chart] width {} and height {}: at least 160 and 120 are needed",
                                 o.width, o.height));
  }
  if (o.y_range && !svg::usable(*o.y_range, o.log_y)) {
    throw ValueError(
        fmt::format("[line_chart] y_range [{}, {}]: give finite ends apart, the lower one first{}",
                    o.y_range->lo, o.y_range->hi, o.log_y ? ", both positive" : ""));
  }
}

std::vector<Line> plan_lines(const std::vector<Series>& series) {
  std::vector<Line> lines;
  std::size_t next = 0;
  for (const Series& s : series) {
    Line line{&s, {}, {}, {}};
    const std::size_t slot = s.colour ? *s.colour : next++;
    line.colour = svg::colour(slot);
    // When the colours begin anew, dots tell the lines of a colour apart.
    if (slot >= svg::colour_count()) line.dashes = "2 3";
    if (s.dashed) line.dashes = "7 4";
    line.points.reserve(s.y.size());
    for (std::size_t i = 0; i < s.y.size(); ++i) {
      line.points.push_back({s.x.empty() ? static_cast<double>(i) : s.x[i], s.y[i]});
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

/// The ranges of both axes over the points that can be drawn at all.
std::pair<Range, Range> data_ranges(const std::vector<Line>& lines, const ChartOptions& o) {
  std::vector<double> xs, ys;
  for (const Line& line : lines) {
    for (const Point& p : line.points) {
      if (!drawable(p.x, o.log_x) || !drawable(p.y, o.log_y)) continue;
      xs.push_back(p.x);
      ys.push_back(p.y);
    }
  }
  return {svg::range_of(xs, o.log_x), svg::range_of(ys, o.log_y)};
}

/// The pieces of a line between its gaps.
std::vector<std::vector<Point>> runs(const Line& line, const ChartOptions& o) {
  std::vector<std::vector<Point>> out(1);
  for (const Point& p : line.points) {
    if (drawable(p.x, o.log_x) && drawable(p.y, o.log_y)) {
      out.back().push_back(p);
    } else if (!out.back().empty()) {
      out.emplace_back();
    }
  }
  if (out.back().empty()) out.pop_back();
  return out;
}

/// Keeps the lowest and the highest of each group of neighbours, so that no spike is lost and no pixel drawn
/// often.
std::vector<Point> thin(const std::vector<Point>& run, std::size_t groups) {
  if (run.size() <= 2 * groups) return run;
  std::vector<Point> out{run.front()};
  for (std::size_t g = 0; g < groups; ++g) {
    const auto begin = run.begin() + static_cast<std::ptrdiff_t>(g * run.size() / groups);
    const auto end = run.begin() + static_cast<std::ptrdiff_t>((g + 1) * run.size() / groups);
    auto [low, high] = std::minmax_element(begin, end, [](Point a, Point b) { return a.y < b.y; });
    if (high < low) std::swap(low, high);
    out.push_back(*low);
    if (high != low) out.push_back(*high);
  }
  out.push_back(run.back());
  return out;
}

std::string draw_line(const Line& line, const svg::Frame& frame, const ChartOptions& o) {
  std::string path, dots;
  for (const std::vector<Point>& run : runs(line, o)) {
    if (run.size() == 1) {
      dots += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"2.5\" fill=\"{}\"/>\n",
                          number(frame.x.place(run[0].x)), number(frame.y.place(run[0].y)), line.colour);
      continue;
    }
    char command = 'M';
    for (const Point& p : thin(run, static_cast<std::size_t>(o.width / 2))) {
      path += fmt::format("{}{} {}", command, number(frame.x.place(p.x)), number(frame.y.place(p.y)));
      command = 'L';
    }
  }
  if (path.empty()) return dots;
  const std::string dashes =
      line.dashes.empty() ? std::string() : fmt::format(" stroke-dasharray=\"{}\"", line.dashes);
  return dots + fmt::format(
                    "<path fill=\"none\" stroke=\"{}\" stroke-width=\"2\" stroke-linejoin=\"round\"{} "
                    "d=\"{}\"/>\n",
                    line.colour, dashes, path);
}

/// Invisible dots on the line that light up under the pointer and tell their values.
std::string hover_targets(const Line& line, const svg::Frame& frame, const ChartOptions& o) {
  constexpr std::size_t most = 64;
  std::vector<Point> shown;
  std::ranges::copy_if(line.points, std::back_inserter(shown), [&](const Point& p) {
    return drawable(p.x, o.log_x) && drawable(p.y, o.log_y) && p.y >= frame.y.range.lo &&
           p.y <= frame.y.range.hi;
  });
  const std::string x_name = o.x_label.empty() ? "x" : o.x_label;
  const std::string y_name = o.y_label.empty() ? "y" : o.y_label;
  std::string out;
  const std::size_t count = std::min(most, shown.size());
  for (std::size_t k = 0; k < count; ++k) {
    const Point& p = shown[count == 1 ? 0 : k * (shown.size() - 1) / (count - 1)];
    const std::string words =
        fmt::format("{}{}{} {}\n{} {}", line.series->name, line.series->name.empty() ? "" : "\n", x_name,
                    svg::value_text(p.x), y_name, svg::value_text(p.y));
    out += fmt::format(
        "<circle class=\"xg-dot\" cx=\"{}\" cy=\"{}\" r=\"5\" fill=\"{}\"><title>{}</title></circle>\n",
        number(frame.x.place(p.x)), number(frame.y.place(p.y)), line.colour, svg::escape(words));
  }
  return out;
}

/// Where each legend entry stands, row by row, from the plot's left edge; unnamed lines have none.
struct LegendEntry {
  const Line* line;
  double x;
  double row;
};

std::vector<LegendEntry> plan_legend(const std::vector<Line>& lines, double room) {
  std::vector<LegendEntry> out;
  double x = 0.0, row = 0.0;
  for (const Line& line : lines) {
    if (line.series->name.empty()) continue;
    const double width = swatch + 6.0 + svg::text_width(line.series->name, svg::label_size) + 18.0;
    if (x > 0.0 && x + width - 18.0 > room) {
      x = 0.0;
      ++row;
    }
    out.push_back({&line, x, row});
    x += width;
  }
  return out;
}

std::string draw_legend(const std::vector<LegendEntry>& entries, double left, double top) {
  std::string out;
  for (const LegendEntry& e : entries) {
    const double x = left + e.x, y = top + e.row * legend_row;
    const std::string dashes =
        e.line->dashes.empty() ? std::string() : fmt::format(" stroke-dasharray=\"{}\"", e.line->dashes);
    out += fmt::format("<path stroke=\"{}\" stroke-width=\"3\"{} d=\"M{} {}h{}\"/>\n", e.line->colour, dashes,
                       number(x), number(y), number(swatch));
    out += svg::text(x + swatch + 6.0, y + 4.0, e.line->series->name, "");
  }
  return out;
}

}  // namespace

std::string line_chart(const std::vector<Series>& series, const ChartOptions& o) {
  check(series, o);
  const std::vector<Line> lines = plan_lines(series);
  const int x_ticks_wanted = std::max(2, o.width / 90), y_ticks_wanted = std::max(2, o.height / 60);
  auto [x_range, y_range] = data_ranges(lines, o);
  y_range = o.y_range ? *o.y_range : svg::round_out(y_range, o.log_y, y_ticks_wanted);
  const auto x_ticks = svg::ticks(x_range, o.log_x, x_ticks_wanted);
  const auto y_ticks = svg::ticks(y_range, o.log_y, y_ticks_wanted);

  const double left = 14.0 + (o.y_label.empty() ? 0.0 : 16.0) + svg::ticks_width(y_ticks);
  const double right = o.width - 18.0;
  const double title_room = o.title.empty() ? 10.0 : 36.0;
  const auto legend = plan_legend(lines, right - left);
  const double legend_room = legend.empty() ? 0.0 : (legend.back().row + 1.0) * legend_row + 4.0;
  const double bottom = o.height - (o.x_label.empty() ? 26.0 : 46.0);
  const svg::Frame frame{static_cast<double>(o.width),
                         static_cast<double>(o.height),
                         {x_range, o.log_x, left, right},
                         {y_range, o.log_y, bottom, std::min(title_room + legend_room, bottom - 40.0)},
                         {o.title, o.x_label, o.y_label}};

  std::string out = svg::open(frame) + svg::axes(frame, x_ticks, y_ticks, true);
  out += draw_legend(legend, left, title_room + 4.0);
  if (o.y_range) out += svg::open_clip(frame);
  for (const Line& line : lines) out += draw_line(line, frame, o);
  for (const Line& line : lines) out += hover_targets(line, frame, o);
  if (o.y_range) out += "</svg>\n";
  return out + "</svg>\n";
}

}  // namespace xg::optim
