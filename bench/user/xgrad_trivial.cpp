#include <xgrad/core/create.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/reduce.hpp>

int main() {
  const xg::Tensor x = xg::full({3}, 2, {.requires_grad = true});
  const xg::Tensor y = xg::sum(x * x);
  y.backward();
  return y.item() == 12 && x.grad().data<float>()[0] == 4 ? 0 : 1;
}
