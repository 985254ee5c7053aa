#include "loss.hpp"

#include <fmt/format.h>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/elementwise.hpp"
#include "../ops/ops.hpp"

namespace xg::nn {
namespace {

Tensor reduce(const Tensor& losses, Reduction reduction) {
  switch (reduction) {
    case Reduction::none:
      return losses;
    case Reduction::sum:
      return sum(losses);
    default:
      return mean(losses);
  }
}

Tensor weighted(const Tensor& losses, const Tensor& weight) {
  return weight.defined() ? losses * weight : losses;
}

// A classification's input as rows of classes [samples, c] and its targets as [samples].
struct Rows {
  Tensor input;
  Tensor target;
  Shape shape;  // of the single losses
};

Rows as_rows(const char* op, const Tensor& input, const Tensor& target) {
  const Shape& in = input.shape();
  Shape samples;
  for (std::size_t axis = 0; axis < in.size(); ++axis)
    if (axis != (in.size() == 1 ? 0 : 1)) samples.push_back(in[axis]);
  if (in.empty() || target.shape() != samples)
    throw ShapeError(
        fmt::format("[{}] input {} and target {}: input [n, c, d...] needs a target [n, d...] of classes", op,
                    to_string(in), to_string(target.shape())));
  if (target.dtype() != int64)
    throw DtypeError(fmt::format("[{}] target {}: classes are int64; convert them with to(target, int64)", op,
                                 describe(target)));
  const std::int64_t classes = in[in.size() == 1 ? 0 : 1];
  const Tensor last = in.size() <= 2 ? input : movedim(input, 1, -1);
  return {reshape(last, {count(samples), classes}), reshape(target, {count(samples)}), samples};
}

// The weight of each target's class, 0 for those that are ignored.
Tensor target_weights(const Rows& rows, const Tensor& weight, std::int64_t ignore_index, Dtype dtype) {
  const Tensor counts = rows.target != ignore_index;
  if (!weight.defined()) return to(counts, dtype);
  return where(counts, index_select(to(weight, dtype), 0, where(counts, rows.target, 0)), 0.0);
}

Tensor reduce_classes(const Tensor& losses, const Rows& rows, const Tensor& weight, std::int64_t ignore_index,
                      Reduction reduction) {
  switch (reduction) {
    case Reduction::none:
      return reshape(losses, rows.shape);
    case Reduction::sum:
      return sum(losses);
    default:
      return sum(losses) / sum(target_weights(rows, weight, ignore_index, losses.dtype()));
  }
}

void check_class_weight(const char* op, const Tensor& weight, std::int64_t classes) {
  if (weight.defined() && weight.shape() != Shape{classes})
    throw ShapeError(
        fmt::format("[{}] weight {} must have the shape [{}]", op, to_string(weight.shape()), classes));
}

// Targets that are distributions over the classes.
Tensor soft_cross_entropy(const Tensor& input, const Tensor& target, const CrossEntropyLossOptions& options) {
  if (target.shape() != input.shape())
    throw ShapeError(
        fmt::format("[cross_entropy] input {} and target {}: a target of probabilities has the input's shape",
                    to_string(input.shape()), to_string(target.shape())));
  const std::int64_t axis = input.dim() == 1 ? 0 : 1;
  const std::int64_t classes = input.size(axis);
  check_class_weight("cross_entropy", options.weight, classes);
  const double s = options.label_smoothing;
  const Tensor p = s == 0 ? target : (1 - s) * target + s / static_cast<double>(classes);
  Tensor terms = p * log_softmax(input, axis);
  if (options.weight.defined()) {
    Shape along = Shape::filled(input.dim(), 1);
    along[static_cast<std::size_t>(axis)] = classes;
    terms = terms * reshape(options.weight, along);
  }
  const Tensor losses = -sum(terms, {axis});
  if (options.reduction != Reduction::mean) return reduce(losses, options.reduction);
  return sum(losses) / static_cast<double>(losses.numel());
}

}  // namespace

Tensor mse_loss(const Tensor& input, const Tensor& target, const LossOptions& options) {
  static const auto op = elementwise("mse_loss", [](auto x, auto y) { return (x - y) * (x - y); });
  return reduce(op(input, target), options.reduction);
}

Tensor l1_loss(const Tensor& input, const Tensor& target, const LossOptions& options) {
  static const auto op = elementwise("l1_loss", [](auto x, auto y) { return abs(x - y); });
  return reduce(op(input, target), options.reduction);
}

Tensor huber_loss(const Tensor& input, const Tensor& target, const HuberOptions& options) {
  if (!(options.delta > 0))
    throw ValueError(fmt::format("[huber_loss] delta {}: it must be above 0", options.delta));
  const auto op = elementwise("huber_loss", [delta = options.delta](auto x, auto y) {
    const auto d = x - y;
    const auto size = abs(d);
    return where(size <= delta, 0.5 * d * d, delta * (size - 0.5 * delta));
  });
  return reduce(op(input, target), options.reduction);
}

Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, const SmoothL1Options& options) {
  if (!(options.beta >= 0))
    throw ValueError(fmt::format("[smooth_l1_loss] beta {}: it must not be negative", options.beta));
  if (options.beta == 0) return l1_loss(input, target, {options.reduction});
  return huber_loss(input, target, {options.reduction, options.beta}) / options.beta;
}

Tensor cross_entropy(const Tensor& input, const Tensor& target, const CrossEntropyLossOptions& options) {
  if (is_floating(target.dtype())) return soft_cross_entropy(input, target, options);
  const Rows rows = as_rows("cross_entropy", input, target);
  check_class_weight("cross_entropy", options.weight, rows.input.size(1));
  const Tensor losses = cross_entropy_rows(rows.input, rows.target,
                                           {options.weight, options.label_smoothing, options.ignore_index});
  return reduce_classes(losses, rows, options.weight, options.ignore_index, options.reduction);
}

Tensor nll_loss(const Tensor& input, const Tensor& target, const ClassOptions& options) {
  const Rows rows = as_rows("nll_loss", input, target);
  check_class_weight("nll_loss", options.weight, rows.input.size(1));
  const Tensor counts = rows.target != options.ignore_index;
  const Tensor classes = unsqueeze(where(counts, rows.target, 0), 1);
  const Tensor chosen = squeeze(gather(rows.input, 1, classes), 1);
  const Tensor weights = target_weights(rows, options.weight, options.ignore_index, chosen.dtype());
  // Not a product with 0: an ignored row may hold -inf.
  const Tensor losses = where(counts, -chosen * weights, 0.0);
  return reduce_classes(losses, rows, options.weight, options.ignore_index, options.reduction);
}

Tensor binary_cross_entropy(const Tensor& input, const Tensor& target,
                            const BinaryCrossEntropyOptions& options) {
  const Tensor outside = logical_or(input<0, input> 1);
  if (any(outside).item() != 0) {
    const std::int64_t at = argmax(to(flatten(outside), int64)).item<std::int64_t>();
    throw ValueError(
        fmt::format("[binary_cross_entropy] input {} at element {}: probabilities lie in [0, 1]; for logits "
                    "use binary_cross_entropy_with_logits",
                    flatten(input.detach()).at({at}), at));
  }
  static const auto op = elementwise(
      "binary_cross_entropy",
      [](auto p, auto y) { return -(y * maximum(log(p), -100.0) + (1 - y) * maximum(log1p(-p), -100.0)); },
      pullback<Keep::inputs>([](auto g, auto p, auto y) {
        return std::tuple{g * (p - y) / maximum(p * (1 - p), 1e-12),
                          g * (maximum(log1p(-p), -100.0) - maximum(log(p), -100.0))};
      }));
  return reduce(weighted(op(input, target), options.weight), options.reduction);
}

Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        const LogitsOptions& options) {
  static const auto plain = elementwise("binary_cross_entropy_with_logits",
                                        [](auto x, auto y) { return (1 - y) * x + softplus(-x); });
  static const auto positive = elementwise("binary_cross_entropy_with_logits", [](auto x, auto y, auto w) {
    return (1 - y) * x + (1 + (w - 1) * y) * softplus(-x);
  });
  const Tensor losses =
      options.pos_weight.defined() ? positive(input, target, options.pos_weight) : plain(input, target);
  return reduce(weighted(losses, options.weight), options.reduction);
}

}  // namespace xg::nn
