#include "loss_embedding.hpp"

#include <fmt/format.h>

#include "../core/copy.hpp"
#include "../core/elementwise.hpp"
#include "../ops/arithmetic.hpp"
#include "../ops/distance.hpp"
#include "../ops/math.hpp"
#include "../ops/reduce.hpp"
#include "loss_checks.hpp"

namespace xg::nn {
namespace {

// A wrong sign would choose the wrong branch without a word.
void check_signs(std::string_view op, const Tensor& target) {
  const Tensor t = no_grad([&] { return contiguous(to(target, float64)); });
  const double* v = t.data<double>();
  for (std::int64_t i = 0; i < t.numel(); ++i)
    if (v[i] != 1 && v[i] != -1)
      throw ValueError(fmt::format("[{}] target {} at element {}: expected 1 or -1", op, v[i], i));
}

Tensor triplet_loss(std::string_view op, const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                    const TripletMarginWithDistanceLossOptions& options) {
  const auto& distance = options.distance_function;
  const Tensor near = distance(anchor, positive);
  Tensor far = distance(anchor, negative);
  if (options.swap) far = minimum(far, distance(positive, negative));
  return reduced(op, clamp_min(near - far + options.margin, 0), options.reduction);
}

}  // namespace

Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target, HingeEmbeddingLossOptions options) {
  static const auto op = elementwise("hinge_embedding_loss", [](auto x, auto t, auto margin) {
    const auto gap = margin - x;
    return where(t > 0.0, x, where(gap < 0.0, 0.0, gap));
  });
  check_same_shape(op.name(), input, target);
  check_signs(op.name(), target);
  return reduced(op.name(), op(input, target, options.margin), options.reduction);
}

Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                             CosineEmbeddingLossOptions options) {
  constexpr const char* name = "cosine_embedding_loss";
  static const auto op = elementwise(name, [](auto dot, auto squares1, auto squares2, auto t, auto margin) {
    const auto cosine = dot / sqrt((squares1 + 1e-12) * (squares2 + 1e-12));
    const auto gap = cosine - margin;
    return where(t > 0.0, 1.0 - cosine, where(gap < 0.0, 0.0, gap));
  });
  check_same_shape(name, input1, input2, "input1", "input2");
  if (input1.dim() != target.dim() + 1 || input1.dim() > 2 ||
      (target.dim() == 1 && target.size(0) != input1.size(0)))
    throw ShapeError(fmt::format("[{}] inputs {} and target {}: expected [n, d] with [n], or [d] with []",
                                 name, to_string(input1.shape()), to_string(target.shape())));
  check_signs(name, target);
  const Tensor losses = op(sum(input1 * input2, {-1}), sum(square(input1), {-1}), sum(square(input2), {-1}),
                           target, options.margin);
  return reduced(name, losses, options.reduction);
}

Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           TripletMarginLossOptions options) {
  constexpr const char* name = "triplet_margin_loss";
  check_same_shape(name, anchor, positive, "anchor", "positive");
  check_same_shape(name, anchor, negative, "anchor", "negative");
  const auto distance = [&](const Tensor& a, const Tensor& b) {
    return pairwise_distance(a, b, options.p, options.eps);
  };
  return triplet_loss(name, anchor, positive, negative,
                      {distance, options.margin, options.swap, options.reduction});
}

Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                                         const TripletMarginWithDistanceLossOptions& options) {
  TripletMarginWithDistanceLossOptions chosen = options;
  if (!chosen.distance_function)
    chosen.distance_function = [](const Tensor& a, const Tensor& b) { return pairwise_distance(a, b); };
  return triplet_loss("triplet_margin_with_distance_loss", anchor, positive, negative, chosen);
}

}  // namespace xg::nn
