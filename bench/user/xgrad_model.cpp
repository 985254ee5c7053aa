// A model, an activation of one's own and a training step.
#include <fmt/core.h>
#include <xgrad/xgrad.hpp>

static xg::Tensor own_mish(const xg::Tensor& x) {
  static const auto op = xg::elementwise("own_mish", [](auto v) { return v * tanh(softplus(v)); });
  return op(x);
}

struct Net {
  xg::nn::Linear fc1{784, 512}, fc2{512, 10};

  xg::Tensor operator()(const xg::Tensor& x) const { return fc2(own_mish(fc1(x))); }
};

int main() {
  const Net net;
  xg::optim::Adam adam(net, {.lr = 1e-3});
  const xg::Tensor x = xg::randn({64, 784}), target = xg::randint(0, 10, {64});
  adam.zero_grad();
  const xg::Tensor loss = xg::nn::cross_entropy(net(x), target);
  loss.backward();
  adam.step();
  fmt::print("{}\n", loss.item());
}
