#include "line_search.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace xg::optim {
namespace {

using Range = std::pair<double, double>;

Range between(const LinePoint& a, const LinePoint& b) { return std::minmax(a.t, b.t); }

// Where the cubic through two points with their slopes is lowest, held within bounds; their middle if it has
// no lowest point.
double lowest_of_cubic(const LinePoint& a, const LinePoint& b, Range bounds) {
  const LinePoint& left = a.t <= b.t ? a : b;
  const LinePoint& right = a.t <= b.t ? b : a;
  const double d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.t - b.t);
  const double square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (bounds.first + bounds.second) / 2;
  const double d2 = std::sqrt(square);
  const double part = (right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2);
  return std::min(std::max(right.t - (right.t - left.t) * part, bounds.first), bounds.second);
}

class WolfeSearch {
 public:
  WolfeSearch(const std::function<LinePoint(double t)>& at, const LinePoint& start, double reach,
              const WolfeOptions& options)
      : at_(at), start_(start), reach_(reach), options_(options) {}

  LinePoint run(double t) {
    LinePoint before = start_, now = at_(t);
    while (tries_ < options_.max_ls) {
      if (is_high(now) || (tries_ > 1 && now.value >= before.value)) return zoom({before, now});
      if (is_flat(now)) return now;
      if (now.slope >= 0) return zoom({before, now});
      t = lowest_of_cubic(before, now, {now.t + 0.01 * (now.t - before.t), 10 * now.t});
      before = std::exchange(now, next(t));
    }
    return start_.value <= now.value ? start_ : now;
  }

 private:
  LinePoint next(double t) {
    ++tries_;
    return at_(t);
  }
  bool is_high(const LinePoint& p) const { return p.value > start_.value + options_.c1 * p.t * start_.slope; }
  bool is_flat(const LinePoint& p) const { return std::abs(p.slope) <= -options_.c2 * start_.slope; }

  // The interpolated point, moved inwards where twice in a row it came too close to an end.
  double inner_point(const std::array<LinePoint, 2>& ends) {
    const auto [first, last] = between(ends[0], ends[1]);
    const double t = lowest_of_cubic(ends[0], ends[1], {first, last});
    const double margin = 0.1 * (last - first);
    const bool is_close = std::min(last - t, t - first) < margin;
    const bool moves = is_close && (was_close_ || t >= last || t <= first);
    was_close_ = is_close && !moves;
    if (!moves) return t;
    return std::abs(t - last) < std::abs(t - first) ? last - margin : first + margin;
  }

  LinePoint zoom(std::array<LinePoint, 2> ends) {
    const auto lower = [&ends]() -> std::size_t { return ends[0].value <= ends[1].value ? 0 : 1; };
    std::size_t low = lower();
    while (tries_ < options_.max_ls) {
      if (std::abs(ends[1].t - ends[0].t) * reach_ < options_.tolerance_change) break;
      const LinePoint now = next(inner_point(ends));
      const std::size_t high = 1 - low;
      if (is_high(now) || now.value >= ends[low].value) {
        ends[high] = now;
        low = lower();
        continue;
      }
      if (is_flat(now)) return now;
      if (now.slope * (ends[high].t - ends[low].t) >= 0) ends[high] = ends[low];
      ends[low] = now;
    }
    return ends[low];
  }

  const std::function<LinePoint(double t)>& at_;
  const LinePoint& start_;
  double reach_;
  const WolfeOptions& options_;
  std::int64_t tries_ = 0;
  bool was_close_ = false;
};

}  // namespace

LinePoint strong_wolfe(const std::function<LinePoint(double t)>& at, const LinePoint& start, double t,
                       double reach, const WolfeOptions& options) {
  return WolfeSearch(at, start, reach, options).run(t);
}

}  // namespace xg::optim
