#include "mistakes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/error.hpp"
#include "../core/mode.hpp"
#include "../nn/loss_classes.hpp"
#include "../ops/reduce.hpp"
#include "../ops/view.hpp"

namespace xg::optim {
namespace {

std::vector<std::int64_t> classes_of(const Tensor& x) {
  const Tensor dense = contiguous(x);
  const std::int64_t* data = dense.data<std::int64_t>();
  return {data, data + dense.numel()};
}

void check_class(const char* what, std::int64_t value, std::int64_t classes) {
  if (value < 0 || value >= classes)
    throw IndexError(fmt::format("[confusion_matrix] {} {}: expected 0 to {}, for {} classes", what, value,
                                 classes - 1, classes));
}

Tensor predicted_classes(const Tensor& prediction) {
  return prediction.dim() == 2 ? argmax(prediction, 1) : prediction;
}

}  // namespace

Tensor confusion_matrix(const Tensor& prediction, const Tensor& target, std::int64_t classes) {
  const NoGrad guard;
  if (target.dim() != 1 || prediction.dim() < 1 || prediction.dim() > 2 ||
      prediction.size(0) != target.size(0) || (prediction.dim() == 2 && prediction.size(1) != classes))
    throw ShapeError(
        fmt::format("[confusion_matrix] prediction {} and target {}: expected [n] or [n, {}], and [n]",
                    to_string(prediction.shape()), to_string(target.shape()), classes));
  const std::vector<std::int64_t> guesses = classes_of(predicted_classes(prediction)),
                                  truths = classes_of(target);
  Tensor counts = zeros({classes, classes}, {.dtype = int64});
  auto* data = counts.mutable_data<std::int64_t>();
  for (std::size_t i = 0; i < truths.size(); ++i) {
    check_class("target", truths[i], classes);
    check_class("prediction", guesses[i], classes);
    ++data[truths[i] * classes + guesses[i]];
  }
  return counts;
}

std::vector<Example> worst_examples(const Tensor& images, const Tensor& losses, const WorstOptions& o) {
  const NoGrad guard;
  if (losses.dim() != 1 || images.dim() < 1 || images.size(0) != losses.size(0) ||
      (!o.captions.empty() && static_cast<std::int64_t>(o.captions.size()) != losses.size(0)))
    throw ShapeError(
        fmt::format("[worst_examples] images {}, losses {} and {} captions: expected [n, ...], [n] and n, "
                    "or no captions",
                    to_string(images.shape()), to_string(losses.shape()), o.captions.size()));
  if (o.count < 0) throw ValueError(fmt::format("[worst_examples] count {}: must not be negative", o.count));
  const Tensor values = contiguous(to(losses.detach(), float64));
  const auto badness = [data = values.data<double>()](std::int64_t i) {
    return std::isnan(data[i]) ? std::numeric_limits<double>::infinity() : data[i];
  };
  std::vector<std::int64_t> order(static_cast<std::size_t>(losses.size(0)));
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::ranges::greater(), badness);
  order.resize(std::min(order.size(), static_cast<std::size_t>(o.count)));
  std::vector<Example> worst;
  for (const std::int64_t i : order)
    worst.push_back(
        {.image = clone(select(images.detach(), 0, i)),
         .loss = values.data<double>()[i],
         .caption = o.captions.empty() ? std::string() : o.captions[static_cast<std::size_t>(i)]});
  return worst;
}

std::vector<Example> worst_examples(const Tensor& images, const Tensor& scores, const Tensor& target,
                                    const WorstClassesOptions& o) {
  const NoGrad guard;
  const Tensor losses = nn::cross_entropy(scores, target, {.reduction = nn::Reduction::none});
  if (!o.classes.empty() && static_cast<std::int64_t>(o.classes.size()) != scores.size(1))
    throw ShapeError(fmt::format("[worst_examples] {} names for the {} classes of scores {}: give one each",
                                 o.classes.size(), scores.size(1), to_string(scores.shape())));
  const auto name = [&](std::int64_t c) {
    return o.classes.empty() ? fmt::format("{}", c) : o.classes[static_cast<std::size_t>(c)];
  };
  const std::vector<std::int64_t> guesses = classes_of(predicted_classes(scores)),
                                  truths = classes_of(target);
  std::vector<std::string> captions;
  for (std::size_t i = 0; i < truths.size(); ++i)
    captions.push_back(guesses[i] == truths[i]
                           ? fmt::format("{}, rightly", name(truths[i]))
                           : fmt::format("{} taken for {}", name(truths[i]), name(guesses[i])));
  return worst_examples(images, losses, {.count = o.count, .captions = std::move(captions)});
}

}  // namespace xg::optim
