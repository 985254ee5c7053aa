#include "adam.hpp"

namespace xg::optim {
namespace {

template <class O> void check(const char* name, const O& o) {
  check_not_negative(name, "lr", o.lr);
  check_rate(name, "betas[0]", o.betas[0]);
  check_rate(name, "betas[1]", o.betas[1]);
  check_not_negative(name, "eps", o.eps);
  check_not_negative(name, "weight_decay", o.weight_decay);
}

// What both rules take first: lr / (1 - b1^t), 1 - b1, 1 - b2, 1 / sqrt(1 - b2^t), eps. The complements come
// from here because 1 - 0.999 loses four digits in float32.
template <class O> std::vector<Hyper> common_hypers(const O& o, std::int64_t step) {
  const auto& [b1, b2] = o.betas;
  return {o.lr / (1 - pow(b1, step)), 1 - b1, 1 - b2, 1 / sqrt(1 - pow(b2, step)), o.eps};
}

template <class X>
XGRAD_INLINE auto adam(const X& p, const X& g, const X& m, const X& v, const X& lr, const X& c1, const X& c2,
                       const X& scale, const X& eps) {
  const auto first = m + c1 * (g - m);
  const auto second = v + c2 * (g * g - v);
  return std::tuple{p - lr * first / (root(second) * scale + eps), first, second};
}

}  // namespace

Update update(const AdamOptions& o, std::int64_t step) {
  static const Rule rule("adam", {"exp_avg", "exp_avg_sq"},
                         [](auto p, auto g, auto m, auto v, auto lr, auto c1, auto c2, auto scale, auto eps,
                            auto decay) { return adam(p, g + decay * p, m, v, lr, c1, c2, scale, eps); });
  check("Adam", o);
  std::vector<Hyper> hypers = common_hypers(o, step);
  hypers.push_back(o.weight_decay);
  return {rule, std::move(hypers), o.maximize};
}

Update update(const AdamWOptions& o, std::int64_t step) {
  static const Rule rule("adamw", {"exp_avg", "exp_avg_sq"},
                         [](auto p, auto g, auto m, auto v, auto lr, auto c1, auto c2, auto scale, auto eps,
                            auto keep) { return adam(p * keep, g, m, v, lr, c1, c2, scale, eps); });
  check("AdamW", o);
  std::vector<Hyper> hypers = common_hypers(o, step);
  hypers.push_back(1 - o.lr * o.weight_decay);
  return {rule, std::move(hypers), o.maximize};
}

}  // namespace xg::optim
