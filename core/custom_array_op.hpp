#pragma once

#include "xtensor.hpp"
// xtensor's fix comes first.
#include "copy.hpp"
#include "custom_op.hpp"

namespace xg {
namespace detail {

template <class T> auto dense_array(const Tensor& x) {
  return xtensor_detail::row_major(x.data<T>(), x.shape());
}

template <class T, class R> Tensor of_dtype(R&& result) {
  return to(Tensor(std::forward<R>(result)), dtype_of<T>);
}

template <class T, std::size_t N, class R> std::array<Tensor, N> array_gradients(R&& result) {
  if constexpr (xt::is_xexpression<std::remove_cvref_t<R>>::value) {
    static_assert(N == 1, "The vjp of an op with several inputs returns a std::tuple of arrays.");
    return {of_dtype<T>(std::forward<R>(result))};
  } else {
    static_assert(std::tuple_size_v<std::remove_cvref_t<R>> == N,
                  "A vjp returns one gradient for each input.");
    return std::apply([](auto&... each) { return std::array<Tensor, N>{of_dtype<T>(std::move(each))...}; },
                      result);
  }
}

}  // namespace detail

/// An op made of two functions on xtensor arrays.
template <class Forward, class Vjp> class CustomArrayOp {
 public:
  CustomArrayOp(const char* name, Forward forward, Vjp vjp)
      : name_(name), forward_(std::move(forward)), vjp_(std::move(vjp)) {}

  template <std::same_as<Tensor>... X> Tensor operator()(const X&... x) const {
    const Dtype dtype = std::max({float32, x.dtype()...});
    return run(dtype, contiguous(to(x, dtype))...);
  }

  const char* name() const { return name_; }

 private:
  template <class... X> Tensor run(Dtype dtype, const X&... x) const {
    constexpr std::size_t n = sizeof...(X);
    detail::profile_view();
    Tensor y = visit_floating(name_, dtype, [&]<class T>(std::type_identity<T>) {
      return detail::of_dtype<T>(forward_(detail::dense_array<T>(x)...));
    });
    const auto vjp = [op = *this, inputs = std::array<Saved, n>{Saved(x)...},
                      output = SavedOutput(y)](const Tensor& g) {
      return std::apply([&](const auto&... s) { return op.pull(g, s.get()..., output.get()); }, inputs);
    };
    return record(name_, {&x...}, std::move(y), vjp);
  }

  // The gradients are tied to what they were made from by a node that says why it cannot be walked: a second
  // derivative must fail rather than be zero.
  template <class... X> auto pull(const Tensor& g, const X&... inputs_and_output) const {
    auto grads = no_grad([&] { return pull_arrays(contiguous(g), contiguous(inputs_and_output)...); });
    for (Tensor& grad : grads)
      grad = record(
          name_, {&g, &inputs_and_output...},
          std::move(grad), [name = name_](const Tensor&) -> std::array<Tensor, 1 + sizeof...(X)> {
            detail::throw_array_vjp_twice(name);
          });
    return grads;
  }
  template <class... X> auto pull_arrays(const Tensor& g, const X&... inputs_and_output) const {
    constexpr std::size_t n = sizeof...(X) - 1;
    return visit_floating(name_, g.dtype(), [&]<class T>(std::type_identity<T>) {
      const auto arrays =
          std::make_tuple(detail::dense_array<T>(g), detail::dense_array<T>(inputs_and_output)...);
      return std::apply([&](const auto&... a) { return detail::array_gradients<T, n>(vjp_(a...)); }, arrays);
    });
  }

  const char* name_;
  Forward forward_;
  Vjp vjp_;
};

/// Makes an op of `forward(inputs...)` and `vjp(g, inputs..., output)` on xtensor arrays. Both get read-only
/// row-major adaptors of the promoted dtype, float or double, so they are generic lambdas or take
/// `xt::xarray`s; vjp returns the gradient of the input, or a std::tuple of them. Results are arrays or
/// expressions that refer to nothing local:
///     const auto cube = custom_array_op("cube", [](const auto& x) { return x * x * x; },
///                                       [](const auto& g, const auto& x, const auto&) { return g * 3 * x * x; });
/// Grad    first order; a second one throws GraphError "[cube] ...". `name` is a literal.
template <class Forward, class Vjp>
CustomArrayOp<Forward, Vjp> custom_array_op(const char* name, Forward forward, Vjp vjp) {
  return {name, std::move(forward), std::move(vjp)};
}

}  // namespace xg
