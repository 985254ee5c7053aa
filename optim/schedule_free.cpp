#include "schedule_free.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "../core/copy.hpp"
#include "../core/error.hpp"
#include "../core/mode.hpp"
#include "adam_moments.hpp"

namespace xg::optim {
namespace {

void check(const ScheduleFreeAdamWOptions& o) {
  check_adam("ScheduleFreeAdamW", o);
  check_positive("ScheduleFreeAdamW", "betas[0]", o.betas[0]);
  check_not_negative("ScheduleFreeAdamW", "warmup_steps", o.warmup_steps);
}

// The rate at a step as a part of lr, and its square as a part of all squares so far.
struct Warmed {
  Warmed(std::int64_t warmup_steps, std::int64_t step) {
    const auto w = static_cast<double>(std::max<std::int64_t>(warmup_steps, 1));
    const auto t = static_cast<double>(step);
    const double rising = std::min(t, w);
    rate = rising / w;
    const double squares = rising * (rising + 1) * (2 * rising + 1) / (6 * w * w) + (t - rising);
    share = rate * rate / squares;
  }
  double rate, share;
};

}  // namespace

Update update(const ScheduleFreeAdamWOptions& o, std::int64_t step) {
  static const Rule rule("schedule_free_adamw", {{"z", clone}, "exp_avg_sq"},
                         [](auto p, auto g, auto z, auto v, auto rate, auto share, auto pull, auto c2,
                            auto scale, auto eps, auto decay) {
                           using X = decltype(p);
                           const X v1 = follow(v, c2, g * g);
                           const X d = g / (root(v1) * scale + eps) + decay * p;
                           return std::tuple{follow(p, share, z) - pull * d, z - rate * d, v1};
                         });
  check(o);
  const Warmed warmed(o.warmup_steps, step);
  const Moments m(o.betas, step);
  const Hyper rate = o.lr * warmed.rate;
  return {rule,
          {rate, warmed.share, rate * (1 - o.betas[0] * (1 - warmed.share)), m.share[1],
           1 / sqrt(m.weight[1]), o.eps, o.weight_decay},
          o.maximize};
}

double detail::common_beta(const ScheduleFreeAdamW& optimizer) {
  const double beta = optimizer.options.betas[0].value();
  for (const auto& group : optimizer.groups)
    if (const double other = group.options.betas[0].value(); other != beta)
      throw ValueError(fmt::format(
          "[averaged_weights] betas[0] is {} and {}: expected the same in all groups", beta, other));
  return beta;
}

Tensor detail::averaged(const Tensor& p, const std::map<std::string, Tensor>& state, const std::string& path,
                        double beta) {
  const auto z = state.find(path.empty() ? "z" : fmt::format("z.{}", path));
  if (!p.defined() || z == state.end()) return p;
  const NoGrad guard;
  Tensor x = p + (1 - 1 / beta) * (z->second - p);
  return x.requires_grad(p.requires_grad());
}

}  // namespace xg::optim
