#pragma once

#include <map>
#include <memory>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "tree.hpp"

namespace xg {
namespace tree {

/// Rebuilds a tree, with new leaves and new owners; also where the tree can only be moved.
template <class Leaf, class CloneLeaf> class Cloner {
 public:
  explicit Cloner(CloneLeaf& clone_leaf) : clone_leaf_(clone_leaf) {}

  template <class T> T clone(const T& object) {
    if constexpr (std::is_same_v<T, Leaf>)
      return clone_leaf_(object);
    else if constexpr (is_passed_by<Leaf, T>())
      return copy(object);
    else if constexpr (is_inlined<T>)
      return T(clone(object.value));
    else if constexpr (Owner<T>)
      return clone_owned(object);
    else if constexpr (Map<T>)
      return clone_values(object);
    else if constexpr (Tuple<T>)
      return std::apply([this](const auto&... member) { return T{this->clone(member)...}; }, object);
    else if constexpr (Range<T>)
      return clone_elements(object);
    else if constexpr (is_variant<T>)
      return std::visit([this](const auto& alternative) { return T(this->clone(alternative)); }, object);
    else
      return clone_fields(object);
  }

 private:
  template <class T> static T copy(const T& object) {
    if constexpr (std::is_copy_constructible_v<T>) {
      return object;
    } else {
      static_assert(Owner<T>,
                    "clone() cannot copy a member: it holds no tensor and has no copy constructor.");
      return object ? T(new typename OwnerOf<T>::type(*object)) : T();
    }
  }

  template <class T> T clone_owned(const T& owner) {
    using Held = typename OwnerOf<T>::type;
    if (!owner) return T();
    if constexpr (std::is_same_v<T, std::optional<Held>>) {
      return T(clone(*owner));
    } else if constexpr (std::is_same_v<T, std::shared_ptr<Held>>) {
      auto& known = shared_[owner.get()];
      if (!known) known = std::shared_ptr<void>(new Held(clone(std::as_const(*owner))), Delete<Held>());
      return std::static_pointer_cast<Held>(known);
    } else {
      return T(new Held(clone(std::as_const(*owner))));
    }
  }
  template <class Held> struct Delete {
    void operator()(void* p) const { delete static_cast<Held*>(p); }
  };

  template <class T> T clone_values(const T& map) {
    T out;
    for (const auto& [key, value] : map) out.emplace(key, clone(value));
    return out;
  }

  template <class T> T clone_elements(const T& range) {
    T out;
    for (const auto& element : range) out.insert(out.end(), clone(element));
    return out;
  }

  template <class T> T clone_fields(const T& object) {
    if constexpr (reflect::NamesItsFields<T>) {
      static_assert(std::is_copy_constructible_v<T>,
                    "clone() copies a class that lists its fields(): give it a copy constructor.");
      T out = object;
      for_each_field(out,
                     [this](std::string_view, auto& field) { field = this->clone(std::as_const(field)); });
      return out;
    } else {
      reflect::require_reflectable<T>();
      return reflect::with_bindings(object,
                                    [this](const auto&... field) { return T{this->clone(field)...}; });
    }
  }

  CloneLeaf& clone_leaf_;
  std::unordered_map<const void*, std::shared_ptr<void>> shared_;
};

}  // namespace tree

/// A tree of the same type whose leaves are clone_leaf(leaf). Nothing is shared with the original but what
/// walks pass by and copying shares; a shared_ptr that stands in two places still does.
template <class Leaf, class T, class CloneLeaf> T clone_tree(const T& object, CloneLeaf&& clone_leaf) {
  return tree::Cloner<Leaf, CloneLeaf>(clone_leaf).clone(object);
}

}  // namespace xg
