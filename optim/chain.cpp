#include "chain.hpp"

#include "../ops/comparison.hpp"
#include "../ops/reduce.hpp"
#include "adam_moments.hpp"
#include "clip.hpp"

namespace xg::optim {
namespace {

// A part without memory of the step.
Part always(Update update) {
  return [update = std::move(update)](std::int64_t) { return update; };
}

Update scaled(Hyper factor) {
  static const Rule rule("scale", {}, [](auto, auto u, auto factor) { return factor * u; });
  return {rule, {std::move(factor)}};
}

// max_norm / (norm + 1e-6), at most 1.
Tensor shrinking(const Tensor& norm, const Operand& max_norm) {
  return clamp_max(max_norm / (norm + 1e-6), 1);
}

const Rule& trace_rule(bool nesterov) {
  static const Rule plain("trace", {"momentum_buffer"}, [](auto, auto u, auto b, auto momentum) {
    const auto next = momentum * b + u;
    return std::tuple{next, next};
  });
  static const Rule ahead("trace_nesterov", {"momentum_buffer"}, [](auto, auto u, auto b, auto momentum) {
    const auto next = momentum * b + u;
    return std::tuple{u + momentum * next, next};
  });
  return nesterov ? ahead : plain;
}

}  // namespace

std::vector<Update> update(const ChainOptions& o, std::int64_t step) {
  check_not_negative("Chain", "lr", o.lr);
  std::vector<Update> updates;
  for (const Part& part : o.parts) updates.push_back(part(step));
  updates.push_back(descend(o.lr));
  updates.front().maximize = o.maximize;
  return updates;
}

Update descend(Hyper lr) {
  static const Rule rule("descend", {}, [](auto p, auto u, auto lr) { return p - lr * u; });
  return {rule, {std::move(lr)}};
}

Part scale(Hyper factor) { return always(scaled(std::move(factor))); }

Part scale_by_schedule(Schedule schedule) {
  return [schedule = std::move(schedule)](std::int64_t step) { return scaled(schedule(step - 1)); };
}

Part add_decayed_weights(Hyper decay) {
  static const Rule rule("add_decayed_weights", {}, [](auto p, auto u, auto decay) { return u + decay * p; });
  check_not_negative("add_decayed_weights", "decay", decay);
  return always({rule, {std::move(decay)}});
}

Part trace(TraceOptions o) {
  check_not_negative("trace", "momentum", o.momentum);
  return always({trace_rule(o.nesterov), {o.momentum}});
}

Part scale_by_adam(ScaleByAdamOptions o) {
  static const Rule rule(
      "scale_by_adam", {"exp_avg", "exp_avg_sq"},
      [](auto, auto u, auto m, auto v, auto c1, auto c2, auto of_m, auto of_root, auto eps) {
        using X = decltype(u);
        const X first = follow(m, c1, u);
        const X second = follow(v, c2, u * u);
        return std::tuple{of_m * first / (root(second) * of_root + eps), first, second};
      });
  check_betas("scale_by_adam", o.betas);
  check_not_negative("scale_by_adam", "eps", o.eps);
  return [o](std::int64_t step) -> Update {
    const Moments m(o.betas, step);
    return {rule, {m.share[0], m.share[1], 1 / m.weight[0], 1 / sqrt(m.weight[1]), o.eps}};
  };
}

Part scale_by_rms(ScaleByRmsOptions o) {
  static const Rule rule("scale_by_rms", {"square_avg"}, [](auto, auto u, auto v, auto c, auto eps) {
    using X = decltype(u);
    const X next = follow(v, c, u * u);
    return std::tuple{u / (root(next) + eps), next};
  });
  check_rate("scale_by_rms", "alpha", o.alpha);
  check_not_negative("scale_by_rms", "eps", o.eps);
  return always({rule, {1 - o.alpha, o.eps}});
}

Part scale_by_sign() {
  static const Rule rule("scale_by_sign", {}, [](auto, auto u) { return sign(u); });
  return always({rule, {}});
}

Part scale_by_trust_ratio(TrustRatioOptions o) {
  static const Rule rule(
      "scale_by_trust_ratio", {},
      [](const Tensor& p, const Tensor& u, const Recorded& coefficient, const Recorded& eps) {
        const Tensor of_p = norm(p), of_u = norm(u);
        const Tensor none = logical_or(of_p == 0, of_u == 0);
        return where(none, 1, coefficient * of_p / (where(none, 1, of_u) + eps)) * u;
      });
  check_not_negative("scale_by_trust_ratio", "trust_coefficient", o.trust_coefficient);
  check_not_negative("scale_by_trust_ratio", "eps", o.eps);
  return always({rule, {o.trust_coefficient, o.eps}});
}

Part clip_by_value(Hyper value) {
  static const Rule rule("clip_by_value", {}, [](auto, auto u, auto limit) {
    using X = decltype(u);
    return where(u > limit, limit, where(u < X(-limit), X(-limit), u));
  });
  check_not_negative("clip_by_value", "value", value);
  return always({rule, {std::move(value)}});
}

Part clip_by_norm(Hyper max_norm) {
  static const Rule rule("clip_by_norm", {}, [](const Tensor&, const Tensor& u, const Recorded& max_norm) {
    return shrinking(norm(u), max_norm) * u;
  });
  check_not_negative("clip_by_norm", "max_norm", max_norm);
  return always({rule, {std::move(max_norm)}});
}

Part clip_by_global_norm(Hyper max_norm) {
  check_not_negative("clip_by_global_norm", "max_norm", max_norm);
  Update update = scaled(1);
  update.hypers.clear();
  update.measure = [max_norm = std::move(max_norm)](std::span<const Tensor> gradients) -> Hyper {
    return shrinking(global_norm({gradients.begin(), gradients.end()}), max_norm.operand());
  };
  return always(std::move(update));
}

}  // namespace xg::optim
