#include "rule.hpp"

#include <fmt/format.h>

#include "../core/backward.hpp"
#include "../core/copy.hpp"
#include "../core/error.hpp"
#include "../core/node.hpp"
#include "../core/sum_to.hpp"

namespace xg::optim {
namespace {

// An argument as backward needs it.
struct Kept {
  Saved tensor;
  double number = 0;
  bool is_tensor = false;
};

// The same tensor as an output of another op: a walk that ends there does not touch the op that made x.
Tensor alias(const Tensor& x) {
  return xg::record("alias", {&x}, x.detach(), [](const Tensor& g) { return g; });
}

// An argument to run the lambda on; those that want a gradient are where the inner walk ends.
Recorded argument_of(const Kept& kept, bool wanted, bool again) {
  if (!kept.is_tensor) return kept.number;
  const Tensor& x = kept.tensor.get();
  if (!wanted) return x.detach();
  return again ? alias(x) : x.detach().requires_grad(true);
}

// Cotangents of the lambda's results to those of its tensors, in their order.
std::vector<Tensor> pull(const detail::Lambda& lambda, const std::vector<Kept>& kept,
                         std::span<const Tensor> g, Wanted wanted) {
  const bool again = mode().recording;
  const GradMode on(true);
  std::vector<Recorded> arguments;
  std::vector<Tensor> ends;
  std::vector<std::size_t> places;
  std::size_t tensors = 0;
  for (const Kept& k : kept) {
    const bool is_end = k.is_tensor && wanted[tensors];
    arguments.push_back(argument_of(k, is_end, again));
    if (is_end) {
      ends.push_back(arguments.back());
      places.push_back(tensors);
    }
    tensors += k.is_tensor;
  }
  std::vector<Tensor> results, cotangents;
  const std::vector<Recorded> y = lambda.run(arguments);
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (y[i].is_number() || !y[i].requires_grad()) continue;
    results.push_back(broadcast_to(y[i], g[i].shape()));
    cotangents.push_back(g[i]);
  }
  std::vector<Tensor> gradients(tensors);
  if (results.empty()) return gradients;
  const std::vector<Tensor> found =
      grad(results, ends, {.cotangents = std::move(cotangents), .create_graph = again, .allow_unused = true});
  for (std::size_t i = 0; i < found.size(); ++i) gradients[places[i]] = found[i];
  return gradients;
}

}  // namespace

void follow_in_place(Tensor& average, double share, const Tensor& x) {
  static const auto op = elementwise(
      "follow", [](auto average, auto share, auto x) { return share * x + (1 - share) * average; });
  op.write(std::array{&average}, average, share, x);
}

Rule::Rule(std::shared_ptr<const detail::Lambda> lambda, const char* name, std::vector<State> state)
    : name_(name), state_(std::move(state)), lambda_(std::move(lambda)) {
  if (state_.size() + 1 != lambda_->results)
    throw ValueError(
        fmt::format("[{}] the lambda returns {} results, for p and {} named states: name each of them", name_,
                    lambda_->results, state_.size()));
}

void Rule::check(std::size_t state, std::size_t hypers) const {
  const std::size_t expected = lambda_->arguments - 2 - state_.size();
  if (state != state_.size() || hypers != expected)
    throw ValueError(fmt::format("[{}] the lambda takes {} states and {} hyper-parameters, got {} and {}",
                                 name_, state_.size(), expected, state, hypers));
}

void detail::write_results(const Lambda& lambda, std::span<const Operand> inputs,
                           std::span<Tensor* const> outputs) {
  const NoGrad guard;
  std::vector<Recorded> arguments;
  for (const Operand& x : inputs)
    arguments.push_back(x.is_tensor() ? Recorded(x.tensor()) : Recorded(x.value()));
  const std::vector<Recorded> results = lambda.run(arguments);
  for (std::size_t i = 0; i < results.size(); ++i) assign(*outputs[i], results[i]);
}

void Rule::write(Tensor& y, const Tensor& p, const Tensor& g, std::span<Tensor> state,
                 std::span<const Hyper> hypers) const {
  check(state.size(), hypers.size());
  std::vector<Operand> inputs;
  inputs.reserve(lambda_->arguments);
  inputs.insert(inputs.end(), {p, g});
  inputs.insert(inputs.end(), state.begin(), state.end());
  for (const Hyper& h : hypers) inputs.push_back(h.operand());
  std::array<Tensor*, max_operands> outputs = {&y};
  for (std::size_t i = 0; i < state.size(); ++i) outputs[i + 1] = &state[i];
  lambda_->write(name_, inputs, std::span(outputs.data(), lambda_->results));
}

std::vector<Tensor> Rule::record(const Tensor& p, const Tensor& g, std::span<const Tensor> state,
                                 std::span<const Hyper> hypers) const {
  check(state.size(), hypers.size());
  std::vector<Tensor> tensors = {p, g};
  tensors.insert(tensors.end(), state.begin(), state.end());
  std::vector<Hyper> converted;  // of p's dtype, so that the results have it too
  for (const Hyper& h : hypers) converted.push_back(h.to(p.dtype()));
  if (lambda_->fused) return record_fused(tensors, converted);
  std::vector<Recorded> arguments(tensors.begin(), tensors.end());
  for (const Hyper& h : converted)
    arguments.push_back(h.is_tensor() ? Recorded(h.tensor()) : Recorded(h.value()));
  std::vector<Tensor> results;
  for (const Recorded& y : lambda_->run(arguments)) results.push_back(to(y, p.dtype()));
  return results;
}

std::vector<Tensor> Rule::record_fused(std::span<const Tensor> given, std::span<const Hyper> hypers) const {
  std::vector<Tensor> tensors(given.begin(), given.end());
  std::vector<Kept> kept;
  for (const Tensor& t : tensors) kept.push_back({Saved(t), 0, true});
  for (const Hyper& h : hypers) {
    if (!h.is_tensor()) {
      kept.push_back({Saved(), h.value(), false});
      continue;
    }
    tensors.push_back(h.tensor());
    kept.push_back({Saved(tensors.back()), 0, true});
  }
  std::vector<Operand> inputs;
  for (const Kept& k : kept) inputs.push_back(k.is_tensor ? Operand(k.tensor.get()) : Operand(k.number));
  std::vector<Tensor> outputs(lambda_->results);
  std::vector<Tensor*> pointers;
  for (Tensor& y : outputs) pointers.push_back(&(y = empty(given[0].shape(), given[0].dtype())));
  lambda_->write(name_, inputs, pointers);
  std::vector<const Tensor*> from;
  for (const Tensor& t : tensors) from.push_back(&t);
  if (mode().anomaly)
    for (const Tensor& y : outputs) check_anomaly(name_, from, y);
  if (is_recorded(tensors))
    xg::detail::record_outputs(
        name_, from, outputs,
        [lambda = lambda_, kept = std::move(kept)](std::span<const Tensor> cotangents, Wanted wanted) {
          return pull(*lambda, kept, cotangents, wanted);
        });
  return outputs;
}

}  // namespace xg::optim
