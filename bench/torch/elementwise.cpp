#include <fmt/format.h>

#include "workloads.hpp"

namespace bench {
namespace {

using torch::Tensor;

template <class F> void add_unary(const std::string& op, std::int64_t n, F f) {
  const auto first = [f](const Leaves& l) { return f(l[0]); };
  add_value(fmt::format("{}/{}/forward", op, n), {{n}}, first);
  add_gradient(
      fmt::format("{}/{}/forward_backward", op, n),
      [n] { return Leaves{normal_tensor({n}, 1).requires_grad_(true)}; }, first);
}

}  // namespace

void add_elementwise() {
  for (std::int64_t n : elementwise_sizes) {
    add_unary("own_mish/composed", n, [](const Tensor& x) { return x * torch::tanh(torch::softplus(x)); });
    add_unary("own_mish/built_in", n, [](const Tensor& x) { return torch::mish(x); });
  }
  const auto activation = [](const std::string& op, auto f) { add_unary("activation/" + op, large, f); };
  activation("mish", [](const Tensor& x) { return torch::mish(x); });
  activation("silu", [](const Tensor& x) { return torch::silu(x); });
  activation("gelu", [](const Tensor& x) { return torch::gelu(x); });
  activation("gelu_tanh", [](const Tensor& x) { return torch::gelu(x, "tanh"); });
  activation("tanh", [](const Tensor& x) { return torch::tanh(x); });
  activation("sigmoid", [](const Tensor& x) { return torch::sigmoid(x); });
  activation("relu", [](const Tensor& x) { return torch::relu(x); });
  activation("elu", [](const Tensor& x) { return torch::elu(x); });
  activation("softplus", [](const Tensor& x) { return torch::softplus(x); });
}

}  // namespace bench
