#pragma once
/// Random shapes and attributes: an op draws a sample from choices, and random_samples_test.cpp checks the
/// properties of sample.hpp there. A family's ops stand in random_op_<family>.cpp:
///
///   Sample draw_softmax(Choices& c) {
///     const Tensor x = distinct_tensor(c, c.shape(1, 4, 0, 6));
///     const std::int64_t axis = c.axis(x.dim());
///     return {.inputs = {x},
///             .run = [=](const Inputs& in) { return softmax(in[0], axis); },
///             .text = fmt::format("softmax {} axis {}", to_string(x.shape()), axis)};
///   }
///   const RandomOps softmax_ops([] { return std::vector<RandomOp>{{"softmax", draw_softmax}}; });

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sample.hpp"
#include "support/choices.hpp"

namespace xg::test {

struct RandomOp {
  std::string name = {};
  std::function<Sample(Choices&)> draw = {};
  std::string family = {};  ///< from the file's name if left out
};

/// Adds ops, from a namespace-scope constant.
class RandomOps {
 public:
  explicit RandomOps(std::vector<RandomOp> (*ops)(), const char* file = __builtin_FILE());
};

/// All ops of all families, family by family.
const std::vector<RandomOp>& random_ops();

/// An input with drawn values, exact in float32.
Tensor tensor_of(Choices& choices, const Arg& arg);
/// float64 values in [-2, 2], evenly spaced in random order: no ties.
Tensor distinct_tensor(Choices& choices, const Shape& shape);

/// The shape, or in one draw of four with a last axis longer than any vector.
Shape perhaps_long(Choices& choices, Shape shape);

/// What is wrong with the sample that the op draws from these choices: empty if nothing. Memory layouts are
/// drawn too.
struct Finding {
  std::string text;   ///< of the sample
  std::string wrong;  ///< which property fails and how
};
Finding check(const RandomOp& op, Choices& choices);

/// The finding for the simplest sample that can be derived from failing choices, and how to run it again.
std::string report(const RandomOp& op, const std::vector<std::int64_t>& failing);

}  // namespace xg::test
