// pad() of view.hpp.

#include <fmt/format.h>

#include <algorithm>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/node.hpp"
#include "index.hpp"
#include "view.hpp"

namespace xg {
namespace {

// Where x lies in its padded twin, cut off where widths are negative.
struct Border {
  Shape shape;    // of the result
  Shape common;   // of what both have
  Dims from, to;  // where that begins in x and in the result
};

Border border_of(const Tensor& x, const std::vector<std::int64_t>& widths) {
  Border b{x.shape(), x.shape(), Dims::filled(x.dim(), 0), Dims::filled(x.dim(), 0)};
  if (widths.size() % 2 != 0 || widths.size() > 2 * x.dim())
    throw ShapeError(
        fmt::format("[pad] {} widths for a tensor of shape {}: expected two for each of the last "
                    "axes",
                    widths.size(), to_string(x.shape())));
  for (std::size_t i = 0; i < widths.size() / 2; ++i) {
    const std::size_t axis = x.dim() - 1 - i;
    const std::int64_t before = widths[2 * i], after = widths[2 * i + 1];
    b.shape[axis] += before + after;
    if (b.shape[axis] < 0)
      throw ShapeError(fmt::format("[pad] widths {} and {} cut off more than axis {} of {} has", before,
                                   after, axis, to_string(x.shape())));
    b.from[axis] = std::max<std::int64_t>(0, -before);
    b.to[axis] = std::max<std::int64_t>(0, before);
    b.common[axis] += std::min<std::int64_t>(before, 0) + std::min<std::int64_t>(after, 0);
    b.common[axis] = std::max<std::int64_t>(0, b.common[axis]);
  }
  return b;
}

std::int64_t offset_of(const Dims& index, const Strides& strides) {
  std::int64_t offset = 0;
  for (std::size_t i = 0; i < index.size(); ++i) offset += index[i] * strides[i];
  return offset;
}

const char* name_of(PadMode mode) {
  return mode == PadMode::reflect ? "reflect" : mode == PadMode::replicate ? "replicate" : "circular";
}

// Where what stands at `place`, inside or outside of an axis of n elements, comes from.
std::int64_t source_of(PadMode mode, std::int64_t place, std::int64_t n) {
  if (mode == PadMode::replicate) return std::clamp<std::int64_t>(place, 0, n - 1);
  if (mode == PadMode::circular) return (place + n) % n;
  const std::int64_t mirrored = std::abs(place);
  return mirrored < n ? mirrored : 2 * (n - 1) - mirrored;
}

Tensor pad_axis(const Tensor& x, std::size_t axis, std::int64_t before, std::int64_t after, PadMode mode) {
  const std::int64_t n = x.shape()[axis], widest = std::max(before, after);
  const std::int64_t most = mode == PadMode::reflect ? n - 1 : n;
  if (widest > 0 && (n == 0 || (mode != PadMode::replicate && widest > most)))
    throw ShapeError(
        fmt::format("[pad] widths {} and {} in mode {}: axis {} of {} has elements for at most {}", before,
                    after, name_of(mode), axis, to_string(x.shape()), n == 0 ? 0 : most));
  Tensor sources = empty({n + before + after}, int64);
  auto* source = sources.mutable_data<std::int64_t>();
  for (std::int64_t i = 0; i < sources.numel(); ++i) source[i] = source_of(mode, i - before, n);
  return index_select(x, static_cast<std::int64_t>(axis), sources);
}

}  // namespace

Tensor pad(const Tensor& x, const std::vector<std::int64_t>& widths, double value) {
  const Border b = border_of(x, widths);
  Tensor y = full(b.shape, value, {.dtype = x.dtype()});
  if (count(b.common) > 0)
    copy_elements(as_strided(x, b.common, x.strides(), offset_of(b.from, x.strides())),
                  as_strided(y, b.common, y.strides(), offset_of(b.to, y.strides())));
  std::vector<std::int64_t> back = widths;
  for (std::int64_t& w : back) w = -w;
  return record("pad", {&x}, std::move(y),
                [back = std::move(back)](const Tensor& g) { return pad(g, back); });
}

Tensor pad(const Tensor& x, const std::vector<std::int64_t>& widths, PadMode mode, double value) {
  if (mode == PadMode::constant) return pad(x, widths, value);
  border_of(x, widths);
  Tensor y = x;
  for (std::size_t i = 0; i < widths.size() / 2; ++i)
    if (widths[2 * i] != 0 || widths[2 * i + 1] != 0)
      y = pad_axis(y, x.dim() - 1 - i, widths[2 * i], widths[2 * i + 1], mode);
  return y;
}

}  // namespace xg
