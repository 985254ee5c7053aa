#pragma once
/// What an update is: one generic lambda
///
///   (p, g, state..., hyper-parameters...) -> std::tuple{p', state'...}
///
/// of a parameter p and its gradient g. In place and on the tape it is one fused pass over memory, with the
/// same bits. Backward runs the lambda again, on tensors: a dual number with a tangent for each of ten
/// arguments would be slower, and larger than all else in the library.

#include <array>
#include <memory>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

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

namespace detail {

template <class F, std::size_t... I> consteval bool takes(std::index_sequence<I...>) {
  using L = lane<float, typename xg::detail::best_isa<compiled_isas>::type>;
  return std::is_invocable_v<const F&, std::conditional_t<(I >= 0), L, void>...>;
}

/// How many arguments a generic lambda takes: the body is looked at only for the right number.
template <class F, std::size_t N = 2> consteval std::size_t arity() {
  if constexpr (takes<F>(std::make_index_sequence<N>())) {
    return N;
  } else {
    static_assert(N < max_operands, "an update's lambda takes (p, g, state..., hyper-parameters...)");
    if constexpr (N < max_operands) return arity<F, N + 1>();
  }
}

/// An update's lambda without its type.
struct Lambda {
  std::size_t arguments, results;

  Lambda(std::size_t n, std::size_t m) : arguments(n), results(m) {}
  virtual ~Lambda() = default;
  /// All results in one pass; an output may be one of the inputs.
  virtual void write(const char* name, std::span<const Operand> inputs,
                     std::span<Tensor* const> outputs) const = 0;
  /// The same with public ops.
  virtual std::vector<Recorded> run(std::span<const Recorded> arguments) const = 0;
};

template <class F, std::size_t N = arity<F>()> class LambdaOf final : public Lambda {
 public:
  explicit LambdaOf(F f) : Lambda(N, M), functors_{std::move(f), {}} {}

  void write(const char* name, std::span<const Operand> inputs,
             std::span<Tensor* const> outputs) const override {
    std::array<const Operand*, N> in;
    for (std::size_t i = 0; i < N; ++i) in[i] = &inputs[i];
    xg::detail::run_elementwise_into(name, forward, &functors_, in, outputs);
  }
  std::vector<Recorded> run(std::span<const Recorded> arguments) const override {
    return run(arguments, std::make_index_sequence<N>(), std::make_index_sequence<M>());
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
      N,
      M,
      Keep::nothing};

  template <std::size_t... A, std::size_t... R>
  std::vector<Recorded> run(std::span<const Recorded> arguments, std::index_sequence<A...>,
                            std::index_sequence<R...>) const {
    const auto r = functors_.forward(arguments[A]...);
    return {Recorded(xg::detail::result<R>(r))...};
  }

  Functors functors_;
};

}  // namespace detail

/// A named update; `state` names what the lambda carries from step to step, all of it 0 at first:
///
///   static const Rule rule("heavy_ball", {"momentum_buffer"}, [](auto p, auto g, auto m, auto lr, auto beta) {
///     const auto next = beta * m + g;
///     return std::tuple{p - lr * next, next};
///   });
class Rule {
 public:
  template <class F>
  Rule(const char* name, std::vector<const char*> state, F lambda)
      : Rule(std::make_shared<detail::LambdaOf<F>>(std::move(lambda)), name, std::move(state)) {}

  const std::vector<const char*>& state() const { return state_; }

  /// Overwrites the parameter and the state.
  void write(Tensor& p, const Tensor& g, std::span<Tensor> state, std::span<const Hyper> hypers) const;
  /// p' and then the new state, recorded.
  /// Grad    everything given, any order; at kinks what the lambda's `where` chooses.
  std::vector<Tensor> record(const Tensor& p, const Tensor& g, std::span<const Tensor> state,
                             std::span<const Hyper> hypers) const;

 private:
  Rule(std::shared_ptr<const detail::Lambda> lambda, const char* name, std::vector<const char*> state);
  void check(std::size_t state, std::size_t hypers) const;

  const char* name_;
  std::vector<const char*> state_;
  std::shared_ptr<const detail::Lambda> lambda_;
};

/// A rule with its hyper-parameters as they are at one step.
struct Update {
  const Rule& rule;  ///< lives as long as the program
  std::vector<Hyper> hypers;
  bool maximize = false;  ///< the rule gets -g
};

}  // namespace xg::optim
