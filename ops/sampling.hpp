#pragma once
/// Draws from distributions that a tensor describes.

#include <cstdint>

#include "../core/random.hpp"
#include "../core/tensor.hpp"

namespace xg {

/// Indices along the last axis, each drawn with a probability in proportion to its weight; without replacement
/// no index of a row comes twice, and each is drawn in proportion to the weights that are left.
/// Shapes  input [n] or [rows, n] of weights, which need not add up to 1; returns int64 [num_samples] or [rows,
///         num_samples].
/// Throws  ShapeError "[multinomial] input float32 []: expected weights [n] or [rows, n]"; ValueError
///         "[multinomial] input float32 [3]: a weight is negative, infinite or NaN", and "[multinomial] input
///         float32 [3]: a row has 1 weight above 0, too few to draw 2 without replacement".
Tensor multinomial(const Tensor& input, std::int64_t num_samples, bool replacement = false,
                   Generator& generator = default_generator());

}  // namespace xg
