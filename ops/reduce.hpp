#pragma once
/// Reductions. `axes` lists the axes that disappear, none means all of them; `keepdim` leaves them with
/// length 1. Names and defaults are PyTorch's. A result does not depend on the number of threads, and its
/// rounding error grows with the logarithm of the number of elements.

#include <array>
#include <cstdint>

#include "../core/tensor.hpp"

namespace xg {

/// The sum; 0 without elements. bool is counted as int64.
/// Grad    any order.
Tensor sum(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// The mean; NaN without elements.
/// Grad    any order.
/// Throws  DtypeError "[mean] needs a floating tensor, got int64: ...".
Tensor mean(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// sum((x - mean)^2) / (n - correction), from the mean in a second pass.
/// Grad    any order.
Tensor var(const Tensor& x, const Axes& axes = {}, double correction = 1, bool keepdim = false);
/// sqrt(var(x)).
/// Grad    0 where the result is 0; any order elsewhere.
Tensor std(const Tensor& x, const Axes& axes = {}, double correction = 1, bool keepdim = false);

/// var() or std(), and the mean.
/// Grad    as var() and std().
std::array<Tensor, 2> var_mean(const Tensor& x, const Axes& axes = {}, double correction = 1,
                               bool keepdim = false);
std::array<Tensor, 2> std_mean(const Tensor& x, const Axes& axes = {}, double correction = 1,
                               bool keepdim = false);
/// sum() and mean() of the elements that are not NaN.
/// Grad    0 to NaN; any order.
Tensor nansum(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
Tensor nanmean(const Tensor& x, const Axes& axes = {}, bool keepdim = false);

/// The largest or smallest element; NaN if one is NaN.
/// Grad    split evenly among ties.
/// Throws  ValueError "[amax] axes [0] of [0, 3] have no elements: there is no largest or smallest one".
Tensor amax(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
Tensor amin(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// amax() and amin() over all elements.
Tensor max(const Tensor& x);
Tensor min(const Tensor& x);
/// The largest or smallest element along one axis and the first index where it stands; NaN counts as both.
/// Grad    through the values, to the element at that index; any order.
/// Throws  ValueError as amax().
std::array<Tensor, 2> max(const Tensor& x, std::int64_t axis, bool keepdim = false);
std::array<Tensor, 2> min(const Tensor& x, std::int64_t axis, bool keepdim = false);
/// The first index of the largest or smallest element along one axis, or in the flattened tensor.
/// Throws  ValueError as amax().
Tensor argmax(const Tensor& x, std::int64_t axis, bool keepdim = false);
Tensor argmin(const Tensor& x, std::int64_t axis, bool keepdim = false);
Tensor argmax(const Tensor& x);
Tensor argmin(const Tensor& x);

/// The product; 1 without elements.
/// Grad    the exact product of the other elements, zeros among them or not; any order.
Tensor prod(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// log(sum(exp(x))) without overflow; -inf without elements.
/// Grad    0 where the result is infinite; any order elsewhere.
Tensor logsumexp(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// The p-norm (sum |x|^p)^(1/p); the largest |x| for p = inf, the smallest for -inf, the number of elements
/// that are not 0 for p = 0.
/// Grad    0 where the norm is 0; any order elsewhere.
Tensor norm(const Tensor& x, double p = 2, const Axes& axes = {}, bool keepdim = false);

/// True if every element is true, or not 0; true without elements.
Tensor all(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// True if an element is true, or not 0; false without elements.
Tensor any(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// How many elements are not 0, as int64.
Tensor count_nonzero(const Tensor& x, const Axes& axes = {}, bool keepdim = false);

}  // namespace xg
