#pragma once
/// Internal to the convolutions: kernels of 3 x 3 over tiles of 2 x 2 places. A tile and its kernel, brought
/// into another basis, need 16 multiplications instead of 36, and these make products of matrices.
/// Source  Winograd 1980; Lavin and Gray 2015, arXiv:1509.09308.

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>

#include "buffer.hpp"
#include "conv_kernel.hpp"
#include "conv_patches.hpp"

namespace xg::detail {

inline constexpr std::int64_t winograd_points = 16;  // elements of a tile in the other basis

// The changes of basis along one axis: of an image, of the products, and of a kernel.
template <class X> XGRAD_INLINE void change_image(const X& a, const X& b, const X& c, const X& d, X* to) {
  to[0] = a - c;
  to[1] = b + c;
  to[2] = c - b;
  to[3] = b - d;
}
template <class X> XGRAD_INLINE void change_products(const X& a, const X& b, const X& c, const X& d, X* to) {
  to[0] = a + b + c;
  to[1] = b - c - d;
}
template <class X> XGRAD_INLINE void change_kernel(const X& a, const X& b, const X& c, X* to) {
  to[0] = a;
  to[1] = (a + b + c) / 2;
  to[2] = (a - b + c) / 2;
  to[3] = c;
}

/// The tiles of an image, cut into blocks of tile rows whose transformed elements stay in the L2 cache.
template <class T> class WinogradTiles {
 public:
  WinogradTiles(const WindowAxis& y, const WindowAxis& x, std::int64_t channels, std::int64_t filters)
      : y_(y), x_(x), columns_(ceil_div(x.out, 2)) {
    constexpr std::int64_t enough = 8192;
    const auto unit = static_cast<std::int64_t>(2 * vector_size<T>());
    const std::int64_t all = ceil_div(y.out, 2),
                       most = std::max<std::int64_t>(1, enough / (channels + filters) / columns_);
    // As few vectors as possible in all, in as few blocks as possible.
    for (std::int64_t rows = std::min(all, most); rows > 0; --rows) {
      const std::int64_t blocks = ceil_div(all, rows), length = ceil_div(rows * columns_, unit) * unit;
      if (rows_ > 0 && blocks * length >= blocks_ * row_length_) continue;
      rows_ = rows;
      blocks_ = blocks;
      row_length_ = length;
    }
    fill_ = static_cast<double>(all * columns_) / static_cast<double>(blocks_ * row_length_);
  }

  /// The part of the vectors' elements that are tiles.
  double fill() const { return fill_; }

  std::int64_t blocks() const { return blocks_; }
  /// Elements between those of one channel and the next, of which the first belong to tiles.
  std::int64_t row_length() const { return row_length_; }
  /// Elements between one point's and the next one's: not a power of 2, which would find room in few places
  /// of the caches.
  std::int64_t point_step(std::int64_t channels) const { return channels * row_length_ + 16; }
  /// Where a block reads the image.
  Canvas image_canvas(std::int64_t block) const {
    return {0, 1, 2 * rows_ * block - y_.padding, 2 * rows_ + 2, -x_.padding, 2 * columns_ + 2, 2};
  }

  /// Tiles of the image drawn on its canvas: to is [channels, row_length] for each point.
  void change_images(const T* drawn, std::int64_t channels, T* to) const {
    const Canvas canvas = image_canvas(0);
    const std::int64_t size = canvas.size(), strip = canvas.strip(), line = canvas.row_length();
    for_each_vector(
        channels, [&](auto lanes, std::int64_t c, std::int64_t row, std::int64_t x, std::size_t n) {
          using L = decltype(lanes);
          const T* from = drawn + c * size + 2 * row * line + x;
          L half[4][4];
          for (std::int64_t r = 0; r < 4; ++r, from += line)
            change_image(L::load(from), L::load(from + strip), L::load(from + 1), L::load(from + strip + 1),
                         half[r]);
          T* at = to + c * row_length_ + row * columns_ + x;
          for (std::size_t j = 0; j < 4; ++j) {
            L whole[4];
            change_image(half[0][j], half[1][j], half[2][j], half[3][j], whole);
            for (std::size_t i = 0; i < 4; ++i)
              rows::put(at + static_cast<std::int64_t>(4 * i + j) * point_step(channels), n, whole[i]);
          }
        });
  }

  /// The places of a block from those of the products; to is [filters, places of the whole image].
  void change_places(const T* products, std::int64_t filters, const T* bias, std::int64_t block,
                     T* to) const {
    for_each_vector(filters, [&](auto lanes, std::int64_t f, std::int64_t row, std::int64_t x, std::size_t) {
      using L = decltype(lanes);
      const T* from = products + f * row_length_ + row * columns_ + x;
      const auto at = [&](std::int64_t point) { return L::load(from + point * point_step(filters)); };
      L half[4][2];
      for (std::int64_t i = 0; i < 4; ++i)
        change_products(at(4 * i), at(4 * i + 1), at(4 * i + 2), at(4 * i + 3), half[i]);
      L even[2], odd[2];
      change_products(half[0][0], half[1][0], half[2][0], half[3][0], even);
      change_products(half[0][1], half[1][1], half[2][1], half[3][1], odd);
      const L start(bias ? bias[f] : T{});
      for (std::int64_t r = 0; r < 2; ++r) {
        const std::int64_t line = 2 * (rows_ * block + row) + r;
        if (line < y_.out)
          store_line(even[r] + start, odd[r] + start, x_.out - 2 * x,
                     to + (f * y_.out + line) * x_.out + 2 * x);
      }
    });
  }

 private:
  // Calls f(a vector's type, channel, row of tiles, column of tiles, tiles) for vectors of tiles, in order.
  template <class F> void for_each_vector(std::int64_t channels, const F& f) const {
    dispatch([&](auto isa) {
      using L = lane<T, decltype(isa)>;
      for (std::int64_t c = 0; c < channels; ++c)
        for (std::int64_t row = 0; row < rows_; ++row)
          rows::for_lanes<L>(columns_, [&](std::int64_t x, std::size_t n) { f(L(0), c, row, x, n); });
    });
  }

  template <class L>
  XGRAD_INLINE static void store_line(const L& even, const L& odd, std::int64_t room, T* to) {
    constexpr std::make_index_sequence<L::size> all;
    constexpr auto size = static_cast<std::int64_t>(L::size);
    rows::put(to, static_cast<std::size_t>(std::min(size, room)), interleave<0>(even, odd, all));
    if (room > size)
      rows::put(to + size, static_cast<std::size_t>(std::min(size, room - size)),
                interleave<1>(even, odd, all));
  }

  WindowAxis y_, x_;
  std::int64_t columns_, rows_ = 0, blocks_ = 0, row_length_ = 0;
  double fill_;
};

/// Kernels in memory: element i of that of row r and channel c in group g lies at
/// data[g * group_step + r * row_step + c * channel_step + i], or 8 - i if they are turned round.
template <class T> struct Kernels {
  const T* data;
  std::int64_t group_step, row_step, channel_step;
  bool turned;
};

/// Those kernels in the other basis, [groups, points, rows, channels].
template <class T>
void change_kernels(const Kernels<T>& k, std::int64_t groups, std::int64_t rows, std::int64_t channels,
                    T* to) {
  for (std::int64_t g = 0; g < groups; ++g, to += winograd_points * rows * channels)
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t c = 0; c < channels; ++c) {
        const T* const from = k.data + g * k.group_step + r * k.row_step + c * k.channel_step;
        const auto at = [&](std::int64_t i) { return from[k.turned ? 8 - i : i]; };
        T half[3][4], whole[4];
        for (std::int64_t i = 0; i < 3; ++i) change_kernel(at(3 * i), at(3 * i + 1), at(3 * i + 2), half[i]);
        for (std::int64_t j = 0; j < 4; ++j) {
          change_kernel(half[0][j], half[1][j], half[2][j], whole);
          for (std::int64_t i = 0; i < 4; ++i) to[((4 * i + j) * rows + r) * channels + c] = whole[i];
        }
      }
}

/// Only for kernels of 3 x 3 in float32, and where channels, filters and places are many enough to pay for
/// the changes of basis.
template <class T> bool suits_winograd(const ConvSizes& s, const WindowAxis& y, const WindowAxis& x) {
  constexpr std::int64_t enough = 48;
  const auto fits = [](const WindowAxis& a) {
    return a.kernel == 3 && a.stride == 1 && a.dilation == 1 && a.padding >= 0 && a.padding <= 2;
  };
  const bool flat = s.z.in == 1 && s.z.kernel == 1 && s.z.out == 1;
  return sizeof(T) == sizeof(float) && flat && fits(y) && fits(x) && s.channels >= enough &&
         s.filters >= enough && WinogradTiles<T>(y, x, s.channels, s.filters).fill() > 0.8;
}

/// y = the convolution of images, whose windows move as the axes say, with groups of kernels
/// [rows, channels].
template <class T>
void convolve_tiles(const WindowAxis& y_axis, const WindowAxis& x_axis, std::int64_t images,
                    std::int64_t groups, std::int64_t channels, std::int64_t rows, const Images<T>& x,
                    const Kernels<T>& kernels, const T* bias, T* y) {
  const WinogradTiles<T> tiles(y_axis, x_axis, channels, rows);
  const std::int64_t length = tiles.row_length(), products = winograd_points * rows * channels;
  const std::int64_t drawn_size = channels * tiles.image_canvas(0).size() + canvas_slack;
  const std::int64_t image_step = tiles.point_step(channels), sums_step = tiles.point_step(rows);
  const Buffer<T> changed(groups * products);
  change_kernels(kernels, groups, rows, channels, changed.data());
  Offsets depth(static_cast<std::size_t>(channels)), taps;
  std::iota(depth.begin(), depth.end(), std::int64_t{0});
  for (std::int64_t c = 0; c < channels; ++c) taps.push_back(c * length);
  const PatchProduct<T> product(groups * winograd_points, rows,
                                {changed.data(), rows * channels, channels, std::move(depth)},
                                std::move(taps), PlaceVectors(vector_size<T>(), 1, 1, length, 0, 0), nullptr);
  for_each_product(
      images * groups * tiles.blocks(), products * length, [&](std::int64_t begin, std::int64_t end) {
        const ZeroBuffer<T> drawn(drawn_size + winograd_points * image_step);
        const Buffer<T> sums(winograd_points * sums_step);
        T* const image = drawn.data() + drawn_size;
        for (std::int64_t i = begin; i < end; ++i) {
          const std::int64_t block = i % tiles.blocks(), number = i / tiles.blocks(), group = number % groups;
          draw(tiles.image_canvas(block), x, number / groups, group * channels, channels, drawn.data());
          tiles.change_images(drawn.data(), channels, image);
          for (std::int64_t p = 0; p < winograd_points; ++p)
            product(group * winograd_points + p, image + p * image_step, sums.data() + p * sums_step);
          tiles.change_places(sums.data(), rows, bias ? bias + group * rows : nullptr, block,
                              y + number * rows * y_axis.out * x_axis.out);
        }
      });
}

}  // namespace xg::detail
