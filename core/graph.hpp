#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "node.hpp"
#include "parameters.hpp"

namespace xg {

struct GraphOptions {
  std::size_t most_ops =
      500;  ///< of larger graphs those nearest to the output are shown, and how many are not
};

/// The tape behind a tensor: each vertex stands behind those that it is made of.
struct Graph {
  enum class Kind : std::uint8_t { op, leaf, cut };
  struct Vertex {
    Kind kind;
    std::string name;   ///< of the op, of the leaf in its model, or how many ops were cut off here
    std::string scope;  ///< "encoder/layer2"; a leaf has that of the first op that uses it
    std::vector<Node::Output> outputs;
  };
  struct Arrow {
    std::size_t from, to;  ///< vertices
    std::uint32_t output;  ///< which one of `from`
    bool operator==(const Arrow&) const = default;
  };
  std::vector<Vertex> vertices;
  std::vector<Arrow> arrows;
};

/// Leaves are named by `names` where they stand in it, else by their own name().
/// Throws  GraphError "[graph] float32 [2, 3] is not on the tape: ...".
Graph graph_of(const Tensor& output, const std::vector<NamedTensor>& names = {}, GraphOptions options = {});

/// A graph as text for Graphviz (`dot -Tsvg`): scopes are clusters.
std::string to_dot(const Graph& graph);

/// The tape behind `output` for Graphviz: ops with dtypes and shapes, scopes as clusters, leaves with their names.
/// Inputs that ask for no gradient are not on the tape.
/// Throws  GraphError "[graph] float32 [2, 3] is not on the tape: ...".
inline std::string graph_dot(const Tensor& output, GraphOptions options = {}) {
  return to_dot(graph_of(output, {}, options));
}
/// The same with the paths of a model's parameters.
template <TensorTree T> std::string graph_dot(const Tensor& output, const T& net, GraphOptions options = {}) {
  return to_dot(graph_of(output, named_tensors(net), options));
}

}  // namespace xg
