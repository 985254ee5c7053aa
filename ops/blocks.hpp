#pragma once
/// A dense tensor cut along one axis, for loops that know their place on it. Internal to ops.

#include <algorithm>
#include <cstdint>

#include "../core/parallel.hpp"
#include "../core/shape.hpp"

namespace xg {

/// Blocks [length, inner], one for each position before the axis.
struct Blocks {
  std::int64_t outer = 1, length, inner = 1;

  Blocks(const Shape& shape, std::size_t axis) : length(shape[axis]) {
    for (std::size_t i = 0; i < axis; ++i) outer *= shape[i];
    for (std::size_t i = axis + 1; i < shape.size(); ++i) inner *= shape[i];
  }
  /// Calls f(block) for each of them.
  template <class F> void for_each(const F& f) const {
    const std::int64_t cut = std::max<std::int64_t>(1, (1 << 15) / std::max<std::int64_t>(1, length * inner));
    parallel_ranges(static_cast<std::size_t>(outer), static_cast<std::size_t>(cut),
                    [&](std::size_t begin, std::size_t end) {
                      for (std::size_t o = begin; o < end; ++o) f(static_cast<std::int64_t>(o));
                    });
  }
};

}  // namespace xg
