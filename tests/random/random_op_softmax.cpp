#include <fmt/format.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/softmax.hpp>

#include "random_op.hpp"

namespace xg::test {
namespace {

RandomOp along_axis(std::string name, Tensor (*op)(const Tensor&, std::int64_t)) {
  return {name, [=](Choices& c) {
            const Tensor x = distinct_tensor(c, perhaps_long(c, c.shape(1, 4, 0, 6)));
            const std::int64_t axis = c.axis(x.dim());
            return Sample{.inputs = {x},
                          .run = [=](const Inputs& in) { return op(in[0], axis); },
                          .text = fmt::format("{} {} axis {}", name, to_string(x.shape()), axis)};
          }};
}

Sample draw_cross_entropy(Choices& c) {
  const std::int64_t rows = c.integer(1, 5), classes = c.integer(1, 6);
  const Tensor logits = distinct_tensor(c, {rows, classes});
  const Tensor target =
      tensor_of(c, {.shape = {rows}, .low = 0, .high = static_cast<double>(classes), .dtype = int64});
  CrossEntropyOptions options{.label_smoothing = c.pick({0.0, 0.25}), .ignore_index = c.pick({-100, 0})};
  if (c.coin()) options.weight = tensor_of(c, {.shape = {classes}, .low = 0.5, .high = 2});
  return {.inputs = {logits, target},
          .run = [=](const Inputs& in) { return cross_entropy_rows(in[0], in[1], options); },
          .text = fmt::format("cross_entropy_rows {} smoothing {} ignore_index {}{}",
                              to_string(logits.shape()), options.label_smoothing, options.ignore_index,
                              options.weight.defined() ? " weighted" : "")};
}

std::vector<RandomOp> ops() {
  return {along_axis("softmax", softmax),
          along_axis("log_softmax", log_softmax),
          {"cross_entropy_rows", draw_cross_entropy}};
}

const RandomOps softmax_ops(ops);

}  // namespace
}  // namespace xg::test
