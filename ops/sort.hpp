#pragma once
/// Sorting, and what is read off an order: the k-th element, the median, quantiles, the most frequent value,
/// places in a sorted list. Equal elements keep their order, and NaN counts as largest. Names, argument order
/// and defaults are PyTorch's.

#include <array>
#include <cstdint>
#include <optional>

#include "../core/operand.hpp"
#include "../core/tensor.hpp"

namespace xg {

/// The order that sorts x along one axis; equal elements keep theirs, NaN counts as largest.
Tensor argsort(const Tensor& x, std::int64_t axis = -1, bool descending = false);
/// Values in that order, and the order.
/// Grad    x through the values, any order.
std::array<Tensor, 2> sort(const Tensor& x, std::int64_t axis = -1, bool descending = false);
/// The k largest or smallest values along one axis, sorted, and their indices.
/// Grad    x through the values, any order.
/// Throws  ValueError "[topk] k 5: expected 0 to 4, the length of axis -1 of [3, 4]".
std::array<Tensor, 2> topk(const Tensor& x, std::int64_t k, std::int64_t axis = -1, bool largest = true);
/// The k-th smallest element along one axis, k from 1, and its index.
/// Grad    x through the values, any order.
/// Throws  ValueError "[kthvalue] k 0: expected 1 to 4, the length of axis -1 of [3, 4]".
std::array<Tensor, 2> kthvalue(const Tensor& x, std::int64_t k, std::int64_t axis = -1, bool keepdim = false);

/// The middle element along one axis, the lower one of two, and its index; NaN if one is NaN.
/// Grad    x through the values, any order.
/// Throws  ValueError "[median] axis 0 of [0, 3] has no elements: there is no middle one".
std::array<Tensor, 2> median(const Tensor& x, std::int64_t axis, bool keepdim = false);
/// The middle element of all.
/// Grad    x, any order.
Tensor median(const Tensor& x);
/// The most frequent element along one axis, of several the smallest, and the last index where it stands.
/// Grad    x through the values, any order.
/// Throws  ValueError "[mode] axis 0 of [0, 3] has no elements: there is no most frequent one".
std::array<Tensor, 2> mode(const Tensor& x, std::int64_t axis = -1, bool keepdim = false);

/// What a quantile between two elements is: on the line between them, one of them, their mean or the nearer.
enum class QuantileRule { linear, lower, higher, midpoint, nearest };

/// The value below which a share q of the elements lies: element q * (n - 1) of the sorted axis, or of the
/// sorted flattened tensor; NaN if one is NaN.
/// Shapes  q a number or [m], which makes a first axis of m.
/// Grad    x, any order; q where the interpolation is linear.
/// Throws  ValueError "[quantile] q 1.5: expected 0 to 1"; ValueError without elements; DtypeError.
Tensor quantile(const Tensor& x, const Operand& q, std::optional<std::int64_t> axis = {},
                bool keepdim = false, QuantileRule interpolation = QuantileRule::linear);

/// The number of elements before which each value would be put to keep the last axis sorted: those below it,
/// with `right` those not above it.
/// Shapes  sorted [n] and any values, or sorted [..., n] and values [..., m]; returns int64 like values.
/// Throws  ShapeError "[searchsorted] values [3, 2] for lists [2, 5]: expected the same axes before the last".
Tensor searchsorted(const Tensor& sorted, const Operand& values, bool right = false);
/// The same the other way round: which of the buckets between these boundaries each value falls in.
Tensor bucketize(const Operand& x, const Tensor& boundaries, bool right = false);

}  // namespace xg
