#include <xgrad/ops/conv.hpp>

#include "size2d.hpp"

namespace xg::test {
namespace {

Tensor conv2d_with(const Call& c) {
  return conv2d(c[0], c[1], c.find("bias"),
                {.stride = size2d(c, "stride", 1),
                 .padding = size2d(c, "padding", 0),
                 .dilation = size2d(c, "dilation", 1),
                 .groups = c.integer("groups", 1)});
}

Tensor conv_transpose2d_with(const Call& c) {
  return conv_transpose2d(c[0], c[1], c.find("bias"),
                          {.stride = size2d(c, "stride", 1),
                           .padding = size2d(c, "padding", 0),
                           .output_padding = size2d(c, "output_padding", 0),
                           .groups = c.integer("groups", 1),
                           .dilation = size2d(c, "dilation", 1)});
}

Tensor conv1d_with(const Call& c) {
  return conv1d(c[0], c[1], c.find("bias"),
                {.stride = c.integer("stride", 1),
                 .padding = c.integer("padding", 0),
                 .dilation = c.integer("dilation", 1),
                 .groups = c.integer("groups", 1)});
}

const OpsOf convolutions{
    {"conv1d", conv1d_with},
    {"conv2d", conv2d_with},
    {"conv_transpose2d", conv_transpose2d_with},
};

}  // namespace
}  // namespace xg::test
