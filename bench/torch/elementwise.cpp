#include <fmt/format.h>

#include <memory>

#include "workloads.hpp"

namespace bench {
namespace {

using torch::Tensor;

struct Unary {
  Tensor x, g{}, y{};
};

template <class F> void add_unary(const std::string& op, std::int64_t n, F f) {
  add(fmt::format("{}/{}/forward", op, n), [n, f]() -> Run {
    auto u = std::make_shared<Unary>(Unary{normal_tensor({n}, 1)});
    return {[u, f] {
              const torch::NoGradGuard guard;
              u->y = f(u->x);
            },
            [u] { return checksum(u->y); }};
  });
  add(fmt::format("{}/{}/forward_backward", op, n), [n, f]() -> Run {
    auto u = std::make_shared<Unary>(Unary{normal_leaf({n}, 1), normal_tensor({n}, 2)});
    return {[u, f] {
              drop_gradients({u->x});
              f(u->x).backward(u->g);
            },
            [u] { return checksum(u->x.grad()); }};
  });
}

}  // namespace

void add_elementwise() {
  for (std::int64_t n : elementwise_sizes) {
    add(fmt::format("copy/{}", n), [n]() -> Run {
      auto u = std::make_shared<Unary>(Unary{normal_tensor({n}, 1)});
      return {[u] { u->y = u->x.clone(); }, [u] { return checksum(u->y); }};
    });
    add_unary("mish_composed", n, [](const Tensor& x) { return x * torch::tanh(torch::softplus(x)); });
    add_unary("mish", n, [](const Tensor& x) { return torch::mish(x); });
  }
  const std::int64_t n = 1048576;
  add_unary("relu", n, [](const Tensor& x) { return torch::relu(x); });
  add_unary("gelu", n, [](const Tensor& x) { return torch::gelu(x); });
  add_unary("tanh", n, [](const Tensor& x) { return torch::tanh(x); });
  add_unary("sigmoid", n, [](const Tensor& x) { return torch::sigmoid(x); });
  add_unary("silu", n, [](const Tensor& x) { return torch::silu(x); });
}

}  // namespace bench
