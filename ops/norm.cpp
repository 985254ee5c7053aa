#include "norm.hpp"

#include <fmt/format.h>

#include <cmath>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/elementwise.hpp"
#include "../core/fold.hpp"
#include "../core/node.hpp"
#include "arithmetic.hpp"
#include "math.hpp"
#include "pool.hpp"
#include "reduce.hpp"
#include "row_loop.hpp"
#include "running.hpp"
#include "view.hpp"

namespace xg {
namespace {

using namespace rows;

void check_shape(const char* op, const char* what, const Tensor& t, const Shape& shape) {
  if (t.defined() && t.shape() != shape)
    throw ShapeError(
        fmt::format("[{}] {} {} must have the shape {}", op, what, to_string(t.shape()), to_string(shape)));
}

// A dense factor or summand of the kernels, of x's dtype.
Tensor filled_in(const Tensor& t, std::int64_t n, double otherwise, Dtype dtype) {
  return no_grad([&] {
    return t.defined() ? reshape(contiguous(to(t, dtype)), {n}) : full({n}, otherwise, {.dtype = dtype});
  });
}

Tensor in_dtype_of(const Tensor& parameter, const Tensor& g) { return to(g, parameter.dtype()); }

// ---- rows: layer_norm, and rms_norm, which takes the mean to be 0 ----

struct RowNorm {
  const char* op;
  bool centred;
  double eps;
  Shape normalized;
};

struct RowStatistics {
  Tensor mean, scale;  // [rows]; scale = 1 / sqrt(var + eps)
};

template <class T>
void norm_rows(const T* x, const T* weight, const T* bias, T* y, T* mean, T* scale, bool centred, double eps,
               const RowLoop& loop) {
  loop.for_each([=, n = loop.n](auto isa, std::int64_t r) {
    using L = lane<T, decltype(isa)>;
    const T* const row = x + r * n;
    const T count = static_cast<T>(n);
    mean[r] = centred
                  ? sum_lanes<L>(n, [&](std::int64_t i, std::size_t k) { return get<L>(row + i, k); }) / count
                  : T(0);
    const L m(mean[r]);
    const T squares = sum_lanes<L>(n, [&](std::int64_t i, std::size_t k) {
      const L d = get<L>(row + i, k) - m;
      return d * d;
    });
    scale[r] = 1 / std::sqrt(squares / count + static_cast<T>(eps));
    const L s(scale[r]);
    for_lanes<L>(n, [&](std::int64_t i, std::size_t k) {
      const L unit = (get<L>(row + i, k) - m) * s;
      put(y + r * n + i, k, unit * get<L>(weight + i, k) + get<L>(bias + i, k));
    });
  });
}

// One row's part of the gradients of x (dx), weight and bias (added to dw and db).
template <class L, class T>
XGRAD_INLINE void pull_row(const T* g, const T* x, const T* weight, T* dx, T* dw, T* db, T mean, T scale,
                           bool centred, std::int64_t n) {
  const L m(mean), s(scale);
  L along_one(0), along_x(0);
  for_lanes<L>(n, [&](std::int64_t i, std::size_t k) {
    const L gi = get<L>(g + i, k), unit = (get<L>(x + i, k) - m) * s;
    const L gu = gi * unit, w = get<L>(weight + i, k);
    put(dw + i, k, get<L>(dw + i, k) + gu);
    put(db + i, k, get<L>(db + i, k) + gi);
    along_one += only(gi * w, k);
    along_x += only(gu * w, k);
  });
  const T count = static_cast<T>(n);
  const L one(centred ? reduce_add(along_one) / count : T(0)), own(reduce_add(along_x) / count);
  for_lanes<L>(n, [&](std::int64_t i, std::size_t k) {
    const L unit = (get<L>(x + i, k) - m) * s;
    put(dx + i, k, s * (get<L>(g + i, k) * get<L>(weight + i, k) - one - unit * own));
  });
}

// Pieces of rows, each with sums of its own for weight and bias, which are folded in a fixed order at the end.
struct RowPieces {
  std::int64_t each, count;

  explicit RowPieces(const RowLoop& loop)
      : each(std::max((grain + loop.n - 1) / loop.n, (loop.rows + 31) / 32)),
        count((loop.rows + each - 1) / each) {}
};

struct RowGradients {
  Tensor x, weight, bias;
};

RowGradients pull_rows(const RowNorm& how, const Tensor& g, const Tensor& x, const Tensor& weight,
                       const RowStatistics& statistics) {
  const RowLoop loop(x);
  const RowPieces pieces(loop);
  Tensor dx = empty(x.shape(), x.dtype());
  Tensor dw = zeros({pieces.count, loop.n}, {.dtype = x.dtype()}), db = zeros_like(dw);
  visit_floating(how.op, x.dtype(), [&]<class T>(std::type_identity<T>) {
    const T *gp = g.data<T>(), *xp = x.data<T>(), *wp = weight.data<T>();
    const T *mean = statistics.mean.data<T>(), *scale = statistics.scale.data<T>();
    T *dxp = dx.mutable_data<T>(), *dwp = dw.mutable_data<T>(), *dbp = db.mutable_data<T>();
    parallel_for(static_cast<std::size_t>(pieces.count), [&](std::size_t piece) {
      const auto p = static_cast<std::int64_t>(piece);
      dispatch([&](auto isa) {
        using L = lane<T, decltype(isa)>;
        for (std::int64_t r = p * pieces.each; r < std::min(loop.rows, (p + 1) * pieces.each); ++r) {
          const std::int64_t at = r * loop.n;
          pull_row<L>(gp + at, xp + at, wp, dxp + at, dwp + p * loop.n, dbp + p * loop.n, mean[r], scale[r],
                      how.centred, loop.n);
        }
      });
    });
  });
  return {dx, folding::along(dw, {0}, folding::Kind::add), folding::along(db, {0}, folding::Kind::add)};
}

// The same in public ops: x, weight and g may be on the tape.
std::array<Tensor, 3> pull_rows_recorded(const RowNorm& how, const Tensor& g, const Tensor& x,
                                         const Tensor& weight, Wanted wanted) {
  const std::int64_t n = count(how.normalized);
  const Tensor rows = reshape(x, {-1, n}), gr = reshape(g, {-1, n});
  const Tensor centred = how.centred ? rows - mean(rows, {1}, true) : rows;
  const Tensor scale = rsqrt(mean(centred * centred, {1}, true) + how.eps);
  const Tensor unit = centred * scale;
  std::array<Tensor, 3> grads;
  if (wanted[0]) {
    const Tensor gw = weight.defined() ? gr * reshape(weight, {n}) : gr;
    Tensor inner = gw - unit * mean(gw * unit, {1}, true);
    if (how.centred) inner = inner - mean(gw, {1}, true);
    grads[0] = to(reshape(inner * scale, x.shape()), x.dtype());
  }
  if (wanted[1]) grads[1] = reshape(sum(gr * unit, {0}), how.normalized);
  if (wanted[2]) grads[2] = reshape(sum(gr, {0}), how.normalized);
  return grads;
}

Tensor row_norm(const RowNorm& how, const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const std::size_t axes = how.normalized.size();
  const bool fits = axes > 0 && axes <= x.dim() &&
                    std::equal(how.normalized.begin(), how.normalized.end(), x.shape().end() - axes);
  if (!fits)
    throw ShapeError(fmt::format("[{}] x {} does not end with the normalized shape {}", how.op,
                                 to_string(x.shape()), to_string(how.normalized)));
  if (!is_floating(x.dtype())) throw_not_floating(how.op, x.dtype());
  check_shape(how.op, "weight", weight, how.normalized);
  check_shape(how.op, "bias", bias, how.normalized);
  const std::int64_t n = count(how.normalized), rows = x.numel() / std::max<std::int64_t>(1, n);
  const Tensor flat = no_grad([&] { return reshape(contiguous(x), {rows, n}); });
  const Tensor w = filled_in(weight, n, 1, x.dtype()), b = filled_in(bias, n, 0, x.dtype());
  RowStatistics statistics{empty({rows}, x.dtype()), empty({rows}, x.dtype())};
  Tensor y = empty(x.shape(), x.dtype());
  if (x.numel() > 0)
    visit_floating(how.op, x.dtype(), [&]<class T>(std::type_identity<T>) {
      norm_rows(flat.data<T>(), w.data<T>(), b.data<T>(), y.mutable_data<T>(),
                statistics.mean.mutable_data<T>(), statistics.scale.mutable_data<T>(), how.centred, how.eps,
                RowLoop(flat));
    });
  return record(how.op, {&x, &weight, &bias}, std::move(y),
                [how, statistics, x = Saved(x), weight = Saved(weight),
                 bias = bias.defined() ? bias.dtype() : x.dtype()](const Tensor& g,
                                                                   Wanted wanted) -> std::array<Tensor, 3> {
                  const Tensor& v = x.get();
                  if (mode().recording || v.numel() == 0)
                    return pull_rows_recorded(how, g, v, weight.get(), wanted);
                  const std::int64_t length = count(how.normalized);
                  const Shape matrix{v.numel() / length, length};
                  const RowGradients d =
                      pull_rows(how, reshape(contiguous(g), matrix), reshape(contiguous(v), matrix),
                                filled_in(weight.get(), length, 1, v.dtype()), statistics);
                  return {reshape(d.x, v.shape()),
                          wanted[1] ? in_dtype_of(weight.get(), reshape(d.weight, how.normalized)) : Tensor(),
                          wanted[2] ? to(reshape(d.bias, how.normalized), bias) : Tensor()};
                });
}

// A statistic or parameter of each channel, laid along axis 1 of x.
Tensor along_channels(const Tensor& t, const Tensor& x) {
  Shape shape = Shape::filled(x.dim(), 1);
  shape[1] = x.shape()[1];
  return reshape(t, shape);
}

Tensor scaled(const Tensor& x, const Tensor& mean, const Tensor& scale, const Tensor& bias) {
  static const auto op =
      elementwise("scale_channels", [](auto v, auto m, auto s, auto b) { return (v - m) * s + b; });
  return op(x, mean, scale, bias);
}

void check_channels(const char* op, const Tensor& x) {
  if (x.dim() < 2) throw ShapeError(fmt::format("[{}] x {}: expected [n, c, ...]", op, to_string(x.shape())));
  if (!is_floating(x.dtype())) throw_not_floating(op, x.dtype());
}

}  // namespace

Tensor layer_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight, const Tensor& bias,
                  double eps) {
  return row_norm({"layer_norm", true, eps, normalized_shape}, x, weight, bias);
}

Tensor rms_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight, double eps) {
  return row_norm({"rms_norm", false, eps, normalized_shape}, x, weight, {});
}

Tensor group_norm(const Tensor& x, std::int64_t groups, const Tensor& weight, const Tensor& bias,
                  double eps) {
  check_channels("group_norm", x);
  const std::int64_t n = x.shape()[0], channels = x.shape()[1];
  if (groups < 1 || channels % groups != 0)
    throw ShapeError(fmt::format("[group_norm] {} channels do not make {} groups", channels, groups));
  check_shape("group_norm", "weight", weight, {channels});
  check_shape("group_norm", "bias", bias, {channels});
  const std::int64_t length = x.numel() / std::max<std::int64_t>(1, n * groups);
  const Tensor unit = reshape(layer_norm(reshape(x, {n, groups, length}), {length}, {}, {}, eps), x.shape());
  if (!weight.defined() && !bias.defined()) return unit;
  const Tensor one = ones({1}, {.dtype = x.dtype()}), none = zeros({1}, {.dtype = x.dtype()});
  return scaled(unit, none, weight.defined() ? along_channels(weight, x) : one,
                bias.defined() ? along_channels(bias, x) : none);
}

Tensor instance_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                     const Tensor& weight, const Tensor& bias, bool use_input_stats, double momentum,
                     double eps) {
  check_channels("instance_norm", x);
  const std::int64_t channels = x.shape()[1];
  const std::pair<const char*, const Tensor*> parameters[] = {
      {"running_mean", &running_mean}, {"running_var", &running_var}, {"weight", &weight}, {"bias", &bias}};
  for (const auto& [name, t] : parameters) check_shape("instance_norm", name, *t, {channels});
  if (!use_input_stats) {
    if (!running_mean.defined() || !running_var.defined())
      throw ValueError(
          "[instance_norm] no running statistics: they are needed unless use_input_stats is true");
    return batch_norm(x, running_mean, running_var, weight, bias, false, momentum, eps);
  }
  Axes spatial;
  std::int64_t values = 1;
  for (std::size_t axis = 2; axis < x.dim(); ++axis) {
    spatial.push_back(static_cast<std::int64_t>(axis));
    values *= x.shape()[axis];
  }
  if (values < 2)
    throw ValueError(
        fmt::format("[instance_norm] x {} has {} values a channel of a sample: at least 2 make "
                    "statistics",
                    to_string(x.shape()), values));
  no_grad([&] {
    if (running_mean.defined()) move_towards(running_mean, mean(mean(x, spatial), {0}), momentum);
    if (running_var.defined()) move_towards(running_var, mean(var(x, spatial), {0}), momentum);
  });
  return group_norm(x, channels, weight, bias, eps);
}

Tensor local_response_norm(const Tensor& x, std::int64_t size, double alpha, double beta, double k) {
  check_channels("local_response_norm", x);
  if (size < 1) throw ValueError(fmt::format("[local_response_norm] size {}: must be at least 1", size));
  static const auto op = elementwise(
      "local_response_norm",
      [](auto v, auto m, auto alpha, auto beta, auto k) { return v * pow(alpha * m + k, -beta); });
  if (x.numel() == 0) return op(x, x, alpha, beta, k);
  const std::int64_t n = x.shape()[0], c = x.shape()[1];
  const Tensor squares = reshape(x * x, {n, c, x.numel() / (n * c)});
  const Tensor means = avg_pool2d(pad(squares, {0, 0, size / 2, (size - 1) / 2}), {size, 1}, {.stride = 1});
  return op(x, reshape(means, x.shape()), alpha, beta, k);
}

Tensor weight_norm(const Tensor& v, const Tensor& g, std::int64_t axis) {
  const std::size_t kept = normalize_axis("weight_norm", axis, v.shape());
  if (!is_floating(v.dtype())) throw_not_floating("weight_norm", v.dtype());
  Shape lengths = Shape::filled(v.dim(), 1);
  lengths[kept] = v.shape()[kept];
  check_shape("weight_norm", "g", g, lengths);
  Axes others{-1};  // of one more axis, so that there is one for a vector, too
  for (std::size_t i = 0; i < v.dim(); ++i)
    if (i != kept) others.push_back(static_cast<std::int64_t>(i));
  return v * (g / squeeze(norm(unsqueeze(v, -1), 2, others, true), -1));
}

}  // namespace xg
