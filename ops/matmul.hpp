#pragma once

#include "../core/tensor.hpp"

namespace xg {

/// The matrix product of the last two axes, NumPy's and PyTorch's rules: leading axes broadcast; a 1-d `a`
/// is a row and a 1-d `b` a column whose axis of length 1 disappears from the result.
/// Shapes  a [..., m, k], b [..., k, n]; returns [..., m, n]. Transposed views are read where they are.
/// Grad    a, b, any order; summed over broadcast axes as part of the product; saves a and b.
/// Throws  ShapeError "[matmul] a [64, 784] and b [100, 10]: inner dimensions 784 and 100 differ"; DtypeError
///         for integers and bools.
Tensor matmul(const Tensor& a, const Tensor& b);
/// matmul of two matrices.
/// Throws  ShapeError "[mm] a [2, 3, 4] and b [4, 5]: both must be matrices; use matmul".
Tensor mm(const Tensor& a, const Tensor& b);
/// matmul of two batches of matrices, [n, i, k] and [n, k, j].
/// Throws  ShapeError "[bmm] a [2, 3, 4] and b [3, 4, 5]: ...".
Tensor bmm(const Tensor& a, const Tensor& b);
/// matmul of a matrix and a vector.
Tensor mv(const Tensor& a, const Tensor& x);
/// sum(a * b) of two vectors.
Tensor dot(const Tensor& a, const Tensor& b);
/// dot(), which of complex vectors would differ from it.
Tensor vdot(const Tensor& a, const Tensor& b);
/// a[i] * b[j] of two vectors.
Tensor outer(const Tensor& a, const Tensor& b);

struct AddmmOptions {
  double beta = 1;  ///< 0 ignores `input`, even if it holds NaN
  double alpha = 1;
};
/// beta * input + alpha * a b, added inside of the product.
/// Shapes  a [m, k], b [k, n]; input broadcasts to [m, n].
/// Grad    input, a, b, any order.
Tensor addmm(const Tensor& input, const Tensor& a, const Tensor& b, AddmmOptions options = {});
/// beta * input + alpha * a x for a matrix and a vector.
/// Shapes  a [m, k], x [k]; input broadcasts to [m].
/// Grad    input, a, x, any order.
Tensor addmv(const Tensor& input, const Tensor& a, const Tensor& x, AddmmOptions options = {});
/// beta * input + alpha * outer(a, b).
/// Shapes  a [m], b [n]; input broadcasts to [m, n].
/// Grad    input, a, b, any order.
Tensor addr(const Tensor& input, const Tensor& a, const Tensor& b, AddmmOptions options = {});
/// beta * input + alpha * a b for batches of matrices.
/// Shapes  a [n, i, k], b [n, k, j]; input broadcasts to [n, i, j].
/// Grad    input, a, b, any order.
Tensor baddbmm(const Tensor& input, const Tensor& a, const Tensor& b, AddmmOptions options = {});
/// beta * input + alpha * the sum of all a b of a batch.
/// Shapes  a [n, i, k], b [n, k, j]; input broadcasts to [i, j].
/// Grad    input, a, b, any order.
Tensor addbmm(const Tensor& input, const Tensor& a, const Tensor& b, AddmmOptions options = {});

/// x weight^T + bias over the last axis, for any leading axes; the bias is optional and added inside of the
/// product.
/// Shapes  x [..., in], weight [out, in], bias [out]; returns [..., out].
/// Grad    x, weight, bias, any order; saves x and weight.
/// Throws  ShapeError "[linear] x [64, 784] and weight [10, 100]: x must end in 100 features"; the same for a
///         bias that does not fit.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});

}  // namespace xg
