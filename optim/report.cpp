#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string_view>

#include "chart.hpp"
#include "confusion_chart.hpp"
#include "gallery.hpp"
#include "heat_map.hpp"
#include "histogram_chart.hpp"
#include "page.hpp"
#include "svg.hpp"

namespace xg::optim {
namespace {

using svg::value_text;

// More lines than this in a chart cannot be told apart; a heat map shows any number of layers.
constexpr std::size_t most_lines = 8;
// A curve of more points than this is drawn as running means.
constexpr std::size_t most_points = 120;
// So many columns leave room for a name in each row, up to that many rows.
constexpr std::size_t heat_columns = 20, most_row_names = 24;
constexpr std::size_t most_histograms = 24;

/// What stands before the first slash of a curve's name, and after it.
struct Name {
  std::string group, rest;

  explicit Name(const std::string& name) {
    const std::size_t slash = name.find('/');
    if (slash != std::string::npos) group = name.substr(0, slash);
    rest = slash == std::string::npos ? name : name.substr(slash + 1);
  }

  bool is_paired() const { return group == "train" || group == "valid"; }
  bool is_of_a_layer() const {
    constexpr std::array<std::string_view, 6> kinds{"gradient_norm", "weight_norm", "update_ratio",
                                                    "rms",           "dead",        "saturated"};
    return std::ranges::find(kinds, group) != kinds.end();
  }
};

std::string capitalised(std::string text) {
  if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

/// True for one that is better told than drawn.
bool is_constant(const Curve& curve) {
  return std::ranges::all_of(curve.value, [&](double v) { return v == curve.value[0]; });
}

/// Means of neighbours, over as many as make the curve calm; values that are not finite stay gaps.
Curve smooth(const Curve& curve) {
  if (curve.value.size() <= most_points) return curve;
  const std::size_t span = curve.value.size() / most_points + 1;
  Curve out;
  for (std::size_t begin = 0; begin < curve.value.size(); begin += span) {
    const std::size_t end = std::min(begin + span, curve.value.size());
    double step = 0, value = 0;
    for (std::size_t i = begin; i < end; ++i) {
      step += curve.step[i];
      value += curve.value[i];
    }
    out.step.push_back(step / static_cast<double>(end - begin));
    out.value.push_back(value / static_cast<double>(end - begin));
  }
  return out;
}

Series series_of(const std::string& name, const Curve& curve) {
  Curve calm = smooth(curve);
  return {.name = name, .x = std::move(calm.step), .y = std::move(calm.value)};
}

/// True if the curves are positive and span so much that a linear axis would hide the end.
bool wants_log(const std::vector<Series>& lines) {
  double lowest = std::numeric_limits<double>::infinity(), highest = 0;
  for (const Series& s : lines)
    for (const double v : s.y) {
      if (std::isnan(v)) continue;
      lowest = std::min(lowest, v);
      highest = std::max(highest, v);
    }
  return lowest > 0 && highest > 20 * lowest;
}

/// How values are shown.
struct Scale {
  bool log = false;
  std::optional<Range> range{};
};
constexpr Scale logarithmic{.log = true}, shares{.range = Range{0.0, 1.0}};

std::string chart(const std::vector<Series>& lines, const std::string& title, const Scale& scale) {
  return line_chart(lines, {.title = title, .x_label = "step", .log_y = scale.log, .y_range = scale.range});
}

/// The value of a curve that holds at each of some steps evenly spread from the first to the last.
std::vector<double> resampled(const Curve& curve, double first, double last, std::size_t count) {
  std::vector<double> out;
  for (std::size_t k = 0; k < count; ++k) {
    const double at = first + (last - first) * static_cast<double>(k) /
                                  static_cast<double>(std::max<std::size_t>(1, count - 1));
    const auto next = std::ranges::upper_bound(curve.step, at) - curve.step.begin();
    out.push_back(next == 0 ? std::numeric_limits<double>::quiet_NaN()
                            : curve.value[static_cast<std::size_t>(next - 1)]);
  }
  return out;
}

/// Many curves as rows of colours.
std::string heat_map_of(const std::vector<Series>& lines, const std::string& title, const Scale& scale) {
  double first = std::numeric_limits<double>::infinity(), last = -first;
  std::size_t longest = 1;
  std::vector<std::string> rows;
  for (const Series& s : lines) {
    first = std::min(first, s.x.front());
    last = std::max(last, s.x.back());
    longest = std::max(longest, s.x.size());
    const bool named = rows.size() % (lines.size() / most_row_names + 1) == 0;
    rows.push_back(named ? s.name : std::string());
  }
  const std::size_t columns = std::min(heat_columns, longest);
  std::vector<double> values;
  for (const Series& s : lines)
    for (const double v : resampled({s.x, s.y}, first, last, columns))
      values.push_back(scale.log ? std::log10(v) : v);
  const std::size_t height = rows.size();
  return heat_map(values, height, columns,
                  {.title = scale.log ? fmt::format("{}, log₁₀", title) : title,
                   .x_label = "step",
                   .y_names = std::move(rows),
                   .x_range = first < last ? std::optional(Range{first, last}) : std::nullopt,
                   .range = scale.range,
                   .width = 540});
}

/// Builds the page section by section.
class Report {
 public:
  Report(const History& history, const Monitor* monitor, const ReportOptions& options)
      : history_(history), monitor_(monitor), options_(options), page_(options.title) {}

  Page build() {
    if (!options_.text.empty()) page_.text(options_.text);
    facts();
    findings();
    curves();
    if (monitor_) {
      layers();
      activations();
    }
    mistakes();
    return std::move(page_);
  }

 private:
  void facts() {
    std::vector<std::pair<std::string, std::string>> facts;
    double steps = 0;
    for (const auto& [name, curve] : history_.curves())
      // What belongs to a step is counted from 0, what follows after it by the steps so far.
      if (!curve.step.empty())
        steps = std::max(steps, curve.step.back() + (Name(name).group == "valid" ? 0 : 1));
    facts.emplace_back("steps", fmt::format("{:.0f}", steps));
    if (monitor_) {
      double elements = 0;
      for (const ParameterFigures& p : monitor_->parameters())
        elements += static_cast<double>(p.parameter.numel());
      facts.emplace_back("parameters", fmt::format("{:.0f}", elements));
    }
    for (const auto& [name, curve] : history_.curves()) {
      const Name n(name);
      if (n.is_of_a_layer() || curve.value.empty()) continue;
      if (is_constant(curve))
        facts.emplace_back(name, value_text(curve.value[0], 4));
      else if (n.is_paired())
        facts.emplace_back(name, value_text(smooth(curve).value.back(), 4));
    }
    page_.facts(facts);
  }

  void findings() {
    const std::vector<Finding> found =
        monitor_ ? diagnose(history_, *monitor_, options_.diagnosis) : diagnose(history_, options_.diagnosis);
    page_.heading("Findings");
    for (const Finding& f : found)
      page_.note(f.severity == Severity::error ? Tone::error : Tone::warning,
                 capitalised(fmt::format("{}: {}", name_of(f.fault), f.where)), capitalised(f.message),
                 f.remedy);
    if (found.empty())
      page_.note(
          Tone::good, "Nothing is wrong",
          monitor_ ? "No vanishing or exploding gradients, dead or saturated units, unused parameters, NaN, "
                     "overfitting, and no learning rate out of place."
                   : "No overfitting and no learning rate out of place, as far as the curves tell.");
  }

  /// Curves that belong to no layer, those of training and of validation in one chart.
  void curves() {
    std::map<std::string, std::vector<Series>> charts;
    std::size_t longest = 0;
    for (const auto& [name, curve] : history_.curves()) {
      const Name n(name);
      if (n.is_of_a_layer() || is_constant(curve)) continue;
      Series line = series_of(n.is_paired() ? n.group : std::string(), curve);
      if (n.is_paired()) line.colour = n.group == "train" ? 0 : 1;
      charts[n.is_paired() ? n.rest : name].push_back(std::move(line));
      longest = std::max(longest, curve.value.size());
    }
    if (charts.empty()) return;
    page_.heading("Curves");
    const auto draw = [&](const std::string& name) {
      const auto found = charts.find(name);
      if (found == charts.end()) return;
      page_.figure(chart(found->second, name, {.log = name != "lr" && wants_log(found->second)}));
      charts.erase(found);
    };
    draw("loss");
    draw("accuracy");
    while (!charts.empty()) draw(charts.begin()->first);
    if (longest > most_points)
      page_.text(fmt::format("Curves of more than {} points are drawn as means of neighbours.", most_points));
  }

  std::vector<Series> lines_of(const std::string& kind, const std::vector<std::string>& names) const {
    std::vector<Series> lines;
    for (const std::string& name : names) {
      const Curve* curve = history_.find(fmt::format("{}/{}", kind, name));
      if (curve && !curve->value.empty()) lines.push_back(series_of(name, *curve));
    }
    return lines;
  }

  void figure_of(const std::vector<Series>& lines, const std::string& title, const Scale& scale,
                 const std::string& caption) {
    if (lines.empty()) return;
    page_.figure(lines.size() <= most_lines ? chart(lines, title, scale) : heat_map_of(lines, title, scale),
                 caption);
  }

  void layers() {
    std::vector<std::string> weights;
    for (const ParameterFigures& p : monitor_->parameters())
      if (p.parameter.dim() >= 2) weights.push_back(p.path);
    if (weights.empty())
      for (const ParameterFigures& p : monitor_->parameters()) weights.push_back(p.path);
    if (lines_of("weight_norm", weights).empty()) return;
    page_.heading("Layers");
    figure_of(lines_of("gradient_norm", weights), "Gradient norms", logarithmic,
              "Of healthy layers they differ by a factor of 100 at most.");
    figure_of(lines_of("update_ratio", weights), "Updates over weights", logarithmic,
              "The norm of a step's update over that of the weights; about 10⁻³ is usual.");
    figure_of(lines_of("weight_norm", weights), "Weight norms", {}, "");
  }

  void activations() {
    std::vector<std::string> names;
    for (const ActivationFigures& a : monitor_->activations())
      if (!a.latest.counts.empty()) names.push_back(a.name);
    if (names.empty()) return;
    page_.heading("Activations");
    figure_of(lines_of("dead", names), "Dead units", shares,
              "Share of the units that were 0 for every example of the window.");
    figure_of(lines_of("saturated", names), "Saturated values", shares,
              "Share of the values in the flat parts of the function.");
    figure_of(lines_of("rms", names), "Size of activations", {}, "Root mean square of the values.");
    std::size_t drawn = 0;
    for (const ActivationFigures& a : monitor_->activations()) {
      if (a.latest.counts.empty() || drawn++ >= most_histograms) continue;
      page_.figure(histogram_chart({{"first step", a.first}, {"last sample", a.latest}},
                                   {.title = a.name, .width = 540}));
    }
  }

  void mistakes() {
    if (options_.confusion.defined()) {
      page_.heading("Confusion");
      page_.figure(confusion_chart(options_.confusion,
                                   {.title = "Targets and predictions", .classes = options_.classes}));
    }
    if (options_.worst.empty()) return;
    page_.heading("Worst examples");
    page_.figure(gallery(options_.worst), "The highest losses.");
  }

  const History& history_;
  const Monitor* monitor_;
  const ReportOptions& options_;
  Page page_;
};

}  // namespace

void report(const std::filesystem::path& path, const History& history, const ReportOptions& options) {
  Report(history, nullptr, options).build().write(path);
}
void report(const std::filesystem::path& path, const History& history, const Monitor& monitor,
            const ReportOptions& options) {
  Report(history, &monitor, options).build().write(path);
}
void report(const std::filesystem::path& path, const Monitor& monitor, const ReportOptions& options) {
  report(path, monitor.history(), monitor, options);
}

}  // namespace xg::optim
