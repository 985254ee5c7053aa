#include "lbfgs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/error.hpp"
#include "../core/mode.hpp"
#include "../ops/arithmetic.hpp"
#include "../ops/matmul.hpp"
#include "../ops/reduce.hpp"
#include "../ops/view.hpp"
#include "hyper.hpp"

namespace xg::optim {
namespace {

double inner_product(const Tensor& a, const Tensor& b) { return dot(a, b).item(); }
double largest(const Tensor& x) { return x.numel() == 0 ? 0 : amax(abs(x)).item(); }

void check(const LbfgsOptions& o) {
  check_positive("LBFGS", "lr", o.lr);
  check_positive("LBFGS", "max_iter", o.max_iter);
  check_not_negative("LBFGS", "max_eval", o.max_eval);
  check_not_negative("LBFGS", "tolerance_grad", o.tolerance_grad);
  check_not_negative("LBFGS", "tolerance_change", o.tolerance_change);
  check_positive("LBFGS", "history_size", o.history_size);
}

Tensor integer(std::int64_t value) { return from_values(std::span(&value, 1), {}); }
Tensor number(double value) { return scalar(value, {.dtype = float64}); }

const Tensor& find(const std::map<std::string, Tensor>& saved, const std::string& name) {
  const auto it = saved.find(name);
  if (it == saved.end()) throw StructureError(fmt::format("[load_state] \"{}\" is missing", name));
  return it->second;
}

}  // namespace

LBFGS::Pair::Pair(Tensor s, Tensor c)
    : step(std::move(s)), change(std::move(c)), product(inner_product(change, step)) {}

LBFGS::LBFGS(Own own, const LbfgsOptions& o) : options(o), parameters_(std::move(own.parameters)) {
  check(options);
}

LinePoint LBFGS::evaluate(const Closure& closure) {
  for (Tensor& p : parameters_) p.zero_grad();
  ++memory_.func_evals;
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
  Pair pair(memory_.direction * memory_.length, gradient - memory_.last_gradient);
  if (!(pair.product > 1e-10)) return;  // no positive curvature: the estimate would not stay positive
  if (std::ssize(memory_.history) >= options.history_size) memory_.history.pop_front();
  memory_.scale = pair.product / inner_product(pair.change, pair.change);
  memory_.history.push_back(std::move(pair));
}

// The estimate of the inverse Hessian times -gradient, by two loops over the history.
Tensor LBFGS::direction(const Tensor& gradient) const {
  std::vector<double> shares(memory_.history.size());
  Tensor q = -gradient;
  for (std::size_t i = memory_.history.size(); i-- > 0;) {
    shares[i] = inner_product(memory_.history[i].step, q) / memory_.history[i].product;
    q = q - shares[i] * memory_.history[i].change;
  }
  Tensor r = memory_.scale * q;
  for (std::size_t i = 0; i < memory_.history.size(); ++i) {
    const double back = inner_product(memory_.history[i].change, r) / memory_.history[i].product;
    r = r + (shares[i] - back) * memory_.history[i].step;
  }
  return r;
}

// Where the step along the direction ends. Without a search nobody looks at the last point's loss.
LinePoint LBFGS::go_along(const Closure& closure, const LinePoint& now, bool is_last) {
  const Tensor start = flat_parameters();
  const auto at = [&](double t) {
    move_to(start + t * memory_.direction);
    LinePoint point = evaluate(closure);
    point.t = t;
    point.slope = inner_product(point.gradient, memory_.direction);
    return point;
  };
  LinePoint end = now;
  if (options.line_search_fn == LineSearch::strong_wolfe) {
    end = strong_wolfe(at, now, memory_.length, largest(memory_.direction));
    memory_.length = end.t;
    move_to(start + memory_.length * memory_.direction);
  } else if (is_last) {
    move_to(start + memory_.length * memory_.direction);
  } else {
    end = at(memory_.length);
  }
  return end;
}

std::map<std::string, Tensor> LBFGS::state() const {
  if (memory_.iterations == 0) return {};
  std::map<std::string, Tensor> all{{"direction", clone(memory_.direction)},
                                    {"last_gradient", clone(memory_.last_gradient)},
                                    {"scale", number(memory_.scale)},
                                    {"length", number(memory_.length)},
                                    {"iterations", integer(memory_.iterations)},
                                    {"func_evals", integer(memory_.func_evals)},
                                    {"pairs", integer(std::ssize(memory_.history))}};
  for (std::size_t i = 0; i < memory_.history.size(); ++i) {
    all[fmt::format("step.{}", i)] = clone(memory_.history[i].step);
    all[fmt::format("change.{}", i)] = clone(memory_.history[i].change);
  }
  return all;
}

void LBFGS::load_state(const std::map<std::string, Tensor>& saved) {
  Memory loaded;
  if (!saved.empty()) {
    loaded.direction = clone(find(saved, "direction"));
    loaded.last_gradient = clone(find(saved, "last_gradient"));
    loaded.scale = find(saved, "scale").item();
    loaded.length = find(saved, "length").item();
    loaded.iterations = find(saved, "iterations").item<std::int64_t>();
    loaded.func_evals = find(saved, "func_evals").item<std::int64_t>();
    const auto pairs = find(saved, "pairs").item<std::int64_t>();
    for (std::int64_t i = 0; i < pairs; ++i)
      loaded.history.emplace_back(clone(find(saved, fmt::format("step.{}", i))),
                                  clone(find(saved, fmt::format("change.{}", i))));
  }
  memory_ = std::move(loaded);
}

double LBFGS::step(const Closure& closure) {
  const NoGrad guard;
  check(options);
  const std::int64_t evaluations_before = memory_.func_evals;
  const std::int64_t max_eval = options.max_eval > 0 ? options.max_eval : options.max_iter * 5 / 4;
  LinePoint now = evaluate(closure);
  const double first = now.value;
  for (std::int64_t i = 1; i <= options.max_iter && largest(now.gradient) > options.tolerance_grad; ++i) {
    ++memory_.iterations;
    if (memory_.iterations > 1) remember(now.gradient);
    memory_.direction = direction(now.gradient);
    memory_.length = options.lr;
    if (memory_.iterations == 1) memory_.length *= std::min(1.0, 1 / sum(abs(now.gradient)).item());
    memory_.last_gradient = now.gradient;
    now.slope = inner_product(now.gradient, memory_.direction);
    if (now.slope > -options.tolerance_change) break;
    now.t = 0;
    const double before = now.value;
    now = go_along(closure, now, i == options.max_iter);
    if (memory_.func_evals - evaluations_before >= max_eval) break;
    if (largest(memory_.direction) * memory_.length <= options.tolerance_change) break;
    if (i < options.max_iter && std::abs(now.value - before) < options.tolerance_change) break;
  }
  return first;
}

}  // namespace xg::optim
