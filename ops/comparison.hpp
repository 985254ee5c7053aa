#pragma once

#include "../core/operand.hpp"

namespace xg {

/// Comparisons, element by element, of two tensors or a tensor and a number; a bool tensor off the tape.
/// Mixed dtypes are compared as the arithmetic's result dtype.
/// Shapes  broadcast.
/// Throws  ShapeError "[lt] shapes [2] and [3] do not broadcast: ...".
Tensor operator==(const Operand& a, const Operand& b);
Tensor operator!=(const Operand& a, const Operand& b);
Tensor operator<(const Operand& a, const Operand& b);
Tensor operator<=(const Operand& a, const Operand& b);
Tensor operator>(const Operand& a, const Operand& b);
Tensor operator>=(const Operand& a, const Operand& b);

/// Truth tables on bool tensors; other dtypes count as x != 0. Shapes broadcast.
Tensor logical_and(const Operand& a, const Operand& b);
Tensor logical_or(const Operand& a, const Operand& b);
Tensor logical_xor(const Operand& a, const Operand& b);
Tensor logical_not(const Tensor& x);
/// The same as operators: `(x > 0) & (x < 1)`, `!(x > 0)`.
inline Tensor operator&(const Tensor& a, const Tensor& b) { return logical_and(a, b); }
inline Tensor operator|(const Tensor& a, const Tensor& b) { return logical_or(a, b); }
inline Tensor operator^(const Tensor& a, const Tensor& b) { return logical_xor(a, b); }
inline Tensor operator!(const Tensor& x) { return logical_not(x); }

/// a where the condition is true, b elsewhere. It chooses and never multiplies: an infinity or a NaN in what
/// was not chosen reaches neither the value nor a gradient.
/// Shapes  all three broadcast.
/// Grad    a and b, any order.
/// Throws  DtypeError "[where] the condition is float32, not bool: compare it, e.g. x != 0".
Tensor where(const Tensor& condition, const Operand& a, const Operand& b);

/// x with `value` where the mask is true.
/// Shapes  mask and value broadcast to x.
/// Grad    x and value, any order.
/// Throws  DtypeError as where(); ShapeError "[masked_fill] mask [4, 2, 2] does not broadcast to x [2, 2]".
Tensor masked_fill(const Tensor& x, const Tensor& mask, const Operand& value);

/// bool tensors off the tape; false throughout for integers, where isfinite is true.
Tensor isnan(const Tensor& x);
Tensor isinf(const Tensor& x);
Tensor isfinite(const Tensor& x);

}  // namespace xg
