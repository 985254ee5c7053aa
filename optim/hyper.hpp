#pragma once

#include <cstdint>
#include <functional>
#include <type_traits>

#include "../core/tensor.hpp"
#include "../ops/arithmetic.hpp"

namespace xg::optim {

/// A hyper-parameter: a number, or a 0-d tensor, so that it can be learned by differentiating through the
/// steps it took part in. `{.lr = 1e-3}` and `{.lr = lr}` both say what they mean.
class Hyper {
 public:
  template <class T>
  requires std::is_arithmetic_v<T> Hyper(T value) : value_(static_cast<double>(value)) {}
  /// Throws  ShapeError "[Hyper] float32 [1]: a hyper-parameter is a floating 0-d tensor, e.g. scalar(1e-3)".
  Hyper(Tensor tensor);

  bool is_tensor() const { return tensor_.defined(); }
  double value() const { return is_tensor() ? tensor_.item() : value_; }
  const Tensor& tensor() const { return tensor_; }
  /// An argument of an op; refers to this Hyper.
  Operand operand() const { return is_tensor() ? Operand(tensor_) : Operand(value_); }
  /// The same, a tensor converted on the tape.
  Hyper to(Dtype dtype) const;

  // Arithmetic on numbers is done at once; where a tensor takes part it is done by ops.
  friend Hyper operator+(const Hyper& a, const Hyper& b) { return combine(a, b, std::plus<>()); }
  friend Hyper operator-(const Hyper& a, const Hyper& b) { return combine(a, b, std::minus<>()); }
  friend Hyper operator*(const Hyper& a, const Hyper& b) { return combine(a, b, std::multiplies<>()); }
  friend Hyper operator/(const Hyper& a, const Hyper& b) { return combine(a, b, std::divides<>()); }
  friend Hyper pow(const Hyper& base, const Hyper& exponent);
  friend Hyper sqrt(const Hyper& x);

 private:
  template <class F> static Hyper combine(const Hyper& a, const Hyper& b, F f) {
    if (a.is_tensor() || b.is_tensor()) return f(a.operand(), b.operand());
    return f(a.value_, b.value_);
  }

  Tensor tensor_;
  double value_ = 0;
};

/// For the number among hyper-parameters that cannot be less than 0.
/// Throws  ValueError "[Adam] lr -0.1: expected at least 0".
void check_not_negative(const char* optimizer, const char* name, const Hyper& value);
/// For a number that is divided by.
/// Throws  ValueError "[Adadelta] eps 0: expected more than 0".
void check_positive(const char* optimizer, const char* name, const Hyper& value);
/// For decay rates.
/// Throws  ValueError "[Adam] betas[0] 1: expected at least 0 and less than 1".
void check_rate(const char* optimizer, const char* name, const Hyper& value);

}  // namespace xg::optim
