#pragma once

#include <filesystem>
#include <string>

#include "../core/graph.hpp"

namespace xg::optim {

/// A drawing of a graph: layers from top to bottom, shapes beside the lines, scopes as boxes; more on pointing at an
/// op.
std::string graph_svg(const Graph& graph);

void write_graph_page(const std::filesystem::path& path, const Graph& graph);

}  // namespace xg::optim

namespace xg {

/// Writes the tape behind `output` as a self-contained HTML page with a drawing and the counts of its ops.
/// Throws  GraphError as graph_dot; IoError if the file cannot be written.
inline void graph_html(const std::filesystem::path& path, const Tensor& output, GraphOptions options = {}) {
  optim::write_graph_page(path, graph_of(output, {}, options));
}
/// The same with the paths of a model's parameters.
template <TensorTree T>
void graph_html(const std::filesystem::path& path, const Tensor& output, const T& net,
                GraphOptions options = {}) {
  optim::write_graph_page(path, graph_of(output, named_tensors(net), options));
}

}  // namespace xg
