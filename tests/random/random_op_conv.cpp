#include <fmt/format.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/conv.hpp>

#include "random_op.hpp"

namespace xg::test {
namespace {

// Windows that fit their images, with N axes.
template <std::size_t N> struct Windows {
  SizeNd<N> in = 0, kernel = 0, stride = 0, padding = 0, dilation = 0;
  std::int64_t groups = 1;
  bool same = false;

  std::string text() const {
    return fmt::format(" stride {} padding {} dilation {} groups {}", to_string(stride.dims()),
                       same ? "same" : to_string(padding.dims()), to_string(dilation.dims()), groups);
  }
};

// More axes are shorter ones.
template <std::size_t N> Windows<N> draw_windows(Choices& c) {
  Windows<N> w;
  for (std::size_t i = 0; i < N; ++i) {
    w.kernel[i] = c.integer(1, N == 3 ? 2 : 3);
    w.stride[i] = c.integer(1, 3);
    w.padding[i] = c.below(N == 3 ? 2 : 3);
    w.dilation[i] = c.integer(1, 2);
    const std::int64_t reach = w.dilation[i] * (w.kernel[i] - 1) + 1;
    w.in[i] = std::max<std::int64_t>(reach - 2 * w.padding[i], 1) + c.below(N == 3 ? 2 : 4);
  }
  w.groups = c.integer(1, 2);
  return w;
}

Shape shape_of(std::initializer_list<std::int64_t> first, const Dims& last) {
  Shape shape(first);
  for (const std::int64_t length : last) shape.push_back(length);
  return shape;
}

Tensor bias_of(const Inputs& in) { return in.size() > 2 ? in[2] : Tensor(); }

Sample finish(Choices& c, Sample s, std::int64_t out, const std::string& options) {
  if (c.coin()) s.inputs.push_back(distinct_tensor(c, {out}));
  for (const Tensor& x : s.inputs) s.text += fmt::format(" {}", to_string(x.shape()));
  s.text += options;
  return s;
}

template <std::size_t N>
RandomOp conv(const std::string& name,
              Tensor (*op)(const Tensor&, const Tensor&, const Tensor&, const ConvOptions<N>&)) {
  return {name, [=](Choices& c) {
            Windows<N> w = draw_windows<N>(c);
            w.same = c.coin();
            if (w.same) w.stride = 1;
            const std::int64_t in = c.integer(1, 2), out = w.groups * c.integer(1, 2);
            const ConvOptions<N> options{.stride = w.stride,
                                         .padding = w.same ? ConvPadding<N>(Padding::same) : w.padding,
                                         .dilation = w.dilation,
                                         .groups = w.groups};
            // A batch of images, or a single one without that axis.
            const Shape image = c.coin() ? shape_of({w.groups * in}, w.in.dims())
                                         : shape_of({c.integer(0, 2), w.groups * in}, w.in.dims());
            const Shape weight = shape_of({out, in}, w.kernel.dims());
            return finish(c,
                          {.inputs = {distinct_tensor(c, image), distinct_tensor(c, weight)},
                           .run = [=](const Inputs& x) { return op(x[0], x[1], bias_of(x), options); },
                           .text = name},
                          out, w.text());
          }};
}

template <std::size_t N>
RandomOp conv_transpose(const std::string& name, Tensor (*op)(const Tensor&, const Tensor&, const Tensor&,
                                                              const ConvTransposeOptions<N>&)) {
  return {name, [=](Choices& c) {
            Windows<N> w = draw_windows<N>(c);
            SizeNd<N> more = 0;
            for (std::size_t i = 0; i < N; ++i) {
              w.padding[i] = std::min(w.padding[i], w.dilation[i] * (w.kernel[i] - 1) / 2);
              more[i] = c.below(std::max(w.stride[i], w.dilation[i]));
            }
            const std::int64_t in = w.groups * c.integer(1, 2), out = c.integer(1, 2);
            const ConvTransposeOptions<N> options{.stride = w.stride,
                                                  .padding = w.padding,
                                                  .output_padding = more,
                                                  .groups = w.groups,
                                                  .dilation = w.dilation};
            const Shape image = shape_of({c.integer(0, 2), in}, w.in.dims());
            const Shape weight = shape_of({in, out}, w.kernel.dims());
            return finish(c,
                          {.inputs = {distinct_tensor(c, image), distinct_tensor(c, weight)},
                           .run = [=](const Inputs& x) { return op(x[0], x[1], bias_of(x), options); },
                           .text = name},
                          out * w.groups,
                          fmt::format("{} output_padding {}", w.text(), to_string(more.dims())));
          }};
}

std::vector<RandomOp> convolutions() {
  return {conv<1>("conv1d", conv1d),
          conv<2>("conv2d", conv2d),
          conv<3>("conv3d", conv3d),
          conv_transpose<1>("conv_transpose1d", conv_transpose1d),
          conv_transpose<2>("conv_transpose2d", conv_transpose2d),
          conv_transpose<3>("conv_transpose3d", conv_transpose3d)};
}

const RandomOps conv_ops(convolutions);

}  // namespace
}  // namespace xg::test
