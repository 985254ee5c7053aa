#include "lbfgs.hpp"

#include <algorithm>
#include <cmath>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/mode.hpp"
#include "../ops/arithmetic.hpp"
#include "../ops/matmul.hpp"
#include "../ops/reduce.hpp"
#include "../ops/view.hpp"
#include "hyper.hpp"

namespace xg::optim {
namespace {

double product(const Tensor& a, const Tensor& b) { return dot(a, b).item(); }
double largest(const Tensor& x) { return x.numel() == 0 ? 0 : amax(abs(x)).item(); }

void check(const LBFGSOptions& o) {
  check_positive("LBFGS", "lr", o.lr);
  check_positive("LBFGS", "max_iter", o.max_iter);
  check_not_negative("LBFGS", "max_eval", o.max_eval);
  check_not_negative("LBFGS", "tolerance_grad", o.tolerance_grad);
  check_not_negative("LBFGS", "tolerance_change", o.tolerance_change);
  check_positive("LBFGS", "history_size", o.history_size);
}

}  // namespace

LBFGS::LBFGS(Own own, const LBFGSOptions& o) : options(o), parameters_(std::move(own.parameters)) {
  check(options);
}

LinePoint LBFGS::evaluate(const Closure& closure) {
  for (Tensor& p : parameters_) p.zero_grad();
  ++func_evals_;
  const GradMode on(true);
  const Tensor loss = closure();
  loss.backward();
  return {0, loss.item(), flat_gradient(), 0};
}

Tensor LBFGS::flat_parameters() const {
  std::vector<Tensor> parts;
  for (const Tensor& p : parameters_) parts.push_back(reshape(p.detach(), {-1}));
  return clone(cat(parts));
}

Tensor LBFGS::flat_gradient() const {
  std::vector<Tensor> parts;
  for (const Tensor& p : parameters_) {
    const Tensor g = p.grad();
    parts.push_back(reshape(g.defined() ? g.detach() : zeros_like(p.detach()), {-1}));
  }
  return clone(cat(parts));
}

void LBFGS::move_to(const Tensor& flat) {
  std::int64_t first = 0;
  for (Tensor& p : parameters_) {
    assign(p, reshape(narrow(flat, 0, first, p.numel()), p.shape()));
    first += p.numel();
  }
}

void LBFGS::remember(const Tensor& gradient) {
  Pair pair{direction_ * length_, gradient - last_gradient_, 0};
  pair.product = product(pair.change, pair.step);
  if (!(pair.product > 1e-10)) return;  // no positive curvature: the estimate would not stay positive
  if (std::ssize(history_) >= options.history_size) history_.pop_front();
  scale_ = pair.product / product(pair.change, pair.change);
  history_.push_back(std::move(pair));
}

// The estimate of the inverse Hessian times -gradient, by two loops over the history.
Tensor LBFGS::direction(const Tensor& gradient) const {
  std::vector<double> shares(history_.size());
  Tensor q = -gradient;
  for (std::size_t i = history_.size(); i-- > 0;) {
    shares[i] = product(history_[i].step, q) / history_[i].product;
    q = q - shares[i] * history_[i].change;
  }
  Tensor r = scale_ * q;
  for (std::size_t i = 0; i < history_.size(); ++i) {
    const double back = product(history_[i].change, r) / history_[i].product;
    r = r + (shares[i] - back) * history_[i].step;
  }
  return r;
}

// Where the step along the direction ends. Without a search nobody looks at the last point's loss.
LinePoint LBFGS::go_along(const Closure& closure, const LinePoint& now, bool is_last) {
  const Tensor start = flat_parameters();
  const auto at = [&](double t) {
    move_to(start + t * direction_);
    LinePoint point = evaluate(closure);
    point.t = t;
    point.slope = product(point.gradient, direction_);
    return point;
  };
  LinePoint end = now;
  if (options.line_search_fn == LineSearch::strong_wolfe) {
    end = strong_wolfe(at, now, length_, largest(direction_));
    length_ = end.t;
    move_to(start + length_ * direction_);
  } else if (is_last) {
    move_to(start + length_ * direction_);
  } else {
    end = at(length_);
  }
  return end;
}

double LBFGS::step(const Closure& closure) {
  const NoGrad guard;
  check(options);
  const std::int64_t evaluations_before = func_evals_;
  const std::int64_t max_eval = options.max_eval > 0 ? options.max_eval : options.max_iter * 5 / 4;
  LinePoint now = evaluate(closure);
  const double first = now.value;
  for (std::int64_t i = 1; i <= options.max_iter && largest(now.gradient) > options.tolerance_grad; ++i) {
    ++iterations_;
    if (iterations_ > 1) remember(now.gradient);
    direction_ = direction(now.gradient);
    length_ = options.lr;
    if (iterations_ == 1) length_ *= std::min(1.0, 1 / sum(abs(now.gradient)).item());
    last_gradient_ = now.gradient;
    now.slope = product(now.gradient, direction_);
    if (now.slope > -options.tolerance_change) break;
    now.t = 0;
    const double before = now.value;
    now = go_along(closure, now, i == options.max_iter);
    if (func_evals_ - evaluations_before >= max_eval) break;
    if (largest(direction_) * length_ <= options.tolerance_change) break;
    if (i < options.max_iter && std::abs(now.value - before) < options.tolerance_change) break;
  }
  return first;
}

}  // namespace xg::optim
