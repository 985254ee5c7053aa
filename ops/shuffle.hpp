#pragma once

#include <cstdint>

#include "../core/tensor.hpp"

namespace xg {

/// Blocks of r * r channels dealt out to squares of r * r elements: channel c r^2 + i r + j of x is element
/// (i, j) of each square of channel c.
/// Shapes  x [..., c r^2, h, w]; returns [..., c, h r, w r].
/// Grad    any order.
/// Throws  ShapeError "[pixel_shuffle] x [1, 6, 2, 2]: its 6 channels are no multiple of 4".
Tensor pixel_shuffle(const Tensor& x, std::int64_t upscale_factor);
/// The inverse of pixel_shuffle.
/// Shapes  x [..., c, h r, w r]; returns [..., c r^2, h, w].
/// Grad    any order.
/// Throws  ShapeError "[pixel_unshuffle] x [1, 1, 3, 4]: ...".
Tensor pixel_unshuffle(const Tensor& x, std::int64_t downscale_factor);
/// Channels in another order: those of `groups` groups in turn, the first of each, then the second ...
/// Shapes  x [n, c, ...]; returns the same.
/// Grad    any order.
/// Throws  ShapeError "[channel_shuffle] x [1, 5, 2]: its 5 channels cannot be cut into 2 groups".
Tensor channel_shuffle(const Tensor& x, std::int64_t groups);

}  // namespace xg
