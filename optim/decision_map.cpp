#include "decision_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "../core/error.hpp"
#include "png.hpp"

namespace xg::optim {
namespace {

using svg::number;

constexpr std::array<std::array<std::uint8_t, 3>, 2> class_rgb{{{0x01, 0x73, 0xc8}, {0xd5, 0x5e, 0x00}}};

/// Probabilities at the crossings of a grid.
struct Field {
  std::span<const double> values;
  std::size_t rows;
  std::size_t cols;

  double at(std::size_t r, std::size_t c) const { return values[r * cols + c]; }
};

/// The pixels of a grid's crossings.
struct Places {
  const svg::Frame& frame;
  double dx;
  double dy;

  double x(double c) const { return frame.x.from + c * dx; }
  double y(double r) const { return frame.y.from - r * dy; }
};

void check(const Field& field, const std::vector<LabelledPoint>& points, const DecisionMapOptions& o) {
  if (field.rows < 2 || field.cols < 2 || field.values.size() / field.cols != field.rows ||
      field.values.size() % field.cols != 0) {
    throw ShapeError(
        fmt::format("[decision_map] {} probabilities for [{}, {}]: give rows * cols values, at least 2 x 2",
                    field.values.size(), field.rows, field.cols));
  }
  for (const Range& range : {o.x_range, o.y_range}) {
    if (svg::usable(range, false)) continue;
    throw ValueError(fmt::format("[decision_map] range [{}, {}]: give finite ends apart, the lower one first",
                                 range.lo, range.hi));
  }
  for (const LabelledPoint& p : points) {
    if (p.label == 0 || p.label == 1) continue;
    throw ValueError(fmt::format("[decision_map] label {}: there are two classes, 0 and 1", p.label));
  }
  if (o.width < 160 || o.height < 120) {
    throw ValueError(fmt::format("[decision_map] width {} and height {}: at least 160 and 120 are needed",
                                 o.width, o.height));
  }
}

/// The classes' colours, the more transparent the less certain, so that it suits any page.
std::string colour_field(const Field& field, const Places& places) {
  std::vector<std::uint8_t> rgba;
  rgba.reserve(field.values.size() * 4);
  for (std::size_t r = field.rows; r-- > 0;) {
    for (std::size_t c = 0; c < field.cols; ++c) {
      const double p = field.at(r, c);
      const double certainty = std::isfinite(p) ? std::clamp(std::abs(2.0 * p - 1.0), 0.0, 1.0) : 0.0;
      const auto& rgb = class_rgb[p > 0.5 ? 1 : 0];
      rgba.insert(rgba.end(), rgb.begin(), rgb.end());
      // 24 levels are as smooth to the eye and compress several times better than 256.
      rgba.push_back(static_cast<std::uint8_t>(std::lround(certainty * 24.0) * 5));
    }
  }
  const double width = static_cast<double>(field.cols) * places.dx,
               height = static_cast<double>(field.rows) * places.dy;
  return fmt::format(
      "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" href=\"{}\"/>\n",
      number(places.x(-0.5)), number(places.y(static_cast<double>(field.rows) - 0.5)), number(width),
      number(height), png_data_uri(rgba, field.cols, field.rows));
}

/// Where the boundary crosses the sides of one square of the grid, in grid units, going around it.
std::vector<std::array<double, 2>> crossings(const Field& field, std::size_t r, std::size_t c) {
  constexpr std::array<std::array<std::size_t, 2>, 4> corners{{{0, 0}, {0, 1}, {1, 1}, {1, 0}}};
  std::vector<std::array<double, 2>> out;
  for (std::size_t k = 0; k < 4; ++k) {
    const auto [r0, c0] = corners[k];
    const auto [r1, c1] = corners[(k + 1) % 4];
    const double a = field.at(r + r0, c + c0) - 0.5, b = field.at(r + r1, c + c1) - 0.5;
    if (!std::isfinite(a) || !std::isfinite(b)) return {};
    if ((a > 0.0) == (b > 0.0)) continue;
    const double share = a / (a - b);
    const auto between = [share](std::size_t from, std::size_t start, std::size_t end) {
      return static_cast<double>(from + start) +
             share * (static_cast<double>(end) - static_cast<double>(start));
    };
    out.push_back({between(c, c0, c1), between(r, r0, r1)});
  }
  return out;
}

std::string boundary(const Field& field, const Places& places) {
  std::string path;
  for (std::size_t r = 0; r + 1 < field.rows; ++r) {
    for (std::size_t c = 0; c + 1 < field.cols; ++c) {
      const auto ends = crossings(field, r, c);
      for (std::size_t k = 0; k + 1 < ends.size(); k += 2) {
        path += fmt::format("M{} {}L{} {}", number(places.x(ends[k][0])), number(places.y(ends[k][1])),
                            number(places.x(ends[k + 1][0])), number(places.y(ends[k + 1][1])));
      }
    }
  }
  if (path.empty()) return {};
  return fmt::format(
      "<path class=\"xg-boundary\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.8\" "
      "stroke-linecap=\"round\" d=\"{}\"/>\n",
      path);
}

/// A circle for class 0, a square for class 1: colour alone would not reach everybody.
std::string mark(double x, double y, int label, std::string_view tooltip) {
  const std::string colour(svg::colour(static_cast<std::size_t>(label)));
  const std::string title =
      tooltip.empty() ? std::string() : fmt::format("<title>{}</title>", svg::escape(tooltip));
  const std::string paint = fmt::format("fill=\"{}\" stroke=\"#ffffff\" stroke-width=\"0.8\"", colour);
  if (label == 0) {
    return fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"3.6\" {}>{}</circle>\n", number(x), number(y), paint,
                       title);
  }
  return fmt::format("<rect x=\"{}\" y=\"{}\" width=\"6.4\" height=\"6.4\" {}>{}</rect>\n", number(x - 3.2),
                     number(y - 3.2), paint, title);
}

std::string scatter(const std::vector<LabelledPoint>& points, const svg::Frame& frame,
                    const DecisionMapOptions& o) {
  std::string out;
  for (const LabelledPoint& p : points) {
    if (!svg::drawable(p.x, false) || !svg::drawable(p.y, false)) continue;
    const std::string words = fmt::format("{}\n{}, {}", o.class_names[static_cast<std::size_t>(p.label)],
                                          svg::value_text(p.x, 3), svg::value_text(p.y, 3));
    out += mark(frame.x.place(p.x), frame.y.place(p.y), p.label, words);
  }
  return out;
}

std::string legend(const svg::Frame& frame, double y, const DecisionMapOptions& o) {
  double x = frame.x.from + 4.0;
  std::string out;
  for (const int label : {0, 1}) {
    const std::string& name = o.class_names[static_cast<std::size_t>(label)];
    out += mark(x, y, label, "") + svg::text(x + 9.0, y + 4.0, name, "");
    x += 9.0 + svg::text_width(name, svg::label_size) + 24.0;
  }
  return out;
}

}  // namespace

std::string decision_map(std::span<const double> probabilities, std::size_t rows, std::size_t cols,
                         const std::vector<LabelledPoint>& points, const DecisionMapOptions& o) {
  const Field field{probabilities, rows, cols};
  check(field, points, o);
  const auto x_ticks = svg::ticks(o.x_range, false, std::max(2, o.width / 90));
  const auto y_ticks = svg::ticks(o.y_range, false, std::max(2, o.height / 60));
  const double left = 14.0 + (o.y_label.empty() ? 0.0 : 16.0) + svg::ticks_width(y_ticks);
  const double legend_y = o.title.empty() ? 14.0 : 40.0;
  const svg::Frame frame{static_cast<double>(o.width),
                         static_cast<double>(o.height),
                         {o.x_range, false, left, o.width - 18.0},
                         {o.y_range, false, o.height - (o.x_label.empty() ? 26.0 : 46.0), legend_y + 14.0},
                         {o.title, o.x_label, o.y_label}};
  const Places places{frame, (frame.x.to - frame.x.from) / static_cast<double>(cols - 1),
                      (frame.y.from - frame.y.to) / static_cast<double>(rows - 1)};

  std::string out = svg::open(frame) + svg::axes(frame, x_ticks, y_ticks, true) + legend(frame, legend_y, o);
  out += svg::open_clip(frame);
  out += colour_field(field, places) + boundary(field, places) + scatter(points, frame, o);
  return out + "</svg>\n</svg>\n";
}

}  // namespace xg::optim
