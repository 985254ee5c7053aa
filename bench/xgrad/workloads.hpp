#pragma once

#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>

#include "../workload.hpp"

namespace bench {

void add_chain();
void add_elementwise();
void add_rows();
void add_models();

inline xg::Tensor normal_tensor(const xg::Shape& shape, unsigned seed, double scale = 1) {
  return xg::from_values(normals(xg::count(shape), seed, scale), shape);
}
inline xg::Tensor normal_leaf(const xg::Shape& shape, unsigned seed, double scale = 1) {
  return normal_tensor(shape, seed, scale).requires_grad(true);
}
inline xg::Tensor class_tensor(const xg::Shape& shape, std::int64_t below, unsigned seed) {
  return xg::from_values(classes(xg::count(shape), below, seed), shape);
}
inline double checksum(const xg::Tensor& x) {
  return checksum(xg::contiguous(x.detach()).data<float>(), x.numel());
}

}  // namespace bench
