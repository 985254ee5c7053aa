#include "adam_variants.hpp"

#include <cmath>

#include "adam_moments.hpp"

namespace xg::optim {
namespace {

// NAdam's mu_t / b1.
double warmth(double momentum_decay, std::int64_t step) {
  return 1 - 0.5 * std::pow(0.96, static_cast<double>(step) * momentum_decay);
}

// The product of warmth(1) ... warmth(step), in the same time for any step: the logarithm of each factor is
// the series -sum_n (0.5 q^t)^n / n with q = 0.96^momentum_decay, and over t each term is a geometric sum.
double product_of_warmth(double momentum_decay, std::int64_t step) {
  const double log_q = momentum_decay * std::log(0.96);
  const auto t = static_cast<double>(step);
  double sum = 0;
  for (double n = 1, half_power = 0.5; n <= 60; ++n, half_power /= 2) {
    const double geometric =
        log_q == 0 ? t : std::exp(n * log_q) * std::expm1(n * t * log_q) / std::expm1(n * log_q);
    sum += half_power / n * geometric;
  }
  return std::exp(-sum);
}

}  // namespace

Update update(const AdamaxOptions& o, std::int64_t step) {
  static const Rule rule("adamax", {"exp_avg", "exp_inf"},
                         [](auto p, auto g, auto m, auto u, auto lr, auto c1, auto b2, auto eps, auto decay) {
                           using X = decltype(p);
                           const X d = g + decay * p;
                           const X m1 = follow(m, c1, d);
                           const X u1 = maximum(X(b2 * u), X(abs(d) + eps));
                           return std::tuple{p - lr * m1 / u1, m1, u1};
                         });
  check_adam("Adamax", o);
  const Moments m(o.betas, step);
  return {rule, {o.lr / m.weight[0], m.share[0], o.betas[1], o.eps, o.weight_decay}, o.maximize};
}

Update update(const NAdamOptions& o, std::int64_t step) {
  static const Rule rule("nadam", {"exp_avg", "exp_avg_sq"},
                         [](auto p, auto g, auto m, auto v, auto of_m, auto of_g, auto c1, auto c2,
                            auto scale, auto eps, auto decay) {
                           using X = decltype(p);
                           const X d = g + decay * p;
                           const X m1 = follow(m, c1, d);
                           const X v1 = follow(v, c2, d * d);
                           return std::tuple{p - (of_m * m1 + of_g * d) / (root(v1) * scale + eps), m1, v1};
                         });
  check_adam("NAdam", o);
  check_not_negative("NAdam", "momentum_decay", o.momentum_decay);
  const Moments m(o.betas, step);
  const auto mu = [&](std::int64_t t) { return o.betas[0] * warmth(o.momentum_decay, t); };
  const auto product = [&](std::int64_t t) {
    return pow(o.betas[0], t) * product_of_warmth(o.momentum_decay, t);
  };
  return {rule,
          {o.lr * mu(step + 1) / (1 - product(step + 1)), o.lr * (1 - mu(step)) / (1 - product(step)),
           m.share[0], m.share[1], 1 / sqrt(m.weight[1]), o.eps, o.weight_decay},
          o.maximize};
}

Update update(const RAdamOptions& o, std::int64_t step) {
  // Divides by `of_root` sqrt(v') + `apart`: (1, eps) or (0, 1).
  static const Rule rule(
      "radam", {"exp_avg", "exp_avg_sq"},
      [](auto p, auto g, auto m, auto v, auto lr, auto c1, auto c2, auto of_root, auto apart, auto decay) {
        using X = decltype(p);
        const X d = g + decay * p;
        const X m1 = follow(m, c1, d);
        const X v1 = follow(v, c2, d * d);
        return std::tuple{p - lr * m1 / (of_root * root(v1) + apart), m1, v1};
      });
  check_adam("RAdam", o);
  const Moments m(o.betas, step);
  const Hyper rate = o.lr / m.weight[0];
  const Hyper most = 2 / m.share[1] - 1;
  const Hyper seen = most - 2 * step * pow(o.betas[1], step) / m.weight[1];
  if (seen.value() <= 5) return {rule, {rate, m.share[0], m.share[1], 0, 1, o.weight_decay}, o.maximize};
  const Hyper rectified = (seen - 4) * (seen - 2) * most / ((most - 4) * (most - 2) * seen);
  return {rule,
          {rate * sqrt(rectified * m.weight[1]), m.share[0], m.share[1], 1, o.eps, o.weight_decay},
          o.maximize};
}

Update update(const AdaBeliefOptions& o, std::int64_t step) {
  static const Rule rule(
      "adabelief", {"exp_avg", "exp_avg_var"},
      [](auto p, auto g, auto m, auto s, auto lr, auto c1, auto c2, auto scale, auto eps, auto keep) {
        using X = decltype(p);
        const X m1 = follow(m, c1, g);
        const X off = g - m1;
        const X s1 = follow(s, c2, off * off) + eps;
        return std::tuple{p * keep - lr * m1 / (root(s1) * scale + eps), m1, s1};
      });
  check_adam("AdaBelief", o);
  const Moments m(o.betas, step);
  return {
      rule,
      {o.lr / m.weight[0], m.share[0], m.share[1], 1 / sqrt(m.weight[1]), o.eps, 1 - o.lr * o.weight_decay},
      o.maximize};
}

}  // namespace xg::optim
