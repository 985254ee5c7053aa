#include "indexing.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/sum_to.hpp"
#include "arithmetic.hpp"
#include "checked_index.hpp"
#include "index.hpp"
#include "map_elements.hpp"
#include "ranges.hpp"
#include "view.hpp"

namespace xg {
namespace {

// An index made plain: ranges within their axes, and tensors of places for some axes that the ranges keep.
struct Plan {
  ranges::Ranges ranges;
  std::vector<Tensor> places;         // checked and not negative
  std::vector<std::int64_t> indexed;  // their axes, among those that the ranges keep
  std::int64_t front = 0;             // where the axes of the places come in the result
};

bool is_mask(const Tensor& t) { return t.dtype() == boolean; }

// Turns the entries of an index into a plan, one after the other.
class Planner {
 public:
  Planner(const char* op, const Shape& shape) : op_(op), shape_(shape) {}

  Plan operator()(const std::vector<Index>& index) {
    std::size_t named = 0;
    bool has_ellipsis = false;
    for (const Index& i : index) {
      named += axes_of(i);
      has_tensors_ = has_tensors_ || std::holds_alternative<Tensor>(i.entry());
    }
    if (named > shape_.size())
      throw IndexError(fmt::format("[{}] the index is for {} axes, a tensor of shape {} has {}", op_, named,
                                   to_string(shape_), shape_.size()));
    const std::size_t rest = shape_.size() - named;
    for (const Index& i : index) {
      if (!std::holds_alternative<Ellipsis>(i.entry())) {
        std::visit([this](const auto& entry) { add(entry); }, i.entry());
        continue;
      }
      if (has_ellipsis) throw IndexError(fmt::format("[{}] two ellipses in an index: leave one", op_));
      has_ellipsis = true;
      add_whole(rest);
    }
    if (!has_ellipsis) add_whole(rest);
    return std::move(plan_);
  }

 private:
  static std::size_t axes_of(const Index& i) {
    if (std::holds_alternative<NewAxis>(i.entry()) || std::holds_alternative<Ellipsis>(i.entry())) return 0;
    const auto* places = std::get_if<Tensor>(&i.entry());
    return places && is_mask(*places) ? places->dim() : 1;
  }

  std::int64_t length() const { return shape_[axis_]; }

  void add(std::int64_t number) {
    if (number < -length() || number >= length())
      throw IndexError(
          fmt::format("[{}] {} is out of range for axis {} of {}", op_, number, axis_, to_string(shape_)));
    if (has_tensors_) join_tensors();
    plan_.ranges.push_back({.start = number < 0 ? number + length() : number, .kept = false});
    ++axis_;
  }

  void add(const Slice& s) {
    if (s.step == 0) throw ValueError(fmt::format("[{}] a slice of step 0: expected another step", op_));
    separate();
    // A walk backwards starts and stops one place further down than a walk forwards.
    const std::int64_t n = length(), low = s.step > 0 ? 0 : -1, high = s.step > 0 ? n : n - 1;
    const auto end = [&](std::optional<std::int64_t> at, std::int64_t otherwise) {
      return at ? std::clamp(*at < 0 ? *at + n : *at, low, high) : otherwise;
    };
    const std::int64_t start = end(s.start, s.step > 0 ? low : high);
    const std::int64_t stop = end(s.stop, s.step > 0 ? high : low);
    const std::int64_t size = s.step > 0 ? 1 : -1;
    keep({start, std::max<std::int64_t>(0, (stop - start + s.step - size) / s.step), s.step});
    ++axis_;
  }

  void add(NewAxis) {
    separate();
    keep({.fresh = true});
  }

  void add(Ellipsis) {}

  void add(const Tensor& places) {
    if (is_mask(places)) return add_mask(places);
    if (places.dtype() != int64)
      throw DtypeError(
          fmt::format("[{}] a {} tensor is no index: convert it with to(index, int64), or compare it for a "
                      "mask, e.g. x > 0",
                      op_, to_string(places.dtype())));
    add_places(places);
  }

  void add_mask(const Tensor& mask) {
    if (mask.dim() == 0) throw ShapeError(fmt::format("[{}] a mask has no axes: expected at least one", op_));
    for (std::size_t i = 0; i < mask.dim(); ++i)
      if (mask.shape()[i] != shape_[axis_ + i])
        throw ShapeError(fmt::format("[{}] a mask {} for axis {} of {}: the lengths differ", op_,
                                     to_string(mask.shape()), axis_, to_string(shape_)));
    const Tensor found = nonzero(mask);
    for (std::size_t i = 0; i < mask.dim(); ++i) add_places(select(found, 1, static_cast<std::int64_t>(i)));
  }

  void add_places(const Tensor& places) {
    join_tensors();
    plan_.places.push_back(wrapped_index(op_, places, length(), static_cast<std::int64_t>(axis_), shape_));
    plan_.indexed.push_back(kept_);
    keep({.length = length()});
    ++axis_;
  }

  void add_whole(std::size_t axes) {
    separate();
    for (std::size_t i = 0; i < axes; ++i) keep({.length = shape_[axis_++]});
  }

  void keep(const ranges::Range& range) {
    plan_.ranges.push_back(range);
    ++kept_;
  }

  void join_tensors() {
    if (run_ == Run::none) plan_.front = kept_;
    if (run_ == Run::ended) plan_.front = 0;
    if (run_ == Run::none) run_ = Run::open;
  }
  void separate() {
    if (run_ == Run::open) run_ = Run::ended;
  }

  const char* op_;
  Shape shape_;
  Plan plan_;
  std::size_t axis_ = 0;   // the next one of the tensor
  std::int64_t kept_ = 0;  // axes of the result of the ranges so far
  bool has_tensors_ = false;
  enum class Run { none, open, ended } run_ = Run::none;  // of tensors side by side
};

bool is_whole(const ranges::Ranges& r, const Shape& shape) {
  if (r.size() != shape.size()) return false;
  for (std::size_t i = 0; i < r.size(); ++i)
    if (r[i].fresh || !r[i].kept || r[i].step != 1 || r[i].length != shape[i]) return false;
  return true;
}

// x[places[0], places[1], ...] for some axes: these are merged into one, from which whole slices are selected.
Tensor select_places(const char* op, const Tensor& x, const Plan& p) {
  Shape chosen;
  for (const Tensor& places : p.places) chosen = broadcast_shapes(op, chosen, places.shape());
  Axes order;
  Shape merged, result;
  for (std::size_t i = 0; i < x.dim(); ++i)
    if (std::ranges::find(p.indexed, static_cast<std::int64_t>(i)) == p.indexed.end()) {
      order.push_back(static_cast<std::int64_t>(i));
      merged.push_back(x.shape()[i]);
    }
  const auto front = static_cast<std::size_t>(p.front);
  std::int64_t length = 1;
  Tensor place = zeros({}, {.dtype = int64});
  for (std::size_t k = 0; k < p.indexed.size(); ++k) {
    const std::int64_t n = x.size(p.indexed[k]);
    order.insert(front + k, p.indexed[k]);
    place = place * n + p.places[k];
    length *= n;
  }
  merged.insert(front, length);
  const Tensor rows = reshape(permute(x, order), merged);
  const Tensor y = index_select(rows, p.front, flatten(broadcast_to(place, chosen)));
  for (std::size_t i = 0; i < merged.size(); ++i) {
    if (i != front) {
      result.push_back(merged[i]);
      continue;
    }
    for (std::int64_t n : chosen) result.push_back(n);
  }
  return reshape(y, result);
}

Tensor indexed(const char* op, const Tensor& x, const Plan& p) {
  const Tensor y = is_whole(p.ranges, x.shape()) ? x : ranges::take("index", x, p.ranges);
  return p.places.empty() ? y : select_places(op, y, p);
}

}  // namespace

Tensor index(const Tensor& x, const std::vector<Index>& index) {
  return indexed("index", x, Planner("index", x.shape())(index));
}

Tensor Tensor::operator[](std::initializer_list<Index> index) const { return xg::index(*this, index); }

Tensor Tensor::operator[](const Index& index) const { return xg::index(*this, {index}); }

Tensor index_put(const Tensor& x, const std::vector<Index>& index, const Operand& values, bool accumulate) {
  const Plan plan = Planner("index_put", x.shape())(index);
  // Where the values go, as row-major positions in x; a range needs none of its own.
  const bool by_place = !plan.places.empty();
  const Tensor places =
      by_place ? indexed("index_put", reshape(arange(x.numel()), x.shape()), plan) : Tensor();
  const Shape shape = by_place ? places.shape() : ranges::window(x, plan.ranges).shape();
  const Tensor given = detail::as_tensor(values, x.dtype());
  if (given.dim() > shape.size() || broadcast_shapes("index_put", given.shape(), shape) != shape)
    throw ShapeError(fmt::format("[index_put] values {} do not broadcast to {}, the shape of x[index]",
                                 to_string(given.shape()), to_string(shape)));
  const Tensor v = broadcast_to(given, shape);
  if (!by_place)
    return accumulate ? x + ranges::put(v, plan.ranges, x.shape()) : ranges::replace(x, plan.ranges, v);
  const Tensor list = reshape(x, {-1}), at = reshape(places, {-1}), news = reshape(v, {-1});
  return reshape(accumulate ? index_add(list, 0, at, news) : scatter(list, 0, at, news), x.shape());
}

}  // namespace xg
