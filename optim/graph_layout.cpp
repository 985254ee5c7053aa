#include "graph_layout.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <tuple>

#include "layered_drawing.hpp"

namespace xg::optim::layout {
namespace {

constexpr double side_padding = 16, label_height = 26, bottom_padding = 20;
// Parameters pull less than activations, so that the main path runs straight.
constexpr double leaf_weight = 0.01;

// What flows along an arrow: one output of one vertex.
using Signal = std::pair<std::size_t, std::uint32_t>;

// The scopes of "encoder/layer2", from the outer one.
std::vector<std::string> pieces_of(std::string_view scope) {
  std::vector<std::string> pieces;
  while (!scope.empty()) {
    const std::size_t slash = std::min(scope.find('/'), scope.size());
    pieces.emplace_back(scope.substr(0, slash));
    scope.remove_prefix(std::min(slash + 1, scope.size()));
  }
  return pieces;
}

/// A scope while nothing else runs, with what runs in it. A level of the drawing: its vertices, the scopes inside,
/// and the places on its border where signals come in and go out are the nodes of its layers.
struct Group {
  std::string name;
  Group* parent = nullptr;
  std::size_t depth = 0;
  std::vector<std::unique_ptr<Group>> inner{};
  std::map<Signal, std::size_t> entries{}, exits{};                // nodes
  std::map<std::size_t, std::size_t> vertices{};                   // of the graph, to nodes
  std::map<const Group*, std::size_t> groups{};                    // to nodes
  std::set<std::tuple<std::size_t, std::size_t, Signal>> drawn{};  // which nodes are joined already, by what
  std::vector<LayerNode> nodes{};
  std::vector<LayerEdge> edges{};
  std::vector<Signal> signals{};  // of the edges
  std::vector<bool> arrives{};    // of the edges
  double width = 0, height = 0;
};

class Layout {
 public:
  Layout(const Graph& graph, const std::function<VertexSize(const Graph::Vertex&)>& size_of,
         const std::function<double(const std::string&)>& scope_label_width)
      : graph_(graph), scope_label_width_(scope_label_width), group_of_(graph.vertices.size()) {
    for (const Graph::Vertex& v : graph.vertices) sizes_.push_back(size_of(v));
    divide();
    find_ports();
  }

  Drawing run() {
    place(root_);
    drawing_.vertices.resize(graph_.vertices.size());
    draw(root_, 0, 0);
    drawing_.width = root_.width;
    drawing_.height = root_.height;
    return std::move(drawing_);
  }

 private:
  void divide() {
    Group* open = &root_;
    for (std::size_t v = 0; v < graph_.vertices.size(); ++v) {
      if (graph_.vertices[v].kind == Graph::Kind::cut) {
        group_of_[v] = &root_;
        continue;
      }
      const auto pieces = pieces_of(graph_.vertices[v].scope);
      while (!encloses(*open, pieces)) open = open->parent;
      while (open->depth < pieces.size()) open = add_group(*open, pieces[open->depth]);
      group_of_[v] = open;
    }
  }
  static bool encloses(const Group& group, const std::vector<std::string>& pieces) {
    if (group.depth > pieces.size()) return false;
    for (const Group* g = &group; g->depth > 0; g = g->parent)
      if (pieces[g->depth - 1] != g->name) return false;
    return true;
  }
  static Group* add_group(Group& parent, const std::string& name) {
    parent.inner.push_back(
        std::make_unique<Group>(Group{.name = name, .parent = &parent, .depth = parent.depth + 1}));
    return parent.inner.back().get();
  }

  // All that a vertex's signal passes on its way: out of its scopes, and into those of the vertex that uses it.
  void find_ports() {
    for (const Graph::Arrow& a : graph_.arrows) {
      Group *source = group_of_[a.from], *target = group_of_[a.to];
      const Signal signal{a.from, a.output};
      while (source != target) {
        if (source->depth >= target->depth) {
          source->exits.try_emplace(signal);
          source = source->parent;
        } else {
          target->entries.try_emplace(signal);
          target = target->parent;
        }
      }
    }
  }

  // Inner scopes first: their sizes and ports are needed outside.
  void place(Group& group) {
    for (const auto& inner : group.inner) place(*inner);
    add_nodes(group);
    for (const Graph::Arrow& a : graph_.arrows) join(group, a);
    const LevelSize size = arrange(group.nodes, group.edges);
    const double wanted = group.depth == 0 ? 0 : scope_label_width_(group.name);
    const double spare = std::max(0.0, wanted - size.width) / 2;
    const double top = group.depth == 0 ? bottom_padding : label_height;
    group.width = size.width + 2 * (side_padding + spare);
    group.height = top + size.height + bottom_padding;
    shift(group, side_padding + spare, top);
    for (const auto& [signal, node] : group.entries) group.nodes[node].y = 0;
    for (const auto& [signal, node] : group.exits) group.nodes[node].y = group.height;
  }

  static std::size_t add_node(Group& group, LayerNode node) {
    group.nodes.push_back(node);
    return group.nodes.size() - 1;
  }

  void add_nodes(Group& group) {
    for (auto& [signal, node] : group.entries) node = add_node(group, {.pin = LayerNode::Pin::top});
    for (std::size_t v = 0; v < graph_.vertices.size(); ++v) {
      if (group_of_[v] == &group) {
        group.vertices[v] = add_node(
            group, {.width = sizes_[v].width, .height = sizes_[v].height, .overhang = sizes_[v].overhang});
      } else if (const Group* inner = child_around(group, group_of_[v]);
                 inner && !group.groups.contains(inner)) {
        group.groups[inner] = add_node(group, {.width = inner->width, .height = inner->height});
      }
    }
    for (auto& [signal, node] : group.exits) node = add_node(group, {.pin = LayerNode::Pin::bottom});
  }

  // The group directly in `outer` that holds `inner`, if any does.
  static const Group* child_around(const Group& outer, const Group* inner) {
    while (inner && inner->parent != &outer) inner = inner->parent;
    return inner;
  }
  static bool holds(const Group& outer, const Group* inner) {
    return inner == &outer || child_around(outer, inner) != nullptr;
  }

  struct End {
    std::size_t node;
    double offset;
  };

  void join(Group& group, const Graph::Arrow& a) {
    const bool starts = holds(group, group_of_[a.from]), ends = holds(group, group_of_[a.to]);
    if (!starts && !ends) return;
    const Signal signal{a.from, a.output};
    const Group* from_inner = child_around(group, group_of_[a.from]);
    const Group* to_inner = child_around(group, group_of_[a.to]);
    if (from_inner && from_inner == to_inner) return;
    const End from =
        starts ? end_in(group, a.from, from_inner, from_inner ? &from_inner->exits : nullptr, signal)
               : End{group.entries.at(signal), 0};
    const End to = ends ? end_in(group, a.to, to_inner, to_inner ? &to_inner->entries : nullptr, signal)
                        : End{group.exits.at(signal), 0};
    if (!group.drawn.emplace(from.node, to.node, signal).second) return;
    const double weight = graph_.vertices[a.from].kind == Graph::Kind::leaf ? leaf_weight : 1;
    group.edges.push_back({.from = from.node,
                           .to = to.node,
                           .from_offset = from.offset,
                           .to_offset = to.offset,
                           .weight = weight});
    group.signals.push_back(signal);
    group.arrives.push_back(ends && !to_inner);
  }

  static End end_in(const Group& group, std::size_t vertex, const Group* inner,
                    const std::map<Signal, std::size_t>* ports, const Signal& signal) {
    if (!inner) return {group.vertices.at(vertex), 0};
    return {group.groups.at(inner), inner->nodes[ports->at(signal)].x - inner->width / 2};
  }

  static void shift(Group& group, double dx, double dy) {
    for (LayerNode& n : group.nodes) {
      n.x += dx;
      n.y += dy;
    }
    for (LayerEdge& e : group.edges)
      for (auto& [x, y] : e.bends) {
        x += dx;
        y += dy;
      }
  }

  static Box box_of(const LayerNode& n, double dx, double dy) {
    return {dx + n.x - n.width / 2, dy + n.y, n.width, n.height};
  }

  void draw(const Group& group, double dx, double dy) {
    for (const auto& [v, node] : group.vertices) drawing_.vertices[v] = box_of(group.nodes[node], dx, dy);
    for (const auto& [inner, node] : group.groups) {
      const Box box = box_of(group.nodes[node], dx, dy);
      drawing_.scopes.push_back({inner->name, box});
      draw(*inner, box.x, box.y);
    }
    for (std::size_t e = 0; e < group.edges.size(); ++e) {
      const LayerEdge& edge = group.edges[e];
      const LayerNode &from = group.nodes[edge.from], &to = group.nodes[edge.to];
      Line line{group.signals[e].first, {}, group.arrives[e]};
      line.points.emplace_back(dx + from.x + edge.from_offset, dy + from.y + from.height);
      for (const auto& [x, y] : edge.bends) line.points.emplace_back(dx + x, dy + y);
      line.points.emplace_back(dx + to.x + edge.to_offset, dy + to.y);
      drawing_.lines.push_back(std::move(line));
    }
  }

  const Graph& graph_;
  const std::function<double(const std::string&)>& scope_label_width_;
  std::vector<VertexSize> sizes_;
  std::vector<Group*> group_of_;
  Group root_{.name = {}};
  Drawing drawing_;
};

}  // namespace

Drawing lay_out(const Graph& graph, const std::function<VertexSize(const Graph::Vertex&)>& size_of,
                const std::function<double(const std::string&)>& scope_label_width) {
  return Layout(graph, size_of, scope_label_width).run();
}

}  // namespace xg::optim::layout
