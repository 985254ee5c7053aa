#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "../core/clone_tree.hpp"
#include "view.hpp"

namespace xg {

struct ScanOptions {
  std::optional<std::int64_t> length = {};  ///< the number of steps, where xs holds no tensor that tells it
  bool reverse = false;                     ///< from the last step to the first
};

namespace detail {

/// The tensors of a tree, in the order in which clone_tree() replaces them.
template <class Tree> std::vector<Tensor> tensors_of(const Tree& tree) {
  std::vector<Tensor> all;
  clone_tree<Tensor>(tree, [&](const Tensor& leaf) {
    all.push_back(leaf);
    return leaf;
  });
  return all;
}

/// Tensor number k of the tree replaced by f(k).
template <class Tree, class F> Tree with_tensors(const Tree& tree, const F& f) {
  std::size_t k = 0;
  return clone_tree<Tensor>(tree, [&](const Tensor&) { return f(k++); });
}

inline std::int64_t scan_length(const std::vector<Tensor>& xs, std::optional<std::int64_t> length) {
  for (const Tensor& x : xs) {
    if (x.dim() == 0) throw ShapeError("[scan] a tensor of xs is 0-d: its axis 0 must hold the steps");
    if (length.value_or(x.shape()[0]) != x.shape()[0])
      throw ShapeError(fmt::format("[scan] a tensor of xs has shape {}: expected {} steps along its axis 0",
                                   to_string(x.shape()), *length));
    length = x.shape()[0];
  }
  if (length.value_or(0) < 1)
    throw ValueError("[scan] no steps: give xs along axis 0, or a length of 1 or more");
  return *length;
}

/// A tree whose tensors are those of all steps, stacked.
template <class Tree> Tree stack_trees(const std::vector<Tree>& steps) {
  std::vector<std::vector<Tensor>> stacks(tensors_of(steps[0]).size());
  for (std::size_t t = 0; t < steps.size(); ++t) {
    const std::vector<Tensor> tensors = tensors_of(steps[t]);
    if (tensors.size() != stacks.size())
      throw StructureError(fmt::format("[scan] step {} returns {} tensors, step 0 returns {}", t,
                                       tensors.size(), stacks.size()));
    for (std::size_t k = 0; k < tensors.size(); ++k) stacks[k].push_back(tensors[k]);
  }
  return with_tensors(steps[0], [&](std::size_t k) { return stack(stacks[k]); });
}

}  // namespace detail

/// A recurrence, as jax.lax.scan: std::pair{carry, y[t]} = f(carry, xs[t]) for each step t; returns the last
/// carry and all y, stacked along a new axis 0.
///
///   const auto [h, states] = scan(
///       [&](const Tensor& h, const Tensor& x) { const Tensor next = cell(x, h); return std::pair{next, next}; },
///       zeros({batch, hidden}), inputs);  // inputs [time, batch, features], states [time, batch, hidden]
///
/// Carry, xs and y are tensors or trees of them (structs, tuples, vectors; see for_each_leaf_of()). It is a plain
/// loop on the tape: f may capture parameters, and its memory grows with the number of steps.
/// Shapes  tensors of xs [steps, ...], of which f gets [...].
/// Grad    init, xs and what f captures, any order.
/// Throws  ShapeError "[scan] a tensor of xs has shape [4, 2]: expected 3 steps along its axis 0"; ValueError
///         without steps; StructureError where steps return other numbers of tensors.
template <class F, class Carry, class Xs>
auto scan(F&& f, Carry init, const Xs& xs, const ScanOptions& options = {}) {
  const std::vector<Tensor> tensors = detail::tensors_of(xs);
  const std::int64_t length = detail::scan_length(tensors, options.length);
  std::vector<std::vector<Tensor>> slices;
  for (const Tensor& x : tensors) slices.push_back(unbind(x));
  using Y = std::remove_cvref_t<decltype(std::get<1>(f(init, xs)))>;
  std::vector<Y> ys;
  for (std::int64_t i = 0; i < length; ++i) {
    const auto t = static_cast<std::size_t>(options.reverse ? length - 1 - i : i);
    auto [carry, y] =
        f(std::as_const(init), detail::with_tensors(xs, [&](std::size_t k) { return slices[k][t]; }));
    init = std::move(carry);
    ys.push_back(std::move(y));
  }
  if (options.reverse) std::reverse(ys.begin(), ys.end());
  return std::pair<Carry, Y>(std::move(init), detail::stack_trees(ys));
}

}  // namespace xg
