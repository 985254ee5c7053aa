#pragma once

#include <torch/torch.h>

#include "../workload.hpp"

namespace bench {

void add_chain();
void add_elementwise();
void add_rows();
void add_models();

inline torch::Tensor normal_tensor(at::IntArrayRef shape, unsigned seed, double scale = 1) {
  const std::vector<float> values = normals(c10::multiply_integers(shape), seed, scale);
  return torch::tensor(values).view(shape);
}
inline torch::Tensor normal_leaf(at::IntArrayRef shape, unsigned seed, double scale = 1) {
  return normal_tensor(shape, seed, scale).requires_grad_(true);
}
inline torch::Tensor class_tensor(at::IntArrayRef shape, std::int64_t below, unsigned seed) {
  return torch::tensor(classes(c10::multiply_integers(shape), below, seed)).view(shape);
}
inline double checksum(const torch::Tensor& x) {
  const torch::Tensor dense = x.detach().contiguous();
  return checksum(dense.data_ptr<float>(), dense.numel());
}

/// As zero_grad(set_to_none): the next backward stores instead of adding.
inline void drop_gradients(const std::vector<torch::Tensor>& leaves) {
  for (const torch::Tensor& leaf : leaves) leaf.mutable_grad().reset();
}

}  // namespace bench
