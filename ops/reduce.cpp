#include "reduce.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/fold.hpp"
#include "../core/node.hpp"
#include "arithmetic.hpp"
#include "math.hpp"
#include "view.hpp"

namespace xg {
namespace {

// Which axes of a shape go, and what is left.
struct Reduction {
  Axes axes;
  Shape kept;      // the axes have length 1
  Shape squeezed;  // the axes are gone
  std::int64_t each = 1;

  Reduction(const char* op, const Tensor& x, const Axes& asked) : axes(normalize_axes(op, asked, x.shape())) {
    for (std::size_t i = 0; i < x.dim(); ++i) {
      const std::int64_t n = x.shape()[i];
      const bool goes = axes.contains(static_cast<std::int64_t>(i));
      kept.push_back(goes ? 1 : n);
      if (goes)
        each *= n;
      else
        squeezed.push_back(n);
    }
  }
  const Shape& shape(bool keepdim) const { return keepdim ? kept : squeezed; }
};

Reduction real_reduction(const char* op, const Tensor& x, const Axes& axes) {
  const Reduction r(op, x, axes);
  if (!is_floating(x.dtype())) throw_not_floating(op, x.dtype());
  return r;
}

// A folded tensor, which is dense, under its final shape.
Tensor shaped(const Tensor& y, const Shape& shape) { return as_strided(y, shape, contiguous_strides(shape)); }

Tensor spread(const Tensor& g, const Shape& kept, const Shape& full) {
  return broadcast_to(reshape(g, kept), full);
}

Tensor countable(const Tensor& x) { return x.dtype() == boolean ? to(x, int64) : x; }

Tensor extreme(const char* op, const Tensor& x, const Axes& axes, bool keepdim, folding::Kind kind) {
  const Reduction r(op, x, axes);
  if (r.each == 0 && count(r.kept) > 0)
    throw ValueError(fmt::format("[{}] axes {} of {} have no elements: there is no largest or smallest one",
                                 op, to_string(r.axes), to_string(x.shape())));
  Tensor y = shaped(folding::along(countable(x), r.axes, kind), r.shape(keepdim));
  if (x.dtype() == boolean) return to(y, boolean);
  return record(op, {&x}, y, [x = Saved(x), y = Saved(y.detach()), r](const Tensor& g) {
    const Tensor at = no_grad([&] { return to(x.get() == reshape(y.get(), r.kept), g.dtype()); });
    return at * (reshape(g, r.kept) / sum(at, r.axes, true));
  });
}

// x with its axes merged into one that comes last.
Tensor with_axes_last(const Tensor& x, const Reduction& r) {
  Axes order;
  Shape shape = r.squeezed;
  for (std::size_t i = 0; i < x.dim(); ++i)
    if (!r.axes.contains(static_cast<std::int64_t>(i))) order.push_back(static_cast<std::int64_t>(i));
  for (std::int64_t axis : r.axes) order.push_back(axis);
  if (shape.size() == max_rank) return permute(x, order);
  shape.push_back(r.each);
  return reshape(permute(x, order), shape);
}

Tensor norm2(const Tensor& x, const Reduction& r, bool keepdim) {
  Tensor y = no_grad([&] { return sqrt(sum(x * x, r.axes, keepdim)); });
  return record("norm", {&x}, y, [x = Saved(x), y = SavedOutput(y), r](const Tensor& g) {
    const Tensor n = reshape(y.get(), r.kept);
    return x.get() * (reshape(g, r.kept) / where(n == 0.0, 1.0, n));
  });
}

Tensor norm_p(const Tensor& x, double p, const Reduction& r, bool keepdim) {
  Tensor y = no_grad([&] { return pow(sum(pow(abs(x), p), r.axes, keepdim), 1 / p); });
  return record("norm", {&x}, y, [x = Saved(x), y = SavedOutput(y), r, p](const Tensor& g) {
    const Tensor n = reshape(y.get(), r.kept);
    const Tensor& v = x.get();
    const Tensor size = where(v == 0.0, 1.0, abs(v));
    const Tensor slope = sign(v) * pow(size / where(n == 0.0, 1.0, n), p - 1);
    return slope * reshape(g, r.kept);
  });
}

Tensor count_true(const char* op, const Tensor& x, const Axes& axes, bool keepdim) {
  return sum(to(to(x.detach(), boolean), int64), normalize_axes(op, axes, x.shape()), keepdim);
}

}  // namespace

Tensor sum(const Tensor& x, const Axes& axes, bool keepdim) {
  const Reduction r("sum", x, axes);
  return record("sum", {&x},
                shaped(folding::along(countable(x), r.axes, folding::Kind::add), r.shape(keepdim)),
                [kept = r.kept, full = x.shape()](const Tensor& g) { return spread(g, kept, full); });
}

Tensor mean(const Tensor& x, const Axes& axes, bool keepdim) {
  const Reduction r = real_reduction("mean", x, axes);
  Tensor y = shaped(folding::along(x, r.axes, folding::Kind::add), r.shape(keepdim));
  visit_floating("mean", x.dtype(), [&]<class T>(std::type_identity<T>) {
    T* v = y.mutable_data<T>();
    for (std::int64_t i = 0; i < y.numel(); ++i) v[i] /= static_cast<T>(r.each);
  });
  return record("mean", {&x}, std::move(y),
                [kept = r.kept, full = x.shape(), n = static_cast<double>(r.each)](const Tensor& g) {
                  return spread(g / n, kept, full);
                });
}

Tensor var(const Tensor& x, const Axes& axes, double correction, bool keepdim) {
  const Reduction r = real_reduction("var", x, axes);
  const double divisor = std::max(0.0, static_cast<double>(r.each) - correction);
  Tensor y = no_grad([&] {
    const Tensor centred = x - mean(x, r.axes, true);
    return reshape(sum(centred * centred, r.axes, true) / divisor, r.shape(keepdim));
  });
  return record("var", {&x}, std::move(y), [x = Saved(x), r, divisor](const Tensor& g) {
    const Tensor centred = x.get() - mean(x.get(), r.axes, true);
    return centred * (reshape(g, r.kept) * (2 / divisor));
  });
}

Tensor std(const Tensor& x, const Axes& axes, double correction, bool keepdim) {
  const Reduction r = real_reduction("std", x, axes);
  const double divisor = std::max(0.0, static_cast<double>(r.each) - correction);
  Tensor y = no_grad([&] { return sqrt(var(x, axes, correction, keepdim)); });
  return record("std", {&x}, y, [x = Saved(x), y = SavedOutput(y), r, divisor](const Tensor& g) {
    const Tensor deviation = reshape(y.get(), r.kept);
    const Tensor centred = x.get() - mean(x.get(), r.axes, true);
    const Tensor scale = reshape(g, r.kept) / (where(deviation == 0.0, 1.0, deviation) * divisor);
    return where(deviation == 0.0, 0.0, centred * scale);
  });
}

std::array<Tensor, 2> var_mean(const Tensor& x, const Axes& axes, double correction, bool keepdim) {
  const Axes gone = real_reduction("var_mean", x, axes).axes;
  return {var(x, gone, correction, keepdim), mean(x, gone, keepdim)};
}

std::array<Tensor, 2> std_mean(const Tensor& x, const Axes& axes, double correction, bool keepdim) {
  const Axes gone = real_reduction("std_mean", x, axes).axes;
  return {std(x, gone, correction, keepdim), mean(x, gone, keepdim)};
}

Tensor nansum(const Tensor& x, const Axes& axes, bool keepdim) {
  const Tensor numbers = is_floating(x.dtype()) ? where(isnan(x.detach()), 0.0, x) : x;
  return sum(numbers, normalize_axes("nansum", axes, x.shape()), keepdim);
}

Tensor nanmean(const Tensor& x, const Axes& axes, bool keepdim) {
  if (!is_floating(x.dtype())) throw_not_floating("nanmean", x.dtype());
  const Tensor n = sum(!isnan(x.detach()), normalize_axes("nanmean", axes, x.shape()), keepdim);
  return nansum(x, axes, keepdim) / to(n, x.dtype());
}

Tensor amax(const Tensor& x, const Axes& axes, bool keepdim) {
  return extreme("amax", x, axes, keepdim, folding::Kind::max);
}

Tensor amin(const Tensor& x, const Axes& axes, bool keepdim) {
  return extreme("amin", x, axes, keepdim, folding::Kind::min);
}

Tensor max(const Tensor& x) { return extreme("max", x, {}, false, folding::Kind::max); }

Tensor min(const Tensor& x) { return extreme("min", x, {}, false, folding::Kind::min); }

// A tree of products of halves: their own derivatives are products of the other factors, with no division.
Tensor prod(const Tensor& x, const Axes& axes, bool keepdim) {
  const Reduction r("prod", x, axes);
  if (r.each == 0) return sum(x, r.axes, keepdim) + 1;
  Tensor y = r.axes.size() == 1 ? countable(x) : with_axes_last(countable(x), r);
  const std::int64_t axis = r.axes.size() == 1 ? r.axes[0] : -1;
  for (std::int64_t n = r.each; n > 1; n = n / 2 + n % 2) {
    const Tensor pairs = slice(y, axis, 0, n / 2) * slice(y, axis, n / 2, n / 2 * 2);
    y = n % 2 == 0 ? pairs : cat({pairs, slice(y, axis, n - 1)}, axis);
  }
  return reshape(y, r.shape(keepdim));
}

Tensor logsumexp(const Tensor& x, const Axes& axes, bool keepdim) {
  const Reduction r = real_reduction("logsumexp", x, axes);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (r.each == 0) return full(r.shape(keepdim), -infinity, {.dtype = x.dtype()});
  Tensor y = no_grad([&] {
    const Tensor top = amax(x, r.axes, true);
    const Tensor shift = where(isinf(top), 0.0, top);
    return reshape(log(sum(exp(x - shift), r.axes, true)) + shift, r.shape(keepdim));
  });
  return record("logsumexp", {&x}, y, [x = Saved(x), y = SavedOutput(y), r](const Tensor& g) {
    const Tensor top = reshape(y.get(), r.kept);
    const Tensor share = exp(x.get() - where(isinf(top), infinity, top));
    return reshape(g, r.kept) * where(isinf(top), 0.0, share);
  });
}

Tensor norm(const Tensor& x, double p, const Axes& axes, bool keepdim) {
  const Reduction r = real_reduction("norm", x, axes);
  if (std::isnan(p)) throw ValueError("[norm] p NaN: expected a number or an infinity");
  if (p == 2) return norm2(x, r, keepdim);
  if (p == 1) return sum(abs(x), axes, keepdim);
  if (p == 0) return to(count_nonzero(x, axes, keepdim), x.dtype());
  if (std::isinf(p))
    return extreme("norm", abs(x), axes, keepdim, p > 0 ? folding::Kind::max : folding::Kind::min);
  return norm_p(x, p, r, keepdim);
}

Tensor all(const Tensor& x, const Axes& axes, bool keepdim) {
  return count_true("all", logical_not(x), axes, keepdim) == 0;
}

Tensor any(const Tensor& x, const Axes& axes, bool keepdim) {
  return count_true("any", x, axes, keepdim) != 0;
}

Tensor count_nonzero(const Tensor& x, const Axes& axes, bool keepdim) {
  return count_true("count_nonzero", x, axes, keepdim);
}

}  // namespace xg
