#pragma once
/// The innermost parts of a matrix product: a block of c that stays in registers, and the copies that bring
/// its factors into the order in which it reads them. Internal to the products and convolutions.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "../core/dispatch.hpp"
#include "../core/transpose.hpp"
#include "gemm.hpp"

namespace xg::detail {

/// c is computed in tiles of `rows` x `columns` elements: 6 x 2 vectors, two of b and one of a fill 16
/// registers; 12 x 2 are what 32 registers are good for.
template <class L> struct TileSize {
  static constexpr std::int64_t rows = std::is_same_v<typename L::isa_type, isa::avx512> ? 12 : 6;
  static constexpr std::int64_t columns = 2 * static_cast<std::int64_t>(L::size);
};

/// Rows of a: element (i, p) of tile t lies at data[t * tile_step + i * row_step + p * k_step].
template <class T> struct LeftRows {
  const T* data;
  std::int64_t row_step;
  std::int64_t k_step;
  std::int64_t tile_step;
};

/// As many columns of b as a tile has: row p lies at data[p * step].
template <class T> struct RightPanel {
  const T* data;
  std::int64_t step;
};

template <class L, class T, std::size_t... R>
XGRAD_INLINE void multiply_tile(std::index_sequence<R...>, std::int64_t k, const T* a, std::int64_t row_step,
                                std::int64_t k_step, RightPanel<T> b, T* c, std::int64_t c_step,
                                Start<T> start) {
  constexpr std::size_t rows = sizeof...(R);
  L low[rows], high[rows];
  if (start.data) {
    ((low[R] = L::load(start.data + static_cast<std::int64_t>(R) * start.row_step)), ...);
    ((high[R] = L::load(start.data + static_cast<std::int64_t>(R) * start.row_step + L::size)), ...);
  } else {
    ((low[R] = high[R] = L(0)), ...);
  }
  for (std::int64_t p = 0; p < k; ++p, a += k_step, b.data += b.step) {
    const L b_low = L::load(b.data), b_high = L::load(b.data + L::size);
    const auto row = [&](L & x, L & y, std::int64_t r) __attribute__((always_inline)) {
      const L factor(a[r * row_step]);
      x = fma(factor, b_low, x);
      y = fma(factor, b_high, y);
    };
    (row(low[R], high[R], static_cast<std::int64_t>(R)), ...);
  }
  (low[R].store(c + static_cast<std::int64_t>(R) * c_step), ...);
  (high[R].store(c + static_cast<std::int64_t>(R) * c_step + L::size), ...);
}

/// The tile with `rows` rows, each count with code of its own.
template <class L, class T, std::size_t... R>
XGRAD_INLINE void multiply_rows(std::index_sequence<R...>, std::int64_t rows, std::int64_t k, const T* a,
                                std::int64_t row_step, std::int64_t k_step, RightPanel<T> b, T* c,
                                std::int64_t c_step, Start<T> start) {
  ((rows == static_cast<std::int64_t>(R + 1)
        ? multiply_tile<L>(std::make_index_sequence<R + 1>(), k, a, row_step, k_step, b, c, c_step, start)
        : void()),
   ...);
}

/// m rows of c times one panel, of which `columns` count.
template <class L, class T>
XGRAD_INLINE void multiply_panel(std::int64_t m, std::int64_t columns, std::int64_t k, LeftRows<T> a,
                                 RightPanel<T> b, T* c, std::int64_t c_step, Start<T> start) {
  using Size = TileSize<L>;
  const std::make_index_sequence<static_cast<std::size_t>(Size::rows)> counts;
  T edge[static_cast<std::size_t>(Size::rows * Size::columns)];
  const bool whole = columns == Size::columns;
  for (std::int64_t i = 0; i < m; i += Size::rows, a.data += a.tile_step, c += Size::rows * c_step) {
    const std::int64_t rows = std::min(Size::rows, m - i);
    // Vectors must not reach beyond the columns of c: what is left over takes a detour.
    if (!whole && start.data)
      for (std::int64_t r = 0; r < rows; ++r)
        std::copy_n(start.data + r * start.row_step, columns, edge + r * Size::columns);
    const Start<T> from = whole || !start.data ? start : Start<T>{edge, Size::columns};
    multiply_rows<L>(counts, rows, k, a.data, a.row_step, a.k_step, b, whole ? c : edge,
                     whole ? c_step : Size::columns, from);
    if (!whole)
      for (std::int64_t r = 0; r < rows; ++r) std::copy_n(edge + r * Size::columns, columns, c + r * c_step);
    if (start.data) start.data += Size::rows * start.row_step;
  }
}

/// to[p * Width + w] = from[w][p] for one vector's length of p. Writes up to a vector beyond the end: blocks
/// have to be written in ascending order, into memory with that much room.
template <class L, std::size_t Width, class T, std::size_t... I>
XGRAD_INLINE void transpose_block(const T* const* from, std::int64_t at, T* to,
                                  std::index_sequence<I...> all) {
  constexpr std::size_t vectors = (Width + L::size - 1) / L::size;
  L x[vectors][L::size];
  for (std::size_t v = 0; v < vectors; ++v) {
    ((x[v][I] = L::load(from[std::min(v * L::size + I, Width - 1)] + at)), ...);
    transpose_square(x[v], all);
  }
  const auto store = [&](std::size_t p) __attribute__((always_inline)) {
    for (std::size_t v = 0; v < vectors; ++v) x[v][p].store(to + p * Width + v * L::size);
  };
  (store(I), ...);
}

/// The first `depth` elements of `Width` streams, brought side by side.
template <class L, std::size_t Width, class T>
XGRAD_INLINE void pack_streams(const T* const* from, std::int64_t depth, T* to) {
  constexpr auto size = static_cast<std::int64_t>(L::size);
  constexpr auto width = static_cast<std::int64_t>(Width);
  std::int64_t p = 0;
  for (; p + size <= depth; p += size)
    transpose_block<L, Width>(from, p, to + p * width, std::make_index_sequence<L::size>());
  for (; p < depth; ++p)
    for (std::int64_t w = 0; w < width; ++w) to[p * width + w] = from[w][p];
}

/// Brings the rows of m into tiles of Width rows, one after the other: row t * Width + w, column p goes to
/// to[(t * depth + p) * Width + w]. What stands where the last tile has no rows does not matter.
template <class L, std::size_t Width, class T>
XGRAD_INLINE void pack_strided(StridedMatrix<T> m, std::int64_t rows, std::int64_t depth, T* to) {
  constexpr auto width = static_cast<std::int64_t>(Width);
  const std::int64_t whole = rows / width * width;
  std::int64_t begin = 0;
  if (m.column_step == 1 && depth >= static_cast<std::int64_t>(L::size)) {
    for (; begin < rows; begin += width) {
      const T* streams[Width];
      for (std::int64_t w = 0; w < width; ++w)
        streams[w] = m.data + (begin + (begin + w < rows ? w : 0)) * m.row_step;
      pack_streams<L, Width>(streams, depth, to + begin * depth);
    }
  } else if (m.row_step == 1) {
    // All tiles of one column before the next column: memory is read in order.
    for (std::int64_t p = 0; p < depth; ++p)
      for (std::int64_t i = 0; i < whole; i += width)
        __builtin_memcpy(to + i * depth + p * width, m.data + p * m.column_step + i, Width * sizeof(T));
    begin = whole;
  }
  for (std::int64_t i = begin; i < rows; ++i)
    for (std::int64_t p = 0; p < depth; ++p)
      to[(i - i % width) * depth + p * width + i % width] = m.data[i * m.row_step + p * m.column_step];
}

}  // namespace xg::detail
