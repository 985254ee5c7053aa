#include "sgd.hpp"

#include "../core/error.hpp"

namespace xg::optim {
namespace {

void check(const SgdOptions& o, bool has_momentum) {
  check_not_negative("SGD", "lr", o.lr);
  check_not_negative("SGD", "momentum", o.momentum);
  check_not_negative("SGD", "weight_decay", o.weight_decay);
  if (o.nesterov && (!has_momentum || o.dampening.is_tensor() || o.dampening.value() != 0))
    throw ValueError("[SGD] nesterov needs a momentum above 0 and a dampening of 0");
}

Rule rule_with_momentum(const char* name, bool nesterov) {
  return {name,
          {"momentum_buffer"},
          [nesterov](auto p, auto g, auto b, auto lr, auto decay, auto momentum, auto share) {
            const auto d = g + decay * p;
            const auto next = momentum * b + share * d;
            return std::tuple{p - lr * (nesterov ? d + momentum * next : next), next};
          }};
}

}  // namespace

Update update(const SgdOptions& o, std::int64_t step) {
  static const Rule plain("sgd", {},
                          [](auto p, auto g, auto lr, auto decay) { return p - lr * (g + decay * p); });
  static const Rule heavy = rule_with_momentum("sgd_momentum", false);
  static const Rule nesterov = rule_with_momentum("sgd_nesterov", true);
  const bool has_momentum = o.momentum.is_tensor() || o.momentum.value() != 0;
  check(o, has_momentum);
  if (!has_momentum) return {plain, {o.lr, o.weight_decay}, o.maximize};
  const Hyper share = step == 1 ? Hyper(1) : 1 - o.dampening;
  return {o.nesterov ? nesterov : heavy, {o.lr, o.weight_decay, o.momentum, share}, o.maximize};
}

}  // namespace xg::optim
