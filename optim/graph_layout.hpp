#pragma once
/// Internal to graph_html: where the pieces of a graph's drawing stand. All lengths are pixels.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "../core/graph.hpp"

namespace xg::optim::layout {

struct Box {
  double x = 0, y = 0, width = 0, height = 0;  // the upper left corner and the size
};

struct VertexSize {
  double width, height;
  double overhang = 0;  // how far its label reaches beyond it on the right
};

struct ScopeBox {
  std::string name;
  Box box;
};

/// A line from a vertex towards one that uses it, down through these points. Lines that part later share what
/// comes before.
struct Line {
  std::size_t from;
  std::vector<std::pair<double, double>> points;
  bool arrives;  // at a vertex, not at the border of a scope
};

struct Drawing {
  double width = 0, height = 0;
  std::vector<Box> vertices;
  std::vector<ScopeBox> scopes;  // outer ones before those inside
  std::vector<Line> lines;
};

/// Lays a graph out in layers from top to bottom; `size_of` measures a vertex. What runs in a
/// scope without interruption stands in a box of its own, laid out by itself, so that boxes never overlap.
/// Source  Sugiyama, Tagawa and Toda 1981 (layers, order by barycentres).
Drawing lay_out(const Graph& graph, const std::function<VertexSize(const Graph::Vertex&)>& size_of,
                const std::function<double(const std::string&)>& scope_label_width);

}  // namespace xg::optim::layout
