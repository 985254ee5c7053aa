#pragma once
/// Internal to the convolutions: sums over images and places of each filter's gradient times what each tap
/// reads there, which make the gradient of the weights.

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>

#include "../core/parallel.hpp"
#include "buffer.hpp"
#include "conv_tile.hpp"

namespace xg::detail {

/// Taps cut into tiles of one size, which is at most that of ConvTile; the last tap fills up the last tile.
template <class T> struct TapTiles {
  explicit TapTiles(const Offsets& all) : depth(static_cast<std::int64_t>(all.size())), taps(all) {
    const std::int64_t most = dispatch(
        [](auto isa) { return static_cast<std::int64_t>(ConvTile<lane<T, decltype(isa)>>::max_taps); });
    count = ceil_div(depth, most);
    height = ceil_div(depth, count);
    taps.resize(static_cast<std::size_t>(count * height), all.back());
  }

  /// Calls f(isa, number of taps in a tile as a constant, begin, end) for ranges of taps, on several threads;
  /// `work` is that of one tap.
  template <class F> void for_each(std::int64_t work, const F& f) const {
    constexpr std::int64_t enough = 1 << 20;
    parallel_ranges(static_cast<std::size_t>(count), static_cast<std::size_t>(enough / (work * height) + 1),
                    [&](std::size_t begin, std::size_t end) {
                      dispatch([&](auto isa) {
                        constexpr auto most = ConvTile<lane<T, decltype(isa)>>::max_taps;
                        const auto first = static_cast<std::int64_t>(begin) * height;
                        call(std::make_index_sequence<most>(), isa, first,
                             static_cast<std::int64_t>(end) * height, f);
                      });
                    });
  }

  std::int64_t depth, count, height;
  Offsets taps;

 private:
  // Each height of a tile has code of its own.
  template <std::size_t... H, class Isa, class F>
  XGRAD_INLINE void call(std::index_sequence<H...>, Isa isa, std::int64_t begin, std::int64_t end,
                         const F& f) const {
    ((height == static_cast<std::int64_t>(H + 1) ? f(isa, std::make_index_sequence<H + 1>(), begin, end)
                                                 : void()),
     ...);
  }
};

/// For several filters: they lie side by side in vectors.
template <class T> class FilterSums {
 public:
  FilterSums(std::int64_t filters, const Offsets& taps, const Offsets& lines, std::int64_t columns)
      : filters_(filters),
        columns_(columns),
        width_(static_cast<std::int64_t>(vector_size<T>()) * (is_wide() ? 2 : 1)),
        tiles_(taps),
        lines_(lines),
        g_((ceil_div(filters, width_) * places() + width_) * width_),
        sums_(tap_count() * ceil_div(filters, width_) * width_) {}

  /// Adds those of one image; g is [filters, places].
  void add(const T* g, const T* drawn) {
    lay_out(g);
    tiles_.for_each(filters_ * places(), [&](auto isa, auto taps, std::int64_t begin, std::int64_t end) {
      using L = lane<T, decltype(isa)>;
      if (is_wide())
        add_taps<L>(std::make_index_sequence<2>(), taps, begin, end, drawn);
      else
        add_taps<L>(std::make_index_sequence<1>(), taps, begin, end, drawn);
    });
  }

  /// to is [filters, taps].
  void write(T* to) const {
    for (std::int64_t f = 0; f < filters_; ++f)
      for (std::int64_t t = 0; t < tiles_.depth; ++t) *to++ = *sums_of(f / width_, t, f % width_);
  }

 private:
  std::int64_t tap_count() const { return static_cast<std::int64_t>(tiles_.taps.size()); }
  bool is_wide() const { return filters_ > static_cast<std::int64_t>(vector_size<T>()); }
  std::int64_t places() const { return static_cast<std::int64_t>(lines_.size()) * columns_; }
  T* sums_of(std::int64_t panel, std::int64_t tap, std::int64_t filter) const {
    return sums_.data() + (panel * tap_count() + tap) * width_ + filter;
  }

  // Place by place.
  void lay_out(const T* g) {
    dispatch([&](auto isa) {
      using L = lane<T, decltype(isa)>;
      const StridedMatrix<T> rows{g, places(), 1};
      if (is_wide())
        pack_strided<L, 2 * L::size>(rows, filters_, places(), g_.data());
      else
        pack_strided<L, L::size>(rows, filters_, places(), g_.data());
    });
  }

  template <class L, class V, class R>
  XGRAD_INLINE void add_taps(V vectors, R taps, std::int64_t begin, std::int64_t end, const T* drawn) {
    const auto count = static_cast<std::int64_t>(lines_.size());
    const std::int64_t block = std::max<std::int64_t>(1, 128 / columns_);  // what stays in the L1 cache
    for (std::int64_t line = 0; line < count; line += block)
      for (std::int64_t panel = 0; panel * width_ < filters_; ++panel)
        for (std::int64_t t = begin; t < end; t += static_cast<std::int64_t>(R::size()))
          add_outer_products<L>(
              vectors, taps,
              std::span(lines_).subspan(static_cast<std::size_t>(line),
                                        static_cast<std::size_t>(std::min(block, count - line))),
              columns_, drawn, tiles_.taps.data() + t,
              g_.data() + (panel * places() + line * columns_) * width_, sums_of(panel, t, 0));
  }

  std::int64_t filters_, columns_, width_;
  TapTiles<T> tiles_;
  const Offsets& lines_;  // of places on the canvas
  ZeroBuffer<T> g_, sums_;
};

/// For so few filters that places make better vectors.
template <class T> class PlaceSums {
 public:
  PlaceSums(std::int64_t filters, const Offsets& taps, const PlaceVectors& places)
      : filters_(filters),
        row_length_(places.count() * places.size),
        tiles_(taps),
        places_(places),
        g_((filters + 1) * row_length_),
        inside_(row_length_),
        sums_((filters + 1) * sums_step()) {
    for (std::int64_t v = 0; v < places.count(); ++v)
      places.for_each_run(v, [&](const PlaceVectors::Run& run) {
        std::fill_n(inside_.data() + v * places_.size + run.element, run.count, T{1});
      });
  }

  static bool suits(std::int64_t filters) {
    return 2 * filters <= static_cast<std::int64_t>(vector_size<T>());
  }

  /// Adds those of one image; g is [filters, places].
  void add(const T* g, const T* drawn) {
    lay_out(g);
    tiles_.for_each(filters_ * places_.places,
                    [&](auto isa, auto taps, std::int64_t begin, std::int64_t end) {
                      using L = lane<T, decltype(isa)>;
                      if (filters_ == 1)
                        add_taps<L>(std::make_index_sequence<1>(), taps, begin, end, drawn);
                      else
                        add_taps<L>(std::make_index_sequence<2>(), taps, begin, end, drawn);
                    });
  }

  /// to is [filters, taps].
  void write(T* to) const {
    for (std::int64_t f = 0; f < filters_; ++f)
      for (std::int64_t t = 0; t < tiles_.depth; ++t) {
        const T* const parts = sums_.data() + f * sums_step() + t * places_.size;
        *to++ = std::accumulate(parts, parts + places_.size, T{});
      }
  }

 private:
  std::int64_t sums_step() const { return static_cast<std::int64_t>(tiles_.taps.size()) * places_.size; }

  // In vectors, with zeros where there is no place.
  void lay_out(const T* g) {
    dispatch([&](auto isa) {
      for (std::int64_t f = 0; f < filters_; ++f)
        for (std::int64_t v = 0; v < places_.count(); ++v)
          places_.for_each_run(v, [&](const PlaceVectors::Run& run) {
            copy_run<lane<T, decltype(isa)>>(g + f * places_.places + run.place, run.count,
                                             g_.data() + f * row_length_ + v * places_.size + run.element);
          });
    });
  }

  // Several filters at once share what is read of the image.
  template <class L, class F, class P>
  XGRAD_INLINE void add_taps(F filters, P taps, std::int64_t begin, std::int64_t end, const T* drawn) {
    for (std::int64_t f = 0; f < filters_; f += static_cast<std::int64_t>(F::size()))
      for (std::int64_t t = begin; t < end; t += static_cast<std::int64_t>(P::size()))
        add_dot_products<L>(filters, taps, places_.start, inside_.data(), g_.data() + f * row_length_,
                            row_length_, drawn, tiles_.taps.data() + t,
                            sums_.data() + f * sums_step() + t * places_.size, sums_step());
  }

  std::int64_t filters_, row_length_;
  TapTiles<T> tiles_;
  const PlaceVectors& places_;
  ZeroBuffer<T> g_, inside_, sums_;  // rows of g and sums are one more than filters: they may come in pairs
};

}  // namespace xg::detail
