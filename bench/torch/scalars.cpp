#include "workloads.hpp"

namespace bench {
namespace {

using torch::Tensor;

Tensor wide_leaf(const Sizes& shape, unsigned seed, double scale = 1) {
  const std::vector<double> values = wide_normals(c10::multiply_integers(shape), seed, scale);
  return torch::tensor(values, torch::kDouble).view(shape).requires_grad_(true);
}

Tensor rosenbrock(const Leaves& l) {
  const Tensor x = l[0].slice(0, 0, -1), next = l[0].slice(0, 1);
  const Tensor valley = next - x * x, slope = 1 - x;
  return (100 * valley * valley + slope * slope).sum();
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
      [x = wide_leaf({n.samples, n.in}, 5).detach(),
       target = wide_leaf({n.samples, 1}, 6).detach()](const Leaves& l) {
        return torch::mse_loss(torch::linear(torch::tanh(torch::linear(x, l[0], l[1])), l[2], l[3]), target);
      });
}

}  // namespace bench
