#pragma once
/// g++ 12 with -std=c++20 takes xtensor 0.24's dynamic shapes for shapes of fixed rank: xt::eval of a matrix
/// comes back with four axes, and immediate reducers, variance, pad and tile fail. These two specialisations
/// say what is meant. They come before any other xtensor header, so include <xgrad/core/xtensor.hpp> first.
/// See xtensor issues 1970 and 2701.

#include <cstddef>
#include <xtensor/xexpression_traits.hpp>

namespace xt::detail {

template <> struct xtype_for_shape<dynamic_shape<std::size_t>> {
  template <class T, layout_type L> using type = xarray<T, L>;
};

template <> struct xtype_for_shape<dynamic_shape<std::ptrdiff_t>> {
  template <class T, layout_type L> using type = xarray<T, L>;
};

}  // namespace xt::detail
