#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace xg {

/// At most this many axes; keeps shapes inside of their tensor, with no allocation of their own.
inline constexpr std::size_t max_rank = 8;

[[noreturn]] void throw_rank_too_high(std::size_t rank);

/// A short list of integers, one for each axis: a shape, strides in elements, or a list of axes.
class Dims {
 public:
  constexpr Dims() = default;
  constexpr Dims(std::initializer_list<std::int64_t> values)
      : Dims(std::span(values.begin(), values.size())) {}
  constexpr explicit Dims(std::span<const std::int64_t> values) : rank_(checked(values.size())) {
    std::copy(values.begin(), values.end(), values_.begin());
  }
  /// `rank` times `value`.
  static constexpr Dims filled(std::size_t rank, std::int64_t value) {
    Dims d;
    d.rank_ = checked(rank);
    std::fill_n(d.values_.begin(), rank, value);
    return d;
  }

  constexpr std::size_t size() const { return rank_; }
  constexpr bool empty() const { return rank_ == 0; }
  constexpr std::int64_t& operator[](std::size_t i) { return values_[i]; }
  constexpr std::int64_t operator[](std::size_t i) const { return values_[i]; }
  constexpr std::int64_t* begin() { return values_.data(); }
  constexpr std::int64_t* end() { return values_.data() + rank_; }
  constexpr const std::int64_t* begin() const { return values_.data(); }
  constexpr const std::int64_t* end() const { return values_.data() + rank_; }
  constexpr std::int64_t back() const { return values_[rank_ - 1]; }

  constexpr void push_back(std::int64_t v) {
    rank_ = checked(rank_ + 1);
    values_[rank_ - 1] = v;
  }
  constexpr void insert(std::size_t at, std::int64_t v) {
    push_back(v);
    std::rotate(begin() + at, end() - 1, end());
  }
  constexpr void erase(std::size_t at) {
    std::copy(begin() + at + 1, end(), begin() + at);
    --rank_;
  }
  constexpr bool contains(std::int64_t v) const { return std::find(begin(), end(), v) != end(); }

  friend constexpr bool operator==(const Dims& a, const Dims& b) {
    if (a.rank_ != b.rank_) return false;
    for (std::size_t i = 0; i < a.rank_; ++i)
      if (a.values_[i] != b.values_[i]) return false;
    return true;
  }

 private:
  static constexpr std::size_t checked(std::size_t rank) {
    if (rank > max_rank) throw_rank_too_high(rank);
    return rank;
  }

  std::array<std::int64_t, max_rank> values_{};
  std::size_t rank_ = 0;
};

using Shape = Dims;
using Strides = Dims;  ///< in elements, not bytes
using Axes = Dims;

/// Product of the sizes; 1 for a 0-d shape.
constexpr std::int64_t count(const Shape& shape) {
  std::int64_t n = 1;
  for (std::int64_t s : shape) n *= s;
  return n;
}

/// Row-major strides of a dense tensor.
Strides contiguous_strides(const Shape& shape);

/// "[2, 3]".
std::string to_string(const Dims& dims);

/// The shape that both broadcast to, NumPy's rules.
/// Throws  ShapeError "[op] shapes [2, 3] and [4] do not broadcast: axis -1 has sizes 3 and 4".
Shape broadcast_shapes(std::string_view op, const Shape& a, const Shape& b);

/// Strides that read a tensor of `shape` and `strides` as if it had the shape `to`: 0 along broadcast axes.
Strides broadcast_strides(const Shape& shape, const Strides& strides, const Shape& to);

/// Turns a negative axis into its positive twin.
/// Throws  IndexError "[op] axis 3 is out of range for a tensor of shape [2, 3]".
std::size_t normalize_axis(std::string_view op, std::int64_t axis, const Shape& shape);

/// The same for a list: sorted, without duplicates; an empty list stands for all axes.
Axes normalize_axes(std::string_view op, const Axes& axes, const Shape& shape);

}  // namespace xg
