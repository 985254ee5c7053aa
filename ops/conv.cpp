#include "conv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "../core/copy.hpp"
#include "../core/node.hpp"
#include "../core/operand.hpp"
#include "../core/sum_to.hpp"
#include "arithmetic.hpp"
#include "conv_kernel.hpp"
#include "view.hpp"

namespace xg {
namespace {

using detail::ConvSizes;

// What the ops with one, two and three axes are called, and their axes.
struct Names {
  const char *conv, *input, *weight, *transpose, *image_axes, *kernel_axes;
};
constexpr std::array<Names, 3> names_of{{
    {"conv1d", "conv1d_input", "conv1d_weight", "conv_transpose1d", "l", "k"},
    {"conv2d", "conv2d_input", "conv2d_weight", "conv_transpose2d", "h, w", "kh, kw"},
    {"conv3d", "conv3d_input", "conv3d_weight", "conv_transpose3d", "d, h, w", "kd, kh, kw"},
}};
template <std::size_t N> constexpr const Names& names = names_of[N - 1];

template <std::size_t N>
WindowAxis conv_axis(const char* op, const Shape& x, const Shape& weight, const ConvOptions<N>& o,
                     std::size_t axis) {
  const std::int64_t in = x[axis + 2], kernel = weight[axis + 2], dilation = o.dilation[axis];
  if (!o.padding.same) return window_axis(op, in, kernel, o.stride[axis], o.padding.size[axis], dilation);
  if (o.stride[axis] != 1)
    throw ValueError(
        fmt::format("[{}] stride {} with Padding::same: only a stride of 1 keeps the size; give the padding "
                    "as a number",
                    op, to_string(o.stride.dims())));
  const std::int64_t zeros = dilation * (kernel - 1);
  WindowAxis same = window_axis(op, in, kernel, 1, zeros, dilation);
  same.out = in;
  same.padding = zeros / 2;
  return same;
}

/// Checks the shapes of an image batch and a weight, and works out the rest.
template <std::size_t N>
ConvSizes conv_sizes(const char* op, const Shape& x, const Shape& weight, const ConvOptions<N>& o) {
  if (x.size() != N + 2 || weight.size() != N + 2)
    throw ShapeError(fmt::format("[{}] x {} and weight {}: expected [n, c, {}] and [o, c / groups, {}]", op,
                                 to_string(x), to_string(weight), names<N>.image_axes, names<N>.kernel_axes));
  if (o.groups < 1 || weight[0] % o.groups != 0)
    throw ShapeError(fmt::format("[{}] weight {}: its {} filters cannot be cut into {} groups", op,
                                 to_string(weight), weight[0], o.groups));
  if (x[1] != weight[1] * o.groups)
    throw ShapeError(
        fmt::format("[{}] x {} and weight {}: x has {} channels, weight expects {} in {} group(s)", op,
                    to_string(x), to_string(weight), x[1], weight[1], o.groups));
  std::array<WindowAxis, 3> axes;
  axes.fill({1, 1, 1, 1, 0, 1});
  for (std::size_t i = 0; i < N; ++i) axes[3 - N + i] = conv_axis(op, x, weight, o, i);
  return {x[0], o.groups, weight[1], weight[0] / o.groups, axes[0], axes[1], axes[2]};
}

template <std::size_t N> Shape output_shape(const ConvSizes& s) {
  Shape shape{s.images, s.groups * s.filters};
  const std::array<std::int64_t, 3> places{s.z.out, s.y.out, s.x.out};
  for (std::size_t i = 3 - N; i < 3; ++i) shape.push_back(places[i]);
  return shape;
}

template <std::size_t N> void check_cotangent(const char* op, const Tensor& g, const ConvSizes& s) {
  if (g.shape() != output_shape<N>(s))
    throw ShapeError(fmt::format("[{}] g {} must have the shape of {}'s result, {}", op, to_string(g.shape()),
                                 names<N>.conv, to_string(output_shape<N>(s))));
}

void check_bias(const char* op, const Tensor& bias, std::int64_t channels) {
  if (bias.defined() && bias.shape() != Shape{channels})
    throw ShapeError(
        fmt::format("[{}] bias {} must have the shape [{}]", op, to_string(bias.shape()), channels));
}

Dtype common_dtype(const Tensor& a, const Tensor& b, const Tensor& bias) {
  const Dtype dtype = result_dtype(a, b);
  return bias.defined() ? promote(dtype, bias.dtype()) : dtype;
}

// The shape of one number a channel that broadcasts over the images.
template <std::size_t N> Shape over_images(std::int64_t channels) {
  Shape shape = Dims::filled(N + 1, 1);
  shape[0] = channels;
  return shape;
}

template <std::size_t N>
Tensor input_of(const char* op, const Tensor& g, const Tensor& weight, const Shape& input_shape,
                const ConvOptions<N>& options);
template <std::size_t N>
Tensor weight_of(const Tensor& g, const Tensor& x, const Shape& weight_shape, const ConvOptions<N>& options);

template <std::size_t N>
Tensor conv_batch(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvOptions<N>& options) {
  const char* const op = names<N>.conv;
  const ConvSizes s = conv_sizes(op, x.shape(), weight.shape(), options);
  Tensor y = empty(output_shape<N>(s), x.dtype());
  if (y.numel() > 0) {
    const Tensor dense = contiguous(weight.detach());
    const Tensor dense_bias = bias.defined() ? contiguous(bias.detach()) : bias;
    visit_floating(op, y.dtype(), [&]<class T>(std::type_identity<T>) {
      detail::convolve<T>(s, x, dense, bias.defined() ? dense_bias.data<T>() : nullptr, y.mutable_data<T>());
    });
  }
  return record(op, {&x, &weight, &bias}, std::move(y),
                [x = Saved(x), weight = Saved(weight), options](const Tensor& g, Wanted wanted) {
                  std::array<Tensor, 3> grads;
                  if (wanted[0])
                    grads[0] = input_of(names<N>.input, g, weight.get(), x.get().shape(), options);
                  if (wanted[1]) grads[1] = weight_of(g, x.get(), weight.get().shape(), options);
                  if (wanted[2]) grads[2] = reshape(sum_to(g, over_images<N>(g.size(1))), {g.size(1)});
                  return grads;
                });
}

template <std::size_t N>
Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvOptions<N>& options) {
  check_bias(names<N>.conv, bias, weight.dim() > 0 ? weight.size(0) : 0);
  const Dtype dtype = common_dtype(x, weight, bias);
  const Tensor cast_bias = bias.defined() ? to(bias, dtype) : bias;
  if (x.dim() == N + 1)
    return squeeze(conv_batch(to(unsqueeze(x, 0), dtype), to(weight, dtype), cast_bias, options), 0);
  return conv_batch(to(x, dtype), to(weight, dtype), cast_bias, options);
}

template <std::size_t N>
Tensor input_of(const char* op, const Tensor& g, const Tensor& weight, const Shape& input_shape,
                const ConvOptions<N>& options) {
  const ConvSizes s = conv_sizes(op, input_shape, weight.shape(), options);
  check_cotangent<N>(op, g, s);
  const Dtype dtype = result_dtype(g, weight);
  const Tensor gradient = to(g, dtype), w = to(weight, dtype);
  Tensor dx = empty(input_shape, dtype);
  visit_floating(op, dtype, [&]<class T>(std::type_identity<T>) {
    if (dx.numel() > 0) detail::convolve_input<T>(s, gradient, contiguous(w.detach()), dx.mutable_data<T>());
  });
  return record(op, {&gradient, &w}, std::move(dx),
                [g = Saved(gradient), w = Saved(w), options](const Tensor& v, Wanted wanted) {
                  std::array<Tensor, 2> grads;
                  if (wanted[0]) grads[0] = conv(v, w.get(), {}, options);
                  if (wanted[1]) grads[1] = weight_of(g.get(), v, w.get().shape(), options);
                  return grads;
                });
}

template <std::size_t N>
Tensor weight_of(const Tensor& g, const Tensor& x, const Shape& weight_shape, const ConvOptions<N>& options) {
  const char* const op = names<N>.weight;
  const ConvSizes s = conv_sizes(op, x.shape(), weight_shape, options);
  check_cotangent<N>(op, g, s);
  const Dtype dtype = result_dtype(g, x);
  const Tensor gradient = to(g, dtype), images = to(x, dtype);
  Tensor dw = empty(weight_shape, dtype);
  visit_floating(op, dtype, [&]<class T>(std::type_identity<T>) {
    T* const to = dw.mutable_data<T>();
    if (gradient.numel() == 0)
      std::fill_n(to, dw.numel(), T{});
    else if (dw.numel() > 0)
      detail::convolve_weight<T>(s, contiguous(gradient.detach()), images, to);
  });
  return record(op, {&gradient, &images}, std::move(dw),
                [g = Saved(gradient), x = Saved(images), options](const Tensor& v, Wanted wanted) {
                  std::array<Tensor, 2> grads;
                  if (wanted[0]) grads[0] = conv(x.get(), v, {}, options);
                  if (wanted[1]) grads[1] = input_of(names<N>.input, g.get(), v, x.get().shape(), options);
                  return grads;
                });
}

/// The length of one axis of a transposed convolution's result.
template <std::size_t N>
std::int64_t spread_length(const char* op, std::int64_t in, std::int64_t kernel,
                           const ConvTransposeOptions<N>& o, std::size_t axis) {
  if (o.output_padding[axis] < 0)
    throw ValueError(fmt::format("[{}] output_padding {} must not be negative", op, o.output_padding[axis]));
  if (o.output_padding[axis] >= std::max(o.stride[axis], o.dilation[axis]))
    throw ValueError(fmt::format("[{}] output_padding {} must be less than stride {} or dilation {}", op,
                                 o.output_padding[axis], o.stride[axis], o.dilation[axis]));
  const std::int64_t length = (in - 1) * o.stride[axis] - 2 * o.padding[axis] +
                              o.dilation[axis] * (kernel - 1) + o.output_padding[axis] + 1;
  if (length < 1)
    throw ShapeError(
        fmt::format("[{}] padding {} takes more than there is of an axis of {} with a kernel of "
                    "{}: the result would have {} elements",
                    op, o.padding[axis], in, kernel, length));
  return length;
}

template <std::size_t N>
Tensor conv_transpose(const Tensor& x, const Tensor& weight, const Tensor& bias,
                      const ConvTransposeOptions<N>& options) {
  const char* const op = names<N>.transpose;
  if (x.dim() == N + 1) return squeeze(conv_transpose(unsqueeze(x, 0), weight, bias, options), 0);
  if (x.dim() != N + 2 || weight.dim() != N + 2 || x.size(1) != weight.size(0))
    throw ShapeError(fmt::format("[{}] x {} and weight {}: expected [n, c, {}] and [c, o / groups, {}]", op,
                                 to_string(x.shape()), to_string(weight.shape()), names<N>.image_axes,
                                 names<N>.kernel_axes));
  const std::int64_t channels = weight.size(1) * options.groups;
  check_bias(op, bias, channels);
  // What is added beyond a stride, or taken off, are then elements of a result without padding.
  bool cut = false;
  for (std::size_t i = 0; i < N; ++i) cut = cut || options.output_padding[i] >= options.stride[i];
  Shape shape{x.size(0), channels};
  std::vector<std::int64_t> widths(2 * N);  // the last axis first
  for (std::size_t i = 0; i < N; ++i) {
    const std::int64_t length = spread_length(op, x.shape()[i + 2], weight.shape()[i + 2], options, i);
    const std::int64_t before = cut ? options.padding[i] : 0,
                       after = cut ? before - options.output_padding[i] : 0;
    shape.push_back(length + before + after);
    widths[2 * (N - 1 - i)] = -before;
    widths[2 * (N - 1 - i) + 1] = -after;
  }
  Tensor y = input_of<N>(op, x, weight, shape,
                         {.stride = options.stride,
                          .padding = cut ? SizeNd<N>(0) : options.padding,
                          .dilation = options.dilation,
                          .groups = options.groups});
  if (cut) y = pad(y, widths);
  return bias.defined() ? y + reshape(bias, over_images<N>(channels)) : y;
}

}  // namespace

Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv1dOptions& options) {
  return conv(x, weight, bias, options);
}
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options) {
  return conv(x, weight, bias, options);
}
Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv3dOptions& options) {
  return conv(x, weight, bias, options);
}

Tensor conv1d_input(const Tensor& g, const Tensor& weight, const Shape& input_shape,
                    const Conv1dOptions& options) {
  return input_of("conv1d_input", g, weight, input_shape, options);
}
Tensor conv2d_input(const Tensor& g, const Tensor& weight, const Shape& input_shape,
                    const Conv2dOptions& options) {
  return input_of("conv2d_input", g, weight, input_shape, options);
}
Tensor conv3d_input(const Tensor& g, const Tensor& weight, const Shape& input_shape,
                    const Conv3dOptions& options) {
  return input_of("conv3d_input", g, weight, input_shape, options);
}

Tensor conv1d_weight(const Tensor& g, const Tensor& x, const Shape& weight_shape,
                     const Conv1dOptions& options) {
  return weight_of(g, x, weight_shape, options);
}
Tensor conv2d_weight(const Tensor& g, const Tensor& x, const Shape& weight_shape,
                     const Conv2dOptions& options) {
  return weight_of(g, x, weight_shape, options);
}
Tensor conv3d_weight(const Tensor& g, const Tensor& x, const Shape& weight_shape,
                     const Conv3dOptions& options) {
  return weight_of(g, x, weight_shape, options);
}

Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTranspose1dOptions& options) {
  return conv_transpose(x, weight, bias, options);
}
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTranspose2dOptions& options) {
  return conv_transpose(x, weight, bias, options);
}
Tensor conv_transpose3d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTranspose3dOptions& options) {
  return conv_transpose(x, weight, bias, options);
}

}  // namespace xg
