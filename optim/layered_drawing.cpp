#include "layered_drawing.hpp"

#include <algorithm>
#include <limits>

namespace xg::optim::layout {
namespace {

constexpr double node_gap = 22, line_gap = 14, layer_gap = 40;
constexpr int order_sweeps = 8, place_sweeps = 16;

// A node, or the place where an edge passes a layer.
struct Cell {
  double left = 0, right = 0;  // how far it reaches from x
  bool bend = false;
  std::size_t layer = 0;
  double x = 0;
  struct Link {
    std::size_t cell;
    double offset;  // where this cell must stand for the link to be vertical, relative to the other cell
    double weight;
  };
  std::vector<Link> above = {}, below = {};
};

class Level {
 public:
  Level(std::vector<LayerNode>& nodes, std::vector<LayerEdge>& edges) : nodes_(nodes), edges_(edges) {
    assign_layers();
    for (std::size_t i = 0; i < nodes.size(); ++i)
      add_cell(
          {.left = nodes[i].width / 2, .right = nodes[i].width / 2 + nodes[i].overhang, .layer = layers_[i]});
    for (const LayerEdge& e : edges) link(e);
  }

  LevelSize run() {
    order();
    place();
    return hand_out();
  }

 private:
  // The longest way from above; what nothing leads to stands as near to its first user as it can.
  void assign_layers() {
    layers_.assign(nodes_.size(), 0);
    std::vector<bool> led_to(nodes_.size());
    const bool has_top =
        std::ranges::any_of(nodes_, [](const LayerNode& n) { return n.pin == LayerNode::Pin::top; });
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      layers_[i] = has_top && nodes_[i].pin != LayerNode::Pin::top ? 1 : 0;
    std::vector<std::vector<const LayerEdge*>> from(nodes_.size());
    for (const LayerEdge& e : edges_) from[e.from].push_back(&e);
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      for (const LayerEdge* e : from[i]) {
        layers_[e->to] = std::max(layers_[e->to], layers_[i] + 1);
        led_to[e->to] = true;
      }
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (led_to[i] || nodes_[i].pin != LayerNode::Pin::none || from[i].empty()) continue;
      std::size_t first_use = std::numeric_limits<std::size_t>::max();
      for (const LayerEdge* e : from[i]) first_use = std::min(first_use, layers_[e->to]);
      layers_[i] = first_use - 1;
    }
    std::size_t last = 0;
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      last = std::max(last, layers_[i] + (nodes_[i].pin == LayerNode::Pin::bottom ? 0 : 1));
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      if (nodes_[i].pin == LayerNode::Pin::bottom) layers_[i] = last;
  }

  std::size_t add_cell(Cell cell) {
    rows_.resize(std::max(rows_.size(), cell.layer + 1));
    rows_[cell.layer].push_back(cells_.size());
    cells_.push_back(std::move(cell));
    return cells_.size() - 1;
  }

  void link(const LayerEdge& e) {
    std::size_t upper = e.from;
    double offset = e.from_offset;
    bends_.emplace_back();
    for (std::size_t layer = layers_[e.from] + 1; layer <= layers_[e.to]; ++layer) {
      const bool arrives = layer == layers_[e.to];
      const std::size_t lower = arrives ? e.to : add_cell({.bend = true, .layer = layer});
      const double shift = offset - (arrives ? e.to_offset : 0);
      // Long edges are kept straight.
      const double weight = e.weight * (cells_[upper].bend && cells_[lower].bend ? 8 : 1);
      cells_[lower].above.push_back({upper, shift, weight});
      cells_[upper].below.push_back({lower, -shift, weight});
      if (!arrives) bends_.back().push_back(lower);
      upper = lower;
      offset = 0;
    }
  }

  void order() {
    std::vector<std::vector<std::size_t>> best = rows_;
    std::size_t fewest = crossings();
    for (int sweep = 0; sweep < order_sweeps && fewest > 0; ++sweep) {
      const bool down = sweep % 2 == 0;
      for (std::size_t k = 0; k < rows_.size(); ++k) order_row(down ? k : rows_.size() - 1 - k, down);
      if (const std::size_t n = crossings(); n < fewest) {
        fewest = n;
        best = rows_;
      }
    }
    rows_ = std::move(best);
  }

  std::vector<double> positions() const {
    std::vector<double> at(cells_.size());
    for (const auto& row : rows_)
      for (std::size_t i = 0; i < row.size(); ++i) at[row[i]] = static_cast<double>(i);
    return at;
  }

  void order_row(std::size_t layer, bool by_above) {
    const std::vector<double> at = positions();
    std::vector<double> wish = at;
    for (const std::size_t c : rows_[layer]) {
      const auto& links = by_above ? cells_[c].above : cells_[c].below;
      if (links.empty()) continue;
      double sum = 0;
      for (const Cell::Link& l : links) sum += at[l.cell] + 1e-3 * l.offset;
      wish[c] = sum / static_cast<double>(links.size());
    }
    std::ranges::stable_sort(rows_[layer], {}, [&](std::size_t c) { return wish[c]; });
  }

  std::size_t crossings() const {
    const std::vector<double> at = positions();
    std::size_t n = 0;
    for (const auto& row : rows_) {
      std::vector<std::pair<double, double>> links;
      for (const std::size_t c : row)
        for (const Cell::Link& l : cells_[c].below) links.emplace_back(at[c], at[l.cell]);
      for (std::size_t i = 0; i < links.size(); ++i)
        for (std::size_t k = 0; k < i; ++k)
          if ((links[i].first - links[k].first) * (links[i].second - links[k].second) < 0) ++n;
    }
    return n;
  }

  double distance(const Cell& left, const Cell& right) const {
    return left.right + right.left + (left.bend && right.bend ? line_gap : node_gap);
  }

  void place() {
    for (const auto& row : rows_) {
      double x = 0;
      for (std::size_t i = 0; i < row.size(); ++i)
        cells_[row[i]].x = x += i == 0 ? 0 : distance(cells_[row[i - 1]], cells_[row[i]]);
    }
    for (int sweep = 0; sweep < place_sweeps; ++sweep)
      for (std::size_t k = 0; k < rows_.size(); ++k)
        place_row(rows_[sweep % 2 == 0 ? k : rows_.size() - 1 - k]);
  }

  // Where the links pull a cell to, as near as its neighbours let it: least squares over an increasing sequence,
  // by pooling neighbours that would overlap.
  void place_row(const std::vector<std::size_t>& row) {
    struct Pool {
      double sum, weight;
      std::size_t count;
      double mean() const { return sum / weight; }
    };
    std::vector<Pool> pools;
    std::vector<double> shifts;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const Cell& cell = cells_[row[i]];
      shifts.push_back(i == 0 ? 0 : shifts.back() + distance(cells_[row[i - 1]], cell));
      double sum = 1e-3 * cell.x, weight = 1e-3;
      for (const auto* links : {&cell.above, &cell.below})
        for (const Cell::Link& l : *links) {
          sum += l.weight * (cells_[l.cell].x + l.offset);
          weight += l.weight;
        }
      pools.push_back({sum - weight * shifts.back(), weight, 1});
      while (pools.size() > 1 && pools[pools.size() - 2].mean() > pools.back().mean()) {
        const Pool last = pools.back();
        pools.pop_back();
        pools.back() = {pools.back().sum + last.sum, pools.back().weight + last.weight,
                        pools.back().count + last.count};
      }
    }
    std::size_t i = 0;
    for (const Pool& pool : pools)
      for (std::size_t n = 0; n < pool.count; ++n, ++i) cells_[row[i]].x = pool.mean() + shifts[i];
  }

  LevelSize hand_out() {
    double left = 0, right = 0;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      const Cell& c = cells_[i];
      left = i == 0 ? c.x - c.left : std::min(left, c.x - c.left);
      right = i == 0 ? c.x + c.right : std::max(right, c.x + c.right);
    }
    std::vector<double> tops(rows_.size()), heights(rows_.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      heights[layers_[i]] = std::max(heights[layers_[i]], nodes_[i].height);
    for (std::size_t k = 1; k < tops.size(); ++k)
      tops[k] =
          tops[k - 1] + heights[k - 1] + (heights[k - 1] > 0 && heights[k] > 0 ? layer_gap : layer_gap / 2);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      nodes_[i].x = cells_[i].x - left;
      // What only feeds others stands at the lower end of its layer, all else at the upper one.
      const double slack = heights[layers_[i]] - nodes_[i].height;
      nodes_[i].y = tops[layers_[i]] + (cells_[i].above.empty() ? slack : 0);
    }
    for (std::size_t e = 0; e < edges_.size(); ++e)
      for (const std::size_t c : bends_[e]) {
        const double x = cells_[c].x - left;
        edges_[e].bends.emplace_back(x, tops[cells_[c].layer]);
        edges_[e].bends.emplace_back(x, tops[cells_[c].layer] + heights[cells_[c].layer]);
      }
    return {right - left, tops.empty() ? 0 : tops.back() + heights.back()};
  }

  std::vector<LayerNode>& nodes_;
  std::vector<LayerEdge>& edges_;
  std::vector<std::size_t> layers_;
  std::vector<Cell> cells_;                     // the nodes first
  std::vector<std::vector<std::size_t>> rows_;  // cells of each layer from left to right
  std::vector<std::vector<std::size_t>> bends_;
};

}  // namespace

LevelSize arrange(std::vector<LayerNode>& nodes, std::vector<LayerEdge>& edges) {
  return Level(nodes, edges).run();
}

}  // namespace xg::optim::layout
