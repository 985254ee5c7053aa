#include "rmsprop.hpp"

namespace xg::optim {
namespace {

void check(const RmspropOptions& o) {
  check_not_negative("RMSprop", "lr", o.lr);
  check_rate("RMSprop", "alpha", o.alpha);
  check_not_negative("RMSprop", "eps", o.eps);
  check_not_negative("RMSprop", "weight_decay", o.weight_decay);
  check_not_negative("RMSprop", "momentum", o.momentum);
}

const Rule& rule_of(bool centered, bool momentum) {
  static const Rule plain("rmsprop", {"square_avg"},
                          [](auto p, auto g, auto v, auto lr, auto c, auto eps, auto decay) {
                            const auto d = g + decay * p;
                            const auto v1 = follow(v, c, d * d);
                            return std::tuple{p - lr * d / (root(v1) + eps), v1};
                          });
  static const Rule heavy(
      "rmsprop_momentum", {"square_avg", "momentum_buffer"},
      [](auto p, auto g, auto v, auto b, auto lr, auto c, auto eps, auto decay, auto momentum) {
        const auto d = g + decay * p;
        const auto v1 = follow(v, c, d * d);
        const auto b1 = momentum * b + d / (root(v1) + eps);
        return std::tuple{p - lr * b1, v1, b1};
      });
  static const Rule about_mean("rmsprop_centered", {"square_avg", "grad_avg"},
                               [](auto p, auto g, auto v, auto a, auto lr, auto c, auto eps, auto decay) {
                                 const auto d = g + decay * p;
                                 const auto v1 = follow(v, c, d * d);
                                 const auto a1 = follow(a, c, d);
                                 return std::tuple{p - lr * d / (root(v1 - a1 * a1) + eps), v1, a1};
                               });
  static const Rule both(
      "rmsprop_centered_momentum", {"square_avg", "grad_avg", "momentum_buffer"},
      [](auto p, auto g, auto v, auto a, auto b, auto lr, auto c, auto eps, auto decay, auto momentum) {
        const auto d = g + decay * p;
        const auto v1 = follow(v, c, d * d);
        const auto a1 = follow(a, c, d);
        const auto b1 = momentum * b + d / (root(v1 - a1 * a1) + eps);
        return std::tuple{p - lr * b1, v1, a1, b1};
      });
  return centered ? (momentum ? both : about_mean) : (momentum ? heavy : plain);
}

}  // namespace

Update update(const RmspropOptions& o, std::int64_t) {
  check(o);
  const bool momentum = o.momentum.is_tensor() || o.momentum.value() != 0;
  std::vector<Hyper> hypers = {o.lr, 1 - o.alpha, o.eps, o.weight_decay};
  if (momentum) hypers.push_back(o.momentum);
  return {rule_of(o.centered, momentum), std::move(hypers), o.maximize};
}

}  // namespace xg::optim
