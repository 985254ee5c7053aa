#include "random_op.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>

namespace xg::test {
namespace {

struct Family {
  std::vector<RandomOp> (*ops)();
  std::string name;
};

std::vector<Family>& families() {
  static std::vector<Family> list;
  return list;
}

// The same values, drawn to lie elsewhere: axes in another order, gaps, an offset.
Tensor elsewhere(Choices& choices, const Tensor& x) {
  const auto order = choices.order(x.dim());
  const std::int64_t gap = choices.below(3), offset = choices.below(3);
  return laid_out(x, order, gap, offset);
}

}  // namespace

RandomOps::RandomOps(std::vector<RandomOp> (*ops)(), const char* file) {
  families().push_back({ops, family_of(file, "random_op_")});
}

const std::vector<RandomOp>& random_ops() {
  static const std::vector<RandomOp> ops = [] {
    std::vector<RandomOp> all;
    for (const Family& family : families())
      for (RandomOp& op : family.ops()) {
        if (op.family.empty()) op.family = family.name;
        all.push_back(std::move(op));
      }
    std::ranges::stable_sort(all, {}, &RandomOp::family);
    return all;
  }();
  return ops;
}

Tensor tensor_of(Choices& choices, const Arg& arg) {
  return draw({arg}, static_cast<std::uint64_t>(choices.below(1000)))[0];
}

Tensor distinct_tensor(Choices& choices, const Shape& shape) {
  return tensor_of(choices, Arg{.shape = shape, .distinct = true});
}

Shape perhaps_long(Choices& choices, Shape shape) {
  if (!shape.empty() && choices.below(4) == 3) shape[shape.size() - 1] = choices.integer(8, 40);
  return shape;
}

Finding check(const RandomOp& op, Choices& choices) {
  Finding found;
  try {
    const Sample s = op.draw(choices);
    found.text = s.text;
    const Inputs moved = mapped(s.inputs, [&](const Tensor& x) { return elsewhere(choices, x); });
    const Inputs mixed = mapped(s.inputs, [&](const Tensor& x) {
      return s.mixes && is_floating(x.dtype()) && choices.coin() ? to(x, float32) : x;
    });
    const GradcheckOptions directions{.full_up_to = 0, .directions = 1};
    const bool differentiable = s.differentiable && !floating(s.inputs).empty();
    const auto fails = [&](const char* property, const std::string& how) {
      if (!how.empty()) found.wrong = fmt::format("{}: {}", property, how);
      return !how.empty();
    };
    if (s.reference && fails("value equals the reference", wrong_value(s))) return found;
    if (fails("other memory", wrong_at(s, moved, 1e-12))) return found;
    if (s.mixes && fails("mixed dtypes", wrong_at(s, mixed, s.tolerance32))) return found;
    if (fails("float32 follows float64", wrong_in_float32(s))) return found;
    if (!s.differentiable && fails("stays off the tape", wrongly_on_tape(s))) return found;
    if (differentiable && fails("gradient", wrong_gradient(s, directions))) return found;
    if (differentiable && fails("jvp and vjp", wrong_jvp(s))) return found;
    if (differentiable && s.smooth) fails("second derivative", wrong_second_derivative(s, directions));
  } catch (const Error& e) {
    found.wrong = fmt::format("throws: {}", e.what());
  }
  return found;
}

std::string report(const RandomOp& op, const std::vector<std::int64_t>& failing) {
  const auto fails = [&](Choices& choices) { return !check(op, choices).wrong.empty(); };
  const auto simplest = shrink(failing, fails);
  Choices choices(simplest);
  const Finding found = check(op, choices);
  return fmt::format(
      "{}\n  {}\n  again: XGRAD_RANDOM_CASE='{}:{}' xgrad_tests --source-file='*/random_samples_test.cpp'",
      found.text, found.wrong, op.name, to_text(simplest));
}

}  // namespace xg::test
