// A model is a plain struct: its parameters are found by name, trained, saved and loaded.
#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

using namespace xg;

struct Mlp {
  int in, hidden, out;
  nn::Linear fc1{in, hidden};
  nn::Linear fc2{hidden, out};
  Tensor operator()(const Tensor& x) const { return fc2(mish(fc1(x))); }
};

int main() {
  manual_seed(1);
  Mlp net{1, 32, 1};
  optim::Adam adam{net, {.lr = 1e-2}};
  Tensor x = reshape(linspace(-3, 3, 200), {200, 1});
  Tensor target = sin(x);

  double loss = 0;
  for (int step = 0; step < 500; ++step) {
    Tensor error = nn::mse_loss(net(x), target);
    adam.zero_grad();
    error.backward();
    adam.step();
    loss = error.item();
  }
  fmt::print("{}\nloss after 500 steps: {:.2e}\n", summary(net), loss);

  save_safetensors("mlp.safetensors", net);
  Mlp copy{1, 32, 1};
  load_safetensors("mlp.safetensors", copy);
  fmt::print("net(1) = {:.6f}, loaded {:.6f}, sin(1) = 0.841471\n", net(ones({1, 1})).item(),
             copy(ones({1, 1})).item());
  return loss < 1e-3 ? 0 : 1;
}
