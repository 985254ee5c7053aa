#pragma once

#include <torch/torch.h>

#include <memory>
#include <utility>

#include "../workload.hpp"

namespace bench {

void add_chains();
void add_scalars();
void add_elementwise();
void add_rows();
void add_models();
void add_sequences();
void add_growth();

using Leaves = std::vector<torch::Tensor>;

inline torch::Tensor normal_tensor(const Sizes& shape, unsigned seed, double scale = 1) {
  return torch::tensor(normals(c10::multiply_integers(shape), seed, scale)).view(shape);
}
inline torch::Tensor class_tensor(const Sizes& shape, std::int64_t below, unsigned seed) {
  return torch::tensor(classes(c10::multiply_integers(shape), below, seed)).view(shape);
}

/// The i-th parameter, with its start values.
inline torch::Tensor parameter(const Sizes& shape, unsigned i) {
  return torch::tensor(parameter_values(shape, i)).view(shape).requires_grad_(true);
}
/// Gives a network's parameters their start values, in the order in which they stand.
inline void start(const torch::nn::Module& net) {
  const torch::NoGradGuard guard;
  unsigned i = 0;
  for (torch::Tensor& p : net.parameters()) p.copy_(parameter(p.sizes().vec(), i++));
}

inline double checksum(const torch::Tensor& x) {
  const torch::Tensor dense = x.detach().contiguous();
  return dense.scalar_type() == torch::kDouble ? checksum(dense.data_ptr<double>(), dense.numel())
                                               : checksum(dense.data_ptr<float>(), dense.numel());
}
/// Of a value and of the leaves' gradients.
inline std::vector<double> checksums(const torch::Tensor& value, const Leaves& leaves) {
  std::vector<double> sums{checksum(value)};
  for (const torch::Tensor& leaf : leaves) sums.push_back(checksum(leaf.grad()));
  return sums;
}

/// As zero_grad(set_to_none): the next backward stores instead of adding.
inline void drop_gradients(const Leaves& leaves) {
  for (const torch::Tensor& leaf : leaves) leaf.mutable_grad().reset();
}

/// f of constants.
template <class F> void add_value(const std::string& name, const std::vector<Sizes>& shapes, F f) {
  add(name, [shapes, f]() -> Run {
    Leaves inputs;
    for (const Sizes& shape : shapes)
      inputs.push_back(normal_tensor(shape, static_cast<unsigned>(inputs.size())));
    auto y = std::make_shared<torch::Tensor>();
    return {[=] {
              const torch::NoGradGuard guard;
              *y = f(inputs);
            },
            [=] { return std::vector<double>{checksum(*y)}; }};
  });
}

/// f of leaves, forward and backward, with a random gradient of f unless f is one number.
template <class F> void add_gradient(const std::string& name, std::function<Leaves()> make_leaves, F f) {
  add(name, [make_leaves, f]() -> Run {
    struct State {
      Leaves leaves;
      torch::Tensor y, g;
    };
    auto s = std::make_shared<State>(State{make_leaves(), {}, {}});
    if (const torch::Tensor y = f(s->leaves); y.dim() > 0) s->g = normal_tensor(y.sizes().vec(), 99);
    return {[s, f] {
              drop_gradients(s->leaves);
              s->y = f(s->leaves);
              s->y.backward(s->g);
            },
            [s] { return checksums(s->y, s->leaves); }};
  });
}
/// The same with parameters of these shapes.
template <class F> void add_gradient(const std::string& name, const std::vector<Sizes>& shapes, F f) {
  add_gradient(
      name,
      [shapes] {
        Leaves leaves;
        for (const Sizes& shape : shapes)
          leaves.push_back(parameter(shape, static_cast<unsigned>(leaves.size())));
        return leaves;
      },
      f);
}

}  // namespace bench
