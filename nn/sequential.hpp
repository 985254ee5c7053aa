#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

namespace xg::nn {

/// Layers and functions, each called with what the one before returns:
///     nn::Sequential net{nn::Linear{2, 8}, nn::ReLU{}, nn::Linear{8, 1}};
/// Anything that can be called with a tensor may stand in it, lambdas and elementwise ops too. It is a tuple,
/// so std::get<0>(net) is the first layer, and the paths of its tensors are "0.weight" and so on.
template <class... Layers> struct Sequential : std::tuple<Layers...> {
  explicit Sequential(Layers... layers) : std::tuple<Layers...>(std::move(layers)...) {}

  template <class X> auto operator()(const X& x) const { return call<0>(x); }

 private:
  template <std::size_t I, class X> auto call(const X& x) const {
    if constexpr (I == sizeof...(Layers))
      return x;
    else
      return call<I + 1>(std::get<I>(*this)(x));
  }
};

}  // namespace xg::nn

template <class... Layers>
struct std::tuple_size<xg::nn::Sequential<Layers...>>
    : std::integral_constant<std::size_t, sizeof...(Layers)> {};
template <std::size_t I, class... Layers>
struct std::tuple_element<I, xg::nn::Sequential<Layers...>> : std::tuple_element<I, std::tuple<Layers...>> {};
