#pragma once

#include <concepts>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include "../core/mode.hpp"
#include "../core/parameters.hpp"
#include "metric.hpp"

namespace xg::optim {

/// What a loss function tells about a batch.
struct Outcome {
  Outcome(Tensor loss, Figures figures = {}) : loss(std::move(loss)), figures(std::move(figures)) {}

  Tensor loss;      ///< with one element
  Figures figures;  ///< metrics; the loss itself is not among them
};

/// What gives batches, a loop over it being an epoch, and their number: nn::DataLoader, or anything like it.
template <class T>
concept BatchLoader = requires(T& loader) {
  *loader.begin();
  loader.end();
  { loader.size() } -> std::convertible_to<std::int64_t>;
};

/// A loss of a prediction and a target, maybe with options that can be left out: nn::cross_entropy.
template <class F>
concept PairLoss = requires(const F& loss, const Tensor& t) {
  { loss(t, t) } -> std::convertible_to<Tensor>;
}
|| requires(const F& loss, const Tensor& t) {
  { loss(t, t, {}) } -> std::convertible_to<Tensor>;
};

namespace detail {

[[noreturn]] void throw_metrics_of_whole_batch();

template <class F> Tensor pair_loss(const F& loss, const Tensor& prediction, const Tensor& target) {
  if constexpr (requires { loss(prediction, target); })
    return loss(prediction, target);
  else
    return loss(prediction, target, {});
}

template <class Net, class Batch, class Loss>
Outcome judge(Net& net, const Batch& batch, const Loss& loss, const Metrics& metrics) {
  if constexpr (PairLoss<Loss>) {
    const auto& [input, target] = batch;
    const Tensor prediction = net(input);
    Outcome outcome(pair_loss(loss, prediction, target));
    for (const Metric& m : metrics) outcome.figures[m.name] = m.measure(prediction.detach(), target);
    return outcome;
  } else {
    static_assert(std::is_invocable_r_v<Outcome, const Loss&, Net&, const Batch&>,
                  "A loss is called with (prediction, target) or with (net, batch), and returns a Tensor, or "
                  "an Outcome {loss, figures}.");
    if (!metrics.empty()) throw_metrics_of_whole_batch();
    return loss(net, batch);
  }
}

/// The length of the first axis of the first tensor of a batch; 1 if it does not start with one.
template <class Batch> std::int64_t samples_of(const Batch& batch) {
  if constexpr (std::is_same_v<Batch, Tensor>)
    return batch.dim() == 0 ? 1 : batch.size(0);
  else if constexpr (requires { std::get<0>(batch); })
    return samples_of(std::get<0>(batch));
  else
    return 1;
}

}  // namespace detail

/// The means of loss and metrics over all samples of a loader, with the model in eval() and nothing recorded:
/// `evaluate(net, test, nn::cross_entropy, {{"accuracy", accuracy}}).at("accuracy")`; see fit() for what the
/// loss may be.
template <TensorTree Net, BatchLoader Loader, class Loss>
Figures evaluate(Net& net, Loader&& loader, const Loss& loss, const Metrics& metrics = {}) {
  const EvalMode eval_mode(net);
  const xg::NoGrad not_recorded;
  Means means;
  for (const auto& batch : loader) {
    Outcome outcome = detail::judge(net, batch, loss, metrics);
    outcome.figures["loss"] = outcome.loss.item();
    means.add(outcome.figures, detail::samples_of(batch));
  }
  return means.values();
}

}  // namespace xg::optim
