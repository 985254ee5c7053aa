#pragma once
/// What an update is: one generic lambda
///
///   (p, g, state..., hyper-parameters...) -> std::tuple{p', state'...}
///
/// of a parameter p and its gradient g. In place it is one fused pass over memory; on the tape it is an
/// elementwise op like any other, through which gradients flow to everything it was given.

#include <array>
#include <functional>
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
  static_assert(N <= max_operands, "an update's lambda takes (p, g, state..., hyper-parameters...)");
  if constexpr (takes<F>(std::make_index_sequence<N>()))
    return N;
  else
    return arity<F, N + 1>();
}

}  // namespace detail

/// A named update; `state` names what the lambda carries from step to step, all of it 0 at first:
///
///   static const Rule rule("heavy_ball", {"momentum_buffer"}, [](auto p, auto g, auto m, auto lr, auto beta) {
///     const auto next = beta * m + g;
///     return std::tuple{p - lr * next, next};
///   });
class Rule {
 public:
  template <class F> Rule(const char* name, std::vector<const char*> state, F lambda);

  const std::vector<const char*>& state() const { return state_; }

  /// Overwrites the parameter and the state.
  void write(Tensor& p, const Tensor& g, std::span<Tensor> state, std::span<const Hyper> hypers) const {
    check(state.size(), hypers.size());
    write_(p, g, state, hypers);
  }
  /// p' and then the new state, recorded.
  std::vector<Tensor> record(const Tensor& p, const Tensor& g, std::span<const Tensor> state,
                             std::span<const Hyper> hypers) const {
    check(state.size(), hypers.size());
    return record_(p, g, state, hypers);
  }

 private:
  void check(std::size_t state, std::size_t hypers) const;

  const char* name_;
  std::vector<const char*> state_;
  std::size_t results_;
  std::size_t hypers_;
  std::function<void(Tensor&, const Tensor&, std::span<Tensor>, std::span<const Hyper>)> write_;
  std::function<std::vector<Tensor>(const Tensor&, const Tensor&, std::span<const Tensor>,
                                    std::span<const Hyper>)>
      record_;
};

template <class F>
Rule::Rule(const char* name, std::vector<const char*> state, F lambda)
    : name_(name), state_(std::move(state)) {
  constexpr std::size_t arguments = detail::arity<F>();
  constexpr std::size_t results = xg::detail::outputs_of<F, arguments>;
  static_assert(arguments > results, "an update's lambda takes (p, g, state..., hyper-parameters...)");
  using States = std::make_index_sequence<results - 1>;
  using Hypers = std::make_index_sequence<arguments - results - 1>;
  results_ = results;
  hypers_ = Hypers::size();
  const auto op = elementwise(name, std::move(lambda));
  write_ = [op](Tensor& p, const Tensor& g, std::span<Tensor> s, std::span<const Hyper> h) {
    [&]<std::size_t... S, std::size_t... H>(std::index_sequence<S...>, std::index_sequence<H...>) {
      op.write(std::array<Tensor*, results>{&p, &s[S]...}, p, g, s[S]..., h[H].operand()...);
    }
    (States(), Hypers());
  };
  record_ = [op](const Tensor& p, const Tensor& g, std::span<const Tensor> s, std::span<const Hyper> h) {
    return [&]<std::size_t... S, std::size_t... H>(std::index_sequence<S...>, std::index_sequence<H...>) {
      // Of p's dtype, so that the result has it too.
      const std::array<Hyper, sizeof...(H)> own{h[H].to(p.dtype())...};
      if constexpr (results == 1) {
        return std::vector<Tensor>{op(p, g, own[H].operand()...)};
      } else {
        auto r = op(p, g, s[S]..., own[H].operand()...);
        return std::vector<Tensor>(std::move_iterator(r.begin()), std::move_iterator(r.end()));
      }
    }
    (States(), Hypers());
  };
}

/// A rule with its hyper-parameters as they are at one step.
struct Update {
  const Rule& rule;  ///< lives as long as the program
  std::vector<Hyper> hypers;
  bool maximize = false;  ///< the rule gets -g
};

}  // namespace xg::optim
