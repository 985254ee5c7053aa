#pragma once
/// Windows of an image as columns of a matrix (im2col), and back.

#include "../core/tensor.hpp"
#include "window.hpp"

namespace xg {

struct UnfoldOptions {
  Size2d dilation = 1;
  Size2d padding = 0;  ///< zeros around each image
  Size2d stride = 1;
};

/// Each window of x as a column: y[n, (c kh + i) kw + j, l] = x[n, c] at tap (i, j) of window number l.
/// Shapes  x [n, c, h, w] or [c, h, w]; returns [n, c kh kw, windows] or [c kh kw, windows], as many windows
///         as conv2d has places.
/// Grad    fold(g), any order.
/// Throws  ShapeError, ValueError "[unfold] ...".
Tensor unfold(const Tensor& x, Size2d kernel_size, const UnfoldOptions& options = {});

/// The adjoint of unfold: each column added to the elements of its window.
/// Shapes  x [n, c kh kw, windows] or [c kh kw, windows]; returns [n, c, h, w] or [c, h, w] with the
///         output_size in place of h and w.
/// Grad    unfold(g), any order.
/// Throws  ShapeError "[fold] x [1, 4, 8]: an image of [4, 4] has 9 windows"; ValueError "[fold] ...".
Tensor fold(const Tensor& x, Size2d output_size, Size2d kernel_size, const UnfoldOptions& options = {});

}  // namespace xg
