#include "loss_classes.hpp"

#include <fmt/format.h>

#include <limits>
#include <string_view>

#include "../core/copy.hpp"
#include "../core/elementwise.hpp"
#include "../ops/activation.hpp"
#include "../ops/arithmetic.hpp"
#include "../ops/comparison.hpp"
#include "../ops/index.hpp"
#include "../ops/math.hpp"
#include "../ops/reduce.hpp"
#include "../ops/softmax.hpp"
#include "../ops/view.hpp"
#include "loss_checks.hpp"

namespace xg::nn {
namespace {

// ---- classes ----

/// Scores of one sample a row, whatever axes they had.
struct Rows {
  Tensor scores;  // [n, c]
  Tensor target;  // [n], or [n, c] for probabilities
  Shape shape;    // of the losses
};

Tensor as_rows(const Tensor& x, std::int64_t rows) {
  if (x.dim() == 2) return x;
  const std::int64_t classes = x.size(x.dim() == 1 ? 0 : 1);
  return reshape(x.dim() == 1 ? x : movedim(x, 1, -1), {rows, classes});
}

Rows to_rows(std::string_view op, const Tensor& input, const Tensor& target) {
  if (input.dim() == 0)
    throw ShapeError(fmt::format("[{}] the input has no axes: expected [n, classes]", op));
  Shape shape = input.shape();
  shape.erase(shape.size() == 1 ? 0 : 1);
  const bool probabilities = is_floating(target.dtype());
  const Shape& expected = probabilities ? input.shape() : shape;
  if (target.shape() != expected)
    throw ShapeError(fmt::format("[{}] input {} needs a target {}, not {}", op, to_string(input.shape()),
                                 to_string(expected), to_string(target.shape())));
  const std::int64_t rows = count(shape);
  return {as_rows(input, rows), probabilities ? as_rows(target, rows) : reshape(target, {rows}), shape};
}

// The sum of the weights of all targets, which have been checked.
double counted_weight(const Tensor& target, const Tensor& weight, std::int64_t ignore_index) {
  const Tensor dense = contiguous(target);
  const Tensor weights = weight.defined() ? contiguous(to(weight.detach(), float64)) : Tensor();
  const double* w = weight.defined() ? weights.data<double>() : nullptr;
  const auto* k = dense.data<std::int64_t>();
  double total = 0;
  for (std::int64_t i = 0; i < dense.numel(); ++i)
    if (k[i] != ignore_index) total += w ? w[k[i]] : 1;
  return total;
}

template <class Options>
Tensor reduced_rows(std::string_view op, const Tensor& losses, const Rows& rows, const Options& options) {
  if (options.reduction != Reduction::mean)
    return reduced(op, reshape(losses, rows.shape), options.reduction);
  const Tensor total = sum(losses);
  const double divisor = counted_weight(rows.target, options.weight, options.ignore_index);
  // A division by 0 would make NaN of the gradients, too.
  if (divisor == 0) return total + std::numeric_limits<double>::quiet_NaN();
  return total / divisor;
}

// -sum of q * log p with the smoothed probabilities q.
Tensor cross_entropy_of_probabilities(const Rows& rows, const CrossEntropyOptions& options) {
  const double s = options.label_smoothing;
  Tensor q = s == 0 ? rows.target : rows.target * (1 - s) + s / static_cast<double>(rows.scores.size(1));
  if (options.weight.defined()) q = q * options.weight.detach();
  const Tensor losses = -sum(q * log_softmax(rows.scores, 1), {1});
  return reduced("cross_entropy", reshape(losses, rows.shape), options.reduction);
}

// ---- two classes ----

// A weight of its own, or 1.
Operand checked_weight(std::string_view op, const char* name, const Tensor& weight, const Tensor& input) {
  if (!weight.defined()) return 1.0;
  if (broadcast_shapes(op, input.shape(), weight.shape()) != input.shape())
    throw ShapeError(fmt::format("[{}] {} {} does not broadcast to the input {}", op, name,
                                 to_string(weight.shape()), to_string(input.shape())));
  return weight;
}

constexpr auto clamped_log = [](auto log_value) { return where(log_value < -100, -100, log_value); };

}  // namespace

Tensor cross_entropy(const Tensor& input, const Tensor& target, const CrossEntropyOptions& options) {
  constexpr const char* name = "cross_entropy";
  const Rows rows = to_rows(name, input, target);
  check_class_weight(name, options.weight, rows.scores.size(1));
  if (!(options.label_smoothing >= 0 && options.label_smoothing <= 1))
    throw ValueError(
        fmt::format("[{}] label_smoothing {}: expected a number from 0 to 1", name, options.label_smoothing));
  if (is_floating(target.dtype())) return cross_entropy_of_probabilities(rows, options);
  check_whole(name, "target", target);
  check_classes(name, rows.target, rows.scores.size(1), options.ignore_index);
  const Tensor losses = cross_entropy_rows(rows.scores, rows.target,
                                           {.weight = options.weight,
                                            .label_smoothing = options.label_smoothing,
                                            .ignore_index = options.ignore_index});
  return reduced_rows(name, losses, rows, options);
}

Tensor nll_loss(const Tensor& input, const Tensor& target, const NllLossOptions& options) {
  constexpr const char* name = "nll_loss";
  check_whole(name, "target", target);
  const Rows rows = to_rows(name, input, target);
  check_class_weight(name, options.weight, rows.scores.size(1));
  check_classes(name, rows.target, rows.scores.size(1), options.ignore_index);
  const Tensor ignored = rows.target == options.ignore_index, index = where(ignored, 0, rows.target);
  const Tensor picked = squeeze(gather(rows.scores, 1, unsqueeze(index, 1)), 1);
  const Tensor losses = where(ignored, 0, -weighted(picked, options.weight, index));
  return reduced_rows(name, losses, rows, options);
}

Tensor binary_cross_entropy(const Tensor& input, const Tensor& target,
                            const BinaryCrossEntropyOptions& options) {
  constexpr const char* name = "binary_cross_entropy";
  static const auto op = elementwise(
      name, [](auto x, auto t) { return -(t * clamped_log(log(x)) + (1 - t) * clamped_log(log1p(-x))); },
      pullback<Keep::inputs>([](auto g, auto x, auto t) {
        const auto slope = (1 - x) * x;
        return std::tuple{g * (x - t) / where(slope < 1e-12, 1e-12, slope),
                          g * (clamped_log(log1p(-x)) - clamped_log(log(x)))};
      }));
  check_same_shape(name, input, target);
  const Operand weight = checked_weight(name, "weight", options.weight, input);
  const Tensor losses = op(input, target);
  return reduced(name, options.weight.defined() ? losses * weight : losses, options.reduction);
}

Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        const BinaryCrossEntropyWithLogitsOptions& options) {
  constexpr const char* name = "binary_cross_entropy_with_logits";
  static const auto op = elementwise(name, [](auto x, auto t, auto pos_weight, auto weight) {
    return (pos_weight * t * softplus(-x) + (1 - t) * softplus(x)) * weight;
  });
  check_same_shape(name, input, target);
  const Tensor losses = op(input, target, checked_weight(name, "pos_weight", options.pos_weight, input),
                           checked_weight(name, "weight", options.weight, input));
  return reduced(name, losses, options.reduction);
}

Tensor kl_div(const Tensor& input, const Tensor& target, KlDivOptions options) {
  static const auto of_shares =
      elementwise("kl_div", [](auto x, auto t) { return where(t == 0.0, 0.0, t * (log(t) - x)); });
  static const auto of_logs = elementwise("kl_div", [](auto x, auto t) {
    const auto share = exp(t);
    return where(share == 0.0, 0.0, share * (t - x));
  });
  check_same_shape("kl_div", input, target);
  const Tensor losses = options.log_target ? of_logs(input, target) : of_shares(input, target);
  if (options.reduction != Reduction::batchmean) return reduced("kl_div", losses, options.reduction);
  if (input.dim() == 0)
    throw ShapeError("[kl_div] batchmean of a 0-d input: it has no batch to divide by, take sum");
  return sum(losses) / input.size(0);
}

}  // namespace xg::nn
