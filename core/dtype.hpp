#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "error.hpp"

namespace xg {

/// Element types, ordered by promotion: of two tensors' dtypes the later one wins.
enum class Dtype : std::uint8_t { boolean, int64, float32, float64 };
using enum Dtype;

template <class T>
concept Element = std::same_as<T, bool> || std::same_as<T, std::int64_t> || std::same_as<T, float> ||
    std::same_as<T, double>;

template <Element T>
inline constexpr Dtype dtype_of = std::same_as<T, bool>           ? Dtype::boolean
                                  : std::same_as<T, std::int64_t> ? Dtype::int64
                                  : std::same_as<T, float>        ? Dtype::float32
                                                                  : Dtype::float64;

constexpr std::size_t size_of(Dtype d) { return d == boolean ? 1 : d == float32 ? 4 : 8; }
constexpr bool is_floating(Dtype d) { return d >= float32; }
/// bool < int64 < float32 < float64. A C++ scalar never promotes a floating tensor (see Operand).
constexpr Dtype promote(Dtype a, Dtype b) { return a < b ? b : a; }

constexpr std::string_view to_string(Dtype d) {
  return d == boolean ? "bool" : d == int64 ? "int64" : d == float32 ? "float32" : "float64";
}

/// Calls f(std::type_identity<T>{}) with the C++ type of `d`.
template <class F> decltype(auto) visit_dtype(Dtype d, F&& f) {
  switch (d) {
    case boolean:
      return f(std::type_identity<bool>{});
    case int64:
      return f(std::type_identity<std::int64_t>{});
    case float32:
      return f(std::type_identity<float>{});
    default:
      return f(std::type_identity<double>{});
  }
}

[[noreturn]] void throw_not_floating(std::string_view op, Dtype d);

/// The same for ops that only floating tensors have.
/// Throws  DtypeError "[op] needs a floating tensor, got int64: ...".
template <class F> decltype(auto) visit_floating(std::string_view op, Dtype d, F&& f) {
  if (!is_floating(d)) throw_not_floating(op, d);
  return d == float32 ? f(std::type_identity<float>{}) : f(std::type_identity<double>{});
}

}  // namespace xg
