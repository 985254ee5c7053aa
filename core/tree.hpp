#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "error.hpp"
#include "reflect.hpp"

namespace xg {

/// A field that adds no piece to paths: what it holds stands where the field does, e.g. the keys of a map
/// beside the other fields of a struct. Used like a pointer: `layer->weight`.
template <class T> struct Inlined {
  T value;

  Inlined(T held) : value(std::move(held)) {}

  T& operator*() { return value; }
  const T& operator*() const { return value; }
  T* operator->() { return &value; }
  const T* operator->() const { return &value; }
};

namespace tree {

template <class T> inline constexpr bool is_inlined = false;
template <class T> inline constexpr bool is_inlined<Inlined<T>> = true;

/// What a std::optional or a smart pointer may hold; neither adds to the path.
template <class T> struct OwnerOf : std::false_type {};
template <class T> struct OwnerOf<std::optional<T>> : std::true_type { using type = T; };
template <class T, class Deleter> struct OwnerOf<std::unique_ptr<T, Deleter>> : std::true_type {
  using type = T;
};
template <class T> struct OwnerOf<std::shared_ptr<T>> : std::true_type { using type = T; };

template <class T>
concept Owner = OwnerOf<T>::value;

template <class T> inline constexpr bool is_variant = false;
template <class... A> inline constexpr bool is_variant<std::variant<A...>> = true;

template <class T>
concept Range = requires(T& range) {
  *range.begin();
  range.end();
};

template <class T>
concept Map = Range<T> && requires {
  typename T::mapped_type;
};

template <class T>
concept Unordered = requires {
  typename T::hasher;
};

template <class T>
concept Tuple = requires {
  std::tuple_size<T>::value;
};

template <Range T> using ElementOf = std::remove_cvref_t<decltype(*std::declval<T&>().begin())>;

template <class T> consteval bool is_lambda() {
  constexpr std::string_view name = reflect::type_name<T>();
  if (name.starts_with("(lambda at ")) return true;
  // "main()::<lambda(int)>", but not "Wrapper<main()::<lambda(int)> >".
  const std::size_t begin = name.rfind("<lambda(");
  if (begin == name.npos) return false;
  std::size_t open = 0;
  for (std::size_t i = begin; i + 1 < name.size(); ++i) {
    if (name[i] == '<') ++open;
    if (name[i] == '>' && --open == 0) return false;
  }
  return true;
}

/// Whether a walk does not look into T: numbers, text, functions and what else can hold no leaf.
template <class Leaf, class T> consteval bool is_passed_by() {
  if constexpr (std::is_same_v<T, Leaf>)
    return false;
  else if constexpr (std::is_void_v<T> || std::is_scalar_v<T> || std::is_function_v<T> || is_opaque<T>)
    return true;
  else if constexpr (is_inlined<T>)
    return is_passed_by<Leaf, decltype(T::value)>();
  else if constexpr (Owner<T>)
    return is_passed_by<Leaf, std::remove_cv_t<typename OwnerOf<T>::type>>();
  else if constexpr (std::is_array_v<T>)
    return is_passed_by<Leaf, std::remove_cv_t<std::remove_all_extents_t<T>>>();
  else if constexpr (Map<T>)
    return is_passed_by<Leaf, typename T::mapped_type>();
  else if constexpr (Range<T>)
    return std::is_same_v<ElementOf<T>, T> || is_passed_by<Leaf, ElementOf<T>>();
  else if constexpr (Tuple<T> || is_variant<T>)
    return false;
  else
    return std::is_empty_v<T> || is_lambda<T>() || reflect::type_name<T>().starts_with("std::");
}

template <class Key> std::string key_text(const Key& key) {
  if constexpr (std::is_convertible_v<const Key&, std::string_view>) {
    return std::string(std::string_view(key));
  } else {
    static_assert(std::integral<Key> || std::is_enum_v<Key>,
                  "A map in a tree needs keys of text, integers or enums.");
    return std::to_string(static_cast<long long>(key));
  }
}

template <class Leaf, class OnLeaf, class OnNode> class Walk {
 public:
  Walk(OnLeaf& on_leaf, OnNode& on_node) : on_leaf_(on_leaf), on_node_(on_node) {}

  template <class T> void visit(T& object) {
    using Plain = std::remove_const_t<T>;
    if constexpr (is_passed_by<Leaf, Plain>())
      return;
    else if constexpr (std::is_same_v<Plain, Leaf>)
      on_leaf_(std::as_const(path_), object);
    else if constexpr (is_inlined<Plain>)
      visit(object.value);
    else if constexpr (Owner<Plain>)
      visit_owned(object);
    else if constexpr (Map<Plain>)
      visit_values(object);
    else if constexpr (Range<Plain>)
      visit_elements(object);
    else if constexpr (is_variant<Plain>)
      visit_alternative(object);
    else if constexpr (Tuple<Plain>)
      visit_members(object, std::make_index_sequence<std::tuple_size_v<Plain>>{});
    else
      visit_fields(object);
  }

 private:
  template <class T> void visit_owned(T& owner) {
    static_assert(!std::is_array_v<typename OwnerOf<std::remove_const_t<T>>::type>,
                  "The length of an array behind a pointer is not known: hold a std::vector.");
    if (!owner) return;
    // A const smart pointer would give access to a mutable object.
    if constexpr (std::is_const_v<T>)
      visit(std::as_const(*owner));
    else
      visit(*owner);
  }

  template <class T> void visit_values(T& map) {
    static_assert(!Unordered<T>, "An unordered map has no fixed order of leaves: hold a std::map.");
    for (auto& [key, value] : map) step(key_text(key), value);
  }

  template <class T> void visit_elements(T& range) {
    static_assert(!Unordered<T>, "An unordered set has no fixed order of leaves: hold a std::vector.");
    std::size_t index = 0;
    for (auto& element : range) step(index++, element);
  }

  template <class T> void visit_alternative(T& variant) {
    if (variant.valueless_by_exception()) return;
    std::visit([this](auto& alternative) { this->visit(alternative); }, variant);
  }

  template <class T, std::size_t... I> void visit_members(T& tuple, std::index_sequence<I...>) {
    (step(I, std::get<I>(tuple)), ...);
  }

  template <class T> void visit_fields(T& object) {
    on_node_(std::as_const(path_), object);
    for_each_field(object, [this](std::string_view name, auto& field) { this->step(name, field); });
  }

  template <class T> void step(std::size_t index, T& child) {
    char digits[20];
    const char* end = std::to_chars(digits, digits + sizeof digits, index).ptr;
    step(std::string_view(digits, static_cast<std::size_t>(end - digits)), child);
  }

  template <class T> void step(std::string_view piece, T& child) {
    using Plain = std::remove_const_t<T>;
    if constexpr (is_inlined<Plain>) {
      visit(child);
    } else if constexpr (!is_passed_by<Leaf, Plain>()) {
      const std::size_t parent = path_.size();
      if (parent != 0) path_ += '.';
      path_ += piece;
      visit(child);
      path_.resize(parent);
    }
  }

  OnLeaf& on_leaf_;
  OnNode& on_node_;
  std::string path_;
};

inline constexpr auto ignore = [](const std::string&, auto&) {};

template <class Leaf, class T, class OnLeaf, class OnNode>
void walk(T& tree, OnLeaf& on_leaf, OnNode& on_node) {
  Walk<Leaf, OnLeaf, OnNode>(on_leaf, on_node).visit(tree);
}

/// The leaf of a tree that may be const.
template <class Leaf, class T>
using LeafIn = std::conditional_t<std::is_const_v<std::remove_reference_t<T>>, const Leaf, Leaf>;

[[noreturn]] void throw_different(std::size_t position, const std::string* first, const std::string* second);

}  // namespace tree

/// Calls f(path, leaf) for each object of type Leaf in a tree, in a fixed order; leaves of a const tree are
/// const. A tree is made of structs (see for_each_field), std::vector, array, list, map, tuple, pair,
/// variant, optional, unique_ptr and shared_ptr. A path is their field names, indices and keys:
/// "layers.0.weight". Numbers, text, functions, plain pointers, other classes of std and what `is_opaque`
/// names are passed by.
template <class Leaf, class T, class F> void for_each_leaf_of(T&& tree, F&& f) {
  tree::walk<Leaf>(tree, f, tree::ignore);
}

/// Calls f(path, object) for each struct of a tree, parents first; classes of leaves must be opaque.
template <class T, class F> void for_each_node(T&& tree, F&& f) { tree::walk<void>(tree, tree::ignore, f); }

/// Every leaf with its path, in the order of for_each_leaf_of; valid as long as the tree keeps its structure.
template <class Leaf, class T> auto leaves_of(T&& tree) {
  std::vector<std::pair<std::string, tree::LeafIn<Leaf, T>*>> leaves;
  for_each_leaf_of<Leaf>(tree,
                         [&](const std::string& path, auto& leaf) { leaves.emplace_back(path, &leaf); });
  return leaves;
}

/// Calls f(path, leaf of a, leaf of b) for two trees whose leaves have the same paths.
/// Throws  StructureError, before any call, '[zip_leaves] leaf 1 is "fc1.bias" in the first tree and
/// "fc2.weight" in the
///         second: both must have the same structure'.
template <class Leaf, class A, class B, class F> void zip_leaves_of(A&& a, B&& b, F&& f) {
  const auto of_a = leaves_of<Leaf>(a);
  const auto of_b = leaves_of<Leaf>(b);
  for (std::size_t i = 0; i < of_a.size() || i < of_b.size(); ++i) {
    const std::string* first = i < of_a.size() ? &of_a[i].first : nullptr;
    const std::string* second = i < of_b.size() ? &of_b[i].first : nullptr;
    if (!first || !second || *first != *second) tree::throw_different(i, first, second);
  }
  for (std::size_t i = 0; i < of_a.size(); ++i) f(of_a[i].first, *of_a[i].second, *of_b[i].second);
}

}  // namespace xg
