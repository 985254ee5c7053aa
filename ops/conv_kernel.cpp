#include "conv_kernel.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "buffer.hpp"
#include "conv_direct.hpp"
#include "gemm.hpp"

namespace xg::detail {
namespace {

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
    return (plane * rows + row) * row_length() + column % split * strip() + column / split;
  }
};

constexpr std::int64_t slack = 32;  // what OffsetMatrix reads too much

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

template <class T>
void draw_row(const Canvas& c, const T* row, std::int64_t step, std::int64_t width, T* to) {
  for (std::int64_t q = 0; q < c.split; ++q, to += c.strip()) {
    const auto first_from = [&](std::int64_t x) {
      return std::clamp<std::int64_t>(ceil_div(x - c.left - q, c.split), 0, c.strip());
    };
    const std::int64_t begin = first_from(0), end = std::max(begin, first_from(width));
    const T* from = row + (c.left + q + begin * c.split) * step;
    std::fill_n(to, begin, T{});
    if (c.split * step == 1)
      std::copy_n(from, end - begin, to + begin);
    else
      for (std::int64_t i = begin; i < end; ++i, from += c.split * step) to[i] = *from;
    std::fill_n(to + end, c.strip() - end, T{});
  }
}

/// `channels` of one image.
template <class T>
void draw(const Canvas& c, const Images<T>& x, std::int64_t image, std::int64_t channel,
          std::int64_t channels, T* to) {
  for (std::int64_t k = 0; k < channels; ++k)
    for (std::int64_t r = 0; r < c.planes * c.rows; ++r, to += c.row_length()) {
      const std::int64_t z = c.front + r / c.rows, y = c.top + r % c.rows;
      if (z < 0 || z >= x.size[0] || y < 0 || y >= x.size[1])
        std::fill_n(to, c.row_length(), T{});
      else
        draw_row(c, x.at(image, channel + k) + z * x.step[0] + y * x.step[1], x.step[2], x.size[2], to);
    }
}

Canvas window_canvas(const ConvSizes& s) {
  const auto extent = [](const WindowAxis& a) {
    return (a.out - 1) * a.stride + (a.kernel - 1) * a.dilation + 1;
  };
  return {-s.z.padding, extent(s.z), -s.y.padding, extent(s.y), -s.x.padding, extent(s.x), s.x.stride};
}

Offsets tap_offsets(const ConvSizes& s, const Canvas& canvas) {
  Offsets offsets;
  for (std::int64_t c = 0; c < s.channels; ++c)
    for (std::int64_t k = 0; k < s.z.kernel; ++k)
      for (std::int64_t i = 0; i < s.y.kernel; ++i)
        for (std::int64_t j = 0; j < s.x.kernel; ++j)
          offsets.push_back(c * canvas.size() +
                            canvas.offset(k * s.z.dilation, i * s.y.dilation, j * s.x.dilation));
  return offsets;
}

Offsets place_offsets(std::int64_t planes, std::int64_t rows, std::int64_t columns, std::int64_t plane_step,
                      std::int64_t row_step) {
  Offsets offsets;
  for (std::int64_t z = 0; z < planes; ++z)
    for (std::int64_t y = 0; y < rows; ++y)
      for (std::int64_t x = 0; x < columns; ++x) offsets.push_back(z * plane_step + y * row_step + x);
  return offsets;
}
// The places of windows on their canvas.
Offsets place_offsets(const ConvSizes& s, const Canvas& canvas) {
  return place_offsets(s.z.out, s.y.out, s.x.out, s.z.stride * canvas.plane(),
                       s.y.stride * canvas.row_length());
}

// One tap at each element: the image itself is the matrix.
bool is_pointwise(const ConvSizes& s) {
  const auto plain = [](const WindowAxis& a) { return a.kernel == 1 && a.stride == 1 && a.padding == 0; };
  return plain(s.z) && plain(s.y) && plain(s.x);
}

// Calls f(image, group, buffer) for all of them, on several threads.
template <class T, class F> void for_each_image(const ConvSizes& s, std::int64_t buffer_size, F&& f) {
  for_each_product(s.images * s.groups, s.filters * s.taps() * s.places(),
                   [&](std::int64_t begin, std::int64_t end) {
                     const Buffer<T> buffer(buffer_size);
                     for (std::int64_t i = begin; i < end; ++i) f(i / s.groups, i % s.groups, buffer.data());
                   });
}

/// to (+)= weights [filters, taps] times the matrix of taps and places, which come in runs of this length. For
/// one filter, as in depthwise convolutions, laying out the matrix in panels would cost more than the product.
template <class T>
void multiply_patches(std::int64_t filters, const T* weights, const T* drawn, const Offsets& taps,
                      const Offsets& places, std::int64_t run, T* to, bool adds) {
  const auto n = static_cast<std::int64_t>(places.size()), depth = static_cast<std::int64_t>(taps.size());
  if (filters > 1)
    return gemm(filters, n, depth, StridedMatrix<T>{weights, depth, 1},
                OffsetMatrix<T>{drawn, taps.data(), places.data(), false}, to, n, adds);
  dispatch([&](auto isa) {
    for (std::int64_t r = 0; r < n; r += run)
      sum_taps<lane<T, decltype(isa)>>(drawn + places[static_cast<std::size_t>(r)], taps, weights, run,
                                       to + r, adds);
  });
}

/// to (+)= g [filters, places] times the transpose of that matrix.
template <class T>
void multiply_transposed_patches(std::int64_t filters, const T* g, const T* drawn, const Offsets& taps,
                                 const Offsets& places, std::int64_t run, T* to, bool adds) {
  const auto n = static_cast<std::int64_t>(places.size()), depth = static_cast<std::int64_t>(taps.size());
  if (filters > 1)
    return gemm(filters, depth, n, StridedMatrix<T>{g, n, 1},
                OffsetMatrix<T>{drawn, places.data(), taps.data(), true}, to, depth, adds);
  dispatch([&](auto isa) {
    for (std::size_t t = 0; t < taps.size(); ++t)
      to[t] = sum_places<lane<T, decltype(isa)>>(g, drawn + taps[t], places, run) + (adds ? to[t] : T{});
  });
}

/// Along one axis, the elements of an image that the same taps reach: the stride makes as many kinds of
/// them. Element (first + i) * stride + phase - padding meets tap `taps[t]` at place first + i - behind[t].
struct AxisPhase {
  std::int64_t phase, first, length;
  Offsets taps, behind;
};

std::vector<AxisPhase> axis_phases(const WindowAxis& a) {
  std::vector<AxisPhase> phases;
  for (std::int64_t p = 0; p < a.stride; ++p) {
    const std::int64_t first = ceil_div(a.padding - p, a.stride);
    AxisPhase phase{
        p, first, std::max<std::int64_t>(0, ceil_div(a.in + a.padding - p, a.stride) - first), {}, {}};
    for (std::int64_t i = 0; i < a.kernel; ++i)
      if (i * a.dilation % a.stride == p) {
        phase.taps.push_back(i);
        phase.behind.push_back(i * a.dilation / a.stride);
      }
    if (phase.length > 0) phases.push_back(std::move(phase));
  }
  return phases;
}

/// The places of g that some element of the image meets: from, and how many.
std::pair<std::int64_t, std::int64_t> reach(const WindowAxis& a) {
  const std::int64_t first = a.padding / a.stride - (a.kernel - 1) * a.dilation / a.stride;
  return {first, (a.in - 1 + a.padding) / a.stride - first + 1};
}

/// One kind of elements in all directions: a convolution of g with those taps, turned round.
template <class T> struct InputPhase {
  const AxisPhase& z;
  const AxisPhase& y;
  const AxisPhase& x;
  Offsets taps, places;
  std::vector<T> weight;  // [groups * channels, taps]

  std::int64_t elements() const { return z.length * y.length * x.length; }
  std::int64_t tap_count() const { return static_cast<std::int64_t>(taps.size()); }
};

template <class T>
InputPhase<T> input_phase(const ConvSizes& s, const Canvas& canvas, const AxisPhase& z, const AxisPhase& y,
                          const AxisPhase& x, const T* weight) {
  InputPhase<T> phase{
      z, y, x, {}, place_offsets(z.length, y.length, x.length, canvas.plane(), canvas.row_length()), {}};
  for (std::int64_t o = 0; o < s.filters; ++o)
    for (const std::int64_t k : z.behind)
      for (const std::int64_t i : y.behind)
        for (const std::int64_t j : x.behind)
          phase.taps.push_back(o * canvas.size() + canvas.offset(z.first - k - canvas.front,
                                                                 y.first - i - canvas.top,
                                                                 x.first - j - canvas.left));
  for (std::int64_t c = 0; c < s.groups * s.channels; ++c)
    for (std::int64_t o = 0; o < s.filters; ++o) {
      const T* kernel =
          weight + ((c / s.channels * s.filters + o) * s.channels + c % s.channels) * s.kernel();
      for (const std::int64_t k : z.taps)
        for (const std::int64_t i : y.taps)
          for (const std::int64_t j : x.taps)
            phase.weight.push_back(kernel[(k * s.y.kernel + i) * s.x.kernel + j]);
    }
  return phase;
}

// Puts the elements of one phase in their places, `channels` images of them.
template <class T> void scatter_phase(const ConvSizes& s, const InputPhase<T>& p, const T* from, T* dx) {
  const auto element = [](const WindowAxis& a, const AxisPhase& phase, std::int64_t i) {
    return (phase.first + i) * a.stride + phase.phase - a.padding;
  };
  for (std::int64_t c = 0; c < s.channels; ++c)
    for (std::int64_t k = 0; k < p.z.length; ++k)
      for (std::int64_t i = 0; i < p.y.length; ++i, from += p.x.length) {
        const std::int64_t z = element(s.z, p.z, k), y = element(s.y, p.y, i), x = element(s.x, p.x, 0);
        T* row = dx + ((c * s.z.in + z) * s.y.in + y) * s.x.in + x;
        for (std::int64_t j = 0; j < p.x.length; ++j) row[j * s.x.stride] = from[j];
      }
}

}  // namespace

template <class T> void convolve(const ConvSizes& s, const Tensor& x, const Tensor& weight, T* y, bool adds) {
  const Images<T> images(x);
  const T* const w = weight.data<T>();
  const auto weights_of = [&](std::int64_t group) {
    return StridedMatrix<T>{w + group * s.filters * s.taps(), s.taps(), 1};
  };
  const auto result = [&](std::int64_t image, std::int64_t group) {
    return y + (image * s.groups + group) * s.filters * s.places();
  };
  if (is_pointwise(s) && images.is_dense())
    return for_each_image<T>(s, 0, [&](std::int64_t image, std::int64_t group, T*) {
      const StridedMatrix<T> planes{images.at(image, group * s.channels), images.channel_step, 1};
      gemm(s.filters, s.places(), s.taps(), weights_of(group), planes, result(image, group), s.places(),
           adds);
    });
  const Canvas canvas = window_canvas(s);
  const Offsets taps = tap_offsets(s, canvas), places = place_offsets(s, canvas);
  for_each_image<T>(s, s.channels * canvas.size() + slack,
                    [&](std::int64_t image, std::int64_t group, T* drawn) {
                      draw(canvas, images, image, group * s.channels, s.channels, drawn);
                      multiply_patches(s.filters, weights_of(group).data, drawn, taps, places, s.x.out,
                                       result(image, group), adds);
                    });
}

template <class T> void convolve_input(const ConvSizes& s, const Tensor& g, const Tensor& weight, T* dx) {
  const Images<T> gradients(g);
  const T* const w = weight.data<T>();
  const auto result = [&](std::int64_t image, std::int64_t group) {
    return dx + (image * s.groups + group) * s.channels * s.image();
  };
  if (is_pointwise(s) && gradients.is_dense())
    return for_each_image<T>(s, 0, [&](std::int64_t image, std::int64_t group, T*) {
      const StridedMatrix<T> planes{gradients.at(image, group * s.filters), gradients.channel_step, 1};
      const StridedMatrix<T> weights{w + group * s.filters * s.channels, s.channels, 1};
      gemm(s.channels, s.places(), s.filters, weights.transposed(), planes, result(image, group), s.places(),
           false);
    });
  const auto [front, planes] = reach(s.z);
  const auto [top, rows] = reach(s.y);
  const auto [left, columns] = reach(s.x);
  const Canvas canvas{front, planes, top, rows, left, columns, 1};
  const std::vector<AxisPhase> phases_z = axis_phases(s.z), phases_y = axis_phases(s.y),
                               phases_x = axis_phases(s.x);
  std::vector<InputPhase<T>> phases;
  for (const AxisPhase& z : phases_z)
    for (const AxisPhase& y : phases_y)
      for (const AxisPhase& x : phases_x) phases.push_back(input_phase(s, canvas, z, y, x, w));
  const bool direct = s.z.stride == 1 && s.y.stride == 1 && s.x.stride == 1;
  const std::int64_t drawn_size = s.filters * canvas.size() + slack;
  std::int64_t largest = 0;
  for (const InputPhase<T>& p : phases)
    if (!direct) largest = std::max(largest, s.channels * p.elements());
  for_each_image<T>(s, drawn_size + largest, [&](std::int64_t image, std::int64_t group, T* drawn) {
    draw(canvas, gradients, image, group * s.filters, s.filters, drawn);
    for (const InputPhase<T>& p : phases) {
      T* const to = direct ? result(image, group) : drawn + drawn_size;
      multiply_patches(s.channels, p.weight.data() + group * s.channels * p.tap_count(), drawn, p.taps,
                       p.places, p.x.length, to, false);
      if (!direct) scatter_phase(s, p, to, result(image, group));
    }
  });
}

template <class T> void convolve_weight(const ConvSizes& s, const Tensor& g, const Tensor& x, T* dw) {
  constexpr std::int64_t max_chunks = 8, max_partial_sums = 1 << 22;
  const std::int64_t size = s.groups * s.filters * s.taps();
  const std::int64_t chunks =
      std::clamp<std::int64_t>(max_partial_sums / size, 1, std::min(max_chunks, s.images));
  const Images<T> images(x);
  const bool pointwise = is_pointwise(s) && images.is_dense();
  const Canvas canvas = window_canvas(s);
  const Offsets taps = tap_offsets(s, canvas), places = place_offsets(s, canvas);
  const Buffer<T> sums((chunks - 1) * size);
  // Images are summed in chunks that threads can share; the order of the sum is the same for any number of
  // them.
  const auto chunk = [&](std::int64_t part, std::int64_t group) {
    const Buffer<T> drawn(pointwise ? 0 : s.channels * canvas.size() + slack);
    T* const to = (part == 0 ? dw : sums.data() + (part - 1) * size) + group * s.filters * s.taps();
    const std::int64_t begin = part * s.images / chunks, end = (part + 1) * s.images / chunks;
    for (std::int64_t image = begin; image < end; ++image) {
      const StridedMatrix<T> left{g.data<T>() + (image * s.groups + group) * s.filters * s.places(),
                                  s.places(), 1};
      if (pointwise) {
        const StridedMatrix<T> planes{images.at(image, group * s.channels), images.channel_step, 1};
        gemm(s.filters, s.taps(), s.places(), left, planes.transposed(), to, s.taps(), image > begin);
        continue;
      }
      draw(canvas, images, image, group * s.channels, s.channels, drawn.data());
      multiply_transposed_patches(s.filters, left.data, drawn.data(), taps, places, s.x.out, to,
                                  image > begin);
    }
  };
  const std::int64_t work = s.images / chunks * s.filters * s.taps() * s.places();
  for_each_product(chunks * s.groups, work, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) chunk(i / s.groups, i % s.groups);
  });
  for (std::int64_t part = 1; part < chunks; ++part)
    for (std::int64_t i = 0; i < size; ++i) dw[i] += sums.data()[(part - 1) * size + i];
}

template void convolve(const ConvSizes&, const Tensor&, const Tensor&, float*, bool);
template void convolve(const ConvSizes&, const Tensor&, const Tensor&, double*, bool);
template void convolve_input(const ConvSizes&, const Tensor&, const Tensor&, float*);
template void convolve_input(const ConvSizes&, const Tensor&, const Tensor&, double*);
template void convolve_weight(const ConvSizes&, const Tensor&, const Tensor&, float*);
template void convolve_weight(const ConvSizes&, const Tensor&, const Tensor&, double*);

}  // namespace xg::detail
