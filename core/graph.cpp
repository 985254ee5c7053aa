#include "graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "text_table.hpp"

namespace xg {
namespace {

std::vector<const Node*> nodes_behind(const Node* root) {
  std::vector<const Node*> all{root};
  std::unordered_set<const Node*> seen{root};
  for (std::size_t i = 0; i < all.size(); ++i)
    for (const Edge& e : all[i]->edges())
      if (e.node && seen.insert(e.node.get()).second) all.push_back(e.node.get());
  return all;
}

class GraphBuilder {
 public:
  GraphBuilder(const Node* root, const std::vector<NamedTensor>& names, std::size_t most_ops) {
    for (const auto& [path, t] : names)
      if (t.defined()) paths_.emplace(&t.impl(), path);
    std::vector<const Node*> all = nodes_behind(root);
    // Whatever uses an op has a higher rank, so that what is kept has no holes.
    std::ranges::stable_sort(all, std::greater(), &Node::rank);
    const std::size_t kept = std::clamp<std::size_t>(most_ops, 1, all.size());
    kept_.insert(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(kept));
    left_out_ = all.size() - kept;
    add_all(root);
  }
  Graph take() { return std::move(graph_); }

 private:
  // Inputs first, in their order: what a scope holds mostly stays together. Without recursion, since tapes are
  // deep.
  void add_all(const Node* root) {
    struct Visit {
      const Node* node;
      std::size_t next_edge;
    };
    std::vector<Visit> open{{root, 0}};
    while (!open.empty()) {
      auto& [node, next] = open.back();
      if (next == node->edges().size()) {
        add(*node);
        open.pop_back();
        continue;
      }
      const Node* input = node->edges()[next++].node.get();
      if (input && kept_.contains(input) && !vertex_.contains(input)) open.push_back({input, 0});
    }
  }

  void add(const Node& node) {
    std::vector<Graph::Arrow> arrows;
    for (const Edge& e : node.edges())
      if (e.leads_somewhere()) arrows.push_back({source(e, node.scope()), 0, e.output});
    const std::size_t me = graph_.vertices.size();
    for (Graph::Arrow& a : arrows) a.to = me;
    graph_.arrows.insert(graph_.arrows.end(), arrows.begin(), arrows.end());
    Graph::Vertex vertex{Graph::Kind::op, node.name(), node.scope(), {}};
    for (std::size_t i = 0; i < node.output_count(); ++i) vertex.outputs.push_back(node.output(i));
    vertex_.emplace(&node, me);
    graph_.vertices.push_back(std::move(vertex));
  }

  std::size_t source(const Edge& e, const std::string& scope) {
    const void* key = e.node ? static_cast<const void*>(e.node.get()) : e.leaf.get();
    if (e.node && !kept_.contains(e.node.get())) key = nullptr;
    const auto [it, fresh] = vertex_.try_emplace(key, graph_.vertices.size());
    if (!fresh) return it->second;
    if (key == nullptr) {
      graph_.vertices.push_back({Graph::Kind::cut,
                                 fmt::format("{} more ops are not shown", with_commas(left_out_as_signed())),
                                 "",
                                 {}});
    } else {
      const auto path = paths_.find(e.leaf.get());
      const Tensor leaf(e.leaf);
      graph_.vertices.push_back({Graph::Kind::leaf,
                                 path == paths_.end() ? leaf.name() : path->second,
                                 scope,
                                 {{leaf.shape(), leaf.dtype()}}});
    }
    return it->second;
  }
  std::int64_t left_out_as_signed() const { return static_cast<std::int64_t>(left_out_); }

  Graph graph_;
  std::size_t left_out_ = 0;
  std::unordered_set<const Node*> kept_;
  std::unordered_map<const void*, std::size_t> vertex_;  // null: what was cut off
  std::unordered_map<const TensorImpl*, std::string> paths_;
};

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out + "\"";
}

std::string dot_vertex(std::size_t number, const Graph::Vertex& v) {
  std::string label = v.name;
  for (const Node::Output& o : v.outputs)
    label += fmt::format("{}{} {}", label.empty() ? "" : "\n", to_string(o.dtype), to_string(o.shape));
  constexpr const char* styles[] = {"", ", shape=ellipse, style=filled, fillcolor=\"#e8f0fe\"",
                                    ", style=dashed"};
  return fmt::format("v{} [label={}{}]", number, quoted(label), styles[static_cast<std::size_t>(v.kind)]);
}

/// One scope with what lies directly in it, and the scopes inside.
class Cluster {
 public:
  void add(std::string_view scope, std::string line) {
    if (scope.empty()) return lines_.push_back(std::move(line));
    const std::size_t slash = std::min(scope.find('/'), scope.size());
    inner_[std::string(scope.substr(0, slash))].add(scope.substr(std::min(slash + 1, scope.size())),
                                                    std::move(line));
  }
  std::string text(const std::string& path, int depth) const {
    std::string out;
    const auto put = [&](int deeper, const std::string& line) {
      out += fmt::format("{:{}}{}\n", "", 2 * (depth + deeper), line);
    };
    for (const std::string& line : lines_) put(0, line);
    for (const auto& [name, cluster] : inner_) {
      const std::string inner_path = path.empty() ? name : path + "/" + name;
      put(0, fmt::format("subgraph {} {{", quoted("cluster_" + inner_path)));
      put(1, fmt::format("label={}", quoted(name)));
      out += cluster.text(inner_path, depth + 1);
      put(0, "}");
    }
    return out;
  }

 private:
  std::vector<std::string> lines_;
  std::map<std::string, Cluster> inner_;
};

}  // namespace

Graph graph_of(const Tensor& output, const std::vector<NamedTensor>& names, GraphOptions options) {
  if (!output.node())
    throw GraphError(
        fmt::format("[graph] {} is not on the tape: pass the result of recorded ops, made outside of NoGrad "
                    "from a leaf that asks for a gradient",
                    describe(output)));
  return GraphBuilder(output.node(), names, options.most_ops).take();
}

std::string to_dot(const Graph& graph) {
  Cluster whole;
  for (std::size_t i = 0; i < graph.vertices.size(); ++i)
    whole.add(graph.vertices[i].scope, dot_vertex(i, graph.vertices[i]));
  std::string text = "digraph tape {\n  node [shape=box]\n" + whole.text("", 1);
  for (const Graph::Arrow& a : graph.arrows) {
    const auto& outputs = graph.vertices[a.from].outputs;
    const std::string label =
        outputs.size() > 1 ? fmt::format(" [label=\"{} {}\"]", a.output, to_string(outputs[a.output].shape))
                           : "";
    text += fmt::format("  v{} -> v{}{}\n", a.from, a.to, label);
  }
  return text + "}\n";
}

}  // namespace xg
