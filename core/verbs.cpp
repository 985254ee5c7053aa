#include "verbs.hpp"

#include <fmt/format.h>

#include "backward.hpp"
#include "copy.hpp"
#include "create.hpp"
#include "node.hpp"

namespace xg::detail {
namespace {

bool is_nested() { return mode().differentiating && mode().recording; }

// Undefined gradients are zero; those that shall not be differentiated are off the tape for good.
std::vector<Tensor> finished(std::vector<Tensor> gradients, const std::vector<NamedTensor>& of,
                             bool create_graph) {
  for (std::size_t i = 0; i < of.size(); ++i) {
    if (!gradients[i].defined()) gradients[i] = zeros_like(of[i].second);
    if (!create_graph) gradients[i] = gradients[i].detach();
  }
  return gradients;
}

// Gradients of those among `roots` that are on the tape and have a cotangent; undefined where there are none.
std::vector<Tensor> weighted_gradients(const std::vector<Tensor>& roots,
                                       const std::vector<Tensor>& cotangents,
                                       const std::vector<Tensor>& inputs, bool retain_graph,
                                       bool create_graph) {
  std::vector<Tensor> connected, weights;
  for (std::size_t i = 0; i < roots.size(); ++i) {
    if (!roots[i].defined() || !roots[i].requires_grad() || !cotangents[i].defined()) continue;
    connected.push_back(roots[i]);
    weights.push_back(cotangents[i]);
  }
  if (connected.empty()) return std::vector<Tensor>(inputs.size());
  return grad(connected, inputs,
              {.cotangents = weights,
               .retain_graph = retain_graph,
               .create_graph = create_graph,
               .allow_unused = true});
}

std::vector<Tensor> tensors_of(const std::vector<NamedTensor>& named) {
  std::vector<Tensor> tensors;
  for (const auto& [path, t] : named) tensors.push_back(t);
  return tensors;
}

// What the user gave for each of `own`: tangents of inputs, or cotangents of outputs.
std::vector<Tensor> matched(const char* verb, const char* name, const std::vector<NamedTensor>& given,
                            const char* own_name, const std::vector<NamedTensor>& own, std::size_t places) {
  if (given.size() != places)
    throw StructureError(
        fmt::format("[{}] the {} has {} tensors, the {} {}: both must have the same structure", verb, name,
                    given.size(), own_name, places));
  std::unordered_map<std::string, Tensor> by_path(given.begin(), given.end());
  std::vector<Tensor> found;
  for (const auto& [path, t] : own) {
    const auto it = by_path.find(path);
    if (it == by_path.end())
      throw StructureError(
          fmt::format("[{}] the {} has no '{}': both must have the same structure", verb, name, path));
    const Tensor& v = it->second;
    if (v.defined() && v.shape() != t.shape())
      throw ShapeError(fmt::format("[{}] the {}{} is {}, the {} {}: give both the same shape", verb, name,
                                   path.empty() ? "" : fmt::format(" of '{}'", path), describe(v), own_name,
                                   describe(t)));
    found.push_back(v.defined() ? to(v, t.dtype()) : v);
  }
  return found;
}

}  // namespace

Recording::Recording(const char* verb, const VerbOptions& options)
    : verb_(verb), create_graph_(options.create_graph || is_nested()) {}

Tensor Recording::add_input(const std::string& path, const Tensor& x) {
  Tensor input = x.detach();
  // A stand-in of its own, so that f may use x beside its argument.
  if (create_graph_) input = record("argument", {&x}, std::move(input), [](const Tensor& g) { return g; });
  if (!input.requires_grad()) input.requires_grad(true);
  if (input.is_leaf() && !x.name().empty()) input.set_name(x.name());
  inputs_.emplace_back(path, input);
  return input;
}

void Recording::add_output(const std::string& path, const Tensor& y) {
  if (y.defined() && is_floating(y.dtype())) outputs_.emplace_back(path, y);
}

std::vector<Tensor> Recording::pull(const std::vector<Tensor>& cotangents, bool retain_graph) const {
  const bool create_graph = create_graph_ || is_nested();
  return finished(
      weighted_gradients(tensors_of(outputs_), cotangents, tensors_of(inputs_), retain_graph, create_graph),
      inputs_, create_graph);
}

std::vector<Tensor> Recording::gradient(bool create_graph) const {
  if (outputs_.size() != 1 || outputs_[0].second.numel() != 1)
    throw ShapeError(fmt::format(
        "[{}] the function returned {}: reduce it to a single number with sum() or "
        "mean(), or take vjp() or jacobian()",
        verb_,
        outputs_.size() == 1 ? describe(outputs_[0].second) : fmt::format("{} tensors", outputs_.size())));
  const Tensor& y = outputs_[0].second;
  return finished(weighted_gradients({y}, {ones_like(y)}, tensors_of(inputs_), false, create_graph), inputs_,
                  create_graph);
}

std::vector<Tensor> Recording::tangents(const std::vector<NamedTensor>& given, std::size_t places) const {
  return matched(verb_, "tangent", given, "input", inputs_, places);
}

std::vector<Tensor> Recording::cotangents(const std::vector<NamedTensor>& given, std::size_t places) const {
  return matched(verb_, "cotangent", given, "value", outputs_, places);
}

Pushforward::Pushforward(Recording recording) : recording_(std::move(recording)) {
  // Their values do not matter, but where they are zero vjps may pass infinite derivatives by.
  for (const auto& [path, y] : recording_.outputs()) cotangents_.push_back(ones_like(y).requires_grad(true));
  gradients_ = weighted_gradients(tensors_of(recording_.outputs()), cotangents_,
                                  tensors_of(recording_.inputs()), true, true);
}

std::vector<Tensor> Pushforward::push(const std::vector<Tensor>& tangents, bool retain_graph) const {
  const bool create_graph = recording_.create_graph() || is_nested();
  return finished(weighted_gradients(gradients_, tangents, cotangents_, retain_graph, create_graph),
                  recording_.outputs(), create_graph);
}

std::vector<Tensor> hessian_times(const Recording& recording, const std::vector<Tensor>& tangents) {
  return finished(weighted_gradients(recording.gradient(true), tangents, tensors_of(recording.inputs()),
                                     false, recording.create_graph()),
                  recording.inputs(), recording.create_graph());
}

}  // namespace xg::detail
