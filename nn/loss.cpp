#include "loss.hpp"

#include <fmt/format.h>

#include <limits>
#include <string_view>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/elementwise.hpp"
#include "../ops/activation.hpp"
#include "../ops/arithmetic.hpp"
#include "../ops/comparison.hpp"
#include "../ops/index.hpp"
#include "../ops/math.hpp"
#include "../ops/reduce.hpp"
#include "../ops/softmax.hpp"
#include "../ops/view.hpp"

namespace xg::nn {
namespace {

Tensor reduced(const Tensor& losses, Reduction reduction) {
  switch (reduction) {
    case Reduction::mean:
      return mean(losses);
    case Reduction::sum:
      return sum(losses);
    default:
      return losses;
  }
}

void check_same_shape(std::string_view op, const Tensor& input, const Tensor& target) {
  if (input.shape() != target.shape())
    throw ShapeError(fmt::format("[{}] input {} and target {} differ in shape: reshape one of them", op,
                                 to_string(input.shape()), to_string(target.shape())));
}

// ---- differences ----

template <class Op>
Tensor difference_loss(const Op& op, const Tensor& input, const Tensor& target, Reduction reduction) {
  check_same_shape(op.name(), input, target);
  return reduced(op(input, target), reduction);
}

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

void check_class_weight(std::string_view op, const Tensor& weight, std::int64_t classes) {
  if (weight.defined() && weight.shape() != Shape{classes})
    throw ShapeError(fmt::format("[{}] weight {} for {} classes: expected [{}]", op,
                                 to_string(weight.shape()), classes, classes));
}

// The classes of all rows, 0 where ignored.
Tensor class_index(std::string_view op, const Rows& rows, std::int64_t ignore_index) {
  const std::int64_t classes = rows.scores.size(1);
  Tensor index = clone(rows.target);
  auto* k = index.mutable_data<std::int64_t>();
  for (std::int64_t i = 0; i < index.numel(); ++i) {
    if (k[i] == ignore_index)
      k[i] = 0;
    else if (k[i] < 0 || k[i] >= classes)
      throw IndexError(
          fmt::format("[{}] target {} of sample {} is none of {} classes", op, k[i], i, classes));
  }
  return index;
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

template <class Options> Tensor reduced_rows(const Tensor& losses, const Rows& rows, const Options& options) {
  if (options.reduction == Reduction::none) return reshape(losses, rows.shape);
  const Tensor total = sum(losses);
  if (options.reduction == Reduction::sum) return total;
  const double divisor = counted_weight(rows.target, options.weight, options.ignore_index);
  // A division by 0 would make NaN of the gradients, too.
  if (divisor == 0) return total + std::numeric_limits<double>::quiet_NaN();
  return total / divisor;
}

// -sum of q * log p with the smoothed probabilities q.
Tensor cross_entropy_of_probabilities(const Rows& rows, const CrossEntropyOptions& options) {
  const std::int64_t classes = rows.scores.size(1);
  check_class_weight("cross_entropy", options.weight, classes);
  const double s = options.label_smoothing;
  if (!(s >= 0 && s <= 1))
    throw ValueError(fmt::format("[cross_entropy] label_smoothing {}: expected a number from 0 to 1", s));
  Tensor q = s == 0 ? rows.target : rows.target * (1 - s) + s / static_cast<double>(classes);
  if (options.weight.defined()) q = q * options.weight.detach();
  const Tensor losses = -sum(q * log_softmax(rows.scores, 1), {1});
  if (options.reduction == Reduction::none) return reshape(losses, rows.shape);
  return reduced(losses, options.reduction);
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

Tensor mse_loss(const Tensor& input, const Tensor& target, LossOptions options) {
  static const auto op = elementwise("mse_loss", [](auto x, auto t) {
    const auto d = x - t;
    return d * d;
  });
  return difference_loss(op, input, target, options.reduction);
}

Tensor l1_loss(const Tensor& input, const Tensor& target, LossOptions options) {
  static const auto op = elementwise("l1_loss", [](auto x, auto t) { return abs(x - t); });
  return difference_loss(op, input, target, options.reduction);
}

Tensor huber_loss(const Tensor& input, const Tensor& target, HuberLossOptions options) {
  if (!(options.delta > 0))
    throw ValueError(fmt::format("[huber_loss] delta {}: must be positive", options.delta));
  const auto op = elementwise("huber_loss", [delta = options.delta](auto x, auto t) {
    const auto d = x - t;
    const auto a = abs(d);
    return where(a < delta, 0.5 * d * d, delta * (a - 0.5 * delta));
  });
  return difference_loss(op, input, target, options.reduction);
}

Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, SmoothL1LossOptions options) {
  if (!(options.beta >= 0))
    throw ValueError(fmt::format("[smooth_l1_loss] beta {}: must not be negative", options.beta));
  if (options.beta == 0) return l1_loss(input, target, {.reduction = options.reduction});
  const auto op = elementwise("smooth_l1_loss", [beta = options.beta](auto x, auto t) {
    const auto d = x - t;
    const auto a = abs(d);
    return where(a < beta, 0.5 * d * d / beta, a - 0.5 * beta);
  });
  return difference_loss(op, input, target, options.reduction);
}

Tensor cross_entropy(const Tensor& input, const Tensor& target, const CrossEntropyOptions& options) {
  const Rows rows = to_rows("cross_entropy", input, target);
  if (is_floating(target.dtype())) return cross_entropy_of_probabilities(rows, options);
  const Tensor losses = cross_entropy_rows(rows.scores, rows.target,
                                           {.weight = options.weight,
                                            .label_smoothing = options.label_smoothing,
                                            .ignore_index = options.ignore_index});
  return reduced_rows(losses, rows, options);
}

Tensor nll_loss(const Tensor& input, const Tensor& target, const NllLossOptions& options) {
  if (target.dtype() != int64)
    throw DtypeError(fmt::format("[nll_loss] the target is {}, not int64: convert it with to(target, int64)",
                                 to_string(target.dtype())));
  const Rows rows = to_rows("nll_loss", input, target);
  check_class_weight("nll_loss", options.weight, rows.scores.size(1));
  const Tensor index = class_index("nll_loss", rows, options.ignore_index);
  Tensor picked = squeeze(gather(rows.scores, 1, unsqueeze(index, 1)), 1);
  if (options.weight.defined()) picked = picked * index_select(options.weight.detach(), 0, index);
  const Tensor losses = where(rows.target == options.ignore_index, 0, -picked);
  return reduced_rows(losses, rows, options);
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
  return reduced(options.weight.defined() ? losses * weight : losses, options.reduction);
}

Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        const BinaryCrossEntropyWithLogitsOptions& options) {
  constexpr const char* name = "binary_cross_entropy_with_logits";
  static const auto op = elementwise(name, [](auto x, auto t, auto pos_weight, auto weight) {
    return (pos_weight * t * softplus(-x) + (1 - t) * softplus(x)) * weight;
  });
  check_same_shape(name, input, target);
  return reduced(op(input, target, checked_weight(name, "pos_weight", options.pos_weight, input),
                    checked_weight(name, "weight", options.weight, input)),
                 options.reduction);
}

}  // namespace xg::nn
