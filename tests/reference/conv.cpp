#include <xgrad/ops/conv.hpp>

#include "size_nd.hpp"

namespace xg::test {
namespace {

template <std::size_t N>
using Conv = Tensor (*)(const Tensor&, const Tensor&, const Tensor&, const ConvOptions<N>&);
template <std::size_t N>
using ConvTranspose = Tensor (*)(const Tensor&, const Tensor&, const Tensor&, const ConvTransposeOptions<N>&);

// PyTorch's words for paddings, or a number for each axis.
template <std::size_t N> ConvPadding<N> conv_padding(const Call& c) {
  if (!c.json("padding").is_string()) return size_nd<N>(c, "padding", 0);
  return c.text("padding", "") == "same" ? Padding::same : Padding::valid;
}

template <std::size_t N> Op row(Conv<N> op) {
  return [op](const Call& c) {
    return op(c[0], c[1], c.find("bias"),
              {.stride = size_nd<N>(c, "stride", 1),
               .padding = conv_padding<N>(c),
               .dilation = size_nd<N>(c, "dilation", 1),
               .groups = c.integer("groups", 1)});
  };
}

template <std::size_t N> Op row(ConvTranspose<N> op) {
  return [op](const Call& c) {
    return op(c[0], c[1], c.find("bias"),
              {.stride = size_nd<N>(c, "stride", 1),
               .padding = size_nd<N>(c, "padding", 0),
               .output_padding = size_nd<N>(c, "output_padding", 0),
               .groups = c.integer("groups", 1),
               .dilation = size_nd<N>(c, "dilation", 1)});
  };
}

const OpsOf convolutions{
    {"conv1d", row<1>(conv1d)},
    {"conv2d", row<2>(conv2d)},
    {"conv3d", row<3>(conv3d)},
    {"conv_transpose1d", row<1>(conv_transpose1d)},
    {"conv_transpose2d", row<2>(conv_transpose2d)},
    {"conv_transpose3d", row<3>(conv_transpose3d)},
};

}  // namespace
}  // namespace xg::test
