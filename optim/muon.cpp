#include "muon.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "../core/error.hpp"
#include "../ops/matmul.hpp"
#include "../ops/reduce.hpp"
#include "../ops/view.hpp"
#include "chain.hpp"

namespace xg::optim {
namespace {

Tensor buffer_start(const Tensor& p) {
  if (p.dim() < 2)
    throw ShapeError(
        fmt::format("[Muon] the parameter is {}: it has no rows and columns; give vectors and scalars to "
                    "another optimizer, e.g. AdamW",
                    describe(p)));
  return zeros_like(p);
}

const Rule& momentum_rule(bool nesterov) {
  static const Rule plain("muon_momentum", {{"momentum_buffer", buffer_start}},
                          [](auto, auto g, auto b, auto share) {
                            const auto next = follow(b, share, g);
                            return std::tuple{next, next};
                          });
  static const Rule ahead("muon_nesterov", {{"momentum_buffer", buffer_start}},
                          [](auto, auto g, auto b, auto share) {
                            const auto next = follow(b, share, g);
                            return std::tuple{follow(next, share, g), next};
                          });
  return nesterov ? ahead : plain;
}

Tensor orthogonal_step(const Tensor& u, const Recorded& a, const Recorded& b, const Recorded& c,
                       const Recorded& steps, const Recorded& eps, const Recorded& match) {
  const Tensor x = reshape(u, {u.size(0), -1});
  const auto n = static_cast<double>(x.size(0)), m = static_cast<double>(x.size(1));
  const double size = match.number() != 0 ? 0.2 * std::sqrt(std::max(n, m)) : std::sqrt(std::max(1.0, n / m));
  const Tensor flat = newton_schulz(x, {a.number(), b.number(), c.number()},
                                    static_cast<std::int64_t>(steps.number()), eps.number());
  return reshape(size * flat, u.shape());
}

Update orthogonalized(const MuonOptions& o) {
  static const Rule rule(
      "orthogonalize", {},
      [](const Tensor&, const Tensor& u, const Recorded& a, const Recorded& b, const Recorded& c,
         const Recorded& steps, const Recorded& eps,
         const Recorded& match) { return orthogonal_step(u, a, b, c, steps, eps, match); });
  const auto& [a, b, c] = o.ns_coefficients;
  return {rule, {a, b, c, o.ns_steps, o.eps, o.match_rms_adamw}};
}

}  // namespace

Tensor newton_schulz(const Tensor& x, std::array<double, 3> coefficients, std::int64_t steps, double eps) {
  const bool is_tall = x.size(0) > x.size(1);  // the products are of the shorter side
  const auto& [a, b, c] = coefficients;
  Tensor y = is_tall ? t(x) : x;
  y = y / (norm(y) + eps);
  for (std::int64_t i = 0; i < steps; ++i) {
    const Tensor square = matmul(y, t(y));
    y = a * y + matmul(b * square + c * matmul(square, square), y);
  }
  return is_tall ? t(y) : y;
}

std::vector<Update> update(const MuonOptions& o, std::int64_t step) {
  check_not_negative("Muon", "lr", o.lr);
  check_not_negative("Muon", "weight_decay", o.weight_decay);
  check_rate("Muon", "momentum", o.momentum);
  check_not_negative("Muon", "ns_steps", o.ns_steps);
  check_not_negative("Muon", "eps", o.eps);
  const auto momentum = [&o](std::int64_t) -> Update {
    return {momentum_rule(o.nesterov), {1 - o.momentum}};
  };
  const auto orthogonalize = [&o](std::int64_t) { return orthogonalized(o); };
  return update(ChainOptions{.parts = {momentum, orthogonalize, add_decayed_weights(o.weight_decay)},
                             .lr = o.lr,
                             .maximize = o.maximize},
                step);
}

}  // namespace xg::optim
