#include <torch/torch.h>

int main() {
  const torch::Tensor x = torch::full({3}, 2.0, torch::requires_grad());
  const torch::Tensor y = (x * x).sum();
  y.backward();
  return y.item<float>() == 12 && x.grad().data_ptr<float>()[0] == 4 ? 0 : 1;
}
