#pragma once
/// Tensors to test layers with, and how they are compared.

#include <cstdint>
#include <string>
#include <vector>
#include <xgrad/core/create.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/core/random.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {

inline constexpr TensorOptions as_double{.dtype = float64};

/// Uniform in [-1, 1), float64.
inline Tensor random_doubles(const Shape& shape, std::uint64_t seed = 1) {
  Generator generator(seed);
  return uniform(shape, -1, 1, as_double, generator);
}

/// Of the magnitudes.
inline double largest(const Tensor& x) { return amax(abs(x)).item(); }

inline bool same(const Tensor& a, const Tensor& b, double tolerance = 1e-13) {
  return a.shape() == b.shape() && (a.numel() == 0 || largest(a - b) <= tolerance);
}

/// Of all tensors that are there.
std::vector<std::string> paths(const auto& net) {
  std::vector<std::string> all;
  for (const auto& [path, tensor] : named_tensors(net))
    if (tensor.defined()) all.push_back(path);
  return all;
}

}  // namespace xg
