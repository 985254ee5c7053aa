// Functions of many scalars, which tapes of scalars take apart; in float64.
#include <xgrad/core/elementwise.hpp>
#include <xgrad/nn/loss_regression.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/math.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/view.hpp>

#include "workloads.hpp"

namespace bench {
namespace {

using xg::Tensor;

Tensor wide_tensor(const xg::Shape& shape, unsigned seed, double scale = 1) {
  return xg::from_values(wide_normals(xg::count(shape), seed, scale), shape, {.dtype = xg::float64});
}
Tensor wide_leaf(const xg::Shape& shape, unsigned seed, double scale = 1) {
  return wide_tensor(shape, seed, scale).requires_grad(true);
}

Tensor rosenbrock(const Leaves& l) {
  static const auto term = xg::elementwise("rosenbrock", [](auto x, auto next) {
    const auto valley = next - x * x, slope = 1 - x;
    return 100 * valley * valley + slope * slope;
  });
  return xg::sum(term(xg::slice(l[0], 0, 0, -1), xg::slice(l[0], 0, 1)));
}

}  // namespace

void add_scalars() {
  add_gradient(
      "scalar/rosenbrock/1000", [] { return Leaves{wide_leaf({rosenbrock_size}, 1)}; }, rosenbrock);
  const ScalarNet n;
  add_gradient(
      "scalar/net/64x16x32",
      [n] {
        return Leaves{wide_leaf({n.hidden, n.in}, 1, 0.25), wide_leaf({n.hidden}, 2),
                      wide_leaf({1, n.hidden}, 3, 0.2), wide_leaf({1}, 4)};
      },
      [x = wide_tensor({n.samples, n.in}, 5), target = wide_tensor({n.samples, 1}, 6)](const Leaves& l) {
        return xg::nn::mse_loss(xg::linear(xg::tanh(xg::linear(x, l[0], l[1])), l[2], l[3]), target);
      });
}

}  // namespace bench
