#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "shape.hpp"

namespace xg {

/// Walks all positions of `shape` in row-major order, keeping one offset for each list of strides.
template <std::size_t K> class Odometer {
 public:
  Odometer(const Shape& shape, const std::array<Strides, K>& strides) : shape_(shape), strides_(strides) {
    index_ = Dims::filled(shape.size(), 0);
  }
  /// Starts at the position with this row-major number.
  void seek(std::int64_t linear) {
    offset_.fill(0);
    for (std::size_t axis = shape_.size(); axis-- > 0;) {
      index_[axis] = linear % shape_[axis];
      linear /= shape_[axis];
      for (std::size_t k = 0; k < K; ++k) offset_[k] += index_[axis] * strides_[k][axis];
    }
  }
  void next() {
    for (std::size_t axis = shape_.size(); axis-- > 0;) {
      for (std::size_t k = 0; k < K; ++k) offset_[k] += strides_[k][axis];
      if (++index_[axis] < shape_[axis]) return;
      for (std::size_t k = 0; k < K; ++k) offset_[k] -= shape_[axis] * strides_[k][axis];
      index_[axis] = 0;
    }
  }
  const Dims& index() const { return index_; }
  std::int64_t offset(std::size_t k = 0) const { return offset_[k]; }
  const std::array<std::int64_t, K>& offsets() const { return offset_; }

 private:
  Shape shape_;
  std::array<Strides, K> strides_;
  Dims index_;
  std::array<std::int64_t, K> offset_{};
};

/// Calls f(index, offsets) at each position; a `false` from f ends the walk.
template <std::size_t K, class F>
void for_each_index(const Shape& shape, const std::array<Strides, K>& strides, F&& f) {
  const std::int64_t n = count(shape);
  Odometer<K> at(shape, strides);
  for (std::int64_t i = 0; i < n; ++i, at.next()) {
    if constexpr (std::is_void_v<decltype(f(at.index(), at.offsets()))>)
      f(at.index(), at.offsets());
    else if (!f(at.index(), at.offsets()))
      return;
  }
}

/// Merges neighbouring axes that are one axis for every list of strides, and drops axes of length 1.
inline void collapse_axes(Shape& shape, std::span<Strides> strides) {
  std::size_t merged = 0;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    const std::int64_t length = shape[axis];
    if (length == 1) continue;
    const auto continues = [&](const Strides& s) { return s[merged - 1] == s[axis] * length; };
    if (merged > 0 && std::ranges::all_of(strides, continues))
      shape[merged - 1] *= length;
    else
      shape[merged++] = length;
    for (Strides& s : strides) s[merged - 1] = s[axis];
  }
  shape = Shape(std::span(shape.begin(), merged));
  for (Strides& s : strides) s = Strides(std::span(s.begin(), merged));
}

}  // namespace xg
