#pragma once

#include <cstddef>
#include <cstring>
#include <map>
#include <string>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/tensor.hpp>

namespace xg::test {

inline bool same_bits(const Tensor& a, const Tensor& b) {
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) return false;
  const Tensor x = contiguous(a.detach()), y = contiguous(b.detach());
  const std::size_t bytes = static_cast<std::size_t>(x.numel()) * size_of(x.dtype());
  return bytes == 0 || std::memcmp(x.impl().data, y.impl().data, bytes) == 0;
}

/// Whether two maps have the same names, shapes, dtypes and bits.
inline bool same_tensors(const std::map<std::string, Tensor>& a, const std::map<std::string, Tensor>& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [name, tensor] : a) {
    const auto other = b.find(name);
    if (other == b.end() || !same_bits(tensor, other->second)) return false;
  }
  return true;
}

}  // namespace xg::test
