#include "adam.hpp"

#include "adam_moments.hpp"

namespace xg::optim {
namespace {

// What all rules take first: lr / (1 - b1^t), 1 - b1, 1 - b2, 1 / sqrt(1 - b2^t), eps.
template <class O> std::vector<Hyper> common_hypers(const O& o, std::int64_t step) {
  const Moments m(o.betas, step);
  return {o.lr / m.weight[0], m.share[0], m.share[1], 1 / sqrt(m.weight[1]), o.eps};
}

template <class X>
XGRAD_INLINE auto adam(const X& p, const X& g, const X& m, const X& v, const X& lr, const X& c1, const X& c2,
                       const X& scale, const X& eps) {
  const X first = follow(m, c1, g);
  const X second = follow(v, c2, g * g);
  return std::tuple{p - lr * first / (root(second) * scale + eps), first, second};
}

template <class X>
XGRAD_INLINE auto amsgrad(const X& p, const X& g, const X& m, const X& v, const X& largest, const X& lr,
                          const X& c1, const X& c2, const X& scale, const X& eps) {
  const X first = follow(m, c1, g);
  const X second = follow(v, c2, g * g);
  const X top = maximum(largest, second);
  return std::tuple{p - lr * first / (root(top) * scale + eps), first, second, top};
}

}  // namespace

Update update(const AdamOptions& o, std::int64_t step) {
  static const Rule plain(
      "adam", {"exp_avg", "exp_avg_sq"},
      [](auto p, auto g, auto m, auto v, auto lr, auto c1, auto c2, auto scale, auto eps, auto decay) {
        return adam<decltype(p)>(p, g + decay * p, m, v, lr, c1, c2, scale, eps);
      });
  static const Rule with_largest("adam_amsgrad", {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"},
                                 [](auto p, auto g, auto m, auto v, auto largest, auto lr, auto c1, auto c2,
                                    auto scale, auto eps, auto decay) {
                                   return amsgrad<decltype(p)>(p, g + decay * p, m, v, largest, lr, c1, c2,
                                                               scale, eps);
                                 });
  check_adam("Adam", o);
  std::vector<Hyper> hypers = common_hypers(o, step);
  hypers.push_back(o.weight_decay);
  return {o.amsgrad ? with_largest : plain, std::move(hypers), o.maximize};
}

Update update(const AdamWOptions& o, std::int64_t step) {
  static const Rule plain(
      "adamw", {"exp_avg", "exp_avg_sq"},
      [](auto p, auto g, auto m, auto v, auto lr, auto c1, auto c2, auto scale, auto eps, auto keep) {
        return adam<decltype(p)>(p * keep, g, m, v, lr, c1, c2, scale, eps);
      });
  static const Rule with_largest(
      "adamw_amsgrad", {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"},
      [](auto p, auto g, auto m, auto v, auto largest, auto lr, auto c1, auto c2, auto scale, auto eps,
         auto keep) { return amsgrad<decltype(p)>(p * keep, g, m, v, largest, lr, c1, c2, scale, eps); });
  check_adam("AdamW", o);
  std::vector<Hyper> hypers = common_hypers(o, step);
  hypers.push_back(1 - o.lr * o.weight_decay);
  return {o.amsgrad ? with_largest : plain, std::move(hypers), o.maximize};
}

}  // namespace xg::optim
