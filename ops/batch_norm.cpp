// batch_norm of norm.hpp: statistics of each channel, over the batch and all further axes.

#include <fmt/format.h>

#include <cmath>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/elementwise.hpp"
#include "../core/node.hpp"
#include "arithmetic.hpp"
#include "math.hpp"
#include "norm.hpp"
#include "reduce.hpp"
#include "row_loop.hpp"
#include "running.hpp"
#include "view.hpp"

namespace xg {
namespace {

using namespace rows;

// Where channel c's values lie: `rows` dense runs of `length`, the first at c * channel_step.
struct Channels {
  std::int64_t count, rows, length, channel_step, row_step;

  std::int64_t values() const { return rows * length; }
};

// Below this many values in a run, runs of one channel are first laid side by side.
constexpr std::int64_t short_run = 16;

bool has_short_runs(const Shape& shape) {
  return count(shape) / std::max<std::int64_t>(1, shape[0] * shape[1]) < short_run;
}

// A tensor shaped like x in the memory layout that the kernels want.
Tensor laid_out(const Tensor& x) {
  if (!has_short_runs(x.shape())) return contiguous(x);
  return transpose(contiguous(transpose(x, 0, 1)), 0, 1);
}

Tensor empty_laid_out(const Tensor& x) {
  if (!has_short_runs(x.shape())) return empty(x.shape(), x.dtype());
  Shape turned = x.shape();
  std::swap(turned[0], turned[1]);
  const Tensor y = empty(turned, x.dtype());
  Strides strides = y.strides();
  std::swap(strides[0], strides[1]);
  // Not by transpose(), which would look for NaN in these unwritten values under DetectAnomaly.
  return as_strided(y, x.shape(), strides);
}

Channels channels_of(const Shape& shape) {
  const std::int64_t n = shape[0], c = shape[1], length = count(shape) / (n * c);
  if (has_short_runs(shape)) return {c, 1, n * length, n * length, 0};
  return {c, n, length, length, c * length};
}

// Calls f(isa, channel) for each channel, in parallel where that pays.
template <class F> void for_each_channel(const Channels& ch, const F& f) {
  const std::int64_t cut = std::max<std::int64_t>(1, grain / ch.values());
  parallel_ranges(static_cast<std::size_t>(ch.count), static_cast<std::size_t>(cut),
                  [&](std::size_t begin, std::size_t end) {
                    dispatch([&](auto isa) {
                      for (std::size_t c = begin; c < end; ++c) f(isa, static_cast<std::int64_t>(c));
                    });
                  });
}

constexpr std::int64_t piece = 1024;

// The sum of f(place, how many) over a channel; pieces are summed in float64.
template <class L, class F> XGRAD_INLINE double sum_channel(const Channels& ch, std::int64_t c, const F& f) {
  double total = 0;
  for (std::int64_t r = 0; r < ch.rows; ++r)
    for (std::int64_t first = 0; first < ch.length; first += piece) {
      const std::int64_t at = c * ch.channel_step + r * ch.row_step + first;
      total += static_cast<double>(sum_lanes<L>(std::min(piece, ch.length - first),
                                                [&](std::int64_t i, std::size_t k) { return f(at + i, k); }));
    }
  return total;
}

template <class L, class F> XGRAD_INLINE void for_channel(const Channels& ch, std::int64_t c, const F& f) {
  for (std::int64_t r = 0; r < ch.rows; ++r)
    for_lanes<L>(ch.length, [&, at = c * ch.channel_step + r * ch.row_step](std::int64_t i, std::size_t k) {
      f(at + i, k);
    });
}

struct ChannelStatistics {
  Tensor mean, var, scale;  // [c]; scale = 1 / sqrt(var + eps)
};

template <class T>
void norm_channels(const T* x, const T* weight, const T* bias, T* y, T* mean, T* var, T* scale, double eps,
                   const Channels& ch) {
  for_each_channel(ch, [=, &ch](auto isa, std::int64_t c) {
    using L = lane<T, decltype(isa)>;
    const auto values = static_cast<double>(ch.values());
    mean[c] = static_cast<T>(
        sum_channel<L>(ch, c, [&](std::int64_t at, std::size_t k) { return get<L>(x + at, k); }) / values);
    const L m(mean[c]);
    const double squares = sum_channel<L>(ch, c, [&](std::int64_t at, std::size_t k) {
      const L d = get<L>(x + at, k) - m;
      return d * d;
    });
    var[c] = static_cast<T>(squares / values);
    scale[c] = static_cast<T>(1 / std::sqrt(squares / values + eps));
    const L s(scale[c] * weight[c]), b(bias[c]);
    for_channel<L>(ch, c,
                   [&](std::int64_t at, std::size_t k) { put(y + at, k, (get<L>(x + at, k) - m) * s + b); });
  });
}

template <class T>
void pull_channels(const T* g, const T* x, const T* weight, const T* mean, const T* scale, T* dx, T* dw,
                   T* db, const Channels& ch) {
  for_each_channel(ch, [=, &ch](auto isa, std::int64_t c) {
    using L = lane<T, decltype(isa)>;
    const L m(mean[c]), s(scale[c]);
    // One pass for both sums; pieces are summed in float64 here too.
    double sum_g = 0, sum_gx = 0;
    for (std::int64_t r = 0; r < ch.rows; ++r)
      for (std::int64_t first = 0; first < ch.length; first += piece) {
        const std::int64_t start = c * ch.channel_step + r * ch.row_step + first;
        L part_g(0), part_gx(0);
        for_lanes<L>(std::min(piece, ch.length - first), [&](std::int64_t i, std::size_t k) {
          const L gi = only(get<L>(g + start + i, k), k);
          part_g += gi;
          part_gx += gi * ((get<L>(x + start + i, k) - m) * s);
        });
        sum_g += static_cast<double>(reduce_add(part_g));
        sum_gx += static_cast<double>(reduce_add(part_gx));
      }
    db[c] = static_cast<T>(sum_g);
    dw[c] = static_cast<T>(sum_gx);
    const T values = static_cast<T>(ch.values());
    const L one(db[c] / values), own(dw[c] / values), outer(scale[c] * weight[c]);
    for_channel<L>(ch, c, [&](std::int64_t at, std::size_t k) {
      const L unit = (get<L>(x + at, k) - m) * s;
      put(dx + at, k, outer * (get<L>(g + at, k) - one - unit * own));
    });
  });
}

Shape along_channels(const Tensor& x) {
  Shape shape = Shape::filled(x.dim(), 1);
  shape[1] = x.shape()[1];
  return shape;
}

Axes all_but_channels(const Tensor& x) {
  Axes axes{0};
  for (std::size_t i = 2; i < x.dim(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  return axes;
}

// A dense [c] factor or summand of x's dtype.
Tensor filled_in(const Tensor& t, const Tensor& x, double otherwise) {
  return no_grad([&] {
    return t.defined() ? contiguous(to(t, x.dtype())) : full({x.shape()[1]}, otherwise, {.dtype = x.dtype()});
  });
}

std::array<Tensor, 3> pull_recorded(const Tensor& g, const Tensor& x, const Tensor& weight, double eps,
                                    Wanted wanted) {
  const Axes axes = all_but_channels(x);
  const Tensor centred = x - mean(x, axes, true);
  const Tensor scale = rsqrt(mean(centred * centred, axes, true) + eps);
  const Tensor unit = centred * scale;
  std::array<Tensor, 3> grads;
  if (wanted[0]) {
    const Tensor gw = weight.defined() ? g * reshape(weight, along_channels(x)) : g;
    grads[0] = (gw - mean(gw, axes, true) - unit * mean(gw * unit, axes, true)) * scale;
  }
  if (wanted[1]) grads[1] = sum(g * unit, axes);
  if (wanted[2]) grads[2] = sum(g, axes);
  return grads;
}

std::array<Tensor, 3> pull_fused(const Tensor& g, const Tensor& x, const Tensor& weight,
                                 const ChannelStatistics& statistics) {
  const Tensor gl = laid_out(g), xl = laid_out(x);
  const Tensor w = filled_in(weight, x, 1);
  Tensor dx = empty_laid_out(x), dw = empty(w.shape(), x.dtype()), db = empty(w.shape(), x.dtype());
  visit_floating("batch_norm", x.dtype(), [&]<class T>(std::type_identity<T>) {
    pull_channels(gl.data<T>(), xl.data<T>(), w.data<T>(), statistics.mean.data<T>(),
                  statistics.scale.data<T>(), dx.mutable_data<T>(), dw.mutable_data<T>(),
                  db.mutable_data<T>(), channels_of(x.shape()));
  });
  return {dx, dw, db};
}

Tensor norm_of_batch(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps,
                     ChannelStatistics& statistics) {
  const Tensor xl = no_grad([&] { return laid_out(x); });
  const Tensor w = filled_in(weight, x, 1), b = filled_in(bias, x, 0);
  for (Tensor* t : {&statistics.mean, &statistics.var, &statistics.scale}) *t = empty(w.shape(), x.dtype());
  Tensor y = no_grad([&] { return empty_laid_out(x); });
  visit_floating("batch_norm", x.dtype(), [&]<class T>(std::type_identity<T>) {
    norm_channels(xl.data<T>(), w.data<T>(), b.data<T>(), y.mutable_data<T>(),
                  statistics.mean.mutable_data<T>(), statistics.var.mutable_data<T>(),
                  statistics.scale.mutable_data<T>(), eps, channels_of(x.shape()));
  });
  return record("batch_norm", {&x, &weight, &bias}, std::move(y),
                [statistics, eps, x = Saved(x), weight = Saved(weight),
                 bias = bias.defined() ? bias.dtype() : x.dtype()](const Tensor& g, Wanted wanted) {
                  auto grads = mode().recording ? pull_recorded(g, x.get(), weight.get(), eps, wanted)
                                                : pull_fused(g, x.get(), weight.get(), statistics);
                  if (weight.get().defined() && grads[1].defined())
                    grads[1] = to(grads[1], weight.get().dtype());
                  if (grads[2].defined()) grads[2] = to(grads[2], bias);
                  return grads;
                });
}

// With the running statistics, which are numbers here.
Tensor norm_with(const Tensor& x, const Tensor& mean, const Tensor& var, const Tensor& weight,
                 const Tensor& bias, double eps) {
  if (!mean.defined() || !var.defined())
    throw ValueError("[batch_norm] no running statistics: they are needed unless training is true");
  static const auto op =
      elementwise("batch_norm", [](auto v, auto m, auto s, auto w, auto b) { return (v - m) * (s * w) + b; });
  const Shape shape = along_channels(x);
  const Tensor scale = no_grad([&] { return rsqrt(var.detach() + eps); });
  const auto laid = [&](const Tensor& t, double otherwise) {
    return t.defined() ? reshape(t, shape) : full({1}, otherwise, {.dtype = x.dtype()});
  };
  return op(x, reshape(to(mean.detach(), x.dtype()), shape), reshape(to(scale, x.dtype()), shape),
            laid(weight, 1), laid(bias, 0));
}

}  // namespace

void move_towards(Tensor running, const Tensor& batch, double momentum) {
  if (!running.defined()) return;
  const NoGrad guard;
  assign(running, running.detach() * (1 - momentum) + batch * momentum);
}

Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                  const Tensor& weight, const Tensor& bias, bool training, double momentum, double eps) {
  if (x.dim() < 2)
    throw ShapeError(fmt::format("[batch_norm] x {}: expected [n, c, ...]", to_string(x.shape())));
  if (!is_floating(x.dtype())) throw_not_floating("batch_norm", x.dtype());
  const std::int64_t channels = x.shape()[1];
  const std::pair<const char*, const Tensor*> parameters[] = {
      {"running_mean", &running_mean}, {"running_var", &running_var}, {"weight", &weight}, {"bias", &bias}};
  for (const auto& [name, t] : parameters)
    if (t->defined() && t->shape() != Shape{channels})
      throw ShapeError(
          fmt::format("[batch_norm] {} {} must have the shape [{}]", name, to_string(t->shape()), channels));
  for (const Tensor* t : {&running_mean, &running_var})
    if (t->defined() && !is_floating(t->dtype())) throw_not_floating("batch_norm", t->dtype());
  if (!training || channels == 0) return norm_with(x, running_mean, running_var, weight, bias, eps);
  const std::int64_t values = x.numel() / channels;
  if (values < 2)
    throw ValueError(fmt::format("[batch_norm] x {} has {} values a channel: training needs at least 2",
                                 to_string(x.shape()), values));
  ChannelStatistics statistics;
  Tensor y = norm_of_batch(x, weight, bias, eps, statistics);
  const auto m = static_cast<double>(values);
  move_towards(running_mean, statistics.mean, momentum);
  move_towards(running_var, no_grad([&] { return statistics.var * (m / (m - 1)); }), momentum);
  return y;
}

}  // namespace xg
