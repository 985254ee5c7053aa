#pragma once
/// What the tests of wrong calls share.

#include <xgrad/core/create.hpp>

namespace xg {

/// The error of every op that is given a default-constructed tensor.
inline constexpr const char* undefined_text =
    "[tensor] this Tensor is undefined: it was default-constructed, or it is a gradient that no "
    "backward() has filled";

inline Tensor whole(const Shape& shape) { return zeros(shape, {.dtype = int64}); }

}  // namespace xg
