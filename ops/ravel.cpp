#include "ravel.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "../core/copy.hpp"
#include "view.hpp"

namespace xg::detail {

Tensor flattened(const std::vector<NamedTensor>& tensors) {
  if (tensors.empty()) throw ValueError("[ravel] no floating tensor to put into a vector");
  Dtype dtype = float32;
  for (const auto& [path, t] : tensors) dtype = std::max(dtype, t.dtype());
  std::vector<Tensor> flat;
  for (const auto& [path, t] : tensors) flat.push_back(to(reshape(t, {t.numel()}), dtype));
  return cat(flat, 0);
}

std::vector<Tensor> unflattened(const Tensor& x, const std::vector<NamedTensor>& like) {
  std::int64_t elements = 0;
  for (const auto& [path, t] : like) elements += t.numel();
  if (x.shape() != Shape{elements})
    throw ShapeError(fmt::format("[ravel] a vector of shape {}, the tree has {} elements",
                                 to_string(x.shape()), elements));
  std::vector<Tensor> pieces;
  std::int64_t start = 0;
  for (const auto& [path, t] : like) {
    pieces.push_back(to(reshape(slice(x, 0, start, start + t.numel()), t.shape()), t.dtype()));
    start += t.numel();
  }
  return pieces;
}

}  // namespace xg::detail
