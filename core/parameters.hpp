#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "backward.hpp"
#include "clone_tree.hpp"
#include "tensor.hpp"
#include "tree.hpp"

namespace xg {

/// A model: any tree of structs that is not itself a tensor or an array of another library.
template <class T>
concept TensorTree = !std::is_same_v<std::remove_cvref_t<T>, Tensor> && !ForeignArray<T> &&
                     (std::is_class_v<std::remove_cvref_t<T>>);

/// A parameter with its dotted path, e.g. "layers.0.weight".
using NamedTensor = std::pair<std::string, Tensor>;

namespace detail {

std::vector<NamedTensor> without_repeats(std::vector<NamedTensor> tensors);
void copy_all_values(const std::vector<NamedTensor>& from, const std::vector<NamedTensor>& to);
std::string summarize(const std::vector<NamedTensor>& tensors);
void set_frozen(Tensor& leaf, bool frozen);
std::unordered_map<const TensorImpl*, Tensor> gradients_of(const Tensor& output,
                                                           const std::vector<NamedTensor>& parameters,
                                                           GradOptions options);

/// One new tensor for each old one, so that a tensor that stands in two places still does.
class Replacements {
 public:
  Tensor cloned(const Tensor& leaf);
  Tensor converted(const Tensor& leaf, Dtype dtype);

 private:
  template <class Make> Tensor replace(const Tensor& leaf, const Make& make);

  std::unordered_map<const TensorImpl*, Tensor> made_;
  std::vector<Tensor> originals_;  // kept alive, so that no address is used twice
};

}  // namespace detail

/// Calls f(path, tensor) for each tensor of a model, in the order of declaration; see for_each_leaf_of.
template <TensorTree T, class F> void for_each_leaf(T&& net, F&& f) {
  for_each_leaf_of<Tensor>(net, std::forward<F>(f));
}

/// Every tensor, whether it is trained or not, with its path; undefined ones too.
template <TensorTree T> std::vector<NamedTensor> named_tensors(const T& net) {
  std::vector<NamedTensor> all;
  for_each_leaf(net, [&](const std::string& path, const Tensor& t) { all.emplace_back(path, t); });
  return all;
}

/// The tensors that ask for a gradient, with their paths; one that stands in two places is listed once.
template <TensorTree T> std::vector<NamedTensor> named_parameters(const T& net) {
  std::vector<NamedTensor> found;
  for_each_leaf(net, [&](const std::string& path, const Tensor& t) {
    if (t.defined() && t.requires_grad()) found.emplace_back(path, t);
  });
  return detail::without_repeats(std::move(found));
}

/// Handles of the tensors that ask for a gradient, as optimizers take them.
template <TensorTree T> std::vector<Tensor> parameters(const T& net) {
  std::vector<Tensor> found;
  for (NamedTensor& p : named_parameters(net)) found.push_back(std::move(p.second));
  return found;
}

/// The number of elements of all parameters.
template <TensorTree T> std::int64_t count_parameters(const T& net) {
  std::int64_t n = 0;
  for (const Tensor& p : parameters(net)) n += p.numel();
  return n;
}

/// Drops every gradient.
template <TensorTree T> void zero_grad(const T& net) {
  for_each_leaf(net, [](const std::string&, const Tensor& t) {
    if (t.defined()) Tensor(t).zero_grad();
  });
}

/// The gradients of one output as a model of the same type; tensors that are no parameters are undefined in
/// it. No .grad is touched.
/// Throws  GraphError "[grad] the output does not depend on fc2.bias: ...", unless options.allow_unused.
template <TensorTree T>
std::remove_cvref_t<T> grad(const Tensor& output, const T& net, const GradOptions& options = {}) {
  const auto gradients = detail::gradients_of(output, named_parameters(net), options);
  return clone_tree<Tensor>(net, [&](const Tensor& t) {
    const auto it = t.defined() ? gradients.find(&t.impl()) : gradients.end();
    return it == gradients.end() ? Tensor() : it->second;
  });
}

/// Gives each tensor its path as name, so that errors and anomaly mode say "layers.0.weight".
template <TensorTree T> void name_parameters(T& net) {
  for_each_leaf(net, [](const std::string& path, Tensor& t) {
    if (t.defined()) t.set_name(path);
  });
}

/// A model of the same type with memory of its own. Tensors keep whether they ask for a gradient and their
/// names, but not gradients and hooks; what stands in two places still does.
template <TensorTree T> std::remove_cvref_t<T> clone(const T& net) {
  detail::Replacements tensors;
  return clone_tree<Tensor>(net, [&](const Tensor& t) { return tensors.cloned(t); });
}

/// Converts the floating tensors of a model to another dtype, in place: its tensors are new ones afterwards,
/// so an optimizer is made after it. Gradients are dropped.
template <TensorTree T> void to(T& net, Dtype dtype) {
  detail::Replacements tensors;
  for_each_leaf(net, [&](const std::string&, Tensor& t) { t = tensors.converted(t, dtype); });
}

/// Writes the values of one model over those of another one of the same structure, converting dtypes.
/// Throws  StructureError, before any write, "[copy_values] fc1.weight is float32 [2, 3] in the source and
///         float32 [3, 2] in the destination: ...".
template <TensorTree From, TensorTree To> void copy_values(const From& from, To& to) {
  zip_leaves_of<Tensor>(from, to, [](const std::string&, const Tensor&, Tensor&) {});
  detail::copy_all_values(named_tensors(from), named_tensors(to));
}

/// Parameters stop asking for gradients, so that they are neither recorded nor trained, until unfreeze().
template <TensorTree T> void freeze(T& net) {
  for_each_leaf(net, [](const std::string&, Tensor& t) { detail::set_frozen(t, true); });
}
/// Undoes freeze(); tensors that were no parameters before stay as they are.
template <TensorTree T> void unfreeze(T& net) {
  for_each_leaf(net, [](const std::string&, Tensor& t) { detail::set_frozen(t, false); });
}

namespace detail {

/// Every field `bool training` of every struct in a model.
template <TensorTree T> std::vector<bool*> training_flags(T& net) {
  std::vector<bool*> flags;
  for_each_node(net, [&](const std::string&, auto& node) {
    for_each_field(node, [&](std::string_view name, auto& field) {
      if constexpr (std::is_same_v<decltype(field), bool&>)
        if (name == "training") flags.push_back(&field);
    });
  });
  return flags;
}

}  // namespace detail

/// Sets every field `bool training` of every struct in a model.
template <TensorTree T> void train(T& net, bool on = true) {
  for (bool* flag : detail::training_flags(net)) *flag = on;
}
template <TensorTree T> void eval(T& net) { train(net, false); }

/// A model in eval() until the end of the scope; then each of its structs trains, or not, as before.
class EvalMode {
 public:
  /// The model must outlive it, and keep its structure.
  template <TensorTree T> explicit EvalMode(T& net) {
    for (bool* flag : detail::training_flags(net)) before_.emplace_back(flag, std::exchange(*flag, false));
  }
  ~EvalMode() {
    for (const auto& [flag, on] : before_) *flag = on;
  }
  EvalMode(const EvalMode&) = delete;
  EvalMode& operator=(const EvalMode&) = delete;

 private:
  std::vector<std::pair<bool*, bool>> before_;
};

/// A table of paths, dtypes, shapes and sizes, with totals.
template <TensorTree T> std::string summary(const T& net) { return detail::summarize(named_tensors(net)); }

}  // namespace xg
