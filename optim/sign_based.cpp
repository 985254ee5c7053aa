#include "sign_based.hpp"

#include <fmt/format.h>

#include "../core/error.hpp"
#include "adam_moments.hpp"

namespace xg::optim {
namespace {

void check(const RpropOptions& o) {
  check_not_negative("Rprop", "lr", o.lr);
  const double minus = o.etas[0].value(), plus = o.etas[1].value();
  if (!(0 < minus && minus < 1 && 1 < plus))
    throw ValueError(fmt::format("[Rprop] etas [{}, {}]: expected 0 < etas[0] < 1 < etas[1]", minus, plus));
  const double low = o.step_sizes[0].value(), high = o.step_sizes[1].value();
  if (!(0 <= low && low <= high))
    throw ValueError(
        fmt::format("[Rprop] step_sizes [{}, {}]: expected 0 <= step_sizes[0] <= step_sizes[1]", low, high));
}

}  // namespace

Update update(const RpropOptions& o, std::int64_t step) {
  static const Rule rule(
      "rprop", {"prev", "step_size"},
      [](auto p, auto g, auto prev, auto size, auto start, auto minus, auto plus, auto low, auto high) {
        using X = decltype(p);
        const X agree = g * prev;
        const X grown = where(agree > 0, X(size * plus), size);
        const X size1 = where(agree < 0, X(size * minus), grown) + start;
        const X within = minimum(maximum(size1, low), high);
        const X used = where(agree < 0, X(0.0), g);
        return std::tuple{p - sign(used) * within, used, within};
      });
  check(o);
  const Hyper start = step == 1 ? o.lr : 0;
  return {rule, {start, o.etas[0], o.etas[1], o.step_sizes[0], o.step_sizes[1]}, o.maximize};
}

Update update(const LionOptions& o, std::int64_t) {
  static const Rule rule("lion", {"exp_avg"},
                         [](auto p, auto g, auto m, auto lr, auto c1, auto c2, auto keep) {
                           return std::tuple{p * keep - lr * sign(follow(m, c1, g)), follow(m, c2, g)};
                         });
  check_not_negative("Lion", "lr", o.lr);
  check_betas("Lion", o.betas);
  check_not_negative("Lion", "weight_decay", o.weight_decay);
  return {rule, {o.lr, 1 - o.betas[0], 1 - o.betas[1], 1 - o.lr * o.weight_decay}, o.maximize};
}

}  // namespace xg::optim
