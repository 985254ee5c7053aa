#pragma once
/// Short forms for batches of matrices.

#include <xgrad/core/create.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/view.hpp>

namespace xg::test {

inline Tensor mt(const Tensor& x) { return transpose(x, -2, -1); }
/// The identity of x's sizes and dtype, without its batch.
inline Tensor identity_of(const Tensor& x) { return eye(x.size(-2), x.size(-1), {.dtype = x.dtype()}); }
inline Tensor symmetric(const Tensor& x) { return (x + mt(x)) / 2; }
/// Positive definite.
inline Tensor definite(const Tensor& x) {
  const Tensor product = matmul(x, mt(x));
  return product + 2 * identity_of(product);
}
/// x diag(s).
inline Tensor with_diagonal(const Tensor& x, const Tensor& s) { return x * unsqueeze(s, -2); }

}  // namespace xg::test
