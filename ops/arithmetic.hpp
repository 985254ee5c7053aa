#pragma once

#include "../core/operand.hpp"
#include "comparison.hpp"

namespace xg {

/// Arithmetic of tensors and numbers. Shapes broadcast; dtypes promote by Operand's table: int64 with int64
/// stays int64, with a floating number it becomes float32, and `/` always gives a floating result.
/// Grad    both sides, any order.
/// Throws  ShapeError "[add] shapes [2] and [3] do not broadcast: ..."; DtypeError for `-` on bool tensors.
Tensor operator+(const Operand& a, const Operand& b);
Tensor operator-(const Operand& a, const Operand& b);
Tensor operator*(const Operand& a, const Operand& b);
Tensor operator/(const Operand& a, const Operand& b);
inline Tensor operator+(const Tensor& x) { return x; }
Tensor operator-(const Tensor& x);
Tensor neg(const Tensor& x);

/// `y += x` is `y = y + x`: y becomes another tensor, and what was saved of the old one stays valid.
inline Tensor& operator+=(Tensor& y, const Operand& x) { return y = y + x; }
inline Tensor& operator-=(Tensor& y, const Operand& x) { return y = y - x; }
inline Tensor& operator*=(Tensor& y, const Operand& x) { return y = y * x; }
inline Tensor& operator/=(Tensor& y, const Operand& x) { return y = y / x; }

/// floor(a / b).
/// Grad    zero.
/// Throws  ValueError "[floor_divide] integer division by zero".
Tensor floor_divide(const Operand& a, const Operand& b);
/// a - b * floor(a / b): the sign of b, as Python's %.
/// Grad    1 to a, -floor(a / b) to b.
/// Throws  ValueError "[remainder] integer division by zero".
Tensor remainder(const Operand& a, const Operand& b);
/// a - b * trunc(a / b): the sign of a, as C's fmod.
/// Grad    1 to a, -trunc(a / b) to b.
/// Throws  ValueError "[fmod] integer division by zero".
Tensor fmod(const Operand& a, const Operand& b);

/// a^b.
/// Grad    b a^(b-1) to a, 0 at a = b = 0; a^b log a to b, 0 at a = 0 for b >= 0; any order.
/// Throws  ValueError "[pow] an integer to a negative power has no integer value: ...".
Tensor pow(const Operand& a, const Operand& b);
/// x * x.
Tensor square(const Tensor& x);

/// |x|.
/// Grad    sign(x), 0 at 0.
Tensor abs(const Tensor& x);
/// -1, 0 or 1; 0 for NaN.
/// Grad    zero.
Tensor sign(const Tensor& x);
/// |a| with the sign of b, also that of a zero.
/// Grad    to a, 0 at 0.
Tensor copysign(const Operand& a, const Operand& b);

/// The larger or smaller element; NaN if either is NaN.
/// Grad    half to each at ties.
Tensor maximum(const Operand& a, const Operand& b);
Tensor minimum(const Operand& a, const Operand& b);
/// The same, except that a number wins against NaN.
/// Grad    to a at ties.
Tensor fmax(const Operand& a, const Operand& b);
Tensor fmin(const Operand& a, const Operand& b);
/// x within [low, high]; high where low > high. clamp_min and clamp_max leave the other side open.
/// Grad    to x, at the bounds too; to a bound where it is the result.
Tensor clamp(const Tensor& x, const Operand& low, const Operand& high);
Tensor clamp_min(const Tensor& x, const Operand& low);
Tensor clamp_max(const Tensor& x, const Operand& high);

/// start + weight * (end - start), exact at weight 0 and 1.
/// Grad    all three, any order.
Tensor lerp(const Tensor& start, const Tensor& end, const Operand& weight);
/// x + value * a * b.
Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, double value = 1);
/// x + value * a / b.
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, double value = 1);

}  // namespace xg
