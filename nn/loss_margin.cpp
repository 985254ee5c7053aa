#include "loss_margin.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/elementwise.hpp"
#include "../ops/activation.hpp"
#include "../ops/arithmetic.hpp"
#include "../ops/comparison.hpp"
#include "../ops/index.hpp"
#include "../ops/math.hpp"
#include "../ops/reduce.hpp"
#include "../ops/view.hpp"
#include "loss_checks.hpp"
#include "loss_classes.hpp"

namespace xg::nn {
namespace {

constexpr auto hinge = [](auto gap) { return where(gap <= 0.0, 0.0, gap); };

// Scores [n, c], of which one sample may come as [c].
Tensor as_batch(std::string_view op, const Tensor& input) {
  if (input.dim() != 1 && input.dim() != 2)
    throw ShapeError(
        fmt::format("[{}] input {}: expected [n, classes] or [classes]", op, to_string(input.shape())));
  return input.dim() == 1 ? unsqueeze(input, 0) : input;
}

// One loss a row, under the shape that the input has without its classes.
Tensor reduced_batch(std::string_view op, const Tensor& losses, const Tensor& input, Reduction reduction) {
  return reduced(op, input.dim() == 1 ? squeeze(losses, 0) : losses, reduction);
}

struct Labels {
  Tensor index;    // [n, k], k the largest number of labels of a row; 0 where a row has fewer
  Tensor counts;   // [n, k], bool: a label stands here
  Tensor without;  // [n, c], bool: the class is no label
};

Labels read_labels(std::string_view op, const Tensor& target, std::int64_t classes) {
  const std::int64_t rows = target.size(0);
  const Tensor dense = contiguous(target);
  const auto* label = dense.data<std::int64_t>();
  std::vector<std::int64_t> lengths;
  for (std::int64_t r = 0; r < rows; ++r) {
    const auto* row = label + r * classes;
    lengths.push_back(std::find_if(row, row + classes, [](std::int64_t k) { return k < 0; }) - row);
  }
  const std::int64_t most = lengths.empty() ? 0 : *std::max_element(lengths.begin(), lengths.end());
  Labels labels{zeros({rows, most}, {.dtype = int64}), zeros({rows, most}, {.dtype = boolean}),
                ones({rows, classes}, {.dtype = boolean})};
  auto* index = labels.index.mutable_data<std::int64_t>();
  bool *counts = labels.counts.mutable_data<bool>(), *without = labels.without.mutable_data<bool>();
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t k = 0; k < lengths[static_cast<std::size_t>(r)]; ++k) {
      const std::int64_t y = label[r * classes + k];
      if (y >= classes)
        throw IndexError(fmt::format("[{}] target {} of sample {} is none of {} classes", op, y, r, classes));
      index[r * most + k] = y;
      counts[r * most + k] = true;
      without[r * classes + y] = false;
    }
  return labels;
}

}  // namespace

Tensor soft_margin_loss(const Tensor& input, const Tensor& target, LossOptions options) {
  static const auto op = elementwise("soft_margin_loss", [](auto x, auto t) { return softplus(-t * x); });
  check_same_shape(op.name(), input, target);
  return reduced(op.name(), op(input, target), options.reduction);
}

Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                           MarginRankingLossOptions options) {
  static const auto op = elementwise("margin_ranking_loss", [](auto a, auto b, auto t, auto margin) {
    const auto gap = margin - t * (a - b);
    return where(gap < 0.0, 0.0, gap);
  });
  check_same_shape(op.name(), input1, input2, "input1", "input2");
  check_same_shape(op.name(), input1, target, "input1");
  return reduced(op.name(), op(input1, input2, target, options.margin), options.reduction);
}

Tensor multi_margin_loss(const Tensor& input, const Tensor& target, const MultiMarginLossOptions& options) {
  constexpr const char* name = "multi_margin_loss";
  static const auto line = elementwise(name, [](auto x, auto own, auto is_own, auto margin) {
    return where(is_own != 0.0, 0.0, hinge(margin - own + x));
  });
  static const auto squares = elementwise(name, [](auto x, auto own, auto is_own, auto margin) {
    const auto gap = hinge(margin - own + x);
    return where(is_own != 0.0, 0.0, gap * gap);
  });
  if (options.p != 1 && options.p != 2)
    throw ValueError(fmt::format("[{}] p {}: expected 1 or 2", name, options.p));
  const Tensor x = as_batch(name, input);
  check_whole(name, "target", target);
  const Shape expected = input.dim() == 1 ? Shape{} : Shape{input.size(0)};
  if (target.shape() != expected)
    throw ShapeError(fmt::format("[{}] input {} needs a target {}, not {}", name, to_string(input.shape()),
                                 to_string(expected), to_string(target.shape())));
  check_class_weight(name, options.weight, x.size(1));
  const Tensor index = reshape(target, {x.size(0)});
  check_classes(name, index, x.size(1));
  const Tensor place = unsqueeze(index, 1), is_own = place == arange(x.size(1)), own = gather(x, 1, place);
  const Tensor gaps =
      options.p == 1 ? line(x, own, is_own, options.margin) : squares(x, own, is_own, options.margin);
  const Tensor losses = weighted(mean(gaps, {1}), options.weight, index);
  return reduced_batch(name, losses, input, options.reduction);
}

Tensor multilabel_margin_loss(const Tensor& input, const Tensor& target, LossOptions options) {
  constexpr const char* name = "multilabel_margin_loss";
  static const auto op = elementwise(name, [](auto own, auto other, auto counts, auto without) {
    return where((counts != 0.0) & (without != 0.0), hinge(1.0 - own + other), 0.0);
  });
  check_same_shape(name, input, target);
  check_whole(name, "target", target);
  const Tensor x = as_batch(name, input);
  const Labels labels = read_labels(name, as_batch(name, target), x.size(1));
  const Tensor gaps = op(unsqueeze(gather(x, 1, labels.index), 2), unsqueeze(x, 1),
                         unsqueeze(labels.counts, 2), unsqueeze(labels.without, 1));
  return reduced_batch(name, sum(gaps, {1, 2}) / x.size(1), input, options.reduction);
}

Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target,
                                   const MultilabelSoftMarginLossOptions& options) {
  constexpr const char* name = "multilabel_soft_margin_loss";
  check_same_shape(name, input, target);
  if (input.dim() == 0)
    throw ShapeError(fmt::format("[{}] the input has no axes: expected [..., classes]", name));
  check_class_weight(name, options.weight, input.size(-1));
  const Tensor losses = binary_cross_entropy_with_logits(
      input, target, {.weight = options.weight, .reduction = Reduction::none});
  return reduced(name, mean(losses, {-1}), options.reduction);
}

}  // namespace xg::nn
