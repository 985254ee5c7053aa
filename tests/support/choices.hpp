#pragma once
/// Random test cases that are built from small numbers only, so that a failing one can be made simple without
/// knowing what it means: its numbers are dropped and lowered, and the case is built again (the "internal
/// reduction" of Hypothesis).

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <random>
#include <string>
#include <vector>

#include <xgrad/core/shape.hpp>

namespace xg::test {

/// Hands out numbers, drawn from a seed or read from a list (0 beyond its end). By convention smaller numbers
/// make simpler cases.
class Choices {
 public:
  explicit Choices(std::uint64_t seed) : random_(seed) {}
  explicit Choices(std::vector<std::int64_t> recorded) : recorded_(std::move(recorded)), replays_(true) {}

  /// 0, ..., n - 1.
  std::int64_t below(std::int64_t n);
  /// low, ..., high.
  std::int64_t integer(std::int64_t low, std::int64_t high) { return low + below(high - low + 1); }
  bool coin() { return below(2) == 1; }
  /// One of these; the first is the simplest.
  template <class T> T pick(std::initializer_list<T> list) {
    return list.begin()[below(static_cast<std::int64_t>(list.size()))];
  }
  /// Between min_rank and max_rank sizes from `smallest` to `largest`.
  Shape shape(std::size_t min_rank, std::size_t max_rank, std::int64_t smallest, std::int64_t largest);
  /// One axis of a tensor of this rank, counted from either side.
  std::int64_t axis(std::size_t rank);
  /// Some of its axes, each once, in any order; perhaps none.
  Axes axes(std::size_t rank);
  /// 0, ..., n - 1 in any order.
  std::vector<std::int64_t> order(std::size_t n);

  /// The numbers that were handed out.
  const std::vector<std::int64_t>& taken() const { return taken_; }

 private:
  std::mt19937_64 random_;
  std::vector<std::int64_t> recorded_;
  bool replays_ = false;
  std::vector<std::int64_t> taken_;
};

/// The simplest list of numbers found for which `fails` is still true: the shortest, then the one with the
/// smallest numbers. `failing` is one for which it is.
std::vector<std::int64_t> shrink(const std::vector<std::int64_t>& failing,
                                 const std::function<bool(Choices&)>& fails);

/// "3,0,1", and back.
std::string to_text(const std::vector<std::int64_t>& choices);
std::vector<std::int64_t> from_text(const std::string& text);

}  // namespace xg::test
