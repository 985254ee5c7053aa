#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>
#include <xgrad/core/backward.hpp>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/nn/nn.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/tensors.hpp"

namespace {

using xg::largest;
using xg::PadMode;
using xg::random_doubles;
using xg::same;
using xg::Shape;
using xg::Tensor;
namespace nn = xg::nn;

}  // namespace

TEST_CASE("Conv1d and Conv3d are the functions of their names") {
  const nn::Conv1d one{4, 6, 3, {.stride = 2, .padding = 1, .groups = 2, .dtype = xg::float64}};
  CHECK(one.weight.shape() == Shape{6, 2, 3});
  CHECK(one.bias.shape() == Shape{6});
  const Tensor signal = random_doubles({2, 4, 9});
  CHECK(
      same(one(signal), xg::conv1d(signal, one.weight, one.bias, {.stride = 2, .padding = 1, .groups = 2})));
  const nn::Conv3d three{
      2, 3, {1, 2, 3}, {.padding = xg::Padding::same, .bias = false, .dtype = xg::float64}};
  CHECK(three.weight.shape() == Shape{3, 2, 1, 2, 3});
  CHECK(three(random_doubles({2, 3, 4, 5})).shape() == Shape{3, 3, 4, 5});
}

TEST_CASE("padding modes of a convolution pad the image first") {
  const Tensor x = random_doubles({2, 3, 5, 6});
  for (const auto mode : {PadMode::reflect, PadMode::replicate, PadMode::circular}) {
    const nn::Conv2d conv{
        3, 2, 3, {.stride = {1, 2}, .padding = {2, 1}, .padding_mode = mode, .dtype = xg::float64}};
    CHECK(same(conv(x),
               xg::conv2d(xg::pad(x, {1, 1, 2, 2}, mode), conv.weight, conv.bias, {.stride = {1, 2}})));
    const nn::Conv2d even{
        3, 2, {2, 4}, {.padding = xg::Padding::same, .padding_mode = mode, .dtype = xg::float64}};
    CHECK(same(even(x), xg::conv2d(xg::pad(x, {1, 2, 0, 1}, mode), even.weight, even.bias)));
  }
  const nn::Conv2d zeros{3, 2, {2, 4}, {.padding = xg::Padding::same, .dtype = xg::float64}};
  CHECK(same(zeros(x), xg::conv2d(xg::pad(x, {1, 2, 0, 1}), zeros.weight, zeros.bias)));
}

TEST_CASE("transposed convolutions have PyTorch's weights, and may be told their result's size") {
  xg::manual_seed(1);
  const nn::ConvTranspose2d up{
      4, 6, 3, {.stride = 2, .padding = 1, .output_padding = {0, 1}, .groups = 2, .dtype = xg::float64}};
  CHECK(up.weight.shape() == Shape{4, 3, 3, 3});
  CHECK(up.bias.shape() == Shape{6});
  CHECK(largest(up.weight) <= 1 / std::sqrt(27.0));
  CHECK(largest(up.weight) > 0.95 / std::sqrt(27.0));
  const Tensor x = random_doubles({2, 4, 5, 5});
  const Tensor y = xg::conv_transpose2d(x, up.weight, up.bias,
                                        {.stride = 2, .padding = 1, .output_padding = {0, 1}, .groups = 2});
  CHECK(same(up(x), y));
  CHECK(y.shape() == Shape{2, 6, 9, 10});
  CHECK(same(up(x, xg::Size2d{9, 10}), y));
  CHECK(up(x, xg::Size2d{10, 9}).shape() == Shape{2, 6, 10, 9});
  CHECK(up(xg::select(x, 0, 0), xg::Size2d{10, 9}).shape() == Shape{6, 10, 9});
  CHECK_THROWS_AS(up(x, xg::Size2d{12, 9}), xg::ValueError);
  CHECK(nn::ConvTranspose1d{2, 3, 4}(xg::ones({1, 2, 5})).shape() == Shape{1, 3, 8});
  CHECK(nn::ConvTranspose3d{2, 3, 2, {.bias = false}}(xg::ones({2, 3, 3, 3})).shape() == Shape{3, 4, 4, 4});
}

TEST_CASE("convolutions refuse channels that do not divide into their groups, by name") {
  const auto conv = [] { return nn::Conv3d{4, 6, 3, {.groups = 4}}; };
  CHECK_THROWS_WITH_AS(conv(), "[Conv3d] 4 input and 6 output channels do not divide into 4 groups",
                       xg::ValueError);
  const auto transposed = [] { return nn::ConvTranspose1d{3, 6, 3, {.groups = 2}}; };
  CHECK_THROWS_WITH_AS(transposed(),
                       "[ConvTranspose1d] 3 input and 6 output channels do not divide into 2 groups",
                       xg::ValueError);
}

TEST_CASE("convolutions pass gradcheck as whole layers") {
  xg::manual_seed(2);
  const auto check = [](auto layer, const Tensor& x) {
    const auto loss = [&](decltype(layer)& net) { return xg::sum(xg::square(net(x))); };
    CHECK(xg::gradcheck(loss, layer));
    CHECK(xg::gradcheck([&](const Tensor& in) { return layer(in); }, {x}));
  };
  check(nn::Conv1d{2, 2, 3, {.padding = 2, .padding_mode = PadMode::circular, .dtype = xg::float64}},
        random_doubles({1, 2, 4}));
  check(nn::ConvTranspose2d{2, 2, 2, {.stride = 2, .dtype = xg::float64}}, random_doubles({1, 2, 2, 3}));
  check(nn::Conv3d{1, 2, 2, {.dtype = xg::float64}}, random_doubles({1, 1, 3, 2, 2}));
}

TEST_CASE("pools are the functions of their names in one to three axes") {
  const Tensor l = random_doubles({2, 3, 8}), hw = random_doubles({2, 3, 6, 8}),
               dhw = random_doubles({2, 3, 4, 6, 4});
  CHECK(same(nn::MaxPool1d{3, {.stride = 2, .padding = 1}}(l),
             xg::max_pool1d(l, 3, {.stride = 2, .padding = 1})));
  CHECK(same(nn::MaxPool3d{2}(dhw), xg::max_pool3d(dhw, 2)));
  CHECK(same(nn::AvgPool1d{2}(l), xg::avg_pool1d(l, 2)));
  CHECK(
      same(nn::AvgPool3d{2, {.divisor_override = 3}}(dhw), xg::avg_pool3d(dhw, 2, {.divisor_override = 3})));
  CHECK(same(nn::LPPool1d{2, 4}(l), xg::lp_pool1d(l, 2, 4)));
  CHECK(same(nn::LPPool2d{4, {2, 4}, {.stride = 2}}(hw), xg::lp_pool2d(hw, 4, {2, 4}, {.stride = 2})));
  CHECK(same(nn::LPPool3d{2, 2}(dhw), xg::lp_pool3d(dhw, 2, 2)));
  CHECK(same(nn::AdaptiveAvgPool1d{3}(l), xg::adaptive_avg_pool1d(l, 3)));
  CHECK(same(nn::AdaptiveAvgPool3d{{1, 2, 3}}(dhw), xg::adaptive_avg_pool3d(dhw, {1, 2, 3})));
  CHECK(same(nn::AdaptiveMaxPool1d{3}(l), xg::adaptive_max_pool1d(l, 3)));
  CHECK(same(nn::AdaptiveMaxPool2d{{2, 3}}(hw), xg::adaptive_max_pool2d(hw, {2, 3})));
  CHECK(same(nn::AdaptiveMaxPool3d{2}.with_indices(dhw)[1], xg::adaptive_max_pool3d_with_indices(dhw, 2)[1]));
}

TEST_CASE("MaxUnpool puts back what MaxPool found") {
  const nn::MaxPool2d pool{2, {.stride = 2}};
  const Tensor x = random_doubles({1, 2, 5, 4});
  const auto [y, places] = pool.with_indices(x);
  CHECK(same(y, pool(x)));
  const nn::MaxUnpool2d unpool{2, {.stride = 2}};
  const Tensor back = unpool(y, places, xg::Size2d{5, 4});
  CHECK(back.shape() == x.shape());
  CHECK(same(pool(xg::where(back != 0, back, -2)), y));
  CHECK(unpool(y, places).shape() == Shape{1, 2, 4, 4});
}

TEST_CASE("padding layers are pad() of the last axes, by one width or two for each axis") {
  const Tensor x = random_doubles({2, 3, 4, 5});
  CHECK(same(nn::ConstantPad2d{1, 2.5}(x), xg::pad(x, {1, 1, 1, 1}, 2.5)));
  CHECK(same(nn::ZeroPad2d{{1, 2, 3, 0}}(x), xg::pad(x, {1, 2, 3, 0})));
  CHECK(same(nn::ZeroPad1d{2}(x), xg::pad(x, {2, 2})));
  CHECK(same(nn::ReflectionPad2d{{3, 1, 2, 2}}(x), xg::pad(x, {3, 1, 2, 2}, PadMode::reflect)));
  CHECK(same(nn::ReplicationPad3d{1}(x), xg::pad(x, {1, 1, 1, 1, 1, 1}, PadMode::replicate)));
  CHECK(same(nn::CircularPad1d{{1, 3}}(xg::select(x, 0, 0)),
             xg::pad(xg::select(x, 0, 0), {1, 3}, PadMode::circular)));
  CHECK(nn::ReflectionPad1d{2}(x).at({0, 0, 0, 0}) == x.at({0, 0, 0, 2}));
}

TEST_CASE("layers for images of other sizes and layouts are the functions of their names") {
  const Tensor x = random_doubles({1, 4, 4, 6});
  CHECK(same(nn::Upsample{{.scale_factor = 2}}(x), xg::interpolate(x, {.scale_factor = 2})));
  CHECK(same(nn::Upsample{{.size = {5, 7}, .mode = xg::Interpolation::bilinear}}(x),
             xg::interpolate(x, {.size = {5, 7}, .mode = xg::Interpolation::bilinear})));
  CHECK(same(nn::PixelUnshuffle{2}(nn::PixelShuffle{2}(x)), x));
  CHECK(nn::PixelShuffle{2}(x).shape() == Shape{1, 1, 8, 12});
  CHECK(same(nn::ChannelShuffle{2}(x), xg::channel_shuffle(x, 2)));
  const Tensor columns = nn::Unfold{{2, 3}, {.stride = {2, 3}}}(x);
  CHECK(columns.shape() == Shape{1, 24, 4});
  CHECK(same(nn::Fold{{4, 6}, {2, 3}, {.stride = {2, 3}}}(columns), x));
  CHECK(nn::Unflatten{1, {2, -1}}(x).shape() == Shape{1, 2, 2, 4, 6});
}
