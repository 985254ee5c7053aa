#include "adafactor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "../core/error.hpp"
#include "../ops/reduce.hpp"
#include "../ops/view.hpp"

namespace xg::optim {
namespace {

Tensor as_matrix(const Tensor& x) {
  if (x.dim() >= 2) return x;
  return reshape(x, {x.numel(), 1});
}

Shape moment_shape(const Tensor& p, std::int64_t reduced_axis) {
  Shape shape = as_matrix(p.detach()).shape();
  shape[shape.size() - static_cast<std::size_t>(-reduced_axis)] = 1;
  return shape;
}

Tensor row_start(const Tensor& p) { return zeros(moment_shape(p, -1), {.dtype = p.dtype()}); }
Tensor col_start(const Tensor& p) { return zeros(moment_shape(p, -2), {.dtype = p.dtype()}); }

Tensor root_mean_square(const Tensor& x) { return norm(x) / std::sqrt(static_cast<double>(x.numel())); }

const Rule& factored_rule() {
  static const Rule rule(
      "scale_by_factored_rms", {{"exp_avg_sq_row", row_start}, {"exp_avg_sq_col", col_start}},
      [](const Tensor&, const Tensor& g, const Tensor& row, const Tensor& col, const Recorded& share,
         const Recorded& eps, const Recorded& d) {
        const Tensor x = as_matrix(g);
        const Tensor squares = square(x) + eps;
        const Tensor row1 = row + share * (mean(squares, {-1}, true) - row);
        const Tensor col1 = col + share * (mean(squares, {-2}, true) - col);
        const Tensor u = x * rsqrt(row1 / mean(row1, {-2}, true)) * rsqrt(col1);
        return std::tuple{reshape(u / clamp_min(root_mean_square(u) / d, 1), g.shape()), row1, col1};
      });
  return rule;
}

const Rule& relative_rule() {
  static const Rule rule(
      "relative_step", {},
      [](const Tensor& p, const Tensor& u, const Recorded& rate, const Recorded& eps, const Recorded& keep) {
        return keep * p - rate * clamp_min(root_mean_square(p), eps) * u;
      });
  return rule;
}

void check(const AdafactorOptions& o) {
  check_not_negative("Adafactor", "lr", o.lr);
  if (!(o.beta2_decay.value() <= 0))
    throw ValueError(fmt::format("[Adafactor] beta2_decay {}: expected at most 0", o.beta2_decay.value()));
  check_positive("Adafactor", "eps[0]", o.eps[0]);
  check_not_negative("Adafactor", "eps[1]", o.eps[1]);
  check_positive("Adafactor", "d", o.d);
  check_not_negative("Adafactor", "weight_decay", o.weight_decay);
}

}  // namespace

std::vector<Update> update(const AdafactorOptions& o, std::int64_t step) {
  check(o);
  const double slowest = 1 / std::sqrt(static_cast<double>(step));
  const Hyper rate = o.lr.value() < slowest ? o.lr : slowest;
  return {{factored_rule(), {pow(step, o.beta2_decay), o.eps[0], o.d}, o.maximize},
          {relative_rule(), {rate, o.eps[1], 1 - o.lr * o.weight_decay}}};
}

}  // namespace xg::optim
