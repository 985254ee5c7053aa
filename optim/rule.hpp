#pragma once
/// What an update is: one lambda
///
///   (p, g, state..., hyper-parameters...) -> std::tuple{p', state'...}
///
/// of a parameter p and its gradient g. A generic lambda is about one element: in place and on the tape it is
/// one fused pass over memory, with the same bits. Backward runs it again, on tensors: a dual number with a
/// tangent for each of ten arguments would be slower, and larger than all else in the library.
/// A lambda that takes p as `const Tensor&` is about the whole tensor, where norms or matrices are needed,
/// and is made of public ops.

#include <array>
#include <functional>
#include <memory>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "../core/create.hpp"
#include "../core/elementwise.hpp"
#include "../ops/arithmetic.hpp"
#include "../ops/math.hpp"
#include "hyper.hpp"

namespace xg::optim {

/// sqrt(x), 0 where x <= 0, with the derivative 0 there: at a zero gradient an update stays differentiable.
template <class X> XGRAD_INLINE X root(const X& x) {
  const auto none = x <= 0;
  return where(none, 0.0, sqrt(where(none, 1.0, x)));
}

/// An average one step further: (1 - share) average + share x.
template <class A, class S, class X> XGRAD_INLINE auto follow(const A& average, const S& share, const X& x) {
  return average + share * (x - average);
}

/// The same, written over `average`.
void follow_in_place(Tensor& average, double share, const Tensor& x);

namespace detail {

using Lane = lane<float, typename xg::detail::best_isa<compiled_isas>::type>;

template <class F, class X, std::size_t... I> consteval bool takes(std::index_sequence<I...>) {
  return std::is_invocable_v<const F&, std::conditional_t<(I >= 0), X, void>...>;
}

/// With how many arguments X a lambda can be called, 0 if with none; the body of a generic one is looked at
/// only for the right number.
template <class F, class X, std::size_t N = 2> consteval std::size_t arity() {
  if constexpr (takes<F, X>(std::make_index_sequence<N>()))
    return N;
  else if constexpr (N < max_operands)
    return arity<F, X, N + 1>();
  else
    return 0;
}

/// An update's lambda without its type.
struct Lambda {
  std::size_t arguments, results;
  bool fused;  // one pass over memory, differentiated by running it again

  Lambda(std::size_t n, std::size_t m, bool fused) : arguments(n), results(m), fused(fused) {}
  virtual ~Lambda() = default;
  /// All results, in one pass if fused; an output may be one of the inputs.
  virtual void write(const char* name, std::span<const Operand> inputs,
                     std::span<Tensor* const> outputs) const = 0;
  /// The same with public ops.
  virtual std::vector<Recorded> run(std::span<const Recorded> arguments) const = 0;
};

template <class R, std::size_t... I>
std::vector<Recorded> all_results(const R& results, std::index_sequence<I...>) {
  return {Recorded(xg::detail::result<I>(results))...};
}

template <class F, std::size_t N = arity<F, Lane>()> class LambdaOf final : public Lambda {
 public:
  explicit LambdaOf(F f) : Lambda(N, M, true), functors_{std::move(f), {}} {}

  void write(const char* name, std::span<const Operand> inputs,
             std::span<Tensor* const> outputs) const override {
    std::array<const Operand*, N> in;
    for (std::size_t i = 0; i < N; ++i) in[i] = &inputs[i];
    xg::detail::run_elementwise_into(name, forward, &functors_, in, outputs);
  }
  std::vector<Recorded> run(std::span<const Recorded> arguments) const override {
    return run(arguments, std::make_index_sequence<N>());
  }

 private:
  static constexpr std::size_t M = xg::detail::outputs_of<F, N>;
  static_assert(N > M, "an update's lambda takes (p, g, state..., hyper-parameters...)");
  struct NoBackward {};
  using Functors = xg::detail::Functors<F, NoBackward>;
  static constexpr xg::detail::ElementwiseRule forward = {
      {xg::detail::forward_kernel<float, Functors, N, M>, xg::detail::forward_kernel<double, Functors, N, M>},
      {},
      nullptr,
      nullptr,
      Keep::nothing,
      false};

  template <std::size_t... A>
  std::vector<Recorded> run(std::span<const Recorded> arguments, std::index_sequence<A...>) const {
    return all_results(functors_.forward(arguments[A]...), std::make_index_sequence<M>());
  }

  Functors functors_;
};

/// Writes what a lambda on whole tensors returns; nothing is written if it throws.
void write_results(const Lambda& lambda, std::span<const Operand> inputs, std::span<Tensor* const> outputs);

template <class F> class WholeLambdaOf final : public Lambda {
 public:
  explicit WholeLambdaOf(F f) : Lambda(N, M, false), f_(std::move(f)) {}

  void write(const char*, std::span<const Operand> inputs, std::span<Tensor* const> outputs) const override {
    write_results(*this, inputs, outputs);
  }
  std::vector<Recorded> run(std::span<const Recorded> arguments) const override {
    return all_results(call(f_, arguments, std::make_index_sequence<N>()), std::make_index_sequence<M>());
  }

 private:
  static constexpr std::size_t N = arity<F, Recorded>();
  static_assert(N > 0, "an update's lambda takes (p, g, state..., hyper-parameters...)");

  template <std::size_t... A>
  static auto call(const F& f, std::span<const Recorded> arguments, std::index_sequence<A...>) {
    return f(arguments[A]...);
  }
  static constexpr std::size_t M = xg::detail::result_count<decltype(call(
      std::declval<const F&>(), std::span<const Recorded>(), std::make_index_sequence<N>()))>;

  F f_;
};

template <class F> std::shared_ptr<const Lambda> make_lambda(F lambda) {
  if constexpr (arity<F, Lane>() > 0)
    return std::make_shared<LambdaOf<F>>(std::move(lambda));
  else
    return std::make_shared<WholeLambdaOf<F>>(std::move(lambda));
}

}  // namespace detail

/// A tensor that a rule carries from step to step: its name, and how it starts beside a parameter.
struct State {
  using Start = Tensor (*)(const Tensor& p);

  State(const char* name, Start start = zeros_like) : name(name), start(start) {}

  const char* name;
  Start start;
};

/// A named update; `state` tells what the lambda carries from step to step, zeros like p at first if only
/// names are given:
///
///   static const Rule rule("heavy_ball", {"momentum_buffer"}, [](auto p, auto g, auto m, auto lr, auto beta) {
///     const auto next = beta * m + g;
///     return std::tuple{p - lr * next, next};
///   });
///
/// In a chain of rules, what stands for p' is the gradient that the next rule gets; the last one returns p'.
class Rule {
 public:
  template <class F>
  Rule(const char* name, std::vector<State> state, F lambda)
      : Rule(detail::make_lambda(std::move(lambda)), name, std::move(state)) {}

  const std::vector<State>& state() const { return state_; }

  /// Writes p' over y, which may be p, and the new state over the old one.
  void write(Tensor& y, const Tensor& p, const Tensor& g, std::span<Tensor> state,
             std::span<const Hyper> hypers) const;
  /// p' and then the new state, recorded.
  /// Grad    everything given, any order; at kinks what the lambda's `where` chooses.
  std::vector<Tensor> record(const Tensor& p, const Tensor& g, std::span<const Tensor> state,
                             std::span<const Hyper> hypers) const;

 private:
  Rule(std::shared_ptr<const detail::Lambda> lambda, const char* name, std::vector<State> state);
  void check(std::size_t state, std::size_t hypers) const;
  std::vector<Tensor> record_fused(std::span<const Tensor> tensors, std::span<const Hyper> hypers) const;

  const char* name_;
  std::vector<State> state_;
  std::shared_ptr<const detail::Lambda> lambda_;
};

/// A rule with its hyper-parameters as they are at one step.
struct Update {
  /// One more hyper-parameter, the last, measured on the gradients of all parameters of a group at once.
  using Measure = std::function<Hyper(std::span<const Tensor> gradients)>;

  const Rule& rule;  ///< lives as long as the program
  std::vector<Hyper> hypers;
  bool maximize = false;  ///< the rule gets -g; of several rules the first one says so
  Measure measure = {};
};

}  // namespace xg::optim
