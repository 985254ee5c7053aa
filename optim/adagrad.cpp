#include "adagrad.hpp"

#include <algorithm>

namespace xg::optim {

Update update(const AdagradOptions& o, std::int64_t step) {
  static const Rule rule("adagrad", {"sum"},
                         [](auto p, auto g, auto sum, auto lr, auto start, auto eps, auto decay) {
                           const auto d = g + decay * p;
                           const decltype(p) next = sum + start + d * d;
                           return std::tuple{p - lr * d / (root(next) + eps), next};
                         });
  check_not_negative("Adagrad", "lr", o.lr);
  check_not_negative("Adagrad", "lr_decay", o.lr_decay);
  check_not_negative("Adagrad", "weight_decay", o.weight_decay);
  check_not_negative("Adagrad", "initial_accumulator_value", o.initial_accumulator_value);
  check_not_negative("Adagrad", "eps", o.eps);
  const Hyper start = step == 1 ? o.initial_accumulator_value : 0;
  return {rule, {o.lr / (1 + (step - 1) * o.lr_decay), start, o.eps, o.weight_decay}, o.maximize};
}

Update update(const AdadeltaOptions& o, std::int64_t) {
  static const Rule rule("adadelta", {"square_avg", "acc_delta"},
                         [](auto p, auto g, auto v, auto u, auto lr, auto c, auto eps, auto decay) {
                           using X = decltype(p);
                           const X d = g + decay * p;
                           const X v1 = follow(v, c, d * d);
                           const X delta = root(X(u + eps)) / root(X(v1 + eps)) * d;
                           return std::tuple{p - lr * delta, v1, follow(u, c, delta * delta)};
                         });
  check_not_negative("Adadelta", "lr", o.lr);
  check_rate("Adadelta", "rho", o.rho);
  check_positive("Adadelta", "eps", o.eps);
  check_not_negative("Adadelta", "weight_decay", o.weight_decay);
  return {rule, {o.lr, 1 - o.rho, o.eps, o.weight_decay}, o.maximize};
}

Update update(const AsgdOptions& o, std::int64_t step) {
  static const Rule rule("asgd", {"ax"},
                         [](auto p, auto g, auto a, auto rate, auto keep, auto share, auto decay) {
                           const decltype(p) next = keep * p - rate * (g + decay * p);
                           return std::tuple{next, share * next + (1 - share) * a};
                         });
  check_not_negative("ASGD", "lr", o.lr);
  check_not_negative("ASGD", "lambd", o.lambd);
  check_not_negative("ASGD", "alpha", o.alpha);
  check_not_negative("ASGD", "t0", o.t0);
  check_not_negative("ASGD", "weight_decay", o.weight_decay);
  const Hyper rate = o.lr / pow(1 + o.lambd * o.lr * (step - 1), o.alpha);
  const double share = 1 / std::max(1.0, static_cast<double>(step - 1) - o.t0);
  return {rule, {rate, 1 - o.lambd * rate, share, o.weight_decay}, o.maximize};
}

}  // namespace xg::optim
