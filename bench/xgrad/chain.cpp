// y = y * a + b over and over: what one recorded op costs.
#include <fmt/format.h>

#include <memory>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/reduce.hpp>

#include "workloads.hpp"

namespace bench {
namespace {

struct Chain {
  explicit Chain(std::int64_t n) : x(leaf(n, 1)), a(leaf(n, 0.999)), b(leaf(n, 0.001)) {}

  static xg::Tensor leaf(std::int64_t n, double value) {
    return xg::full({n}, value, {.requires_grad = true});
  }
  xg::Tensor forward() const {
    xg::Tensor y = x;
    for (int i = 0; i < chain_length; ++i) y = y * a + b;
    return y;
  }
  void forward_backward() {
    for (xg::Tensor* leaf : {&x, &a, &b}) leaf->zero_grad();
    xg::sum(forward()).backward();
  }

  xg::Tensor x, a, b;
};

}  // namespace

void add_chain() {
  for (int n : {1, 64}) {
    add(fmt::format("chain/{}/forward", n), [n]() -> Run {
      auto chain = std::make_shared<Chain>(n);
      return {[chain] { chain->forward(); }, [chain] { return checksum(chain->forward()); }};
    });
    add(fmt::format("chain/{}/forward_backward", n), [n]() -> Run {
      auto chain = std::make_shared<Chain>(n);
      return {[chain] { chain->forward_backward(); },
              [chain] {
                return checksum(chain->x.grad()) + checksum(chain->a.grad()) + checksum(chain->b.grad());
              }};
    });
  }
}

}  // namespace bench
