// Ops that work along rows and columns: losses, norms, sums, transposes, products.
#include <fmt/format.h>

#include <memory>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/norm.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/ops/view.hpp>

#include "workloads.hpp"

namespace bench {
namespace {

// A function of constants, whose result is the checksum.
template <class F> void add_value(const std::string& name, const xg::Shape& shape, F f) {
  add(name, [shape, f]() -> Run {
    auto y = std::make_shared<xg::Tensor>();
    return {[y, f, a = normal_tensor(shape, 1), b = normal_tensor(shape, 2)] { *y = f(a, b); },
            [y] { return checksum(*y); }};
  });
}

void add_cross_entropy() {
  add("cross_entropy/256x1000/forward_backward", []() -> Run {
    auto logits = std::make_shared<xg::Tensor>(normal_leaf({256, 1000}, 1));
    return {[logits, target = class_tensor({256}, 1000, 2)] {
              logits->zero_grad();
              xg::mean(xg::cross_entropy_rows(*logits, target)).backward();
            },
            [logits] { return checksum(logits->grad()); }};
  });
}

void add_layer_norm() {
  add("layer_norm/1024x768/forward_backward", []() -> Run {
    struct Leaves {
      xg::Tensor x, weight, bias;
    };
    auto l = std::make_shared<Leaves>(
        Leaves{normal_leaf({1024, 768}, 1), normal_leaf({768}, 2), normal_leaf({768}, 3)});
    return {[l, g = normal_tensor({1024, 768}, 4)] {
              for (xg::Tensor* leaf : {&l->x, &l->weight, &l->bias}) leaf->zero_grad();
              xg::layer_norm(l->x, {768}, l->weight, l->bias).backward(g);
            },
            [l] { return checksum(l->x.grad()) + checksum(l->weight.grad()) + checksum(l->bias.grad()); }};
  });
}

}  // namespace

void add_rows() {
  using xg::Tensor;
  add_cross_entropy();
  add_layer_norm();
  add_value("sum/4096x1024/axis0", {4096, 1024},
            [](const Tensor& x, const Tensor&) { return xg::sum(x, {0}); });
  add_value("sum/4096x1024/axis1", {4096, 1024},
            [](const Tensor& x, const Tensor&) { return xg::sum(x, {1}); });
  add_value("transpose/1024/copy", {1024, 1024},
            [](const Tensor& x, const Tensor&) { return xg::contiguous(xg::t(x)); });
  for (std::int64_t n : {64, 256, 1024})
    add_value(fmt::format("matmul/{}", n), {n, n},
              [](const Tensor& a, const Tensor& b) { return xg::matmul(a, b); });
}

}  // namespace bench
