#include "conv.hpp"

#include <fmt/format.h>

#include <vector>

#include "of_axes.hpp"

namespace xg::nn {
namespace {

// Widths of the border for pad(), the last axis first; same padding has its odd element behind the image.
template <std::size_t N>
std::vector<std::int64_t> border(const SizeNd<N>& kernel_size, const ConvOptions<N>& options) {
  std::vector<std::int64_t> widths;
  for (std::size_t i = N; i-- > 0;) {
    const std::int64_t both =
        options.padding.same ? options.dilation[i] * (kernel_size[i] - 1) : 2 * options.padding.size[i];
    widths.push_back(both / 2);
    widths.push_back(both - both / 2);
  }
  return widths;
}

}  // namespace

namespace detail {

Shape conv_weight_shape(const char* layer, std::int64_t in_channels, std::int64_t out_channels,
                        const Dims& kernel, std::int64_t groups, bool transposed) {
  if (groups < 1 || in_channels % groups != 0 || out_channels % groups != 0)
    throw ValueError(fmt::format("[{}{}d] {} input and {} output channels do not divide into {} groups",
                                 layer, kernel.size(), in_channels, out_channels, groups));
  Shape shape =
      transposed ? Shape{in_channels, out_channels / groups} : Shape{out_channels, in_channels / groups};
  for (const std::int64_t k : kernel) shape.push_back(k);
  return shape;
}

}  // namespace detail

template <std::size_t N> Tensor Conv<N>::operator()(const Tensor& x) const {
  constexpr auto conv = detail::of_axes<N>(conv1d, conv2d, conv3d);
  xg::ConvOptions<N> passed{.stride = options.stride,
                            .padding = options.padding,
                            .dilation = options.dilation,
                            .groups = options.groups};
  if (options.padding_mode == PadMode::constant) return conv(x, weight, bias, passed);
  passed.padding = 0;
  return conv(pad(x, border(kernel_size, options), options.padding_mode), weight, bias, passed);
}

template <std::size_t N>
Tensor ConvTranspose<N>::operator()(const Tensor& x, const std::optional<SizeNd<N>>& output_size) const {
  constexpr auto conv = detail::of_axes<N>(conv_transpose1d, conv_transpose2d, conv_transpose3d);
  xg::ConvTransposeOptions<N> passed{.stride = options.stride,
                                     .padding = options.padding,
                                     .output_padding = options.output_padding,
                                     .groups = options.groups,
                                     .dilation = options.dilation};
  for (std::size_t i = 0; output_size && x.dim() > N && i < N; ++i) {
    const std::int64_t in = x.shape()[x.dim() - N + i];
    const std::int64_t least = (in - 1) * options.stride[i] - 2 * options.padding[i] +
                               options.dilation[i] * (kernel_size[i] - 1) + 1;
    passed.output_padding[i] = (*output_size)[i] - least;
  }
  return conv(x, weight, bias, passed);
}

template struct Conv<1>;
template struct Conv<2>;
template struct Conv<3>;
template struct ConvTranspose<1>;
template struct ConvTranspose<2>;
template struct ConvTranspose<3>;

}  // namespace xg::nn
