#include "hyper.hpp"

#include <fmt/format.h>

#include <cmath>

#include "../core/copy.hpp"
#include "../ops/math.hpp"

namespace xg::optim {

Hyper::Hyper(Tensor tensor) : tensor_(std::move(tensor)) {
  if (tensor_.dim() != 0 || !is_floating(tensor_.dtype()))
    throw ShapeError(fmt::format("[Hyper] {}: a hyper-parameter is a floating 0-d tensor, e.g. scalar(1e-3)",
                                 describe(tensor_)));
}

Hyper Hyper::to(Dtype dtype) const { return is_tensor() ? Hyper(xg::to(tensor_, dtype)) : *this; }

Hyper pow(const Hyper& base, const Hyper& exponent) {
  if (base.is_tensor() || exponent.is_tensor()) return xg::pow(base.operand(), exponent.operand());
  return std::pow(base.value_, exponent.value_);
}

Hyper sqrt(const Hyper& x) {
  if (x.is_tensor()) return xg::sqrt(x.tensor_);
  return std::sqrt(x.value_);
}

void check_not_negative(const char* optimizer, const char* name, const Hyper& value) {
  if (!value.is_tensor() && !(value.value() >= 0))
    throw ValueError(fmt::format("[{}] {} {}: expected at least 0", optimizer, name, value.value()));
}

void check_positive(const char* optimizer, const char* name, const Hyper& value) {
  if (!value.is_tensor() && !(value.value() > 0))
    throw ValueError(fmt::format("[{}] {} {}: expected more than 0", optimizer, name, value.value()));
}

void check_rate(const char* optimizer, const char* name, const Hyper& value) {
  if (!value.is_tensor() && !(value.value() >= 0 && value.value() < 1))
    throw ValueError(
        fmt::format("[{}] {} {}: expected at least 0 and less than 1", optimizer, name, value.value()));
}

}  // namespace xg::optim
