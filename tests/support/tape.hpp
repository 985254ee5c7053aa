#pragma once
/// Ops recorded by hand, to test the tape with.

#include <initializer_list>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/node.hpp>
#include <xgrad/ops/arithmetic.hpp>

namespace xg {

inline Tensor leaf(std::initializer_list<NestedValues> values, Dtype dtype = float32) {
  return tensor(values, {.dtype = dtype, .requires_grad = true});
}

/// 2x.
inline Tensor twice(const Tensor& x) {
  return record("twice", {&x}, x.detach() * 2, [](const Tensor& g) { return g * 2; });
}

/// x, with a vjp that throws.
inline Tensor failing(const Tensor& x) {
  return record("failing", {&x}, clone(x.detach()),
                [](const Tensor&) -> Tensor { throw ValueError("[failing] this op has no derivative"); });
}

}  // namespace xg
