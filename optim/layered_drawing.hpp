#pragma once
/// Internal to graph_html: one level of a layered drawing.

#include <cstddef>
#include <utility>
#include <vector>

namespace xg::optim::layout {

/// Something that stands in a layer. Nodes are given in an order in which edges lead from earlier to later ones.
struct LayerNode {
  enum class Pin { none, top, bottom };
  double width = 0, height = 0;
  double overhang = 0;  // how far its label reaches beyond it on the right
  Pin pin = Pin::none;
  double x = 0, y = 0;  // the result: the middle of the upper side
};

struct LayerEdge {
  std::size_t from, to;
  double from_offset = 0, to_offset = 0;              // of the ends from the nodes' middles
  double weight = 1;                                  // how much it pulls its ends towards each other
  std::vector<std::pair<double, double>> bends = {};  // the result: where it passes the layers between
};

struct LevelSize {
  double width, height;
};

/// Places the nodes, all with x and y from 0 on, and bends the edges around them.
LevelSize arrange(std::vector<LayerNode>& nodes, std::vector<LayerEdge>& edges);

}  // namespace xg::optim::layout
