#include "gradcheck_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>

#include "copy.hpp"

namespace xg::gradcheck_detail {
namespace {

constexpr std::int64_t most_values = 64;  // in the text of a call

std::string number(double v) {
  if (std::isnan(v)) return "NAN";
  if (std::isinf(v)) return v < 0 ? "-INFINITY" : "INFINITY";
  return v == 0 && std::signbit(v) ? "-0.0" : fmt::format("{}", v);
}

// Nested braces around the values from `next` on, which moves.
std::string braces(const Shape& shape, std::size_t axis, const double*& next) {
  if (axis == shape.size()) return number(*next++);
  std::vector<std::string> parts;
  for (std::int64_t i = 0; i < shape[axis]; ++i) parts.push_back(braces(shape, axis + 1, next));
  return fmt::format("{{{}}}", fmt::join(parts, ", "));
}

std::string cpp_shape(const Shape& shape) {
  return fmt::format("{{{}}}", fmt::join(shape.begin(), shape.end(), ", "));
}

// A C++ expression that makes x.
std::string expression(const Tensor& x) {
  const std::string options = fmt::format("{{.dtype = {}}}", xg::to_string(x.dtype()));
  if (x.numel() == 0) return fmt::format("zeros({}, {})", cpp_shape(x.shape()), options);
  if (x.numel() > most_values) return fmt::format("/* {} */", describe(x));
  const Tensor values = contiguous(to(x.detach(), float64));
  const double* next = values.data<double>();
  const std::string text = braces(x.shape(), 0, next);
  return fmt::format("{}({}, {})", x.dim() == 0 ? "scalar" : "tensor", text, options);
}

std::string options_text(const GradcheckOptions& o) {
  const GradcheckOptions usual;
  std::string text;
  const auto say = [&](const char* name, const auto& value, const auto& usual_value) {
    if (value != usual_value) text += fmt::format(".{} = {}, ", name, value);
  };
  say("rtol", o.rtol, usual.rtol);
  say("atol", o.atol, usual.atol);
  say("eps", o.eps, usual.eps);
  say("full_up_to", o.full_up_to, usual.full_up_to);
  say("directions", o.directions, usual.directions);
  text += fmt::format(".seed = {}", o.seed);
  if (!o.allow_kinks) text += ", .allow_kinks = false";
  if (o.order != usual.order) text += fmt::format(", .order = {}", o.order);
  return text;
}

using Cells = std::array<std::string, 6>;

Cells cells_of(const GradcheckRow& r) {
  return {r.input + r.element,
          r.output,
          fmt::format("{:.9g}", positive_nan(r.analytic)),
          fmt::format("{:.9g}", positive_nan(r.numeric)),
          fmt::format("{:.1e}", std::abs(r.analytic - r.numeric)),
          std::string(to_string(r.verdict))};
}

}  // namespace

std::string element_name(const Shape& shape, std::size_t linear) {
  if (shape.empty()) return {};
  Dims index = Dims::filled(shape.size(), 0);
  auto rest = static_cast<std::int64_t>(linear);
  for (std::size_t axis = shape.size(); axis-- > 0; rest /= shape[axis]) index[axis] = rest % shape[axis];
  return fmt::format("[{}]", fmt::join(index.begin(), index.end(), ","));
}

std::string_view to_string(GradcheckVerdict verdict) {
  static constexpr std::array<std::string_view, 5> names{"ok", "kink", "wrong", "not deterministic",
                                                         "not finite"};
  return names[static_cast<std::size_t>(verdict)];
}

double positive_nan(double v) { return std::isnan(v) ? std::abs(v) : v; }

std::string table_of(const std::vector<GradcheckRow>& rows, std::size_t most) {
  std::vector<Cells> lines{{"input", "output", "analytic", "numeric", "error", "verdict"}};
  for (std::size_t i = 0; i < std::min(most, rows.size()); ++i) lines.push_back(cells_of(rows[i]));
  std::array<std::size_t, 6> widths{};
  for (const Cells& line : lines)
    for (std::size_t c = 0; c < line.size(); ++c) widths[c] = std::max(widths[c], line[c].size());
  std::string text;
  for (const Cells& line : lines)
    text += fmt::format("  {:<{}}  {:<{}}  {:>{}}  {:>{}}  {:>{}}  {}\n", line[0], widths[0], line[1],
                        widths[1], line[2], widths[2], line[3], widths[3], line[4], widths[4], line[5]);
  if (rows.size() > most) text += fmt::format("  and {} more\n", rows.size() - most);
  return text;
}

std::string reproduction(std::string_view verb, const Inputs& inputs, const GradcheckOptions& options) {
  std::string before, list;
  for (std::size_t i = 0; i < inputs.tensors.size(); ++i) {
    const std::string value = expression(inputs.tensors[i]);
    if (inputs.of_model)
      before += fmt::format("net.{} = {}; ", inputs.names[i], value);
    else
      list += (list.empty() ? "" : ", ") + value;
  }
  const std::string given = inputs.of_model ? "net" : fmt::format("{{{}}}", list);
  return fmt::format("{}{}(f, {}, {{{}}})", before, verb, given, options_text(options));
}

}  // namespace xg::gradcheck_detail
