#include "graph_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "../core/text_table.hpp"
#include "graph_layout.hpp"
#include "page.hpp"
#include "svg.hpp"

namespace xg::optim {
namespace {

using layout::Box;
using layout::Drawing;
using svg::escape;
using svg::number;

constexpr double name_size = 13, shape_size = 11;
// Of a shape from the line that it stands beside.
constexpr double label_shift = 6;

// Colours follow the page's light or dark.
constexpr std::string_view style = R"(<style>
.graph { display: block; margin: 0 auto; }
.graph text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: var(--ink, #1f2328); }
.graph .shape { font-size: 11px; fill: var(--soft, #59636e); }
.graph .beside { paint-order: stroke; stroke: var(--card, #f7f8fa); stroke-width: 3px; stroke-linejoin: round; }
.graph .name { font-size: 13px; font-weight: 600; text-anchor: middle; }
.graph .middle { text-anchor: middle; }
.graph .scope rect { fill: #8090a0; fill-opacity: 0.09; stroke: #8090a0; stroke-opacity: 0.5; }
.graph .scope text { font-size: 12px; font-weight: 600; fill: var(--soft, #59636e); }
.graph .op rect { fill: var(--paper, #ffffff); stroke: #3b6fd4; stroke-width: 1.5; }
.graph .leaf rect { fill: #2f9e68; fill-opacity: 0.16; stroke: #2f9e68; }
.graph .cut rect { fill: #d9822b; fill-opacity: 0.16; stroke: #d9822b; stroke-dasharray: 4 3; }
.graph .vertex:hover rect { stroke-width: 3; }
.graph .line { fill: none; stroke: #7a8794; stroke-width: 1.4; }
.graph .line:hover { stroke: #d9822b; stroke-width: 3; }
.graph .line.leaf { stroke: #2f9e68; stroke-opacity: 0.7; }
.graph .head { fill: #7a8794; }
</style>)";

std::string short_name(const Graph::Vertex& v) {
  return v.kind == Graph::Kind::leaf && v.name.empty() ? "leaf" : v.name;
}

std::string shape_of(const Node::Output& o) {
  return o.dtype == float32 ? to_string(o.shape)
                            : fmt::format("{} {}", to_string(o.dtype), to_string(o.shape));
}

// "[2, 3]", "3 x [2, 3]" of equal outputs, "[2, 3] · [2, 4]" of others.
std::string shapes_of(const Graph::Vertex& v) {
  std::vector<std::string> shapes;
  for (const Node::Output& o : v.outputs) shapes.push_back(shape_of(o));
  if (shapes.size() > 1 && std::ranges::count(shapes, shapes[0]) == std::ssize(shapes))
    return fmt::format("{} x {}", shapes.size(), shapes[0]);
  std::string text;
  for (const std::string& shape : shapes) text += (text.empty() ? "" : " · ") + shape;
  return text;
}

// Leaves carry their shape; that of an op stands beside the lines that leave it.
bool has_shape_inside(const Graph::Vertex& v) { return v.kind == Graph::Kind::leaf; }

layout::VertexSize size_of(const Graph::Vertex& v) {
  double width = svg::text_width(short_name(v), name_size * 1.08) + 22;
  const double shape_width = svg::text_width(shapes_of(v), shape_size);
  width = std::max({width, 56.0, has_shape_inside(v) ? shape_width + 22 : 0});
  if (has_shape_inside(v)) return {width, 40};
  return {width, 28, std::max(0.0, shape_width + label_shift - width / 2)};
}

double scope_label_width(const std::string& name) { return svg::text_width(name, 12 * 1.08) + 8; }

std::string details(const Graph::Vertex& v) {
  std::string text = v.name;
  for (const Node::Output& o : v.outputs)
    text += fmt::format("{}{} {}, {} elements", text.empty() ? "" : "\n", to_string(o.dtype),
                        to_string(o.shape), with_commas(count(o.shape)));
  if (!v.scope.empty()) text += fmt::format("\nin {}", v.scope);
  return text;
}

std::string rectangle(const Box& b, double radius) {
  return fmt::format(R"(<rect x="{}" y="{}" width="{}" height="{}" rx="{}"/>)", number(b.x), number(b.y),
                     number(b.width), number(b.height), number(radius));
}

std::string label(double x, double y, std::string_view kind, std::string_view words) {
  return fmt::format(R"(<text class="{}" x="{}" y="{}">{}</text>)", kind, number(x), number(y),
                     escape(words));
}

std::string draw_scope(const layout::ScopeBox& scope) {
  return fmt::format("<g class=\"scope\">{}{}</g>\n", rectangle(scope.box, 8),
                     label(scope.box.x + 10, scope.box.y + 17, "title", scope.name));
}

std::string draw_vertex(const Graph::Vertex& v, const Box& b) {
  constexpr const char* kinds[] = {"op", "leaf", "cut"};
  const double middle = b.x + b.width / 2;
  std::string inside = label(middle, b.y + (has_shape_inside(v) ? 17 : 18.5), "name", short_name(v));
  if (has_shape_inside(v)) inside += label(middle, b.y + 32, "shape middle", shapes_of(v));
  return fmt::format("<g class=\"vertex {}\"><title>{}</title>{}{}</g>\n",
                     kinds[static_cast<std::size_t>(v.kind)], escape(details(v)),
                     rectangle(b, has_shape_inside(v) ? b.height / 2 : 5), inside);
}

std::string draw_line(const layout::Line& line, const Graph::Vertex& from) {
  auto [x, y] = line.points[0];
  std::string path = fmt::format("M{} {}", number(x), number(y));
  for (std::size_t i = 1; i < line.points.size(); ++i) {
    const auto [next_x, next_y] = line.points[i];
    const double middle = (y + next_y) / 2;
    path += x == next_x ? fmt::format("V{}", number(next_y))
                        : fmt::format("C{} {} {} {} {} {}", number(x), number(middle), number(next_x),
                                      number(middle), number(next_x), number(next_y));
    x = next_x;
    y = next_y;
  }
  std::string out = fmt::format("<path class=\"line{}\" d=\"{}\"><title>{}</title></path>\n",
                                from.kind == Graph::Kind::leaf ? " leaf" : "", path, escape(details(from)));
  if (line.arrives)
    out += fmt::format("<path class=\"head\" d=\"M{} {}l-4 -7h8z\"/>\n", number(x), number(y));
  return out;
}

// One row for each kind of op, the most frequent first.
std::vector<std::vector<std::string>> counts(const Graph& graph) {
  std::map<std::string, std::int64_t> calls;
  for (const Graph::Vertex& v : graph.vertices)
    if (v.kind == Graph::Kind::op) ++calls[v.name];
  std::vector<std::pair<std::string, std::int64_t>> sorted(calls.begin(), calls.end());
  std::ranges::stable_sort(sorted, std::greater(), &std::pair<std::string, std::int64_t>::second);
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, n] : sorted) rows.push_back({name, fmt::format("{}", n)});
  return rows;
}

std::string headline(const Graph& graph) {
  std::int64_t ops = 0, leaves = 0, elements = 0;
  std::string cut;
  for (const Graph::Vertex& v : graph.vertices) {
    ops += v.kind == Graph::Kind::op;
    if (v.kind == Graph::Kind::cut)
      cut = fmt::format(" Only those nearest to the output are drawn: {}.", v.name);
    if (v.kind != Graph::Kind::leaf) continue;
    ++leaves;
    elements += count(v.outputs[0].shape);
  }
  return fmt::format(
      "{} ops and {} leaves with {} elements.{} Values flow from top to bottom; point at an op or a "
      "line for more.",
      with_commas(ops), with_commas(leaves), with_commas(elements), cut);
}

}  // namespace

std::string graph_svg(const Graph& graph) {
  const Drawing drawing = layout::lay_out(graph, size_of, scope_label_width);
  std::string out = fmt::format(
      "<svg class=\"graph\" xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 "
      "{0} "
      "{1}\">\n{2}\n",
      number(drawing.width), number(drawing.height), style);
  for (const layout::ScopeBox& scope : drawing.scopes) out += draw_scope(scope);
  for (const layout::Line& line : drawing.lines) out += draw_line(line, graph.vertices[line.from]);
  for (std::size_t v = 0; v < graph.vertices.size(); ++v) {
    out += draw_vertex(graph.vertices[v], drawing.vertices[v]);
    const Box& b = drawing.vertices[v];
    if (graph.vertices[v].kind == Graph::Kind::op)
      out += label(b.x + b.width / 2 + label_shift, b.y + b.height + 13, "shape beside",
                   shapes_of(graph.vertices[v])) +
             "\n";
  }
  return out + "</svg>\n";
}

void write_graph_page(const std::filesystem::path& path, const Graph& graph) {
  Page page("Graph");
  page.text(headline(graph));
  page.figure(fmt::format("<div style=\"overflow:auto;max-height:90vh\">{}</div>", graph_svg(graph)));
  page.heading("Ops").table({"op", "times"}, counts(graph));
  page.write(path);
}

}  // namespace xg::optim
