#include "segment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/node.hpp"
#include "arithmetic.hpp"
#include "checked_index.hpp"
#include "comparison.hpp"
#include "index.hpp"
#include "reduce.hpp"
#include "view.hpp"

namespace xg {
namespace {

struct Segments {
  Tensor ids;   // dense and checked
  Shape shape;  // of the result
};

Segments segments_of(const char* op, const Tensor& x, const Tensor& ids, std::int64_t num_segments) {
  if (x.dim() == 0 || ids.shape() != Shape{x.shape()[0]})
    throw ShapeError(fmt::format("[{}] segment_ids {} for x {}: expected {}", op, to_string(ids.shape()),
                                 to_string(x.shape()),
                                 x.dim() == 0 ? "an x with axes" : to_string({x.shape()[0]})));
  if (num_segments < -1)
    throw ValueError(fmt::format("[{}] num_segments {}: expected 0 or more, or -1", op, num_segments));
  Shape shape = x.shape();
  shape[0] = std::numeric_limits<std::int64_t>::max();
  if (num_segments == -1) {
    const Tensor checked = checked_index(op, ids, shape[0], 0, shape);
    num_segments = checked.numel() == 0 ? 0 : max(checked).item<std::int64_t>() + 1;
  }
  shape[0] = num_segments;
  return {checked_index(op, ids, num_segments, 0, shape), shape};
}

Tensor sum_of(const Tensor& x, const Segments& s) {
  return index_add(zeros(s.shape, {.dtype = x.dtype()}), 0, s.ids, x);
}

// Each segment's slice of y, for every slice that belongs to it.
Tensor spread(const Tensor& y, const Segments& s) { return index_select(y, 0, s.ids); }

template <class T> T lowest() {
  return std::is_floating_point_v<T> ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
}
template <class T> T highest() {
  return std::is_floating_point_v<T> ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max();
}

template <class T>
void fold_extremes(const T* x, T* y, const std::int64_t* ids, std::int64_t slices, std::int64_t inner,
                   bool largest) {
  for (std::int64_t r = 0; r < slices; ++r) {
    T* const held = y + ids[r] * inner;
    const T* const row = x + r * inner;
    for (std::int64_t i = 0; i < inner; ++i) {
      const bool wins = row[i] != row[i] || (largest ? row[i] > held[i] : row[i] < held[i]);
      held[i] = wins ? row[i] : held[i];
    }
  }
}

Tensor extreme(const char* op, const Tensor& x, const Tensor& ids, std::int64_t num_segments, bool largest) {
  const Segments s = segments_of(op, x, ids, num_segments);
  const Tensor dense = contiguous(x.detach());
  Tensor y = empty(s.shape, x.dtype());
  visit_dtype(x.dtype(), [&]<class T>(std::type_identity<T>) {
    T* const first = y.mutable_data<T>();
    std::fill_n(first, y.numel(), largest ? lowest<T>() : highest<T>());
    const std::int64_t slices = x.shape()[0];
    if (x.numel() > 0)
      fold_extremes(dense.data<T>(), first, s.ids.data<std::int64_t>(), slices, x.numel() / slices, largest);
  });
  return record(op, {&x}, y, [x = Saved(x), y = Saved(y.detach()), s](const Tensor& g) {
    const Tensor share = no_grad([&] {
      const Tensor tied = to(x.get() == spread(y.get(), s), g.dtype());
      return tied / spread(sum_of(tied, s), s);
    });
    return share * spread(g, s);
  });
}

}  // namespace

Tensor segment_sum(const Tensor& x, const Tensor& segment_ids, std::int64_t num_segments) {
  return sum_of(x, segments_of("segment_sum", x, segment_ids, num_segments));
}

Tensor segment_mean(const Tensor& x, const Tensor& segment_ids, std::int64_t num_segments) {
  if (!is_floating(x.dtype())) throw_not_floating("segment_mean", x.dtype());
  const Segments s = segments_of("segment_mean", x, segment_ids, num_segments);
  const Tensor counts = sum_of(ones({x.shape()[0]}, {.dtype = x.dtype()}), {s.ids, {s.shape[0]}});
  Shape column = Shape::filled(x.dim(), 1);
  column[0] = s.shape[0];
  return sum_of(x, s) / reshape(clamp_min(counts, 1.0), column);
}

Tensor segment_max(const Tensor& x, const Tensor& segment_ids, std::int64_t num_segments) {
  return extreme("segment_max", x, segment_ids, num_segments, true);
}

Tensor segment_min(const Tensor& x, const Tensor& segment_ids, std::int64_t num_segments) {
  return extreme("segment_min", x, segment_ids, num_segments, false);
}

}  // namespace xg
