#include <fmt/format.h>
#include <xgrad/core/elementwise.hpp>
#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/math.hpp>

#include "workloads.hpp"

namespace bench {
namespace {

using xg::Tensor;

template <class F> void add_unary(const std::string& op, std::int64_t n, F f) {
  const auto first = [f](const Leaves& l) { return f(l[0]); };
  add_value(fmt::format("{}/{}/forward", op, n), {{n}}, first);
  add_gradient(
      fmt::format("{}/{}/forward_backward", op, n),
      [n] { return Leaves{normal_tensor({n}, 1).requires_grad(true)}; }, first);
}

// As a user would write it.
Tensor own_mish(const Tensor& x) {
  static const auto op = xg::elementwise("mish", [](auto v) { return v * tanh(softplus(v)); });
  return op(x);
}

}  // namespace

void add_elementwise() {
  for (std::int64_t n : elementwise_sizes)
    for (const char* against : {"composed", "built_in"})
      add_unary(fmt::format("own_mish/{}", against), n, own_mish);
  const auto activation = [](const std::string& op, auto f) { add_unary("activation/" + op, large, f); };
  activation("mish", [](const Tensor& x) { return xg::mish(x); });
  activation("silu", [](const Tensor& x) { return xg::silu(x); });
  activation("gelu", [](const Tensor& x) { return xg::gelu(x); });
  activation("gelu_tanh", [](const Tensor& x) { return xg::gelu(x, xg::Approximate::tanh); });
  activation("tanh", [](const Tensor& x) { return xg::tanh(x); });
  activation("sigmoid", [](const Tensor& x) { return xg::sigmoid(x); });
  activation("relu", [](const Tensor& x) { return xg::relu(x); });
  activation("elu", [](const Tensor& x) { return xg::elu(x); });
  activation("softplus", [](const Tensor& x) { return xg::softplus(x); });
}

}  // namespace bench
