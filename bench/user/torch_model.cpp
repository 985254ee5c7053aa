// A model, an activation of one's own and a training step.
#include <fmt/core.h>
#include <torch/torch.h>

struct OwnMish : torch::autograd::Function<OwnMish> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x) {
    context->save_for_backward({x});
    return x * torch::tanh(torch::softplus(x));
  }
  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               torch::autograd::tensor_list g) {
    const torch::Tensor x = context->get_saved_variables()[0], t = torch::tanh(torch::softplus(x));
    return {g[0] * (t + x * (1 - t * t) * torch::sigmoid(x))};
  }
};

struct Net : torch::nn::Module {
  torch::nn::Linear fc1 = register_module("fc1", torch::nn::Linear(784, 512));
  torch::nn::Linear fc2 = register_module("fc2", torch::nn::Linear(512, 10));

  torch::Tensor forward(const torch::Tensor& x) { return fc2(OwnMish::apply(fc1(x))); }
};

int main() {
  Net net;
  torch::optim::Adam adam(net.parameters(), torch::optim::AdamOptions(1e-3));
  const torch::Tensor x = torch::randn({64, 784}), target = torch::randint(10, {64}, torch::kLong);
  adam.zero_grad();
  const torch::Tensor loss = torch::nn::functional::cross_entropy(net.forward(x), target);
  loss.backward();
  adam.step();
  fmt::print("{}\n", loss.item<float>());
}
