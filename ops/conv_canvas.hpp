#pragma once
/// Internal to the convolutions: padded copies of images, and the places on them where windows are put.

#include <algorithm>
#include <array>
#include <vector>

#include "../core/tensor.hpp"
#include "load_step.hpp"
#include "window.hpp"

namespace xg::detail {

using Offsets = std::vector<std::int64_t>;

/// The part of an image, with zeros around it, that windows read. Its columns are dealt out into `split`
/// strips, so that the elements which neighbouring windows of that stride read with one tap lie side by
/// side.
struct Canvas {
  std::int64_t front, planes, top, rows, left, columns, split;

  std::int64_t strip() const { return ceil_div(columns, split); }
  std::int64_t row_length() const { return strip() * split; }
  std::int64_t plane() const { return rows * row_length(); }
  std::int64_t size() const { return planes * plane(); }
  std::int64_t offset(std::int64_t plane, std::int64_t row, std::int64_t column) const {
    const std::int64_t line = (plane * rows + row) * row_length();
    return split == 1 ? line + column : line + column % split * strip() + column / split;
  }
};

/// The images of a tensor [n, c, ...] of any strides.
template <class T> struct Images {
  explicit Images(const Tensor& x)
      : data(x.data<T>()), image_step(x.strides()[0]), channel_step(x.strides()[1]) {
    const std::size_t missing = 5 - x.dim();
    for (std::size_t i = missing; i < 3; ++i) {
      size[i] = x.shape()[i + 2 - missing];
      step[i] = x.strides()[i + 2 - missing];
    }
  }
  const T* at(std::int64_t image, std::int64_t channel) const {
    return data + image * image_step + channel * channel_step;
  }
  bool is_dense() const {
    std::int64_t dense = 1;
    for (std::size_t i = 3; i-- > 0; dense *= size[i])
      if (size[i] != 1 && step[i] != dense) return false;
    return true;
  }

  const T* data;
  std::int64_t image_step, channel_step;
  std::array<std::int64_t, 3> size{1, 1, 1}, step{};  // of planes, rows and columns
};

/// Vectors may read that many elements behind a canvas.
inline constexpr std::int64_t canvas_slack = 32;

// The elements of one strip that lie in the image; Step is the step between them where the compiler should
// know it, else 0.
template <std::size_t Step, class T>
void draw_strip(const Canvas& c, const Images<T>& x, const T* image, std::int64_t channels,
                std::int64_t strip, T* to) {
  const auto first_from = [&](std::int64_t column) {
    return std::clamp<std::int64_t>(ceil_div(column - c.left - strip, c.split), 0, c.strip());
  };
  const std::int64_t begin = first_from(0), n = std::max(begin, first_from(x.size[2])) - begin;
  const std::int64_t left = (c.left + strip + begin * c.split) * x.step[2], step = c.split * x.step[2];
  const std::int64_t line = c.row_length(), size = c.size();
  to += c.offset(0, 0, strip) + begin;
  const auto is_outside = [](std::int64_t i, std::int64_t size) { return i < 0 || i >= size; };
  dispatch([&](auto isa) {
    using L = lane<T, decltype(isa)>;
    for (std::int64_t k = 0; k < channels; ++k, to += size)
      for (std::int64_t z = 0; z < c.planes; ++z)
        for (std::int64_t y = 0; y < c.rows; ++y) {
          T* const row = to + (z * c.rows + y) * line;
          if (is_outside(c.front + z, x.size[0]) || is_outside(c.top + y, x.size[1])) {
            std::fill_n(row, n, T{});
            continue;
          }
          const T* const from =
              image + k * x.channel_step + (c.front + z) * x.step[0] + (c.top + y) * x.step[1] + left;
          rows::for_lanes<L>(n, [&](std::int64_t i, std::size_t m) {
            rows::put(row + i, m, load_step<L, Step>(from + i * step, step, m));
          });
        }
  });
}

/// `channels` of one image. Columns beside the image are not written: they have to be zeros already.
template <class T>
void draw(const Canvas& c, const Images<T>& x, std::int64_t image, std::int64_t channel,
          std::int64_t channels, T* to) {
  const std::int64_t step = c.split * x.step[2];
  const auto draw_with = step == 1 ? draw_strip<1, T> : step == 2 ? draw_strip<2, T> : draw_strip<0, T>;
  for (std::int64_t strip = 0; strip < c.split; ++strip)
    draw_with(c, x, x.at(image, channel), channels, strip, to);
}

/// Places of windows, in vectors. A vector starts at one place and goes on along the canvas, over the ends of
/// rows too if that makes fewer vectors: elements in between belong to no place.
class PlaceVectors {
 public:
  /// `count` elements of a vector, the first one `element`, are neighbouring places.
  struct Run {
    std::int64_t element, place, count;
  };

  PlaceVectors(std::size_t size, std::int64_t planes, std::int64_t rows, std::int64_t columns,
               std::int64_t plane_step, std::int64_t row_step)
      : size(static_cast<std::int64_t>(size)), places(planes * rows * columns) {
    const bool joined =
        ceil_div((rows - 1) * row_step + columns, this->size) < rows * ceil_div(columns, this->size);
    for (std::int64_t z = 0; z < planes; ++z) {
      if (joined) add(rows, columns, row_step, z * plane_step, z * rows * columns);
      for (std::int64_t y = 0; y < rows && !joined; ++y)
        add(1, columns, columns, z * plane_step + y * row_step, (z * rows + y) * columns);
    }
  }

  std::int64_t count() const { return static_cast<std::int64_t>(start.size()); }
  /// Calls f(run) for the runs of one vector.
  template <class F> void for_each_run(std::int64_t vector, const F& f) const {
    const auto v = static_cast<std::size_t>(vector);
    for (std::size_t r = first_run_[v]; r < first_run_[v + 1]; ++r) f(runs_[r]);
  }

  std::int64_t size, places;
  Offsets start;  ///< of each vector on the canvas

 private:
  void add(std::int64_t rows, std::int64_t columns, std::int64_t row_step, std::int64_t from,
           std::int64_t place) {
    const std::int64_t length = (rows - 1) * row_step + columns;
    for (std::int64_t begin = 0; begin < length; begin += size) {
      const std::size_t before = runs_.size();
      for (std::int64_t i = begin; i < std::min(begin + size, length);) {
        const std::int64_t row = i / row_step, column = i % row_step;
        const std::int64_t n = std::min(columns - column, begin + size - i);
        if (n > 0) runs_.push_back({i - begin, place + row * columns + column, n});
        i += n > 0 ? n : row_step - column;
      }
      if (runs_.size() == before) continue;
      start.push_back(from + begin);
      first_run_.push_back(runs_.size());
    }
  }

  std::vector<Run> runs_;
  std::vector<std::size_t> first_run_{0};
};

}  // namespace xg::detail
