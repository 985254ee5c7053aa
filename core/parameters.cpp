#include "parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "copy.hpp"
#include "mode.hpp"
#include "text_table.hpp"

namespace xg::detail {
namespace {

bool is_trained(const Tensor& t) { return t.defined() && t.requires_grad(); }

}  // namespace

std::vector<NamedTensor> without_repeats(std::vector<NamedTensor> tensors) {
  std::unordered_set<const TensorImpl*> seen;
  std::erase_if(tensors, [&](const NamedTensor& t) {
    return t.second.defined() && !seen.insert(&t.second.impl()).second;
  });
  return tensors;
}

template <class Make> Tensor Replacements::replace(const Tensor& leaf, const Make& make) {
  Tensor& known = made_[&leaf.impl()];
  if (!known.defined()) {
    const NoGrad guard;
    known = make(leaf.detach());
    if (leaf.is_leaf()) known.requires_grad(leaf.requires_grad());
    if (!leaf.name().empty()) known.set_name(leaf.name());
    if (leaf.impl().leaf && leaf.impl().leaf->frozen) set_frozen(known.requires_grad(true), true);
    originals_.push_back(leaf);
  }
  return known;
}

Tensor Replacements::cloned(const Tensor& leaf) {
  if (!leaf.defined()) return leaf;
  return replace(leaf, [](const Tensor& t) { return xg::clone(t); });
}

Tensor Replacements::converted(const Tensor& leaf, Dtype dtype) {
  if (!leaf.defined() || !is_floating(leaf.dtype()) || leaf.dtype() == dtype) return leaf;
  return replace(leaf, [&](const Tensor& t) { return xg::to(t, dtype); });
}

void set_frozen(Tensor& t, bool frozen) {
  if (!t.defined() || !t.is_leaf()) return;
  TensorImpl& impl = t.impl();
  if (frozen && impl.requires_grad) {
    if (!impl.leaf) impl.leaf = new LeafState;
    impl.leaf->frozen = true;
    t.requires_grad(false);
  } else if (!frozen && impl.leaf && impl.leaf->frozen) {
    impl.leaf->frozen = false;
    t.requires_grad(true);
  }
}

std::unordered_map<const TensorImpl*, Tensor> gradients_of(const Tensor& output,
                                                           const std::vector<NamedTensor>& parameters,
                                                           GradOptions options) {
  const bool allow_unused = std::exchange(options.allow_unused, true);
  std::vector<Tensor> inputs;
  for (const auto& [path, p] : parameters) inputs.push_back(p);
  const std::vector<Tensor> found = grad(std::vector{output}, inputs, options);
  std::unordered_map<const TensorImpl*, Tensor> gradients;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i].defined() && !allow_unused)
      throw GraphError(
          fmt::format("[grad] the output does not depend on {}: use it, freeze it, or pass "
                      "{{.allow_unused = true}}",
                      parameters[i].first));
    gradients.emplace(&inputs[i].impl(), found[i]);
  }
  return gradients;
}

void copy_all_values(const std::vector<NamedTensor>& from, const std::vector<NamedTensor>& to) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto& [path, source] = from[i];
    const Tensor& destination = to[i].second;
    if (source.defined() == destination.defined() &&
        (!source.defined() || source.shape() == destination.shape()))
      continue;
    throw StructureError(
        fmt::format("[copy_values] {} is {} in the source and {} in the destination: both models must be "
                    "built with the same sizes",
                    path, describe(source), describe(destination)));
  }
  for (std::size_t i = 0; i < from.size(); ++i)
    if (Tensor destination = to[i].second; destination.defined()) assign(destination, from[i].second);
}

std::string summarize(const std::vector<NamedTensor>& tensors) {
  std::size_t path_width = 5, shape_width = 5;
  for (const auto& [path, t] : tensors) {
    path_width = std::max(path_width, path.size());
    shape_width = std::max(shape_width, t.defined() ? to_string(t.shape()).size() : 1);
  }
  const auto line = [&](const auto& path, const auto& shape, const auto& dtype, const auto& n,
                        const auto& trained) {
    return fmt::format("{:<{}}  {:<{}}  {:<7}  {:>12}  {}\n", path, path_width, shape, shape_width, dtype, n,
                       trained);
  };
  std::string text = line("path", "shape", "dtype", "elements", "trained");
  std::int64_t elements = 0, trained = 0, bytes = 0;
  for (const auto& [path, t] : without_repeats(tensors)) {
    if (!t.defined()) {
      text += line(path, "-", "-", 0, "-");
      continue;
    }
    text += line(path, to_string(t.shape()), to_string(t.dtype()), t.numel(), is_trained(t) ? "yes" : "no");
    elements += t.numel();
    bytes += t.numel() * static_cast<std::int64_t>(size_of(t.dtype()));
    if (is_trained(t)) trained += t.numel();
  }
  return text + fmt::format("total {} elements, {} trained, {}\n", elements, trained, human_bytes(bytes));
}

}  // namespace xg::detail
