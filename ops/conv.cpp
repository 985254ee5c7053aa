#include "conv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

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

/// Checks the shapes of an image batch and a weight, and works out the rest.
ConvSizes conv_sizes(const char* op, const Shape& x, const Shape& weight, const Conv2dOptions& o) {
  if (x.size() != 4 || weight.size() != 4)
    throw ShapeError(fmt::format("[{}] x {} and weight {}: expected [n, c, h, w] and [o, c / groups, kh, kw]",
                                 op, to_string(x), to_string(weight)));
  if (o.groups < 1 || weight[0] % o.groups != 0)
    throw ShapeError(fmt::format("[{}] weight {}: its {} filters cannot be cut into {} groups", op,
                                 to_string(weight), weight[0], o.groups));
  if (x[1] != weight[1] * o.groups)
    throw ShapeError(
        fmt::format("[{}] x {} and weight {}: x has {} channels, weight expects {} in {} group(s)", op,
                    to_string(x), to_string(weight), x[1], weight[1], o.groups));
  return {x[0],
          o.groups,
          weight[1],
          weight[0] / o.groups,
          window_axis(op, x[2], weight[2], o.stride.height, o.padding.height, o.dilation.height),
          window_axis(op, x[3], weight[3], o.stride.width, o.padding.width, o.dilation.width)};
}

Shape output_shape(const ConvSizes& s) { return {s.images, s.groups * s.filters, s.y.out, s.x.out}; }

void check_cotangent(const char* op, const Tensor& g, const ConvSizes& s) {
  if (g.shape() != output_shape(s))
    throw ShapeError(fmt::format("[{}] g {} must have the shape of conv2d's result, {}", op,
                                 to_string(g.shape()), to_string(output_shape(s))));
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

// One number a channel, as a shape that broadcasts over the images.
Tensor over_images(const Tensor& bias) { return reshape(bias, {bias.numel(), 1, 1}); }

Tensor conv2d_batch(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options) {
  const ConvSizes s = conv_sizes("conv2d", x.shape(), weight.shape(), options);
  Tensor y = empty(output_shape(s), x.dtype());
  if (y.numel() > 0) {
    const Tensor dense = contiguous(weight.detach());
    if (bias.defined()) copy_elements(over_images(bias.detach()), y);
    visit_floating("conv2d", y.dtype(), [&]<class T>(std::type_identity<T>) {
      detail::convolve<T>(s, x, dense, y.mutable_data<T>(), bias.defined());
    });
  }
  return record("conv2d", {&x, &weight, &bias}, std::move(y),
                [x = Saved(x), weight = Saved(weight), options](const Tensor& g, Wanted wanted) {
                  std::array<Tensor, 3> grads;
                  if (wanted[0]) grads[0] = conv2d_input(g, weight.get(), x.get().shape(), options);
                  if (wanted[1]) grads[1] = conv2d_weight(g, x.get(), weight.get().shape(), options);
                  if (wanted[2]) grads[2] = reshape(sum_to(g, {g.size(1), 1, 1}), {g.size(1)});
                  return grads;
                });
}

}  // namespace

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options) {
  check_bias("conv2d", bias, weight.dim() > 0 ? weight.size(0) : 0);
  const Dtype dtype = common_dtype(x, weight, bias);
  const Tensor cast_bias = bias.defined() ? to(bias, dtype) : bias;
  if (x.dim() == 3)
    return squeeze(conv2d_batch(to(unsqueeze(x, 0), dtype), to(weight, dtype), cast_bias, options), 0);
  return conv2d_batch(to(x, dtype), to(weight, dtype), cast_bias, options);
}

Tensor conv2d_input(const Tensor& g, const Tensor& weight, const Shape& input_shape,
                    const Conv2dOptions& options) {
  const ConvSizes s = conv_sizes("conv2d_input", input_shape, weight.shape(), options);
  check_cotangent("conv2d_input", g, s);
  const Dtype dtype = result_dtype(g, weight);
  const Tensor gradient = to(g, dtype), w = to(weight, dtype);
  Tensor dx = empty(input_shape, dtype);
  visit_floating("conv2d_input", dtype, [&]<class T>(std::type_identity<T>) {
    if (dx.numel() > 0) detail::convolve_input<T>(s, gradient, contiguous(w.detach()), dx.mutable_data<T>());
  });
  return record("conv2d_input", {&gradient, &w}, std::move(dx),
                [g = Saved(gradient), w = Saved(w), options](const Tensor& v, Wanted wanted) {
                  std::array<Tensor, 2> grads;
                  if (wanted[0]) grads[0] = conv2d(v, w.get(), {}, options);
                  if (wanted[1]) grads[1] = conv2d_weight(g.get(), v, w.get().shape(), options);
                  return grads;
                });
}

Tensor conv2d_weight(const Tensor& g, const Tensor& x, const Shape& weight_shape,
                     const Conv2dOptions& options) {
  const ConvSizes s = conv_sizes("conv2d_weight", x.shape(), weight_shape, options);
  check_cotangent("conv2d_weight", g, s);
  const Dtype dtype = result_dtype(g, x);
  const Tensor gradient = to(g, dtype), images = to(x, dtype);
  Tensor dw = empty(weight_shape, dtype);
  visit_floating("conv2d_weight", dtype, [&]<class T>(std::type_identity<T>) {
    T* const to = dw.mutable_data<T>();
    if (s.images == 0)
      std::fill_n(to, dw.numel(), T{});
    else if (dw.numel() > 0)
      detail::convolve_weight<T>(s, contiguous(gradient.detach()), images, to);
  });
  return record("conv2d_weight", {&gradient, &images}, std::move(dw),
                [g = Saved(gradient), x = Saved(images), options](const Tensor& v, Wanted wanted) {
                  std::array<Tensor, 2> grads;
                  if (wanted[0]) grads[0] = conv2d(x.get(), v, {}, options);
                  if (wanted[1]) grads[1] = conv2d_input(g.get(), v, x.get().shape(), options);
                  return grads;
                });
}

Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTranspose2dOptions& options) {
  if (x.dim() == 3) return squeeze(conv_transpose2d(unsqueeze(x, 0), weight, bias, options), 0);
  if (x.dim() != 4 || weight.dim() != 4 || x.size(1) != weight.size(0))
    throw ShapeError(fmt::format(
        "[conv_transpose2d] x {} and weight {}: expected [n, c, h, w] and [c, o / groups, kh, kw]",
        to_string(x.shape()), to_string(weight.shape())));
  check_bias("conv_transpose2d", bias, weight.size(1) * options.groups);
  const auto extent = [&](std::int64_t axis, std::int64_t stride, std::int64_t padding, std::int64_t extra,
                          std::int64_t dilation) {
    if (extra < 0 || extra >= std::max(stride, dilation))
      throw ValueError(
          fmt::format("[conv_transpose2d] output_padding {} must be less than stride {} or dilation {}",
                      extra, stride, dilation));
    return (x.size(axis) - 1) * stride - 2 * padding + dilation * (weight.size(axis) - 1) + extra + 1;
  };
  const Shape shape{x.size(0), weight.size(1) * options.groups,
                    extent(2, options.stride.height, options.padding.height, options.output_padding.height,
                           options.dilation.height),
                    extent(3, options.stride.width, options.padding.width, options.output_padding.width,
                           options.dilation.width)};
  const Tensor y = conv2d_input(x, weight, shape,
                                {.stride = options.stride,
                                 .padding = options.padding,
                                 .dilation = options.dilation,
                                 .groups = options.groups});
  return bias.defined() ? y + over_images(bias) : y;
}

Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv1dOptions& options) {
  if (x.dim() < 2 || x.dim() > 3 || weight.dim() != 3)
    throw ShapeError(fmt::format("[conv1d] x {} and weight {}: expected [n, c, l] and [o, c / groups, k]",
                                 to_string(x.shape()), to_string(weight.shape())));
  const Conv2dOptions flat{.stride = {1, options.stride},
                           .padding = {0, options.padding},
                           .dilation = {1, options.dilation},
                           .groups = options.groups};
  return squeeze(conv2d(unsqueeze(x, -2), unsqueeze(weight, -2), bias, flat), -2);
}

}  // namespace xg
