// Many small ops in a row: what recording one costs.
#include <fmt/format.h>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/math.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>

#include "chain.hpp"

namespace bench {
namespace {

using xg::Tensor;

Leaves ode_leaves() {
  const Ode ode;
  return {parameter({1, ode.state}, 0), parameter({ode.hidden, ode.state}, 1), parameter({ode.hidden}, 2),
          parameter({ode.state, ode.hidden}, 3), parameter({ode.state}, 4)};
}

// dy/dt by a network with one hidden layer, integrated from 0 to 1 by the classical Runge-Kutta method.
Tensor solve_ode(const Leaves& l) {
  const auto slope = [&](const Tensor& y) {
    return xg::linear(xg::tanh(xg::linear(y, l[1], l[2])), l[3], l[4]);
  };
  const double h = 1.0 / static_cast<double>(Ode().steps);
  Tensor y = l[0];
  for (std::int64_t i = 0; i < Ode().steps; ++i) {
    const Tensor k1 = slope(y), k2 = slope(y + k1 * (h / 2)), k3 = slope(y + k2 * (h / 2)),
                 k4 = slope(y + k3 * h);
    y = y + (k1 + 2 * k2 + 2 * k3 + k4) * (h / 6);
  }
  return y;
}

}  // namespace

void add_chains() {
  for (int n : {1, 64}) {
    const auto leaves = [n] { return chain_leaves(n); };
    add(fmt::format("chain/{}/forward", n), [leaves]() -> Run {
      auto y = std::make_shared<Tensor>();
      return {[y, l = leaves()] { *y = chain(l, chain_length); },
              [y] { return std::vector<double>{checksum(*y)}; }};
    });
    add_gradient(fmt::format("chain/{}/forward_backward", n), leaves,
                 [](const Leaves& l) { return xg::sum(chain(l, chain_length)); });
  }
  add_gradient("ode/rk4/200", ode_leaves, solve_ode);
}

}  // namespace bench
