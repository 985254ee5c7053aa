#pragma once
/// Internal to the convolutions: a small matrix of weights times what its taps read at all places.

#include <algorithm>
#include <cstdint>
#include <utility>

#include "../core/parallel.hpp"
#include "buffer.hpp"
#include "conv_tile.hpp"

namespace xg::detail {

/// Weights: that of tap t for row r of group g lies at data[g * group_step + r * row_step + tap[t]].
template <class T> struct Weights {
  const T* data;
  std::int64_t group_step, row_step;
  Offsets tap;
};

/// Products of weights [rows, taps], one matrix a group, with the matrix of what each tap reads at each
/// place.
template <class T> class PatchProduct {
 public:
  /// A null bias is none; otherwise each row of each group has one.
  PatchProduct(std::int64_t groups, std::int64_t rows, const Weights<T>& weights, Offsets taps,
               PlaceVectors places, const T* bias)
      : rows_(rows),
        tiles_(ceil_div(rows, max_tile_rows())),
        tile_rows_(ceil_div(rows, tiles_)),
        taps_(std::move(taps)),
        places_(std::move(places)),
        weights_(groups * group_rows() * depth()),
        start_(groups * group_rows()) {
    for (std::int64_t g = 0; g < groups; ++g)
      for (std::int64_t r = 0; r < rows; ++r) {
        pack(g, r, weights);
        if (bias) start_.data()[g * group_rows() + r] = bias[g * rows + r];
      }
  }

  /// to is [rows, places].
  void operator()(std::int64_t group, const T* drawn, T* to) const {
    constexpr std::int64_t enough = 1 << 20, vectors = 4;
    const std::int64_t work = std::max<std::int64_t>(1, rows_ * depth() * places_.size * vectors);
    parallel_ranges(
        static_cast<std::size_t>(places_.count()), static_cast<std::size_t>((enough / work + 1) * vectors),
        [&](std::size_t begin, std::size_t end) {
          dispatch([&](auto isa) {
            using L = lane<T, decltype(isa)>;
            multiply<L>(std::make_index_sequence<ConvTile<L>::max_filters>(), group,
                        static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end), drawn, to);
          });
        });
  }

 private:
  static std::int64_t max_tile_rows() {
    return dispatch(
        [](auto isa) { return static_cast<std::int64_t>(ConvTile<lane<T, decltype(isa)>>::max_filters); });
  }
  std::int64_t depth() const { return static_cast<std::int64_t>(taps_.size()); }
  std::int64_t group_rows() const { return tiles_ * tile_rows_; }

  // Tile after tile, tap by tap. Rows that fill up the last tile stay zeros.
  void pack(std::int64_t group, std::int64_t row, const Weights<T>& weights) {
    const T* const from = weights.data + group * weights.group_step + row * weights.row_step;
    const std::int64_t first = group * group_rows() + row / tile_rows_ * tile_rows_;
    T* to = weights_.data() + first * depth() + row % tile_rows_;
    for (const std::int64_t tap : weights.tap) {
      *to = from[tap];
      to += tile_rows_;
    }
  }

  // Each height of a tile has code of its own.
  template <class L, std::size_t... F>
  XGRAD_INLINE void multiply(std::index_sequence<F...>, std::int64_t group, std::int64_t begin,
                             std::int64_t end, const T* drawn, T* to) const {
    ((tile_rows_ == static_cast<std::int64_t>(F + 1) ? multiply_places<L, F + 1>(group, begin, end, drawn, to)
                                                     : void()),
     ...);
  }

  template <class L, std::size_t F>
  XGRAD_INLINE void multiply_places(std::int64_t group, std::int64_t begin, std::int64_t end, const T* drawn,
                                    T* to) const {
    constexpr std::size_t vectors = ConvTile<L>::vectors(F);
    constexpr auto step = static_cast<std::int64_t>(vectors), size = static_cast<std::int64_t>(L::size);
    T tile[(F * vectors + 1) * L::size];  // runs are read as whole vectors
    for (std::int64_t first = begin; first < end; first += step) {
      const T* from[vectors];
      for (std::int64_t v = 0; v < step; ++v)
        from[v] = drawn + places_.start[static_cast<std::size_t>(std::min(first + v, end - 1))];
      for (std::int64_t row = 0; row < rows_; row += tile_rows_) {
        const std::int64_t at = group * group_rows() + row;
        sum_taps<L>(std::make_index_sequence<vectors>(), std::make_index_sequence<F>(), taps_,
                    weights_.data() + at * depth(), start_.data() + at, from, tile);
        for (std::int64_t v = 0; v < std::min(step, end - first); ++v)
          store<L>(tile + v * size, step * size, std::min(tile_rows_, rows_ - row), first + v,
                   to + row * places_.places);
      }
    }
  }

  // One vector of each of a tile's rows.
  template <class L>
  XGRAD_INLINE void store(const T* tile, std::int64_t step, std::int64_t rows, std::int64_t vector,
                          T* to) const {
    places_.for_each_run(vector, [&](const PlaceVectors::Run& run) {
      for (std::int64_t r = 0; r < rows; ++r)
        rows::put(to + r * places_.places + run.place, static_cast<std::size_t>(run.count),
                  L::load(tile + r * step + run.element));
    });
  }

  std::int64_t rows_, tiles_, tile_rows_;
  Offsets taps_;
  PlaceVectors places_;
  ZeroBuffer<T> weights_, start_;
};

}  // namespace xg::detail
