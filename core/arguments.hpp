#pragma once
/// Internal to the verbs: which tensors of an argument are differentiated by, and trees in place of them.

#include <string>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "parameters.hpp"

namespace xg::detail {

inline std::string join_path(const std::string& path, const std::string& piece) {
  return path.empty() || piece.empty() ? path + piece : path + '.' + piece;
}

/// A tree like x with slot(path, t) in place of each tensor t that is differentiated by, and other(t) in place
/// of the rest. A tensor that is given by itself or in a tuple, array, vector or map is differentiated by if it
/// is floating, whether it asks for a gradient or not; one that stands in a struct if it is a parameter, once
/// for all its places.
template <class T, class Slot, class Other>
T map_arguments(const T& x, Slot& slot, Other& other, const std::string& path = {}) {
  if constexpr (std::is_same_v<T, Tensor>) {
    return x.defined() && is_floating(x.dtype()) ? slot(path, x) : other(x);
  } else if constexpr (tree::is_passed_by<Tensor, T>()) {
    return x;
  } else if constexpr (tree::Tuple<T>) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return T{map_arguments(std::get<I>(x), slot, other, join_path(path, std::to_string(I)))...};
    }
    (std::make_index_sequence<std::tuple_size_v<T>>());
  } else if constexpr (tree::Map<T>) {
    T mapped;
    for (const auto& [key, value] : x)
      mapped.emplace(key, map_arguments(value, slot, other, join_path(path, tree::key_text(key))));
    return mapped;
  } else if constexpr (tree::Range<T>) {
    T mapped;
    std::size_t i = 0;
    for (const auto& element : x)
      mapped.insert(mapped.end(), map_arguments(element, slot, other, join_path(path, std::to_string(i++))));
    return mapped;
  } else {
    std::unordered_map<const TensorImpl*, Tensor> made;
    for (const auto& [name, parameter] : named_parameters(x))
      made.emplace(&parameter.impl(), slot(join_path(path, name), parameter));
    return clone_tree<Tensor>(x, [&](const Tensor& t) {
      const auto it = t.defined() ? made.find(&t.impl()) : made.end();
      return it == made.end() ? other(t) : it->second;
    });
  }
}

template <class F, class T, class Sequence> inline constexpr bool takes_members = false;
template <class F, class T, std::size_t... I>
inline constexpr bool takes_members<F, T, std::index_sequence<I...>> =
    std::is_invocable_v<F&, decltype(std::get<I>(std::declval<T&>()))...>;

/// f(member, ...) for the members of a tuple or array, if f takes so many arguments, else f(x).
template <class F, class T> decltype(auto) call_with(F& f, T& x) {
  if constexpr (tree::Tuple<T>) {
    if constexpr (takes_members<F, T, std::make_index_sequence<std::tuple_size_v<T>>>)
      return std::apply(f, x);
    else
      return f(x);
  } else {
    return f(x);
  }
}

}  // namespace xg::detail
