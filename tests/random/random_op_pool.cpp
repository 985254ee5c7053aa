#include <fmt/format.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/pool.hpp>

#include "random_op.hpp"

namespace xg::test {
namespace {

// Windows that fit their images, padded by half of their size at most; images are not so small that a dilated
// window could miss them.
template <std::size_t N> struct Windows {
  SizeNd<N> in = 0, kernel = 0, stride = 0, padding = 0, dilation = 0;

  std::string text() const {
    return fmt::format("kernel {} stride {} padding {} dilation {}", to_string(kernel.dims()),
                       to_string(stride.dims()), to_string(padding.dims()), to_string(dilation.dims()));
  }
};

// More axes are shorter ones.
template <std::size_t N> Windows<N> draw_windows(Choices& c, std::int64_t most_dilation) {
  Windows<N> w;
  for (std::size_t i = 0; i < N; ++i) {
    w.kernel[i] = c.integer(1, N == 3 ? 2 : 4);
    w.stride[i] = c.integer(1, 4);
    w.padding[i] = c.integer(0, w.kernel[i] / 2);
    w.dilation[i] = c.integer(1, most_dilation);
    w.in[i] = std::max(w.dilation[i] * (w.kernel[i] - 1) + 1 - 2 * w.padding[i], w.dilation[i]) +
              c.below(N == 3 ? 3 : 5);
  }
  return w;
}

template <std::size_t N> SizeNd<N> draw_size(Choices& c, std::int64_t most) {
  SizeNd<N> size = 0;
  for (std::size_t i = 0; i < N; ++i) size[i] = c.integer(1, most);
  return size;
}

template <std::size_t N> Tensor images(Choices& c, const SizeNd<N>& size) {
  Shape shape = c.shape(1, 2, 1, 2);
  for (const std::int64_t length : size.dims()) shape.push_back(length);
  return distinct_tensor(c, shape);
}

template <std::size_t N>
RandomOp max_pool(const std::string& name, Tensor (*op)(const Tensor&, SizeNd<N>, const MaxPoolOptions<N>&)) {
  return {name, [=](Choices& c) -> Sample {
            const Windows<N> w = draw_windows<N>(c, 2);
            const MaxPoolOptions<N> options{
                .stride = w.stride, .padding = w.padding, .dilation = w.dilation, .ceil_mode = c.coin()};
            const Tensor x = images(c, w.in);
            return {.inputs = {x},
                    .run = [=](const Inputs& in) { return op(in[0], w.kernel, options); },
                    .text = fmt::format("{} {} {} ceil_mode {}", name, to_string(x.shape()), w.text(),
                                        options.ceil_mode)};
          }};
}

template <std::size_t N>
RandomOp avg_pool(const std::string& name, Tensor (*op)(const Tensor&, SizeNd<N>, const AvgPoolOptions<N>&)) {
  return {
      name, [=](Choices& c) -> Sample {
        const Windows<N> w = draw_windows<N>(c, 1);
        AvgPoolOptions<N> options{
            .stride = w.stride, .padding = w.padding, .ceil_mode = c.coin(), .count_include_pad = c.coin()};
        if (c.coin()) options.divisor_override = c.integer(1, 3);
        const Tensor x = images(c, w.in);
        return {.inputs = {x},
                .run = [=](const Inputs& in) { return op(in[0], w.kernel, options); },
                .text = fmt::format("{} {} {} ceil_mode {} count_include_pad {} divisor {}", name,
                                    to_string(x.shape()), w.text(), options.ceil_mode,
                                    options.count_include_pad, options.divisor_override.value_or(0))};
      }};
}

template <std::size_t N>
RandomOp adaptive_pool(const std::string& name, Tensor (*op)(const Tensor&, SizeNd<N>)) {
  return {name, [=](Choices& c) -> Sample {
            const SizeNd<N> size = draw_size<N>(c, N == 3 ? 3 : 5);
            const Tensor x = images(c, draw_size<N>(c, N == 3 ? 4 : 7));
            return {.inputs = {x},
                    .run = [=](const Inputs& in) { return op(in[0], size); },
                    .text = fmt::format("{} {} to {}", name, to_string(x.shape()), to_string(size.dims()))};
          }};
}

std::vector<RandomOp> pools() {
  return {max_pool<1>("max_pool1d", max_pool1d),
          max_pool<2>("max_pool2d", max_pool2d),
          max_pool<3>("max_pool3d", max_pool3d),
          avg_pool<1>("avg_pool1d", avg_pool1d),
          avg_pool<2>("avg_pool2d", avg_pool2d),
          avg_pool<3>("avg_pool3d", avg_pool3d),
          adaptive_pool<1>("adaptive_max_pool1d", adaptive_max_pool1d),
          adaptive_pool<2>("adaptive_max_pool2d", adaptive_max_pool2d),
          adaptive_pool<3>("adaptive_max_pool3d", adaptive_max_pool3d),
          adaptive_pool<1>("adaptive_avg_pool1d", adaptive_avg_pool1d),
          adaptive_pool<2>("adaptive_avg_pool2d", adaptive_avg_pool2d),
          adaptive_pool<3>("adaptive_avg_pool3d", adaptive_avg_pool3d)};
}

const RandomOps pool_ops(pools);

}  // namespace
}  // namespace xg::test
