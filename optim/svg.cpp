#include "svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace xg::optim::svg {
namespace {

// Between these bounds differences, products and powers of ten neither overflow nor lose their digits.
constexpr double largest_drawable = 1e300;
constexpr double smallest_span = 1e-290;

constexpr std::array<std::string_view, 8> palette{"#0173c8", "#d55e00", "#009e73", "#c46a9f",
                                                  "#b88600", "#7a5cc8", "#3a9bd0", "#808080"};

double nice_step(double span, int wanted) {
  const double rough = span / std::max(1, wanted);
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough * (1.0 - 1e-9)) return factor * power;
  }
  return 10.0 * power;
}

/// 1e-5 for 1e-05.
std::string short_exponent(const std::string& text) {
  const std::size_t e = text.find('e');
  if (e == std::string::npos) return text;
  const std::string_view sign = text[e + 1] == '-' ? "-" : "";
  return fmt::format("{}e{}{}", text.substr(0, e), sign, text.substr(text.find_first_not_of('0', e + 2)));
}

// "-" becomes the minus sign, which is as wide as a digit.
std::string with_minus(std::string text) {
  for (std::size_t at = text.find('-'); at != std::string::npos; at = text.find('-', at)) {
    text.replace(at, 1, "\u2212");
  }
  return text;
}

std::string superscript(int exponent) {
  constexpr std::array<std::string_view, 10> digits{"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string out;
  for (const char c : std::to_string(exponent)) {
    out += c == '-' ? std::string_view("⁻") : digits[static_cast<std::size_t>(c - '0')];
  }
  return out;
}

// A logarithmic axis over less than this ratio has the ticks of a linear one: 1, 2, 5 would be too few.
constexpr double short_ratio = 5.0;

bool ticked_by_decades(Range range, bool log) { return log && range.hi / range.lo > short_ratio; }

/// A multiple of a step whose last digit is `places` behind the point.
std::string tick_text(double at, int places, bool scientific) {
  if (!scientific) return fmt::format("{:.{}f}", at, std::max(0, places));
  const int exponent = static_cast<int>(std::floor(std::log10(std::abs(at)) + 1e-9));
  return short_exponent(fmt::format("{:.{}e}", at, std::max(0, exponent + places)));
}

std::vector<Tick> linear_ticks(Range range, int wanted) {
  const double step = nice_step(range.hi - range.lo, wanted);
  const double largest = std::max(std::abs(range.lo), std::abs(range.hi));
  const int places = -static_cast<int>(std::floor(std::log10(step) + 1e-9));
  const bool scientific = largest >= 1e6 || (places > 4 && largest < 0.01);
  const double first = std::ceil(range.lo / step - 1e-9);
  const double count = std::floor(range.hi / step + 1e-9) - first;
  std::vector<Tick> out;
  for (double i = 0; i <= count; ++i) {
    const double at = (first + i) * step;
    if (first + i == 0.0) {
      out.push_back({0.0, "0"});
    } else {
      out.push_back({at, with_minus(tick_text(at, places, scientific))});
    }
  }
  return out;
}

std::vector<Tick> log_ticks(Range range, int wanted) {
  const int first = static_cast<int>(std::floor(std::log10(range.lo)));
  const int last = static_cast<int>(std::ceil(std::log10(range.hi)));
  const bool plain = range.lo >= 0.999e-3 && range.hi <= 1.001e4;
  const int stride = std::max(1, (last - first + wanted) / std::max(1, wanted));
  const bool between = last - first <= 2;
  std::vector<Tick> out;
  for (int decade = first; decade <= last; ++decade) {
    if (decade % stride != 0) continue;
    for (const int factor : {1, 2, 5}) {
      if (factor != 1 && !between) continue;
      const double at = factor * std::pow(10.0, decade);
      if (at < range.lo * (1.0 - 1e-9) || at > range.hi * (1.0 + 1e-9)) continue;
      if (plain) {
        out.push_back({at, value_text(at)});
      } else {
        out.push_back({at, (factor == 1 ? "10" : fmt::format("{}·10", factor)) + superscript(decade)});
      }
    }
  }
  return out;
}

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 && c != '\n' ? ' ' : c;
    }
  }
  return out;
}

std::string number(double value) {
  std::string out = fmt::format("{:.2f}", value);
  out.erase(out.find_last_not_of('0') + 1);
  if (out.back() == '.') out.pop_back();
  return out == "-0" ? "0" : out;
}

std::string value_text(double value, int digits) {
  return short_exponent(fmt::format("{:.{}g}", value, digits));
}

double text_width(std::string_view text, double font_size) {
  const auto letters =
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; });
  return 0.58 * font_size * static_cast<double>(letters);
}

double Axis::place(double value) const {
  const auto scale = [this](double v) { return log ? std::log10(v) : v; };
  const double share = (scale(value) - scale(range.lo)) / (scale(range.hi) - scale(range.lo));
  return from + share * (to - from);
}

bool drawable(double value, bool log) {
  return std::isfinite(value) && std::abs(value) <= largest_drawable && (!log || value >= smallest_span);
}

bool usable(Range range, bool log) {
  const double size = std::max(std::abs(range.lo), std::abs(range.hi));
  return drawable(range.lo, log) && drawable(range.hi, log) &&
         range.hi - range.lo > std::max(1e-9 * size, smallest_span);
}

Range range_of(const std::vector<double>& values, bool log) {
  Range range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const double v : values) {
    if (!drawable(v, log)) continue;
    range.lo = std::min(range.lo, v);
    range.hi = std::max(range.hi, v);
  }
  if (range.lo > range.hi) return log ? Range{1.0, 10.0} : Range{0.0, 1.0};
  if (usable(range, log)) return range;
  if (log) return {range.lo / 2.0, range.hi * 2.0};
  const double size = std::max(std::abs(range.lo), std::abs(range.hi));
  const double margin = size > 2.0 * smallest_span ? size / 2.0 : 0.5;
  return {range.lo - margin, range.hi + margin};
}

Range round_out(Range range, bool log, int wanted) {
  if (!ticked_by_decades(range, log)) {
    const double step = nice_step(range.hi - range.lo, wanted);
    const double lo = std::floor(range.lo / step + 1e-9) * step;
    return {drawable(lo, log) ? lo : range.lo, std::ceil(range.hi / step - 1e-9) * step};
  }
  const double below = std::pow(10.0, std::floor(std::log10(range.lo)));
  const double above = std::pow(10.0, std::floor(std::log10(range.hi)));
  Range out{below, 10.0 * above};
  for (const double factor : {2.0, 5.0}) {
    if (factor * below <= range.lo) out.lo = factor * below;
  }
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * above >= range.hi) out.hi = factor * above;
  }
  return out;
}

std::vector<Tick> ticks(Range range, bool log, int wanted) {
  return ticked_by_decades(range, log) ? log_ticks(range, wanted) : linear_ticks(range, wanted);
}

double ticks_width(const std::vector<Tick>& ticks) {
  double width = 0.0;
  for (const Tick& tick : ticks) width = std::max(width, text_width(tick.text, label_size));
  return width;
}

std::string text(double x, double y, std::string_view words, std::string_view attributes) {
  return fmt::format("<text x=\"{}\" y=\"{}\" {}>{}</text>\n", number(x), number(y), attributes,
                     escape(words));
}

std::string open(const Frame& frame) {
  const std::string name = escape(frame.labels.title.empty() ? "chart" : frame.labels.title);
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"xg-chart\" role=\"img\" aria-label=\"{}\" "
      "viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\" fill=\"currentColor\" font-size=\"{}\" "
      "font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif\">\n"
      "<style>.xg-chart{{color:#1f2328;max-width:100%;height:auto}}"
      ".xg-dot{{fill-opacity:0}}.xg-dot:hover{{fill-opacity:1}}"
      "@media(prefers-color-scheme:dark){{.xg-chart{{color:#e4e7eb}}}}</style>\n",
      name, number(frame.width), number(frame.height), number(frame.width), number(frame.height), label_size);
  if (!frame.labels.title.empty()) {
    out += text(frame.x.from, 20.0, frame.labels.title,
                fmt::format("font-size=\"{}\" font-weight=\"600\"", title_size));
  }
  return out;
}

std::string axes(const Frame& frame, const std::vector<Tick>& x_ticks, const std::vector<Tick>& y_ticks,
                 bool grid) {
  const double left = frame.x.from, right = frame.x.to, bottom = frame.y.from, top = frame.y.to;
  std::string out;
  if (grid) {
    out += "<path fill=\"none\" stroke=\"currentColor\" stroke-opacity=\"0.12\" d=\"";
    for (const Tick& t : y_ticks) {
      out += fmt::format("M{} {}H{}", number(left), number(frame.y.place(t.at)), number(right));
    }
    for (const Tick& t : x_ticks) {
      out += fmt::format("M{} {}V{}", number(frame.x.place(t.at)), number(bottom), number(top));
    }
    out += fmt::format(
        "\"/>\n<path fill=\"none\" stroke=\"currentColor\" stroke-opacity=\"0.5\" "
        "d=\"M{} {}H{}\"/>\n",
        number(left), number(bottom), number(right));
  }
  for (const Tick& t : x_ticks) {
    out += text(frame.x.place(t.at), bottom + 17.0, t.text, "text-anchor=\"middle\" fill-opacity=\"0.75\"");
  }
  for (const Tick& t : y_ticks) {
    out += text(left - 8.0, frame.y.place(t.at) + 4.0, t.text, "text-anchor=\"end\" fill-opacity=\"0.75\"");
  }
  const double middle_x = (left + right) / 2.0, middle_y = (top + bottom) / 2.0;
  if (!frame.labels.x.empty()) {
    out += text(middle_x, bottom + 37.0, frame.labels.x, "text-anchor=\"middle\"");
  }
  if (!frame.labels.y.empty()) {
    out += text(14.0, middle_y, frame.labels.y,
                fmt::format("text-anchor=\"middle\" transform=\"rotate(-90 14 {})\"", number(middle_y)));
  }
  return out;
}

std::string open_clip(const Frame& frame) {
  const std::string left = number(frame.x.from), top = number(frame.y.to);
  const std::string width = number(frame.x.to - frame.x.from), height = number(frame.y.from - frame.y.to);
  return fmt::format(
      "<svg x=\"{0}\" y=\"{1}\" width=\"{2}\" height=\"{3}\" viewBox=\"{0} {1} {2} {3}\" "
      "overflow=\"hidden\">\n",
      left, top, width, height);
}

std::string_view colour(std::size_t i) { return palette[i % palette.size()]; }

std::size_t colour_count() { return palette.size(); }

}  // namespace xg::optim::svg
