#pragma once
/// xtensor in and out: any expression makes a Tensor, and a Tensor's memory is an xtensor expression.

#include "xtensor_fix.hpp"
// The fix comes first.
#include <algorithm>
#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xtensor.hpp>

#include "tensor.hpp"

namespace xg {
namespace xtensor_detail {

/// The element type of the tensor that an array of V becomes; integers become int64.
template <class V> struct ElementFor { using type = void; };
template <> struct ElementFor<bool> { using type = bool; };
template <std::integral V> struct ElementFor<V> { using type = std::int64_t; };
template <std::floating_point V> struct ElementFor<V> {
  using type = std::conditional_t<std::same_as<V, float>, float, double>;
};

template <class E> Shape shape_of(const E& e) {
  Shape shape;
  for (auto s : e.shape()) shape.push_back(static_cast<std::int64_t>(s));
  return shape;
}

/// Containers that own their elements, on the heap.
template <class E> inline constexpr bool owns_elements = false;
template <class V, xt::layout_type L, class S, class Tag>
inline constexpr bool owns_elements<xt::xarray_container<V, L, S, Tag>> = true;
template <class V, std::size_t N, xt::layout_type L, class Tag>
inline constexpr bool owns_elements<xt::xtensor_container<V, N, L, Tag>> = true;

/// A tensor on somebody else's elements; `keep_alive` is destroyed with the last view of it.
template <class E, class Owner> Tensor on_memory_of(E& e, Owner keep_alive) {
  using T = typename E::value_type;
  static_assert(Element<T>,
                "Only arrays of bool, std::int64_t, float and double can be shared; copy others.");
  const Shape shape = shape_of(e);
  Strides strides;
  for (auto s : e.strides()) strides.push_back(static_cast<std::int64_t>(s));
  // xtensor writes stride 0 for axes of length 1, which reads like broadcasting.
  const Strides dense = contiguous_strides(shape);
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] == 1) strides[i] = dense[i];
  auto* first = reinterpret_cast<std::byte*>(e.data() + e.data_offset());
  auto storage = Storage::borrow(first, static_cast<std::size_t>(count(shape)) * sizeof(T),
                                 [kept = std::move(keep_alive)] {});
  return from_storage(std::move(storage), dtype_of<T>, shape, strides);
}

template <class T> auto row_major(T* data, const Shape& shape) {
  const std::vector<std::size_t> sizes(shape.begin(), shape.end());
  return xt::adapt<xt::layout_type::row_major>(data, static_cast<std::size_t>(count(shape)),
                                               xt::no_ownership(), sizes);
}

template <class T> auto strided(T* data, const Tensor& x) {
  const std::vector<std::size_t> sizes(x.shape().begin(), x.shape().end());
  const std::vector<std::ptrdiff_t> strides(x.strides().begin(), x.strides().end());
  return xt::adapt(data, static_cast<std::size_t>(x.numel()), xt::no_ownership(), sizes, strides);
}

}  // namespace xtensor_detail

/// Expressions are evaluated into dense memory; an xarray or xtensor that is moved in is kept as it is.
template <class E>
requires xt::is_xexpression<E>::value struct TensorFrom<E> {
  using T = typename xtensor_detail::ElementFor<typename E::value_type>::type;

  static Tensor make(const E& e) {
    static_assert(Element<T>, "A Tensor holds bool, int64, float32 or float64.");
    Tensor t = empty(xtensor_detail::shape_of(e), dtype_of<T>);
    xt::noalias(xtensor_detail::row_major(t.mutable_data<T>(), t.shape())) = xt::cast<T>(e);
    return t;
  }
  static Tensor make(E&& e) {
    if constexpr (xtensor_detail::owns_elements<E> && std::same_as<T, typename E::value_type>) {
      auto owner = std::make_shared<E>(std::move(e));
      return xtensor_detail::on_memory_of(*owner, owner);
    } else {
      return make(std::as_const(e));
    }
  }
};

/// A tensor on the elements of an array or view, without a copy: writes on either side show on the other.
/// The array must outlive the tensor and everything recorded from it, and keep its size.
template <class E>
requires xt::has_data_interface<E>::value && xt::has_strides<E>::value Tensor borrow(E& array) {
  return xtensor_detail::on_memory_of(array, nullptr);
}

/// Valid as long as a handle of this tensor or of a view of it lives.
template <Element T> auto Tensor::array() const { return xtensor_detail::strided(data<T>(), *this); }
template <Element T> auto Tensor::mutable_array() {
  return xtensor_detail::strided(mutable_data<T>(), *this);
}

}  // namespace xg
