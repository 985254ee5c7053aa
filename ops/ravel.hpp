#pragma once
/// Trees of tensors as vectors. Internal to this file: namespace detail.

#include <memory>
#include <utility>
#include <vector>

#include "../core/arguments.hpp"

namespace xg {
namespace detail {

/// One vector of all elements, each tensor in row-major order. Throws ValueError for an empty list.
Tensor flattened(const std::vector<NamedTensor>& tensors);
/// The inverse: pieces of x of the shapes and dtypes of `like`.
std::vector<Tensor> unflattened(const Tensor& x, const std::vector<NamedTensor>& like);

}  // namespace detail

/// The tensors of x that verbs differentiate by (see core/verbs.hpp) as one vector, and a function that takes such
/// a vector back to a tree like x: for solvers that work on vectors, and to have the Hessian of a model as one
/// matrix, hessian([&](const Tensor& v) { return loss(unravel(v)); }, flat).
/// Shapes  returns [n] and a function of [n].
/// Grad    both ways, any order.
/// Throws  ValueError "[ravel] no floating tensor to put into a vector"; ShapeError, from the function, "[ravel] a
///         vector of shape [3], the tree has 4 elements".
template <class T> auto ravel(const T& x) {
  std::vector<NamedTensor> places;
  const auto slot = [&](const std::string& path, const Tensor& t) {
    places.emplace_back(path, t);
    return t;
  };
  const auto other = [](const Tensor& t) { return t; };
  auto tree = std::make_shared<const T>(detail::map_arguments(x, slot, other));
  auto unravel = [tree = std::move(tree), places](const Tensor& flat) {
    const std::vector<Tensor> pieces = detail::unflattened(flat, places);
    std::size_t i = 0;
    const auto piece = [&](const std::string&, const Tensor&) { return pieces[i++]; };
    const auto as_it_is = [](const Tensor& t) { return t; };
    return detail::map_arguments(*tree, piece, as_it_is);
  };
  return std::pair(detail::flattened(places), std::move(unravel));
}

}  // namespace xg
