#include "shuffle.hpp"

#include <fmt/format.h>

#include <span>

#include "view.hpp"

namespace xg {
namespace {

// The axes before channels, height and width, after a check that there are these three.
Shape leading_axes(const char* op, const Tensor& x, const char* what, std::int64_t factor) {
  if (x.dim() < 3)
    throw ShapeError(fmt::format("[{}] x {}: expected [..., c, h, w]", op, to_string(x.shape())));
  if (factor < 1) throw ValueError(fmt::format("[{}] {} {}: expected at least 1", op, what, factor));
  return Shape(std::span(x.shape().begin(), x.dim() - 3));
}

Shape joined(Shape shape, std::initializer_list<std::int64_t> last) {
  for (const std::int64_t length : last) shape.push_back(length);
  return shape;
}

}  // namespace

Tensor pixel_shuffle(const Tensor& x, std::int64_t upscale_factor) {
  const std::int64_t r = upscale_factor;
  const Shape leading = leading_axes("pixel_shuffle", x, "upscale_factor", r);
  const std::int64_t c = x.size(-3) / (r * r), h = x.size(-2), w = x.size(-1);
  if (x.size(-3) % (r * r) != 0)
    throw ShapeError(fmt::format("[pixel_shuffle] x {}: its {} channels are no multiple of {}",
                                 to_string(x.shape()), x.size(-3), r * r));
  const Tensor blocks = reshape(x, {count(leading), c, r, r, h, w});
  return reshape(permute(blocks, {0, 1, 4, 2, 5, 3}), joined(leading, {c, h * r, w * r}));
}

Tensor pixel_unshuffle(const Tensor& x, std::int64_t downscale_factor) {
  const std::int64_t r = downscale_factor;
  const Shape leading = leading_axes("pixel_unshuffle", x, "downscale_factor", r);
  const std::int64_t c = x.size(-3), h = x.size(-2) / r, w = x.size(-1) / r;
  if (x.size(-2) % r != 0 || x.size(-1) % r != 0)
    throw ShapeError(fmt::format("[pixel_unshuffle] x {}: its height {} and width {} are no multiples of {}",
                                 to_string(x.shape()), x.size(-2), x.size(-1), r));
  const Tensor squares = reshape(x, {count(leading), c, h, r, w, r});
  return reshape(permute(squares, {0, 1, 3, 5, 2, 4}), joined(leading, {c * r * r, h, w}));
}

Tensor channel_shuffle(const Tensor& x, std::int64_t groups) {
  if (x.dim() < 2)
    throw ShapeError(fmt::format("[channel_shuffle] x {}: expected [n, c, ...]", to_string(x.shape())));
  if (groups < 1 || x.size(1) % groups != 0)
    throw ShapeError(fmt::format("[channel_shuffle] x {}: its {} channels cannot be cut into {} groups",
                                 to_string(x.shape()), x.size(1), groups));
  return reshape(transpose(unflatten(x, 1, {groups, x.size(1) / groups}), 1, 2), x.shape());
}

}  // namespace xg
