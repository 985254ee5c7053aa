#include "softmax.hpp"

#include <fmt/format.h>

#include <cmath>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/node.hpp"
#include "arithmetic.hpp"
#include "index.hpp"
#include "math.hpp"
#include "reduce.hpp"
#include "row_loop.hpp"
#include "view.hpp"

namespace xg {
namespace {

using namespace rows;

// y = exp(x - shift); returns its sum. y may be null.
template <class L, class T> XGRAD_INLINE T exponentials(const T* x, T* y, std::int64_t n, T shift) {
  L sum(0);
  for_lanes<L>(n, [&](std::int64_t i, std::size_t k) {
    const L e = exp(get<L>(x + i, k) - L(shift));
    if (y) put(y + i, k, e);
    sum += only(e, k);
  });
  return reduce_add(sum);
}

template <class T> void softmax_rows(const T* x, T* y, const RowLoop& loop) {
  loop.for_each([=, n = loop.n](auto isa, std::int64_t r) {
    using L = lane<T, decltype(isa)>;
    T* const row = y + r * n;
    const L scale(1 / exponentials<L>(x + r * n, row, n, largest<L>(x + r * n, n)));
    for_lanes<L>(n, [&](std::int64_t i, std::size_t k) { put(row + i, k, get<L>(row + i, k) * scale); });
  });
}

template <class T> void softmax_pullback_rows(const T* g, const T* y, T* dx, const RowLoop& loop) {
  loop.for_each([=, n = loop.n](auto isa, std::int64_t r) {
    using L = lane<T, decltype(isa)>;
    const std::int64_t at = r * n;
    const L mean(dot<L>(g + at, y + at, n));
    for_lanes<L>(n, [&](std::int64_t i, std::size_t k) {
      put(dx + at + i, k, get<L>(y + at + i, k) * (get<L>(g + at + i, k) - mean));
    });
  });
}

template <class T> void log_softmax_rows(const T* x, T* y, const RowLoop& loop) {
  loop.for_each([=, n = loop.n](auto isa, std::int64_t r) {
    using L = lane<T, decltype(isa)>;
    const T* const row = x + r * n;
    const T top = largest<L>(row, n);
    const L shift(top), log_sum(std::log(exponentials<L>(row, static_cast<T*>(nullptr), n, top)));
    for_lanes<L>(n, [&](std::int64_t i, std::size_t k) {
      put(y + r * n + i, k, get<L>(row + i, k) - shift - log_sum);
    });
  });
}

template <class T> void log_softmax_pullback_rows(const T* g, const T* y, T* dx, const RowLoop& loop) {
  loop.for_each([=, n = loop.n](auto isa, std::int64_t r) {
    using L = lane<T, decltype(isa)>;
    const std::int64_t at = r * n;
    L sum(0);
    for_lanes<L>(n, [&](std::int64_t i, std::size_t k) { sum += only(get<L>(g + at + i, k), k); });
    const L total(reduce_add(sum));
    for_lanes<L>(n, [&](std::int64_t i, std::size_t k) {
      put(dx + at + i, k, get<L>(g + at + i, k) - exp(get<L>(y + at + i, k)) * total);
    });
  });
}

// A kernel from two dense tensors of one shape, or one of them twice, to a new one.
template <class Kernel>
Tensor run_rows(const char* op, const Tensor& a, const Tensor& b, const Kernel& kernel) {
  const Tensor first = contiguous(a), second = contiguous(b);
  Tensor y = empty(a.shape(), a.dtype());
  if (y.numel() > 0)
    visit_floating(op, a.dtype(), [&]<class T>(std::type_identity<T>) {
      kernel(first.data<T>(), second.data<T>(), y.mutable_data<T>(), RowLoop(first));
    });
  return y;
}

Tensor softmax_last(const Tensor& x) {
  Tensor y = no_grad([&] {
    return run_rows("softmax", x, x, [](const auto* v, const auto*, auto* to, const RowLoop& loop) {
      softmax_rows(v, to, loop);
    });
  });
  return record("softmax", {&x}, y, [y = SavedOutput(y)](const Tensor& g) {
    const Tensor p = y.get();
    if (mode().recording) return p * (g - sum(g * p, {-1}, true));
    return run_rows("softmax", g, p, [](const auto* dy, const auto* v, auto* dx, const RowLoop& loop) {
      softmax_pullback_rows(dy, v, dx, loop);
    });
  });
}

Tensor log_softmax_last(const Tensor& x) {
  Tensor y = no_grad([&] {
    return run_rows("log_softmax", x, x, [](const auto* v, const auto*, auto* to, const RowLoop& loop) {
      log_softmax_rows(v, to, loop);
    });
  });
  return record("log_softmax", {&x}, y, [y = SavedOutput(y)](const Tensor& g) {
    const Tensor p = y.get();
    if (mode().recording) return g - exp(p) * sum(g, {-1}, true);
    return run_rows("log_softmax", g, p, [](const auto* dy, const auto* v, auto* dx, const RowLoop& loop) {
      log_softmax_pullback_rows(dy, v, dx, loop);
    });
  });
}

// Rows are dense along the last axis only; another axis takes its turn there.
Tensor along(const char* op, Tensor (*last)(const Tensor&), const Tensor& x, std::int64_t axis) {
  if (!is_floating(x.dtype())) throw_not_floating(op, x.dtype());
  if (x.dim() == 0 && (axis == 0 || axis == -1)) return reshape(last(reshape(x, {1})), {});
  const std::size_t at = normalize_axis(op, axis, x.shape());
  if (at + 1 == x.dim()) return last(x);
  return transpose(last(transpose(x, axis, -1)), axis, -1);
}

// ---- cross entropy ----

// Row r's loss is a (lse - x[target]) + sum_j b_j (lse - x_j), with a = (1 - s) w[target] and b_j = s w_j / c.
struct Targets {
  Tensor target;  // dense; -1 where ignored
  Tensor weight;  // [c], dense, of the logits' dtype
  double smoothing = 0;
};

Targets checked_targets(const Tensor& logits, const Tensor& target, const CrossEntropyOptions& options) {
  constexpr const char* op = "cross_entropy_rows";
  if (logits.dim() != 2 || target.shape() != Shape{logits.shape()[0]})
    throw ShapeError(fmt::format("[{}] logits {} and target {}: expected [n, c] and [n]", op,
                                 to_string(logits.shape()), to_string(target.shape())));
  if (!is_floating(logits.dtype())) throw_not_floating(op, logits.dtype());
  if (target.dtype() != int64)
    throw DtypeError(fmt::format("[{}] the target is {}, not int64: convert it with to(target, int64)", op,
                                 to_string(target.dtype())));
  if (!(options.label_smoothing >= 0 && options.label_smoothing <= 1))
    throw ValueError(
        fmt::format("[{}] label_smoothing {}: expected a number from 0 to 1", op, options.label_smoothing));
  const std::int64_t classes = logits.shape()[1];
  if (options.weight.defined() && options.weight.shape() != Shape{classes})
    throw ShapeError(fmt::format("[{}] weight {} for logits {}: expected [{}]", op,
                                 to_string(options.weight.shape()), to_string(logits.shape()), classes));
  Targets t{clone(target), {}, options.label_smoothing};
  t.weight = options.weight.defined() ? contiguous(to(options.weight.detach(), logits.dtype()))
                                      : ones({classes}, {.dtype = logits.dtype()});
  auto* k = t.target.mutable_data<std::int64_t>();
  for (std::int64_t i = 0; i < target.numel(); ++i) {
    if (k[i] == options.ignore_index)
      k[i] = -1;
    else if (k[i] < 0 || k[i] >= classes)
      throw IndexError(fmt::format("[{}] target {} at [{}] is no class: logits are {}", op, k[i], i,
                                   to_string(logits.shape())));
  }
  return t;
}

// What the fused backward needs: p = e * scale[row] are the probabilities.
struct Exponentials {
  Tensor e, scale;
};

template <class T> struct RowTerms {
  const std::int64_t* target;
  const T* weight;
  T smoothing, weight_sum, classes;

  RowTerms(const Targets& t, std::int64_t c)
      : target(t.target.data<std::int64_t>()),
        weight(t.weight.data<T>()),
        smoothing(static_cast<T>(t.smoothing)),
        weight_sum(t.smoothing == 0 ? T(0) : static_cast<T>(sum(t.weight).item())),
        classes(static_cast<T>(c)) {}
  T on_target(std::int64_t r) const { return (1 - smoothing) * weight[target[r]]; }
  T on_all() const { return smoothing / classes; }
};

template <class T>
void cross_entropy_forward(const T* x, T* e, T* scale, T* loss, const RowTerms<T>& terms,
                           const RowLoop& loop) {
  loop.for_each([&, n = loop.n](auto isa, std::int64_t r) {
    using L = lane<T, decltype(isa)>;
    const T* const row = x + r * n;
    const T top = largest<L>(row, n);
    const T total = exponentials<L>(row, e + r * n, n, top);
    scale[r] = 1 / total;
    if (terms.target[r] < 0) {
      loss[r] = 0;
      return;
    }
    const T log_total = std::log(total);
    T value = terms.on_target(r) * (log_total - (row[terms.target[r]] - top));
    if (terms.smoothing > 0) {
      L spread(0);
      for_lanes<L>(n, [&](std::int64_t i, std::size_t k) {
        spread += only(get<L>(terms.weight + i, k) * (L(log_total) - (get<L>(row + i, k) - L(top))), k);
      });
      value += terms.on_all() * reduce_add(spread);
    }
    loss[r] = value;
  });
}

template <class T>
void cross_entropy_backward(const T* g, const T* e, const T* scale, T* dx, const RowTerms<T>& terms,
                            const RowLoop& loop) {
  loop.for_each([&, n = loop.n](auto isa, std::int64_t r) {
    using L = lane<T, decltype(isa)>;
    T* const to = dx + r * n;
    const std::int64_t target = terms.target[r];
    if (target < 0) {
      std::fill_n(to, n, T(0));
      return;
    }
    const T a = terms.on_target(r);
    const L slope(g[r] * (a + terms.on_all() * terms.weight_sum) * scale[r]);
    if (terms.smoothing > 0) {
      const L spread(g[r] * terms.on_all());
      for_lanes<L>(n, [&](std::int64_t i, std::size_t k) {
        put(to + i, k, get<L>(e + r * n + i, k) * slope - get<L>(terms.weight + i, k) * spread);
      });
    } else {
      for_lanes<L>(n,
                   [&](std::int64_t i, std::size_t k) { put(to + i, k, get<L>(e + r * n + i, k) * slope); });
    }
    to[target] -= g[r] * a;
  });
}

// The share of the target that each class has in each row's loss: [n, c].
Tensor target_matrix(const Targets& t, const Tensor& logits) {
  const Tensor kept = t.target >= 0;
  const Tensor picked = to(one_hot(clamp_min(t.target, 0), logits.shape()[1]), logits.dtype());
  const Tensor q =
      (picked * (1 - t.smoothing) + t.smoothing / static_cast<double>(logits.shape()[1])) * t.weight;
  return where(unsqueeze(kept, 1), q, 0.0);
}

}  // namespace

Tensor softmax(const Tensor& x, std::int64_t axis) { return along("softmax", softmax_last, x, axis); }

Tensor log_softmax(const Tensor& x, std::int64_t axis) {
  return along("log_softmax", log_softmax_last, x, axis);
}

Tensor softmin(const Tensor& x, std::int64_t axis) { return along("softmin", softmax_last, -x, axis); }

Tensor gumbel_softmax(const Tensor& logits, double tau, bool hard, std::int64_t axis, Generator& generator) {
  if (!(tau > 0)) throw ValueError(fmt::format("[gumbel_softmax] tau {}: must be positive", tau));
  if (!is_floating(logits.dtype())) throw_not_floating("gumbel_softmax", logits.dtype());
  // Drawn in float64, where 0 and 1 hardly ever come up, so that both precisions see the same noise.
  const Tensor noise = -log(-log(rand(logits.shape(), {.dtype = float64}, generator)));
  const Tensor soft = along("gumbel_softmax", softmax_last, (logits + to(noise, logits.dtype())) / tau, axis);
  if (!hard) return soft;
  const Tensor draw = no_grad([&] { return scatter(zeros_like(soft), axis, argmax(soft, axis, true), 1.0); });
  return record("gumbel_softmax", {&soft}, draw, [](const Tensor& g) { return g; });
}

Tensor cross_entropy_rows(const Tensor& logits, const Tensor& target, const CrossEntropyOptions& options) {
  const Targets t = checked_targets(logits, target, options);
  const Tensor x = no_grad([&] { return contiguous(logits); });
  const std::int64_t rows = x.shape()[0], classes = x.shape()[1];
  const Exponentials kept{empty(x.shape(), x.dtype()), empty({rows}, x.dtype())};
  Tensor loss = zeros({rows}, {.dtype = x.dtype()});
  if (x.numel() > 0)
    visit_floating("cross_entropy_rows", x.dtype(), [&]<class T>(std::type_identity<T>) {
      Tensor e = kept.e, scale = kept.scale;
      cross_entropy_forward(x.data<T>(), e.mutable_data<T>(), scale.mutable_data<T>(), loss.mutable_data<T>(),
                            RowTerms<T>(t, classes), RowLoop(x));
    });
  return record("cross_entropy_rows", {&logits}, std::move(loss),
                [logits = Saved(logits), t, kept, classes](const Tensor& g) {
                  if (mode().recording) {
                    const Tensor q = no_grad([&] { return target_matrix(t, logits.get()); });
                    const Tensor p = softmax(logits.get(), 1);
                    return unsqueeze(g, 1) * (p * sum(q, {1}, true) - q);
                  }
                  const Tensor dense = contiguous(g);
                  Tensor dx = empty(kept.e.shape(), g.dtype());
                  if (dx.numel() > 0)
                    visit_floating("cross_entropy_rows", g.dtype(), [&]<class T>(std::type_identity<T>) {
                      cross_entropy_backward(dense.data<T>(), kept.e.data<T>(), kept.scale.data<T>(),
                                             dx.mutable_data<T>(), RowTerms<T>(t, classes), RowLoop(kept.e));
                    });
                  return dx;
                });
}

}  // namespace xg
