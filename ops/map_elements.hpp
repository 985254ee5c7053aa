#pragma once
/// A plain loop for what elementwise kernels, which compute in floating numbers, do not do: integers, bool
/// results, conditions. Internal to ops.

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/operand.hpp"
#include "../core/parallel.hpp"
#include "../core/strided.hpp"

namespace xg::detail {

/// An operand as a tensor of this dtype; a number becomes a 0-d one.
inline Tensor as_tensor(const Operand& o, Dtype dtype) {
  return o.is_tensor() ? to(o.tensor(), dtype) : scalar(o.value(), {.dtype = dtype});
}

/// y[i] = f(inputs[i]...) for a new tensor y of `shape`, to which the inputs broadcast; their dtypes are In.
template <class Out, class... In, class F, class... Inputs>
Tensor map_elements(const Shape& shape, F f, const Inputs&... inputs) {
  constexpr std::size_t n = sizeof...(In);
  Tensor y = empty(shape, dtype_of<Out>);
  Out* const out = reinterpret_cast<Out*>(y.impl().data);
  const std::array<const void*, n> data{inputs.impl().data...};
  Shape axes = shape;
  std::array<Strides, n> strides{broadcast_strides(inputs.shape(), inputs.strides(), shape)...};
  collapse_axes(axes, strides);
  const std::int64_t inner = axes.empty() ? 1 : axes.back();
  const auto run = [&]<std::size_t... I>(std::index_sequence<I...>, std::int64_t begin, std::int64_t end) {
    const std::array<std::int64_t, n> step{(axes.empty() ? 0 : strides[I].back())...};
    const bool dense = ((step[I] == 1) && ...);
    Odometer<n> at(axes, strides);
    for (std::int64_t i = begin; i < end;) {
      at.seek(i);
      const std::int64_t count = std::min(inner - i % inner, end - i);
      const auto from = std::make_tuple(static_cast<const In*>(data[I]) + at.offset(I)...);
      if (dense)
        for (std::int64_t j = 0; j < count; ++j) out[i + j] = f(std::get<I>(from)[j]...);
      else
        for (std::int64_t j = 0; j < count; ++j) out[i + j] = f(std::get<I>(from)[j * step[I]]...);
      i += count;
    }
  };
  constexpr std::size_t grain = 1 << 15;
  parallel_ranges(static_cast<std::size_t>(y.numel()), grain, [&](std::size_t begin, std::size_t end) {
    run(std::make_index_sequence<n>(), static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end));
  });
  return y;
}

}  // namespace xg::detail
