#pragma once

#include <array>
#include <concepts>
#include <tuple>
#include <utility>

#include "node.hpp"

namespace xg {
namespace detail {

[[noreturn]] void throw_array_vjp_twice(const char* name);

template <std::size_t N> std::array<Tensor, N> as_gradients(Tensor one) {
  static_assert(N == 1,
                "The vjp of an op with several inputs returns a std::tuple or std::array of Tensors.");
  return {std::move(one)};
}
template <std::size_t N, class Many> std::array<Tensor, N> as_gradients(Many many) {
  static_assert(std::tuple_size_v<Many> == N, "A vjp returns one gradient for each input.");
  return std::apply([](auto&... each) { return std::array<Tensor, N>{Tensor(std::move(each))...}; }, many);
}

}  // namespace detail

/// An op made of two functions on Tensors.
template <class Forward, class Vjp> class CustomOp {
 public:
  CustomOp(const char* name, Forward forward, Vjp vjp)
      : name_(name), forward_(std::move(forward)), vjp_(std::move(vjp)) {}

  template <std::same_as<Tensor>... X> Tensor operator()(const X&... x) const {
    constexpr std::size_t n = sizeof...(X);
    detail::profile_view();
    Tensor y = no_grad([&] { return Tensor(forward_(x...)); });
    const std::array<Saved, n> inputs{Saved(x)...};
    if constexpr (std::invocable<const Vjp&, const Tensor&, const X&..., const Tensor&>) {
      const auto vjp = [vjp = vjp_, inputs, output = SavedOutput(y)](const Tensor& g) {
        return std::apply(
            [&](const auto&... s) { return detail::as_gradients<n>(vjp(g, s.get()..., output.get())); },
            inputs);
      };
      return record(name_, {&x...}, std::move(y), vjp);
    } else {
      const auto vjp = [vjp = vjp_, inputs](const Tensor& g) {
        return std::apply([&](const auto&... s) { return detail::as_gradients<n>(vjp(g, s.get()...)); },
                          inputs);
      };
      return record(name_, {&x...}, std::move(y), vjp);
    }
  }

  const char* name() const { return name_; }

 private:
  const char* name_;
  Forward forward_;
  Vjp vjp_;
};

/// Makes an op of `forward(inputs...)`, which is not recorded, and `vjp(g, inputs..., output)` or
/// `vjp(g, inputs...)`, which returns the gradient of the input, or a std::tuple or std::array of them, where
/// an undefined Tensor stands for zero. The vjp is written with ops, so it has derivatives of any order:
///     const auto cube = custom_op("cube", [](const Tensor& x) { return x * x * x; },
///                                 [](const Tensor& g, const Tensor& x) { return g * 3 * x * x; });
/// Functions on xtensor arrays make an op by custom_array_op (core/custom_array_op.hpp). `name` is a literal.
template <class Forward, class Vjp>
CustomOp<Forward, Vjp> custom_op(const char* name, Forward forward, Vjp vjp) {
  return {name, std::move(forward), std::move(vjp)};
}

}  // namespace xg
