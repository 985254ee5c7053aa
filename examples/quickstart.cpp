// A tensor, a gradient, an activation of your own, and proof that its derivative is right.
#include <xgrad/xgrad.hpp>

#include <iostream>

using namespace xg;

int main() {
  Tensor x = tensor({{1, 2}, {3, 4}}, {.requires_grad = true});
  Tensor y = sum(exp(x / 4) * x);
  y.backward();
  std::cout << "y = " << y << "\ndy/dx =\n" << x.grad() << "\n";

  const auto mish = elementwise("mish", [](auto v) { return v * tanh(softplus(v)); });
  Tensor g = grad(sum(mish(x)), x, {.create_graph = true});
  std::cout << "mish'(x) =\n" << g << "\nmish''(x) =\n" << grad(sum(g), x) << "\n";

  const auto check = gradcheck(mish, randn({3, 5}));
  std::cout << check << "\n";
  return check ? 0 : 1;
}
