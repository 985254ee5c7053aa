#include <fmt/format.h>

#include <memory>
#include <xgrad/core/elementwise.hpp>
#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/math.hpp>

#include "workloads.hpp"

namespace bench {
namespace {

struct Unary {
  xg::Tensor x, g, y{};
};

template <class F> void add_unary(const std::string& op, std::int64_t n, F f) {
  add(fmt::format("{}/{}/forward", op, n), [n, f]() -> Run {
    auto u = std::make_shared<Unary>(Unary{normal_tensor({n}, 1), {}});
    return {[u, f] { u->y = f(u->x); }, [u] { return checksum(u->y); }};
  });
  add(fmt::format("{}/{}/forward_backward", op, n), [n, f]() -> Run {
    auto u = std::make_shared<Unary>(Unary{normal_leaf({n}, 1), normal_tensor({n}, 2)});
    return {[u, f] {
              u->x.zero_grad();
              f(u->x).backward(u->g);
            },
            [u] { return checksum(u->x.grad()); }};
  });
}

// As a user would write it.
xg::Tensor mish_composed(const xg::Tensor& x) {
  static const auto op = xg::elementwise("mish", [](auto v) { return v * tanh(softplus(v)); });
  return op(x);
}

}  // namespace

void add_elementwise() {
  for (std::int64_t n : elementwise_sizes) {
    add(fmt::format("copy/{}", n), [n]() -> Run {
      auto u = std::make_shared<Unary>(Unary{normal_tensor({n}, 1), {}});
      return {[u] { u->y = xg::clone(u->x); }, [u] { return checksum(u->y); }};
    });
    add_unary("mish_composed", n, mish_composed);
    add_unary("mish", n, [](const xg::Tensor& x) { return xg::mish(x); });
  }
  const std::int64_t n = 1048576;
  add_unary("relu", n, [](const xg::Tensor& x) { return xg::relu(x); });
  add_unary("gelu", n, [](const xg::Tensor& x) { return xg::gelu(x); });
  add_unary("tanh", n, [](const xg::Tensor& x) { return xg::tanh(x); });
  add_unary("sigmoid", n, [](const xg::Tensor& x) { return xg::sigmoid(x); });
  add_unary("silu", n, [](const xg::Tensor& x) { return xg::silu(x); });
}

}  // namespace bench
