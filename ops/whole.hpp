#pragma once
/// Arithmetic of int64 and bool tensors, which the floating kernels cannot do exactly. Internal to ops.

#include "../core/operand.hpp"

namespace xg::whole {

inline bool is(const Operand& x) { return !is_floating(x.dtype()); }
inline bool both(const Operand& a, const Operand& b) { return is(a) && is(b); }

// Results wrap around on overflow. Of two bool tensors they are bool again.

Tensor add(const Operand& a, const Operand& b);
Tensor subtract(const Operand& a, const Operand& b);
Tensor multiply(const Operand& a, const Operand& b);
Tensor floor_divide(const Operand& a, const Operand& b);
Tensor remainder(const Operand& a, const Operand& b);
Tensor fmod(const Operand& a, const Operand& b);
Tensor pow(const Operand& a, const Operand& b);
Tensor maximum(const Operand& a, const Operand& b);
Tensor minimum(const Operand& a, const Operand& b);

}  // namespace xg::whole
