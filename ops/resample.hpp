#pragma once
/// Images read between their elements: at evenly spaced places, or wherever a grid says.

#include <initializer_list>
#include <vector>

#include "../core/tensor.hpp"

namespace xg {

/// How a value between elements follows from its neighbours: the nearest one (rounded down, or to the
/// nearest centre), straight lines along one to three axes, cubic curves along two, or the mean of what lies
/// in the same area.
enum class Interpolation : std::uint8_t {
  nearest,
  nearest_exact,
  linear,
  bilinear,
  trilinear,
  bicubic,
  area
};

/// One number for all axes of an image, or one for each: 2, {2, 3}.
template <class T> struct AllOrEach : std::vector<T> {
  AllOrEach() = default;
  AllOrEach(T all) : std::vector<T>{all} {}
  AllOrEach(std::initializer_list<T> each) : std::vector<T>(each) {}
  AllOrEach(std::vector<T> each) : std::vector<T>(std::move(each)) {}

  T along(std::size_t axis) const { return (*this)[this->size() == 1 ? 0 : axis]; }
};

struct InterpolateOptions {
  AllOrEach<std::int64_t> size = {};    ///< of the result's images
  AllOrEach<double> scale_factor = {};  ///< instead of size: floor(factor * length) along each axis
  Interpolation mode = Interpolation::nearest;
  bool align_corners = false;           ///< corners meet corners; else the images' borders meet
  bool recompute_scale_factor = false;  ///< places follow from the sizes, not from scale_factor
};

/// x at evenly spaced places between its elements: place i of an axis reads at (i + 1/2) in / out - 1/2, with
/// align_corners at i (in - 1) / (out - 1), for nearest at floor(i in / out). What would lie outside is read at
/// the border.
/// Shapes  x [n, c, l], [n, c, h, w] or [n, c, d, h, w]; returns the same with other images.
/// Grad    any order.
/// Throws  ShapeError, ValueError "[interpolate] ...".
/// Source  Keys 1981 for bicubic, with a = -3/4.
Tensor interpolate(const Tensor& x, const InterpolateOptions& options);

enum class GridPadding : std::uint8_t { zeros, border, reflection };

struct GridSampleOptions {
  Interpolation mode = Interpolation::bilinear;   ///< or nearest (halves to even), or bicubic
  GridPadding padding_mode = GridPadding::zeros;  ///< what lies outside of the image
  bool align_corners = false;  ///< -1 and 1 are the first and last elements, not their borders
};

/// x at the places of a grid: grid[n, i, j] holds a column and a row, from -1 at one border of the image to 1 at
/// the other; NaN counts as -1.
/// Shapes  x [n, c, h, w], grid [n, h', w', 2]; returns [n, c, h', w']. Or x [n, c, d, h, w], grid
///         [n, d', h', w', 3] with columns, rows and planes; returns [n, c, d', h', w'].
/// Grad    x and grid, any order; nothing to the grid where it leaves the image and for nearest.
/// Throws  ShapeError, ValueError "[grid_sample] ...".
/// Source  Jaderberg et al. 2015, arXiv:1506.02025.
Tensor grid_sample(const Tensor& x, const Tensor& grid, const GridSampleOptions& options = {});

/// The grid of an image's own places, moved by matrices: grid[n, i, j] = theta[n] (column, row, 1).
/// Shapes  theta [n, 2, 3] and size [n, c, h, w]; returns [n, h, w, 2]. Or theta [n, 3, 4] and size
///         [n, c, d, h, w]; returns [n, d, h, w, 3].
/// Grad    theta, any order.
/// Throws  ShapeError, ValueError "[affine_grid] ...".
Tensor affine_grid(const Tensor& theta, const Shape& size, bool align_corners = false);

}  // namespace xg
