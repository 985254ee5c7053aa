#include "conv_kernel.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>
#include <vector>

#include "buffer.hpp"
#include "conv_canvas.hpp"
#include "conv_patches.hpp"
#include "conv_sums.hpp"
#include "conv_winograd.hpp"
#include "gemm.hpp"

namespace xg::detail {
namespace {

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

// Where the lines of places begin.
Offsets line_offsets(const ConvSizes& s, const Canvas& canvas) {
  Offsets lines;
  for (std::int64_t z = 0; z < s.z.out; ++z)
    for (std::int64_t y = 0; y < s.y.out; ++y)
      lines.push_back(z * s.z.stride * canvas.plane() + y * s.y.stride * canvas.row_length());
  return lines;
}

PlaceVectors place_vectors(std::size_t size, const ConvSizes& s, const Canvas& canvas) {
  return {size, s.z.out, s.y.out, s.x.out, s.z.stride * canvas.plane(), s.y.stride * canvas.row_length()};
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
                     const ZeroBuffer<T> buffer(buffer_size + canvas_slack);
                     for (std::int64_t i = begin; i < end; ++i) f(i / s.groups, i % s.groups, buffer.data());
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

/// The axis of a convolution of g with the kernel turned round, for a stride and dilation of 1.
WindowAxis turned(const WindowAxis& a) {
  return {a.out, a.kernel, a.in, a.stride, a.kernel - 1 - a.padding, a.dilation};
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
  PatchProduct<T> product;

  std::int64_t elements() const { return z.length * y.length * x.length; }
};

template <class T>
InputPhase<T> input_phase(const ConvSizes& s, const Canvas& canvas, const AxisPhase& z, const AxisPhase& y,
                          const AxisPhase& x, const T* weight) {
  Offsets taps;
  Weights<T> weights{weight, s.filters * s.taps(), s.kernel(), {}};
  for (std::int64_t o = 0; o < s.filters; ++o)
    for (std::size_t k = 0; k < z.taps.size(); ++k)
      for (std::size_t i = 0; i < y.taps.size(); ++i)
        for (std::size_t j = 0; j < x.taps.size(); ++j) {
          taps.push_back(o * canvas.size() + canvas.offset(z.first - z.behind[k] - canvas.front,
                                                           y.first - y.behind[i] - canvas.top,
                                                           x.first - x.behind[j] - canvas.left));
          weights.tap.push_back(o * s.taps() + (z.taps[k] * s.y.kernel + y.taps[i]) * s.x.kernel + x.taps[j]);
        }
  PlaceVectors places(vector_size<T>(), z.length, y.length, x.length, canvas.plane(), canvas.row_length());
  return {z, y, x,
          PatchProduct<T>(s.groups, s.channels, weights, std::move(taps), std::move(places), nullptr)};
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

template <class T>
void convolve(const ConvSizes& s, const Tensor& x, const Tensor& weight, const T* bias, T* y) {
  const Images<T> images(x);
  const T* const w = weight.data<T>();
  const auto result = [&](std::int64_t image, std::int64_t group) {
    return y + (image * s.groups + group) * s.filters * s.places();
  };
  if (is_pointwise(s) && images.is_dense())
    return for_each_image<T>(s, 0, [&](std::int64_t image, std::int64_t group, T*) {
      const StridedMatrix<T> planes{images.at(image, group * s.channels), images.channel_step, 1};
      const StridedMatrix<T> weights{w + group * s.filters * s.taps(), s.taps(), 1};
      T* const to = result(image, group);
      for (std::int64_t o = 0; bias && o < s.filters; ++o)
        std::fill_n(to + o * s.places(), s.places(), bias[group * s.filters + o]);
      gemm(s.filters, s.places(), s.taps(), weights, planes, to, s.places(), bias != nullptr);
    });
  if (suits_winograd<T>(s, s.y, s.x))
    return convolve_tiles<T>(s.y, s.x, s.images, s.groups, s.channels, s.filters, images,
                             {w, s.filters * s.taps(), s.taps(), s.kernel(), false}, bias, y);
  const Canvas canvas = window_canvas(s);
  Weights<T> weights{w, s.filters * s.taps(), s.taps(), Offsets(static_cast<std::size_t>(s.taps()))};
  std::iota(weights.tap.begin(), weights.tap.end(), std::int64_t{0});
  const PatchProduct<T> product(s.groups, s.filters, weights, tap_offsets(s, canvas),
                                place_vectors(vector_size<T>(), s, canvas), bias);
  for_each_image<T>(s, s.channels * canvas.size(), [&](std::int64_t image, std::int64_t group, T* drawn) {
    draw(canvas, images, image, group * s.channels, s.channels, drawn);
    product(group, drawn, result(image, group));
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
  if (suits_winograd<T>(s, turned(s.y), turned(s.x)))
    return convolve_tiles<T>(turned(s.y), turned(s.x), s.images, s.groups, s.filters, s.channels, gradients,
                             {w, s.filters * s.taps(), s.kernel(), s.taps(), true}, nullptr, dx);
  const auto [front, planes] = reach(s.z);
  const auto [top, rows] = reach(s.y);
  const auto [left, columns] = reach(s.x);
  const Canvas canvas{front, planes, top, rows, left, columns, 1};
  const std::vector<AxisPhase> phases_z = axis_phases(s.z), phases_y = axis_phases(s.y),
                               phases_x = axis_phases(s.x);
  std::vector<InputPhase<T>> phases;
  phases.reserve(phases_z.size() * phases_y.size() * phases_x.size());
  for (const AxisPhase& z : phases_z)
    for (const AxisPhase& y : phases_y)
      for (const AxisPhase& x : phases_x) phases.push_back(input_phase(s, canvas, z, y, x, w));
  const bool direct = s.z.stride == 1 && s.y.stride == 1 && s.x.stride == 1;
  const std::int64_t drawn_size = s.filters * canvas.size();
  std::int64_t largest = 0;
  for (const InputPhase<T>& p : phases)
    if (!direct) largest = std::max(largest, s.channels * p.elements());
  for_each_image<T>(s, drawn_size + largest, [&](std::int64_t image, std::int64_t group, T* drawn) {
    draw(canvas, gradients, image, group * s.filters, s.filters, drawn);
    for (const InputPhase<T>& p : phases) {
      T* const to = direct ? result(image, group) : drawn + drawn_size;
      p.product(group, drawn, to);
      if (!direct) scatter_phase(s, p, to, result(image, group));
    }
  });
}

template <class T> void convolve_weight(const ConvSizes& s, const Tensor& g, const Tensor& x, T* dw) {
  constexpr std::int64_t max_chunks = 8, max_partial_sums = 1 << 22;
  const std::int64_t group_size = s.filters * s.taps(), size = s.groups * group_size;
  const std::int64_t chunks =
      std::clamp<std::int64_t>(max_partial_sums / size, 1, std::min(max_chunks, s.images));
  const Images<T> images(x);
  const Canvas canvas = window_canvas(s);
  const Offsets taps = tap_offsets(s, canvas);
  const PlaceVectors places = place_vectors(vector_size<T>(), s, canvas);
  const Offsets lines = line_offsets(s, canvas);
  const Buffer<T> partial((chunks - 1) * size);
  const auto gradient = [&](std::int64_t image, std::int64_t group) {
    return g.data<T>() + (image * s.groups + group) * s.filters * s.places();
  };
  const auto sum_pointwise = [&](std::int64_t begin, std::int64_t end, std::int64_t group, T* to) {
    for (std::int64_t image = begin; image < end; ++image) {
      const StridedMatrix<T> left{gradient(image, group), s.places(), 1};
      const StridedMatrix<T> planes{images.at(image, group * s.channels), images.channel_step, 1};
      gemm(s.filters, s.taps(), s.places(), left, planes.transposed(), to, s.taps(), image > begin);
    }
  };
  const auto sum_drawn = [&](std::int64_t begin, std::int64_t end, std::int64_t group, auto sums, T* to) {
    const ZeroBuffer<T> drawn(s.channels * canvas.size() + canvas_slack);
    for (std::int64_t image = begin; image < end; ++image) {
      draw(canvas, images, image, group * s.channels, s.channels, drawn.data());
      sums.add(gradient(image, group), drawn.data());
    }
    sums.write(to);
  };
  // Images are summed in chunks that threads can share; the order of the sum is the same for any number of
  // them.
  const auto chunk = [&](std::int64_t part, std::int64_t group) {
    T* const to = (part == 0 ? dw : partial.data() + (part - 1) * size) + group * group_size;
    const std::int64_t begin = part * s.images / chunks, end = (part + 1) * s.images / chunks;
    if (is_pointwise(s) && images.is_dense())
      sum_pointwise(begin, end, group, to);
    else if (PlaceSums<T>::suits(s.filters))
      sum_drawn(begin, end, group, PlaceSums<T>(s.filters, taps, places), to);
    else
      sum_drawn(begin, end, group, FilterSums<T>(s.filters, taps, lines, s.x.out), to);
  };
  const std::int64_t work = s.images / chunks * group_size * s.places();
  for_each_product(chunks * s.groups, work, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) chunk(i / s.groups, i % s.groups);
  });
  for (std::int64_t part = 1; part < chunks; ++part)
    for (std::int64_t i = 0; i < size; ++i) dw[i] += partial.data()[(part - 1) * size + i];
}

template void convolve(const ConvSizes&, const Tensor&, const Tensor&, const float*, float*);
template void convolve(const ConvSizes&, const Tensor&, const Tensor&, const double*, double*);
template void convolve_input(const ConvSizes&, const Tensor&, const Tensor&, float*);
template void convolve_input(const ConvSizes&, const Tensor&, const Tensor&, double*);
template void convolve_weight(const ConvSizes&, const Tensor&, const Tensor&, float*);
template void convolve_weight(const ConvSizes&, const Tensor&, const Tensor&, double*);

}  // namespace xg::detail
