#pragma once

#include <concepts>

#include "tensor.hpp"

namespace xg {

/// An argument that may be a tensor or a C++ number, e.g. both sides of `2 * x`. A number takes the tensor's
/// dtype, except that a floating number turns an integer or bool tensor into float32. It lives for one call
/// only.
class Operand {
 public:
  Operand(const Tensor& tensor) : tensor_(&tensor) {}
  template <class T>
  requires std::is_arithmetic_v<T> Operand(T value) : value_(static_cast<double>(value)), kind_(kind<T>) {}

  bool is_tensor() const { return tensor_ != nullptr; }
  const Tensor& tensor() const { return *tensor_; }
  double value() const { return value_; }
  /// What promotion sees of a number: bool, int64 or float32; a tensor's own dtype.
  Dtype dtype() const { return tensor_ ? tensor_->dtype() : kind_; }
  Shape shape() const { return tensor_ ? tensor_->shape() : Shape(); }

 private:
  template <class T>
  static constexpr Dtype kind = std::same_as<T, bool>   ? boolean
                                : std::is_integral_v<T> ? int64
                                                        : float32;

  const Tensor* tensor_ = nullptr;
  double value_ = 0;
  Dtype kind_ = float32;
};

/// The dtype of an op's result. Tensors with axes decide; 0-d tensors and then numbers count only where they
/// are of a higher kind (bool < integer < floating), so that `x32 * scalar64` stays float32. PyTorch's rule.
Dtype result_dtype(std::span<const Operand* const> operands);
inline Dtype result_dtype(const Operand& a, const Operand& b) {
  const Operand* both[] = {&a, &b};
  return result_dtype(both);
}

}  // namespace xg
