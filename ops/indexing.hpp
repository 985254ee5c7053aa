#pragma once
/// Indexing by NumPy's rules:
///
///   x[3]                                    row 3; negative numbers count from the end
///   x[{slice(2, none), 0}]                  column 0 from row 2 on
///   x[{ellipsis, slice(none, none, 2)}]     every second column
///   x[{slice(), newaxis, -1}]               the last column as a [n, 1] matrix
///   x[{places, slice(0, 10)}]               rows by an int64 tensor, repeated ones as often as they stand there
///   x[x > 0]                                the elements at which a mask is true, in one list
///   index_put(x, {slice(0, 2)}, 0.0)        x with its first two rows 0

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <variant>
#include <vector>

#include "../core/operand.hpp"
#include "../core/tensor.hpp"

namespace xg {

/// An open end of a slice.
inline constexpr std::nullopt_t none = std::nullopt;

/// Python's slice: from start, below stop, in steps, which may be negative. Negative ends count from the end
/// of the axis, and what lies outside of it is cut off.
struct Slice {
  std::optional<std::int64_t> start = {}, stop = {};
  std::int64_t step = 1;
};
/// The whole axis.
constexpr Slice slice() { return {}; }
/// The elements below stop.
constexpr Slice slice(std::optional<std::int64_t> stop) { return {.stop = stop}; }
constexpr Slice slice(std::optional<std::int64_t> start, std::optional<std::int64_t> stop,
                      std::int64_t step = 1) {
  return {start, stop, step};
}

struct NewAxis {};
/// A new axis of length 1.
inline constexpr NewAxis newaxis;

struct Ellipsis {};
/// As many whole axes as the other entries of an index leave; what an index does not mention is whole too.
inline constexpr Ellipsis ellipsis;

/// One entry of an index: a number, a slice, newaxis, ellipsis, an int64 tensor of places or a bool mask,
/// which stands for as many axes as it has.
class Index {
 public:
  using Entry = std::variant<std::int64_t, Slice, NewAxis, Ellipsis, Tensor>;

  template <std::integral I>
  requires(!std::same_as<I, bool>) Index(I number) : entry_(static_cast<std::int64_t>(number)) {}
  Index(Slice range) : entry_(range) {}
  Index(NewAxis axis) : entry_(axis) {}
  Index(Ellipsis rest) : entry_(rest) {}
  Index(Tensor places) : entry_(std::move(places)) {}

  const Entry& entry() const { return entry_; }

 private:
  Entry entry_;
};

/// x[{...}] for a list whose length is known at run time only. Numbers and slices alone give a view, unless a
/// step is negative. Tensors broadcast to one shape, whose axes stand where the tensors (and numbers beside
/// them) stood, or in front if something lies between these.
/// Grad    x, any order; repeated places add up.
/// Throws  IndexError "[index] 3 is out of range for axis 0 of [3, 2]", also for a place in a tensor, more
///         entries than axes or two ellipses; DtypeError "[index] a float32 tensor is no index: ...";
///         ShapeError for a mask that does not fit or tensors that do not broadcast; ValueError for step 0.
Tensor index(const Tensor& x, const std::vector<Index>& index);

/// x with other values at x[index], which they broadcast to; `accumulate` adds them instead. Where places are
/// repeated, the last value stays, or all of them are added.
/// Grad    x and values, any order; nothing to what was overwritten.
/// Throws  as index(); ShapeError "[index_put] values [3] do not broadcast to [2, 2], the shape of x[index]".
Tensor index_put(const Tensor& x, const std::vector<Index>& index, const Operand& values,
                 bool accumulate = false);

}  // namespace xg
