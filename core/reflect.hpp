#pragma once

#include <array>
#include <cstddef>
#include <exception>
#include <memory>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace xg {

/// Whether a walk over a tree may pass by this class; to be specialised as true for classes that hold no
/// leaf.
template <class T> inline constexpr bool is_opaque = false;

namespace reflect {

inline constexpr std::size_t max_fields = 64;

/// Converts to whatever a field of T wants. The conversion must not be constexpr, or compilers would evaluate
/// it, and it needs a body, since clang instantiates constructors that call it.
template <class T> struct Any {
  template <class U>
  requires(!std::is_same_v<U, T>) operator U() const noexcept { std::terminate(); }
};

/// Converts to the bases of T only.
template <class T> struct AnyBase {
  template <class U>
  requires(!std::is_same_v<U, T> && std::is_base_of_v<U, T>) operator U() const noexcept { std::terminate(); }
};

template <class T, std::size_t> using AnyOf = Any<T>;

template <class T, std::size_t... I> constexpr bool takes(std::index_sequence<I...>) {
  return requires { T{AnyOf<T, I>{}...}; };
}

/// Whether {} may stand between these counts of other values.
template <class T, std::size_t... I, std::size_t... J>
constexpr bool takes_empty(std::index_sequence<I...>, std::index_sequence<J...>) {
  return requires { T{AnyOf<T, I>{}..., {}, AnyOf<T, J>{}...}; };
}

/// The largest count that constructs T, since smaller ones fail where a later field has no default.
template <class T, std::size_t N = max_fields + 1> consteval std::size_t count_values() {
  if constexpr (takes<T>(std::make_index_sequence<N>{}))
    return N;
  else if constexpr (N > 0)
    return count_values<T, N - 1>();
  else
    return 0;
}

template <class T> inline constexpr std::size_t value_count = count_values<T>();

template <class T> consteval bool has_base() {
  if constexpr (value_count<T> == 0) {
    return false;
  } else {
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return requires { T{AnyBase<T>{}, AnyOf<T, I>{}...}; };
    }
    (std::make_index_sequence<value_count<T> - 1>{});
  }
}

/// Without braces of its own a C array takes several values, with braces one.
template <class T, std::size_t Position, std::size_t After> consteval bool is_c_array_at() {
  using Before = std::make_index_sequence<Position>;
  if constexpr (takes_empty<T>(Before{}, std::make_index_sequence<After>{})) {
    return false;
  } else {
    return []<std::size_t... Fewer>(std::index_sequence<Fewer...>) {
      return (takes_empty<T>(Before{}, std::make_index_sequence<Fewer>{}) || ...);
    }
    (std::make_index_sequence<After>{});
  }
}

template <class T> consteval bool has_c_array() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return (is_c_array_at<T, I, value_count<T> - 1 - I>() || ...);
  }
  (std::make_index_sequence<value_count<T>>{});
}

template <class T>
concept NamesItsFields = requires(T& object) {
  object.fields();
  T::field_names.size();
};

template <class T>
concept HasFieldsFunction = requires(T& object) {
  object.fields();
};

enum class Obstacle { none, not_aggregate, too_many, reference, base, c_array };

template <class T> consteval Obstacle find_obstacle() {
  if constexpr (!std::is_class_v<T> || !std::is_aggregate_v<T>)
    return Obstacle::not_aggregate;
  else if constexpr (std::is_empty_v<T>)
    return Obstacle::none;
  else if constexpr (value_count<T> == 0)
    return Obstacle::reference;
  else if constexpr (value_count<T> > max_fields)
    return Obstacle::too_many;
  else if constexpr (has_base<T>())
    return Obstacle::base;
  else if constexpr (has_c_array<T>())
    return Obstacle::c_array;
  else
    return Obstacle::none;
}

template <class T> inline constexpr Obstacle obstacle = find_obstacle<T>();

#define XG_WAY_OUT                                                                            \
  " Give it a public `auto fields() { return std::tie(a, b); }` and a public "                \
  "`static constexpr auto field_names = std::array{\"a\", \"b\"};`, or, if there is nothing " \
  "in it to be found, `template <> inline constexpr bool xg::is_opaque<TheStruct> = true;`."

/// Fails to compile, with the reason.
template <class T> constexpr void require_reflectable() {
  static_assert(
      !HasFieldsFunction<T> || NamesItsFields<T>,
      "This struct has fields() but no `static constexpr auto field_names = std::array{\"a\", \"b\"};`.");
  if constexpr (!HasFieldsFunction<T>) {
    constexpr Obstacle found = obstacle<T>;
    static_assert(
        found != Obstacle::not_aggregate,
        "The fields of this class cannot be seen: it has a constructor, a private or protected member or a "
        "virtual function." XG_WAY_OUT);
    static_assert(found != Obstacle::too_many,
                  "This struct has more than 64 fields: group them in structs." XG_WAY_OUT);
    static_assert(found != Obstacle::reference,
                  "This struct has a reference member: hold a value or a std::shared_ptr." XG_WAY_OUT);
    static_assert(found != Obstacle::base, "This struct has a base class: make it a member." XG_WAY_OUT);
    static_assert(found != Obstacle::c_array, "This struct has a C array: make it a std::array." XG_WAY_OUT);
  }
}

#undef XG_WAY_OUT

// Structured bindings take no packs, so each count needs a line; names are a0 ... a7, b0 ... h7.
#define XG_1(x) x##0
#define XG_2(x) XG_1(x), x##1
#define XG_3(x) XG_2(x), x##2
#define XG_4(x) XG_3(x), x##3
#define XG_5(x) XG_4(x), x##4
#define XG_6(x) XG_5(x), x##5
#define XG_7(x) XG_6(x), x##6
#define XG_8(x) XG_7(x), x##7
#define XG_BIND(n, ...)           \
  if constexpr (N == n) {         \
    auto& [__VA_ARGS__] = object; \
    return f(__VA_ARGS__);        \
  }
#define XG_BIND_8(n, x, ...)          \
  XG_BIND(n + 1, __VA_ARGS__ XG_1(x)) \
  XG_BIND(n + 2, __VA_ARGS__ XG_2(x)) \
  XG_BIND(n + 3, __VA_ARGS__ XG_3(x)) \
  XG_BIND(n + 4, __VA_ARGS__ XG_4(x)) \
  XG_BIND(n + 5, __VA_ARGS__ XG_5(x)) \
  XG_BIND(n + 6, __VA_ARGS__ XG_6(x)) \
  XG_BIND(n + 7, __VA_ARGS__ XG_7(x)) \
  XG_BIND(n + 8, __VA_ARGS__ XG_8(x))

/// f(field...) for an aggregate.
template <class T, class F> constexpr decltype(auto) with_bindings(T& object, F&& f) {
  constexpr std::size_t N = std::is_empty_v<T> ? 0 : value_count<std::remove_const_t<T>>;
  if constexpr (N == 0) return f();
  XG_BIND_8(0, a, )
  XG_BIND_8(8, b, XG_8(a), )
  XG_BIND_8(16, c, XG_8(a), XG_8(b), )
  XG_BIND_8(24, d, XG_8(a), XG_8(b), XG_8(c), )
  XG_BIND_8(32, e, XG_8(a), XG_8(b), XG_8(c), XG_8(d), )
  XG_BIND_8(40, f, XG_8(a), XG_8(b), XG_8(c), XG_8(d), XG_8(e), )
  XG_BIND_8(48, g, XG_8(a), XG_8(b), XG_8(c), XG_8(d), XG_8(e), XG_8(f), )
  XG_BIND_8(56, h, XG_8(a), XG_8(b), XG_8(c), XG_8(d), XG_8(e), XG_8(f), XG_8(g), )
}

#undef XG_1
#undef XG_2
#undef XG_3
#undef XG_4
#undef XG_5
#undef XG_6
#undef XG_7
#undef XG_8
#undef XG_BIND
#undef XG_BIND_8

// An object that is never constructed; only the addresses of its fields are used, as template arguments,
// whose text the compiler gives away. The union must have a name, and the variable must be inline: some
// compilers fail otherwise.
template <class T> union Unconstructed {
  constexpr Unconstructed() : nothing{} {}
  constexpr ~Unconstructed() {}
  char nothing;
  T object;
};

template <class T> inline Unconstructed<T> unconstructed;

template <class P> struct Address { P pointer; };

template <auto A> consteval auto name_at() {
  // The text ends in "...fc1)}]" or "...fc1}]"; a written return type would follow.
  constexpr std::string_view text = __PRETTY_FUNCTION__;
  constexpr auto in_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  std::size_t end = text.size();
  while (!in_name(text[end - 1])) --end;
  std::size_t begin = end;
  while (in_name(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

/// The name of a type as the compiler writes it.
template <class T> consteval auto type_name() {
  // "... [with T = Mlp]" or "... [T = Mlp]".
  constexpr std::string_view text = __PRETTY_FUNCTION__;
  constexpr std::size_t begin = text.find("T = ") + 4;
  return text.substr(begin, text.size() - begin - 1);
}

template <class T> consteval auto find_names() {
  constexpr auto pointers = with_bindings(unconstructed<T>.object, [](auto&... field) {
    return std::tuple<decltype(std::addressof(field))...>(std::addressof(field)...);
  });
  constexpr std::size_t count = std::tuple_size_v<decltype(pointers)>;
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<std::string_view, count>{
        name_at<Address<std::tuple_element_t<I, decltype(pointers)>>{std::get<I>(pointers)}>()...};
  }
  (std::make_index_sequence<count>{});
}

template <class T> inline constexpr auto names = find_names<T>();

template <class T, class F, std::size_t... I>
constexpr void visit_bindings(T& object, F& f, std::index_sequence<I...>) {
  with_bindings(object, [&](auto&... field) { (f(names<std::remove_const_t<T>>[I], field), ...); });
}

/// Visits the fields that a struct lists itself; fields() is not const, but a const object gives const
/// fields.
template <class T, class F, std::size_t... I>
constexpr void visit_listed(T& object, F& f, std::index_sequence<I...>) {
  using Plain = std::remove_const_t<T>;
  auto fields = const_cast<Plain&>(object).fields();
  static_assert(std::tuple_size_v<decltype(fields)> == sizeof...(I),
                "fields() and field_names differ in their lengths.");
  const auto visit = [&](std::string_view name, auto& field) {
    if constexpr (std::is_const_v<T>)
      f(name, std::as_const(field));
    else
      f(name, field);
  };
  (visit(Plain::field_names[I], std::get<I>(fields)), ...);
}

}  // namespace reflect

/// Whether for_each_field can see the fields of T.
template <class T>
inline constexpr bool is_reflectable =
    reflect::HasFieldsFunction<T> ? reflect::NamesItsFields<T>
                                  : reflect::obstacle<T> == reflect::Obstacle::none;

/// The number of fields of a struct.
template <class T> consteval std::size_t field_count() {
  reflect::require_reflectable<T>();
  if constexpr (reflect::NamesItsFields<T>)
    return T::field_names.size();
  else if constexpr (std::is_empty_v<T>)
    return 0;
  else
    return reflect::value_count<T>;
}

/// Calls f(name, field) for each field of a struct in the order of declaration; fields of a const object are
/// const. A struct that is not a plain aggregate lists its fields itself:
///     auto fields() { return std::tie(weight, bias); }
///     static constexpr auto field_names = std::array{"weight", "bias"};
template <class T, class F> constexpr void for_each_field(T& object, F&& f) {
  using Plain = std::remove_const_t<T>;
  reflect::require_reflectable<Plain>();
  if constexpr (is_reflectable<Plain>) {
    constexpr auto every = std::make_index_sequence<field_count<Plain>()>{};
    if constexpr (reflect::NamesItsFields<Plain>)
      reflect::visit_listed(object, f, every);
    else
      reflect::visit_bindings(object, f, every);
  }
}

}  // namespace xg
