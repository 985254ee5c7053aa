#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../ops/view.hpp"
#include "../ops/window.hpp"

/// Borders around images as layers: pad() of the last axes, by one width for all sides or by two for each axis,
/// the last axis first: `nn::ReflectionPad2d{1}`, `nn::ZeroPad2d{{left, right, top, bottom}}`.
namespace xg::nn {
namespace detail {

template <std::size_t M> std::vector<std::int64_t> widths_of(const SizeNd<M>& padding) {
  const Dims all = padding.dims();
  return {all.begin(), all.end()};
}

}  // namespace detail

template <std::size_t N> struct ConstantPad {
  SizeNd<2 * N> padding;
  double value;
  Tensor operator()(const Tensor& x) const { return pad(x, detail::widths_of(padding), value); }
};
using ConstantPad1d = ConstantPad<1>;
using ConstantPad2d = ConstantPad<2>;
using ConstantPad3d = ConstantPad<3>;

/// What stands in the border follows from the image; zeros for PadMode::constant.
template <std::size_t N, PadMode Mode> struct ImagePad {
  SizeNd<2 * N> padding;
  Tensor operator()(const Tensor& x) const { return pad(x, detail::widths_of(padding), Mode); }
};
using ZeroPad1d = ImagePad<1, PadMode::constant>;
using ZeroPad2d = ImagePad<2, PadMode::constant>;
using ZeroPad3d = ImagePad<3, PadMode::constant>;
using ReflectionPad1d = ImagePad<1, PadMode::reflect>;
using ReflectionPad2d = ImagePad<2, PadMode::reflect>;
using ReflectionPad3d = ImagePad<3, PadMode::reflect>;
using ReplicationPad1d = ImagePad<1, PadMode::replicate>;
using ReplicationPad2d = ImagePad<2, PadMode::replicate>;
using ReplicationPad3d = ImagePad<3, PadMode::replicate>;
using CircularPad1d = ImagePad<1, PadMode::circular>;
using CircularPad2d = ImagePad<2, PadMode::circular>;
using CircularPad3d = ImagePad<3, PadMode::circular>;

}  // namespace xg::nn
