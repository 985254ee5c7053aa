#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

using namespace xg;

int main() {
  const auto cube = elementwise("cube", [](auto x) { return x * x * x; });
  Tensor x = tensor({1, 2, 3}, {.requires_grad = true});
  sum(cube(x)).backward();
  fmt::print("{}\n", x.grad());
  return x.grad().at({2}) == 27 && gradcheck(cube, x) ? 0 : 1;
}
