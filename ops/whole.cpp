#include "whole.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "map_elements.hpp"

namespace xg::whole {
namespace {

using Int = std::int64_t;
using Bits = std::uint64_t;  // on which overflow wraps around

template <class F> Tensor apply(const char* name, const Operand& a, const Operand& b, F f) {
  return to(detail::map_elements<Int, Int, Int>(broadcast_shapes(name, a.shape(), b.shape()), f,
                                                detail::as_tensor(a, int64), detail::as_tensor(b, int64)),
            result_dtype(a, b));
}

Int wrap(Bits v) { return static_cast<Int>(v); }

void check_divisor(const char* name, Int b) {
  if (b == 0) throw ValueError(fmt::format("[{}] integer division by zero", name));
}

// a % b where the smallest integer over -1 would trap.
Int rest(const char* name, Int a, Int b) {
  check_divisor(name, b);
  return b == -1 ? 0 : a % b;
}

Int floor_quotient(Int a, Int b) {
  const Int r = rest("floor_divide", a, b);
  if (b == -1) return wrap(Bits{0} - static_cast<Bits>(a));
  return a / b - (r != 0 && (r < 0) != (b < 0) ? 1 : 0);
}

Int power(Int base, Int exponent) {
  if (exponent < 0)
    throw ValueError(fmt::format(
        "[pow] {} to the power {} is no integer: convert the base to a floating dtype", base, exponent));
  Bits result = 1, square = static_cast<Bits>(base);
  for (; exponent > 0; exponent /= 2, square *= square)
    if (exponent % 2 == 1) result *= square;
  return wrap(result);
}

}  // namespace

Tensor add(const Operand& a, const Operand& b) {
  return apply("add", a, b, [](Int x, Int y) { return wrap(static_cast<Bits>(x) + static_cast<Bits>(y)); });
}

Tensor subtract(const Operand& a, const Operand& b) {
  if (result_dtype(a, b) == boolean)
    throw DtypeError("[sub] bool tensors have no difference: use a ^ b, or convert one to int64");
  return apply("sub", a, b, [](Int x, Int y) { return wrap(static_cast<Bits>(x) - static_cast<Bits>(y)); });
}

Tensor multiply(const Operand& a, const Operand& b) {
  return apply("mul", a, b, [](Int x, Int y) { return wrap(static_cast<Bits>(x) * static_cast<Bits>(y)); });
}

Tensor floor_divide(const Operand& a, const Operand& b) {
  return apply("floor_divide", a, b, floor_quotient);
}

Tensor remainder(const Operand& a, const Operand& b) {
  return apply("remainder", a, b, [](Int x, Int y) {
    const Int r = rest("remainder", x, y);
    return r != 0 && (r < 0) != (y < 0) ? r + y : r;
  });
}

Tensor fmod(const Operand& a, const Operand& b) {
  return apply("fmod", a, b, [](Int x, Int y) { return rest("fmod", x, y); });
}

Tensor pow(const Operand& a, const Operand& b) { return apply("pow", a, b, power); }

Tensor maximum(const Operand& a, const Operand& b) {
  return apply("maximum", a, b, [](Int x, Int y) { return std::max(x, y); });
}

Tensor minimum(const Operand& a, const Operand& b) {
  return apply("minimum", a, b, [](Int x, Int y) { return std::min(x, y); });
}

}  // namespace xg::whole
