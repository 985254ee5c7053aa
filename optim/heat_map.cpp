#include "heat_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "../core/error.hpp"
#include "png.hpp"

namespace xg::optim {
namespace {

using svg::number;

using Rgb = std::array<double, 3>;

// Above this many cells a picture replaces the single cells and their tooltips: it is far smaller.
constexpr std::size_t most_cells = 256;

// Both run evenly in lightness, so they also read in grey and for colour-blind readers.
constexpr std::array<Rgb, 10> sequential{{{68, 1, 84},
                                          {72, 40, 120},
                                          {62, 73, 137},
                                          {49, 104, 142},
                                          {38, 130, 142},
                                          {31, 158, 137},
                                          {53, 183, 121},
                                          {109, 205, 89},
                                          {180, 222, 44},
                                          {253, 231, 37}}};
constexpr std::array<Rgb, 5> two_sided{
    {{0, 72, 140}, {74, 152, 212}, {244, 244, 244}, {238, 140, 76}, {160, 58, 0}}};

Rgb mix(std::span<const Rgb> stops, double share) {
  const double at = std::clamp(share, 0.0, 1.0) * static_cast<double>(stops.size() - 1);
  const std::size_t below = std::min(static_cast<std::size_t>(at), stops.size() - 2);
  const double rest = at - static_cast<double>(below);
  Rgb out{};
  for (std::size_t k = 0; k < 3; ++k) out[k] = stops[below][k] * (1.0 - rest) + stops[below + 1][k] * rest;
  return out;
}

/// Gives every value its colour.
struct Colours {
  Range range;
  std::span<const Rgb> stops;

  Rgb operator()(double value) const { return mix(stops, (value - range.lo) / (range.hi - range.lo)); }
};

/// A matrix with its size.
struct Grid {
  std::span<const double> values;
  std::size_t rows;
  std::size_t cols;
};

/// Rows or columns: counted from 0, or by their names, or by the values that they stand for.
struct Side {
  const char* axis;
  std::size_t count;
  const std::vector<std::string>& names;
  const std::optional<Range>& range;

  double value(double cell) const {
    if (!range) return cell;
    const double steps = std::max(1.0, static_cast<double>(count) - 1.0);
    return range->lo + (range->hi - range->lo) * cell / steps;
  }
  double lower_end() const { return value(-0.5); }
  double upper_end() const { return value(static_cast<double>(count) - 0.5); }
  std::string name(std::size_t cell) const {
    return names.empty() ? svg::value_text(value(static_cast<double>(cell))) : names[cell];
  }

  void check() const {
    if (!names.empty() && names.size() != count)
      throw ShapeError(
          fmt::format("[heat_map] {}_names [{}] must have {} entries, or none", axis, names.size(), count));
    if (!names.empty() && range)
      throw ValueError(fmt::format("[heat_map] {0}_names and {0}_range: give one of them", axis));
  }

  /// Texts at the middle of cells, as many as there is room for; all names.
  std::vector<svg::Tick> ticks(double room) const {
    std::vector<svg::Tick> out;
    for (std::size_t i = 0; i < names.size(); ++i) out.push_back({static_cast<double>(i), names[i]});
    if (!names.empty()) return out;
    if (range) return svg::ticks(*range, false, static_cast<int>(std::clamp(room / 70.0, 2.0, 8.0)));
    std::size_t step = 1;
    for (std::size_t i = 0; static_cast<double>(count) / static_cast<double>(step) * 28.0 > room; ++i) {
      step = i % 3 == 1 ? step / 2 * 5 : step * 2;  // 1, 2, 5, 10, 20, 50, ...
    }
    for (std::size_t i = 0; i < count; i += step) out.push_back({static_cast<double>(i), std::to_string(i)});
    return out;
  }
};

Side columns(const Grid& grid, const HeatMapOptions& o) { return {"x", grid.cols, o.x_names, o.x_range}; }
Side rows(const Grid& grid, const HeatMapOptions& o) { return {"y", grid.rows, o.y_names, o.y_range}; }

void check_range(const char* name, const std::optional<Range>& range) {
  if (range && !svg::usable(*range, false))
    throw ValueError(fmt::format("[heat_map] {} [{}, {}]: give finite ends apart, the lower one first", name,
                                 range->lo, range->hi));
}

void check(const Grid& grid, const HeatMapOptions& o) {
  if (grid.rows == 0 || grid.cols == 0 || grid.values.size() / grid.cols != grid.rows ||
      grid.values.size() % grid.cols != 0) {
    throw ShapeError(fmt::format("[heat_map] {} values for [{}, {}]: give rows * cols values, at least one",
                                 grid.values.size(), grid.rows, grid.cols));
  }
  columns(grid, o).check();
  rows(grid, o).check();
  check_range("x_range", o.x_range);
  check_range("y_range", o.y_range);
  check_range("range", o.range);
  if (o.width < 160) throw ValueError(fmt::format("[heat_map] width {}: at least 160 is needed", o.width));
}

Range colour_range(const Grid& grid, const HeatMapOptions& o) {
  if (o.range) return *o.range;
  const Range range = svg::range_of({grid.values.begin(), grid.values.end()}, false);
  if (!o.diverging) return range;
  const double reach = std::max(std::abs(range.lo), std::abs(range.hi));
  return {-reach, reach};
}

std::string picture(const Grid& grid, const Colours& colours, const svg::Frame& frame) {
  std::vector<std::uint8_t> rgba;
  rgba.reserve(grid.values.size() * 4);
  for (const double v : grid.values) {
    const bool shown = svg::drawable(v, false);
    for (const double part : colours(shown ? v : 0.0))
      rgba.push_back(static_cast<std::uint8_t>(std::lround(part)));
    rgba.push_back(shown ? 255 : 0);
  }
  return fmt::format(
      "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" "
      "style=\"image-rendering:pixelated\" href=\"{}\"/>\n",
      number(frame.x.from), number(frame.y.to), number(frame.x.to - frame.x.from),
      number(frame.y.from - frame.y.to), png_data_uri(rgba, grid.cols, grid.rows));
}

/// Dark or light, whichever stands out from the cell.
std::string_view ink_on(const Rgb& c) {
  return 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2] > 140.0 ? "#111111" : "#ffffff";
}

std::string cells(const Grid& grid, const Colours& colours, const svg::Frame& frame,
                  const HeatMapOptions& o) {
  const double cell_width = (frame.x.to - frame.x.from) / static_cast<double>(grid.cols);
  const double cell_height = (frame.y.from - frame.y.to) / static_cast<double>(grid.rows);
  std::string out;
  for (std::size_t i = 0; i < grid.values.size(); ++i) {
    const double v = grid.values[i];
    if (!svg::drawable(v, false)) continue;
    const std::size_t r = i / grid.cols, c = i % grid.cols;
    const Rgb colour = colours(v);
    const double x = frame.x.from + cell_width * static_cast<double>(c);
    const double y = frame.y.to + cell_height * static_cast<double>(r);
    const std::string words =
        fmt::format("{} {}\n{} {}\n{}", o.y_label.empty() ? "row" : o.y_label, rows(grid, o).name(r),
                    o.x_label.empty() ? "column" : o.x_label, columns(grid, o).name(c), svg::value_text(v));
    out += fmt::format(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" "
        "fill=\"#{:02x}{:02x}{:02x}\"><title>{}</title></rect>\n",
        number(x), number(y), number(cell_width), number(cell_height), std::lround(colour[0]),
        std::lround(colour[1]), std::lround(colour[2]), svg::escape(words));
    if (o.annotate) {
      out += svg::text(
          x + cell_width / 2.0, y + cell_height / 2.0 + 4.0, svg::value_text(v, 3),
          fmt::format("text-anchor=\"middle\" pointer-events=\"none\" fill=\"{}\"", ink_on(colour)));
    }
  }
  return out;
}

std::string colour_bar(const Colours& colours, const svg::Frame& frame, const std::vector<svg::Tick>& ticks) {
  constexpr std::size_t steps = 64;
  std::vector<double> values;
  for (std::size_t i = 0; i < steps; ++i) {
    const double share = (static_cast<double>(steps - i) - 0.5) / static_cast<double>(steps);
    values.push_back(colours.range.lo + share * (colours.range.hi - colours.range.lo));
  }
  svg::Frame bar = frame;
  bar.x.from = frame.x.to + 14.0;
  bar.x.to = bar.x.from + 12.0;
  bar.y.range = colours.range;
  std::string out = picture({values, steps, 1}, colours, bar);
  for (const svg::Tick& t : ticks) {
    out += svg::text(bar.x.to + 6.0, bar.y.place(t.at) + 4.0, t.text, "fill-opacity=\"0.75\"");
  }
  return out;
}

/// How many ticks the bar has follows from its height, which follows from the room that they leave.
double widest_bar_tick(Range range) {
  double width = 0.0;
  for (int wanted = 1; wanted <= 16; ++wanted)
    width = std::max(width, svg::ticks_width(svg::ticks(range, false, wanted)));
  return width;
}

}  // namespace

std::string heat_map(std::span<const double> values, std::size_t row_count, std::size_t col_count,
                     const HeatMapOptions& o) {
  const Grid grid{values, row_count, col_count};
  check(grid, o);
  const Colours colours{colour_range(grid, o),
                        o.diverging ? std::span<const Rgb>(two_sided) : std::span<const Rgb>(sequential)};

  const Side across = columns(grid, o), down = rows(grid, o);
  const double n_rows = static_cast<double>(row_count), n_cols = static_cast<double>(col_count);
  const double left = 14.0 + (o.y_label.empty() ? 0.0 : 16.0) + svg::ticks_width(down.ticks(1e9));
  const double room =
      std::max(40.0, o.width - left - 14.0 - 12.0 - 6.0 - widest_bar_tick(colours.range) - 8.0);
  const double plot_height = std::clamp(room / n_cols * n_rows, 40.0, 1.4 * room);
  const double plot_width = std::min(room, std::max(40.0, plot_height / n_rows * n_cols));
  const double top = o.title.empty() ? 10.0 : 34.0;
  const double bottom = top + plot_height;
  const svg::Frame frame{left + plot_width + (o.width - left - room),
                         bottom + (o.x_label.empty() ? 26.0 : 46.0),
                         {{across.lower_end(), across.upper_end()}, false, left, left + plot_width},
                         {{down.upper_end(), down.lower_end()}, false, bottom, top},
                         {o.title, o.x_label, o.y_label}};

  std::string out = svg::open(frame);
  out += grid.values.size() > most_cells ? picture(grid, colours, frame) : cells(grid, colours, frame, o);
  out += svg::axes(frame, across.ticks(plot_width), down.ticks(plot_height), false);
  out += colour_bar(colours, frame, svg::ticks(colours.range, false, static_cast<int>(plot_height / 40.0)));
  return out + "</svg>\n";
}

}  // namespace xg::optim
