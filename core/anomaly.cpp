#include "anomaly.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "strided.hpp"

namespace xg {
namespace {

// Names of the parameters that feed `edges`, nearest first; a graph can be huge, so the search stops early.
std::vector<std::string> parameters_behind(std::vector<Edge> frontier) {
  constexpr std::size_t most_names = 4, most_nodes = 10'000;
  std::vector<std::string> names;
  std::unordered_set<const void*> seen;
  for (std::size_t i = 0; i < frontier.size() && names.size() < most_names && i < most_nodes; ++i) {
    const Edge edge = frontier[i];
    if (edge.leaf && seen.insert(edge.leaf.get()).second) {
      const Tensor leaf(edge.leaf);
      if (!leaf.name().empty()) names.push_back("'" + leaf.name() + "'");
    }
    if (edge.node && seen.insert(edge.node.get()).second)
      frontier.insert(frontier.end(), edge.node->edges().begin(), edge.node->edges().end());
  }
  return names;
}

std::string fed_by(std::vector<Edge> frontier) {
  const auto names = parameters_behind(std::move(frontier));
  return names.empty() ? std::string() : fmt::format(", fed by {}", fmt::join(names, ", "));
}

std::string in_scope(const std::string& scope) {
  return scope.empty() ? std::string() : fmt::format(" in scope '{}'", scope);
}

/// "nan at [0, 3]" for the first value that is sought; empty if there is none.
std::string first_of(const Tensor& x, bool (*is_sought)(double)) {
  if (!is_floating(x.dtype())) return {};
  std::string found;
  const Shape shape = x.shape();
  visit_floating("anomaly", x.dtype(), [&]<class T>(std::type_identity<T>) {
    const T* data = x.data<T>();
    for_each_index<1>(
        shape, {x.strides()}, [&](const Dims& index, const std::array<std::int64_t, 1>& offset) {
          const T value = data[offset[0]];
          if (!is_sought(value)) return true;
          // The sign of a NaN says nothing.
          found = fmt::format("{} at {}", std::isnan(value) ? std::abs(value) : value, to_string(index));
          return false;
        });
  });
  return found;
}

bool has_infinity(const Tensor* x) {
  return x->defined() && !first_of(*x, [](double v) { return std::isinf(v); }).empty();
}

}  // namespace

std::string first_non_finite(const Tensor& x) {
  return first_of(x, [](double v) { return !std::isfinite(v); });
}

void check_anomaly(const char* name, std::span<const Tensor* const> inputs, const Tensor& output) {
  std::string found = first_non_finite(output);
  if (found.empty()) return;
  // An infinity that was handed in, as the -inf of a mask, is meant; what may be made of it by mistake is a NaN.
  if (std::any_of(inputs.begin(), inputs.end(), has_infinity))
    found = first_of(output, [](double v) { return std::isnan(v); });
  if (found.empty()) return;
  std::string shapes;
  std::vector<Edge> frontier;
  for (const Tensor* x : inputs) {
    if (!x->defined()) continue;
    shapes += (shapes.empty() ? "" : ", ") + describe(*x);
    Edge edge;
    if (x->node())
      edge.node = Ref<Node>::share(x->node());
    else
      edge.leaf = x->ref();
    frontier.push_back(edge);
  }
  throw AnomalyError(fmt::format("[{}] of {} made {}{}{}: first non-finite value of the forward pass", name,
                                 shapes, found, in_scope(mode().scope ? mode().scope->path : ""),
                                 fed_by(std::move(frontier))));
}

void check_gradient_anomaly(const Node& node, std::size_t input, const Tensor& gradient) {
  const std::string found = first_non_finite(gradient);
  if (found.empty()) return;
  throw AnomalyError(fmt::format(
      "[{}] the gradient of input {} {} is {}{}{}: first non-finite value of backward", node.name(), input,
      describe(gradient), found, in_scope(node.scope()), fed_by({node.edges()[input]})));
}

}  // namespace xg
