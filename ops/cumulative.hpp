#pragma once
/// Each element joined with all before it along one axis, and differences, which undo sums. Names, argument
/// order and defaults are PyTorch's.

#include <array>
#include <cstdint>

#include "../core/tensor.hpp"

namespace xg {

/// The sum of all elements up to each one along an axis; summed in float64 and then rounded.
/// Grad    any order.
Tensor cumsum(const Tensor& x, std::int64_t axis);
/// The product of all elements up to each one along an axis.
/// Grad    exact with zeros, any order.
Tensor cumprod(const Tensor& x, std::int64_t axis);
/// log of the cumulative sum of exp(x), without overflow.
/// Grad    any order.
/// Throws  DtypeError "[logcumsumexp] needs a floating tensor, got int64: ...".
Tensor logcumsumexp(const Tensor& x, std::int64_t axis);
/// The largest or smallest element up to each one along an axis, and the last index up to there where it
/// stands; NaN from the first NaN on.
/// Grad    through the values, to the element at that index; any order.
std::array<Tensor, 2> cummax(const Tensor& x, std::int64_t axis);
std::array<Tensor, 2> cummin(const Tensor& x, std::int64_t axis);

/// x[i + 1] - x[i] along one axis, n times over; what is given as prepend and append is joined to x first.
/// Shapes  prepend and append as x but for this axis; undefined: nothing.
/// Grad    x, prepend, append, any order.
/// Throws  ValueError "[diff] n -1: expected 0 or more".
Tensor diff(const Tensor& x, std::int64_t n = 1, std::int64_t axis = -1, const Tensor& prepend = {},
            const Tensor& append = {});

}  // namespace xg
