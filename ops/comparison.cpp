#include "comparison.hpp"

#include <fmt/format.h>

#include <cmath>

#include "../core/node.hpp"
#include "../core/sum_to.hpp"
#include "map_elements.hpp"

namespace xg {
namespace {

template <class F> Tensor compare(const char* name, const Operand& a, const Operand& b, F f) {
  const Shape shape = broadcast_shapes(name, a.shape(), b.shape());
  const Dtype dtype = result_dtype(a, b);
  return visit_dtype(dtype, [&]<class T>(std::type_identity<T>) {
    return detail::map_elements<bool, T, T>(shape, f, detail::as_tensor(a, dtype),
                                            detail::as_tensor(b, dtype));
  });
}

template <class F> Tensor combine(const char* name, const Operand& a, const Operand& b, F f) {
  return detail::map_elements<bool, bool, bool>(broadcast_shapes(name, a.shape(), b.shape()), f,
                                                detail::as_tensor(a, boolean), detail::as_tensor(b, boolean));
}

template <class F> Tensor test(const Tensor& x, F f) {
  return visit_dtype(x.dtype(), [&]<class T>(std::type_identity<T>) {
    return detail::map_elements<bool, T>(
        x.shape(), [f](T v) { return f(static_cast<double>(v)); }, x);
  });
}

void check_condition(const char* name, const Tensor& condition) {
  if (condition.dtype() != boolean)
    throw DtypeError(fmt::format("[{}] the condition is {}, not bool: compare it, e.g. x != 0", name,
                                 to_string(condition.dtype())));
}

}  // namespace

Tensor operator==(const Operand& a, const Operand& b) {
  return compare("eq", a, b, [](auto x, auto y) { return x == y; });
}
Tensor operator!=(const Operand& a, const Operand& b) {
  return compare("ne", a, b, [](auto x, auto y) { return x != y; });
}
Tensor operator<(const Operand& a, const Operand& b) {
  return compare("lt", a, b, [](auto x, auto y) { return x < y; });
}
Tensor operator<=(const Operand& a, const Operand& b) {
  return compare("le", a, b, [](auto x, auto y) { return x <= y; });
}
Tensor operator>(const Operand& a, const Operand& b) {
  return compare("gt", a, b, [](auto x, auto y) { return x > y; });
}
Tensor operator>=(const Operand& a, const Operand& b) {
  return compare("ge", a, b, [](auto x, auto y) { return x >= y; });
}

Tensor logical_and(const Operand& a, const Operand& b) {
  return combine("logical_and", a, b, [](bool x, bool y) { return x && y; });
}
Tensor logical_or(const Operand& a, const Operand& b) {
  return combine("logical_or", a, b, [](bool x, bool y) { return x || y; });
}
Tensor logical_xor(const Operand& a, const Operand& b) {
  return combine("logical_xor", a, b, [](bool x, bool y) { return x != y; });
}
Tensor logical_not(const Tensor& x) {
  return test(x, [](double v) { return v == 0; });
}

Tensor where(const Tensor& condition, const Operand& a, const Operand& b) {
  check_condition("where", condition);
  const Shape shape =
      broadcast_shapes("where", condition.shape(), broadcast_shapes("where", a.shape(), b.shape()));
  const Dtype dtype = result_dtype(a, b);
  const Tensor x = detail::as_tensor(a, dtype), y = detail::as_tensor(b, dtype);
  Tensor chosen = visit_dtype(dtype, [&]<class T>(std::type_identity<T>) {
    return detail::map_elements<T, bool, T, T>(
        shape, [](bool c, T p, T q) { return c ? p : q; }, condition, x, y);
  });
  return record("where", {&x, &y}, std::move(chosen),
                [c = Saved(condition), xs = x.shape(), ys = y.shape()](const Tensor& g, Wanted wanted) {
                  return std::array<Tensor, 2>{wanted[0] ? sum_to(where(c.get(), g, 0), xs) : Tensor(),
                                               wanted[1] ? sum_to(where(c.get(), 0, g), ys) : Tensor()};
                });
}

Tensor masked_fill(const Tensor& x, const Tensor& mask, const Operand& value) {
  check_condition("masked_fill", mask);
  if (broadcast_shapes("masked_fill", x.shape(), mask.shape()) != x.shape())
    throw ShapeError(fmt::format("[masked_fill] mask {} does not broadcast to x {}", to_string(mask.shape()),
                                 to_string(x.shape())));
  if (broadcast_shapes("masked_fill", x.shape(), value.shape()) != x.shape())
    throw ShapeError(fmt::format("[masked_fill] value {} does not broadcast to x {}",
                                 to_string(value.shape()), to_string(x.shape())));
  return where(mask, detail::as_tensor(value, x.dtype()), x);
}

Tensor isnan(const Tensor& x) {
  return test(x, [](double v) { return std::isnan(v); });
}
Tensor isinf(const Tensor& x) {
  return test(x, [](double v) { return std::isinf(v); });
}
Tensor isfinite(const Tensor& x) {
  return test(x, [](double v) { return std::isfinite(v); });
}

}  // namespace xg
