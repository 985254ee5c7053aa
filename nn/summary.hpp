#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "../core/parameters.hpp"

namespace xg {

/// What one op did when a model ran.
struct OpSummary {
  std::string layer;  ///< the path of the layer whose tensors it uses, else the scope it ran in
  std::string op;
  Shape output;
  std::int64_t parameters = 0;     ///< that it uses and no op before it did
  std::int64_t multiply_adds = 0;  ///< of products and convolutions, and so of all layers made of these
  std::int64_t saved_bytes = 0;    ///< of tensors that backward keeps because of it, beyond model and inputs
};

namespace detail {

std::vector<OpSummary> summarize_run(const std::vector<NamedTensor>& tensors,
                                     const std::vector<Tensor>& inputs, const std::function<void()>& run);
std::string summary_text(const std::vector<NamedTensor>& tensors, const std::vector<OpSummary>& ops);

/// As they are, but floating tensors ask for a gradient, so that ops on them are recorded.
template <class X> X recorded_input(const X& x) {
  if constexpr (std::is_same_v<X, Tensor>) {
    Tensor y = x.detach();
    if (is_floating(y.dtype())) y.requires_grad(true);
    return y;
  } else {
    return x;
  }
}

template <class X> void collect_tensor(const X& x, std::vector<Tensor>& into) {
  if constexpr (std::is_same_v<X, Tensor>) into.push_back(x);
}

}  // namespace detail

/// Runs a copy of the model on the inputs and tells of each op on the tape, in order of execution. The model itself,
/// its running statistics and the default generator stay as they are. Ops on frozen parameters alone are not seen.
template <TensorTree Net, class... Inputs>
requires std::invocable<Net&, const Inputs&...> std::vector<OpSummary> op_summaries(const Net& net,
                                                                                    const Inputs&... inputs) {
  Net copy = clone(net);
  const auto recorded = std::make_tuple(detail::recorded_input(inputs)...);
  std::vector<Tensor> tensors;
  std::apply([&](const auto&... x) { (detail::collect_tensor(x, tensors), ...); }, recorded);
  return detail::summarize_run(named_tensors(copy), tensors, [&] { std::apply(copy, recorded); });
}

/// The same as a table: layer, op, output shape, parameters, multiply-adds and memory that backward keeps, with
/// totals.
template <TensorTree Net, class... Inputs>
requires(sizeof...(Inputs) > 0 && std::invocable<Net&, const Inputs&...>) std::string
    summary(const Net& net, const Inputs&... inputs) {
  return detail::summary_text(named_tensors(net), op_summaries(net, inputs...));
}

}  // namespace xg
