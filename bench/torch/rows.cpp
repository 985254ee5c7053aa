#include <fmt/format.h>

#include <memory>

#include "workloads.hpp"

namespace bench {
namespace {

using torch::Tensor;

template <class F> void add_value(const std::string& name, std::vector<std::int64_t> shape, F f) {
  add(name, [shape, f]() -> Run {
    auto y = std::make_shared<Tensor>();
    return {[y, f, a = normal_tensor(shape, 1), b = normal_tensor(shape, 2)] {
              const torch::NoGradGuard guard;
              *y = f(a, b);
            },
            [y] { return checksum(*y); }};
  });
}

void add_cross_entropy() {
  add("cross_entropy/256x1000/forward_backward", []() -> Run {
    auto logits = std::make_shared<Tensor>(normal_leaf({256, 1000}, 1));
    return {[logits, target = class_tensor({256}, 1000, 2)] {
              drop_gradients({*logits});
              torch::nn::functional::cross_entropy(*logits, target).backward();
            },
            [logits] { return checksum(logits->grad()); }};
  });
}

void add_layer_norm() {
  add("layer_norm/1024x768/forward_backward", []() -> Run {
    struct Leaves {
      Tensor x, weight, bias;
    };
    auto l = std::make_shared<Leaves>(
        Leaves{normal_leaf({1024, 768}, 1), normal_leaf({768}, 2), normal_leaf({768}, 3)});
    return {[l, g = normal_tensor({1024, 768}, 4)] {
              drop_gradients({l->x, l->weight, l->bias});
              torch::layer_norm(l->x, {768}, l->weight, l->bias).backward(g);
            },
            [l] { return checksum(l->x.grad()) + checksum(l->weight.grad()) + checksum(l->bias.grad()); }};
  });
}

}  // namespace

void add_rows() {
  add_cross_entropy();
  add_layer_norm();
  add_value("sum/4096x1024/axis0", {4096, 1024}, [](const Tensor& x, const Tensor&) { return x.sum(0); });
  add_value("sum/4096x1024/axis1", {4096, 1024}, [](const Tensor& x, const Tensor&) { return x.sum(1); });
  add_value("transpose/1024/copy", {1024, 1024},
            [](const Tensor& x, const Tensor&) { return x.t().contiguous(); });
  for (std::int64_t n : {64, 256, 1024})
    add_value(fmt::format("matmul/{}", n), {n, n},
              [](const Tensor& a, const Tensor& b) { return torch::mm(a, b); });
}

}  // namespace bench
