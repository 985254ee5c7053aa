// The wrong calls of the ops on matrices, each with the whole text of its error.

#include <doctest/doctest.h>

#include <limits>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/wrong_calls.hpp"

namespace xg {
namespace {

// The identity, twice, with one element of the second one changed.
Tensor second_with(std::int64_t row, std::int64_t column, double value) {
  const Tensor change =
      reshape(one_hot(from_values(std::vector<std::int64_t>{9 + 3 * row + column}, {1}), 18), {2, 3, 3});
  return where(change != 0, value, expand(eye(3), {2, 3, 3}));
}

TEST_CASE("wrong calls of solve") {
  CHECK_THROWS_WITH_AS(solve(zeros({3, 4}), zeros({3})),
                       "[solve] x [3, 4]: expected square matrices [..., n, n]", ShapeError);
  CHECK_THROWS_WITH_AS(solve(eye(3), zeros({4, 2})), "[solve] a [3, 3] and b [4, 2]: b must have 3 rows",
                       ShapeError);
  CHECK_THROWS_WITH_AS(solve(eye(3), zeros({3, 2}), {.left = false}),
                       "[solve] a [3, 3] and b [3, 2]: b must have 3 columns", ShapeError);
  CHECK_THROWS_WITH_AS(solve(eye(3), scalar(1)), "[solve] a [3, 3] and b []: b must have 3 rows", ShapeError);
  CHECK_THROWS_WITH_AS(solve(expand(eye(3), {2, 3, 3}), zeros({5, 3, 1})),
                       "[solve] shapes [2] and [5] do not broadcast: axis -1 has sizes 2 and 5", ShapeError);
  CHECK_THROWS_WITH_AS(solve(second_with(1, 1, 0), zeros({3})),
                       "[solve] batch 1: the matrix is singular, pivot 2 of its LU is 0; take pinv() for the "
                       "solution of least norm, or add to the diagonal",
                       ValueError);
  CHECK_THROWS_WITH_AS(solve(whole({3, 3}), whole({3})),
                       "[solve] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(solve(zeros({3}), zeros({3})),
                       "[solve] x [3]: expected a matrix or a batch of matrices [..., m, n]", ShapeError);
  CHECK_THROWS_WITH_AS(solve(Tensor(), zeros({3})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(solve(eye(3), Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of inv") {
  CHECK_THROWS_WITH_AS(inv(zeros({3})), "[inv] x [3]: expected a matrix or a batch of matrices [..., m, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(inv(zeros({2, 3, 4})), "[inv] x [2, 3, 4]: expected square matrices [..., n, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      inv(zeros({2, 2})),
      "[inv] the matrix is singular, pivot 1 of its LU is 0; take pinv() for the solution of least "
      "norm, or add to the diagonal",
      ValueError);
  CHECK_THROWS_WITH_AS(
      inv(reshape(second_with(2, 2, 0), {1, 2, 3, 3})),
      "[inv] batch [0, 1]: the matrix is singular, pivot 3 of its LU is 0; take pinv() for the "
      "solution of least norm, or add to the diagonal",
      ValueError);
  CHECK_THROWS_WITH_AS(inv(whole({2, 2})),
                       "[inv] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(inv(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of det") {
  CHECK_THROWS_WITH_AS(det(zeros({3, 4})), "[det] x [3, 4]: expected square matrices [..., n, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(det(scalar(1)), "[det] x []: expected a matrix or a batch of matrices [..., m, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(det(zeros({3})), "[det] x [3]: expected a matrix or a batch of matrices [..., m, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(det(whole({3, 3})),
                       "[det] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(det(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of slogdet and logdet") {
  CHECK_THROWS_WITH_AS(slogdet(zeros({3, 4})), "[slogdet] x [3, 4]: expected square matrices [..., n, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(logdet(zeros({3, 4})), "[logdet] x [3, 4]: expected square matrices [..., n, n]",
                       ShapeError);
  Tensor singular = zeros({2, 2}, {.requires_grad = true});
  CHECK_THROWS_WITH_AS(
      slogdet(singular)[1].backward(),
      "[slogdet] the matrix is singular, pivot 1 of its LU is 0; take pinv() for the solution of "
      "least norm, or add to the diagonal",
      ValueError);
  CHECK_THROWS_WITH_AS(slogdet(zeros({3})),
                       "[slogdet] x [3]: expected a matrix or a batch of matrices [..., m, n]", ShapeError);
  CHECK_THROWS_WITH_AS(slogdet(whole({3, 3})),
                       "[slogdet] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(slogdet(Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(logdet(zeros({3})),
                       "[logdet] x [3]: expected a matrix or a batch of matrices [..., m, n]", ShapeError);
  CHECK_THROWS_WITH_AS(logdet(whole({3, 3})),
                       "[logdet] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(logdet(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of solve_triangular") {
  CHECK_THROWS_WITH_AS(solve_triangular(zeros({3, 4}), zeros({3, 1}), {.upper = true}),
                       "[solve_triangular] x [3, 4]: expected square matrices [..., n, n]", ShapeError);
  CHECK_THROWS_WITH_AS(solve_triangular(eye(3), zeros({3}), {.upper = true}),
                       "[solve_triangular] a [3, 3] and b [3]: b must be matrices of 3 rows", ShapeError);
  CHECK_THROWS_WITH_AS(solve_triangular(eye(3), zeros({3, 2}), {.upper = true, .left = false}),
                       "[solve_triangular] a [3, 3] and b [3, 2]: b must be matrices of 3 columns",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      solve_triangular(second_with(1, 1, 0), zeros({3, 1}), {.upper = true}),
      "[solve_triangular] batch 1: element [1, 1] of the diagonal is 0; the system has no unique solution",
      ValueError);
  CHECK_THROWS_WITH_AS(solve_triangular(zeros({3}), zeros({3, 1}), {.upper = false}),
                       "[solve_triangular] x [3]: expected a matrix or a batch of matrices [..., m, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(solve_triangular(eye(3), zeros({2, 1}), {.upper = false}),
                       "[solve_triangular] a [3, 3] and b [2, 1]: b must be matrices of 3 rows", ShapeError);
  CHECK_THROWS_WITH_AS(solve_triangular(expand(eye(3), {2, 3, 3}), zeros({5, 3, 1}), {.upper = true}),
                       "[solve_triangular] shapes [2] and [5] do not broadcast: axis -1 has sizes 2 and 5",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      solve_triangular(whole({3, 3}), whole({3, 1}), {.upper = true}),
      "[solve_triangular] needs a floating tensor, got int64: convert it with to(x, float32)", DtypeError);
  CHECK_THROWS_WITH_AS(solve_triangular(Tensor(), zeros({3, 1}), {.upper = true}), undefined_text,
                       GraphError);
}

TEST_CASE("wrong calls of cholesky") {
  CHECK_THROWS_WITH_AS(cholesky(zeros({2, 3})), "[cholesky] x [2, 3]: expected square matrices [..., n, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      cholesky(second_with(1, 1, -1)),
      "[cholesky] batch 1: the leading minor of order 2 is not positive definite; see that the "
      "matrix is symmetric, or add to its diagonal",
      ValueError);
  CHECK_THROWS_WITH_AS(cholesky(full({2, 2}, std::numeric_limits<double>::quiet_NaN())),
                       "[cholesky] the matrix holds NaN or an infinity; look for it with isfinite",
                       ValueError);
  CHECK_THROWS_WITH_AS(cholesky(zeros({3})),
                       "[cholesky] x [3]: expected a matrix or a batch of matrices [..., m, n]", ShapeError);
  CHECK_THROWS_WITH_AS(cholesky(whole({3, 3})),
                       "[cholesky] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(cholesky(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of cholesky_solve and cholesky_inverse") {
  CHECK_THROWS_WITH_AS(cholesky_solve(zeros({2, 1}), eye(3)),
                       "[cholesky_solve] b [2, 1] and factor [3, 3]: b must be matrices of 3 rows",
                       ShapeError);
  CHECK_THROWS_WITH_AS(cholesky_solve(zeros({3}), eye(3)),
                       "[cholesky_solve] b [3] and factor [3, 3]: b must be matrices of 3 rows", ShapeError);
  CHECK_THROWS_WITH_AS(cholesky_inverse(zeros({3, 2})),
                       "[cholesky_inverse] x [3, 2]: expected square matrices [..., n, n]", ShapeError);
}

TEST_CASE("wrong calls of decompositions") {
  const Tensor nan = second_with(0, 2, std::numeric_limits<double>::quiet_NaN());
  const std::string remedy = "the matrix holds NaN or an infinity; look for it with isfinite";
  CHECK_THROWS_WITH_AS(lu(zeros({3})), "[lu] x [3]: expected a matrix or a batch of matrices [..., m, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(qr(whole({3, 2})),
                       "[qr] needs a floating tensor, got int64: convert it with to(x, float32)", DtypeError);
  CHECK_THROWS_WITH_AS(eigh(zeros({3, 2})), "[eigh] x [3, 2]: expected square matrices [..., n, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(eigh(nan), ("[eigh] batch 1: " + remedy).c_str(), ValueError);
  CHECK_THROWS_WITH_AS(eigvalsh(zeros({3})),
                       "[eigvalsh] x [3]: expected a matrix or a batch of matrices [..., m, n]", ShapeError);
  CHECK_THROWS_WITH_AS(svd(nan), ("[svd] batch 1: " + remedy).c_str(), ValueError);
  CHECK_THROWS_WITH_AS(svd(scalar(1)), "[svd] x []: expected a matrix or a batch of matrices [..., m, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(svdvals(select(nan, 0, 1)), ("[svdvals] " + remedy).c_str(), ValueError);
}

TEST_CASE("wrong calls of lstsq") {
  CHECK_THROWS_WITH_AS(lstsq(zeros({3, 2}), zeros({2, 1})),
                       "[lstsq] a [3, 2] and b [2, 1]: b must be matrices of 3 rows", ShapeError);
  CHECK_THROWS_WITH_AS(lstsq(zeros({3}), zeros({3, 1})),
                       "[lstsq] x [3]: expected a matrix or a batch of matrices [..., m, n]", ShapeError);
  const std::string remedy = " has no full rank; take matmul(pinv(a), b), or add a penalty";
  CHECK_THROWS_WITH_AS(lstsq(ones({3, 2}), zeros({3, 1})), ("[lstsq] a [3, 2]" + remedy).c_str(), ValueError);
  CHECK_THROWS_WITH_AS(lstsq(second_with(2, 2, 0), zeros({3, 1})),
                       ("[lstsq] batch 1: a [2, 3, 3]" + remedy).c_str(), ValueError);
  CHECK_THROWS_WITH_AS(lstsq(ones({2, 4}), zeros({2, 1})), ("[lstsq] a [2, 4]" + remedy).c_str(), ValueError);
  CHECK_THROWS_WITH_AS(lstsq(zeros({3, 2}), zeros({3})),
                       "[lstsq] a [3, 2] and b [3]: b must be matrices of 3 rows", ShapeError);
  CHECK_THROWS_WITH_AS(
      lstsq(zeros({2, 3, 2}), zeros({5, 3, 1})),
      "[lstsq] batch 0: a [2, 3, 2] has no full rank; take matmul(pinv(a), b), or add a penalty", ValueError);
  CHECK_THROWS_WITH_AS(lstsq(zeros({2, 3}), zeros({2, 1})),
                       "[lstsq] a [2, 3] has no full rank; take matmul(pinv(a), b), or add a penalty",
                       ValueError);
  CHECK_THROWS_WITH_AS(lstsq(whole({3, 2}), whole({3, 1})),
                       "[lstsq] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(lstsq(Tensor(), zeros({3, 1})), undefined_text, GraphError);
}

TEST_CASE("wrong calls of pinv, matrix_rank and cond") {
  CHECK_THROWS_WITH_AS(pinv(zeros({3})), "[pinv] x [3]: expected a matrix or a batch of matrices [..., m, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(matrix_rank(zeros({3})),
                       "[matrix_rank] x [3]: expected a matrix or a batch of matrices [..., m, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(cond(zeros({3})), "[cond] x [3]: expected a matrix or a batch of matrices [..., m, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(cond(zeros({3, 2}), 1), "[cond] x [3, 2]: expected square matrices [..., n, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(cond(eye(2), "nuclear"),
                       "[matrix_norm] ord \"nuclear\": expected 1, -1, 2, -2, inf, -inf, \"fro\" or \"nuc\"",
                       ValueError);
}

TEST_CASE("wrong calls of matrix_norm") {
  CHECK_THROWS_WITH_AS(matrix_norm(eye(2), 3),
                       "[matrix_norm] ord 3: expected 1, -1, 2, -2, inf, -inf, \"fro\" or \"nuc\"",
                       ValueError);
  CHECK_THROWS_WITH_AS(matrix_norm(eye(2), 1, {0}), "[matrix_norm] axes [0]: expected two", ShapeError);
  CHECK_THROWS_WITH_AS(matrix_norm(eye(2), 1, {0, 2}),
                       "[matrix_norm] axis 2 is out of range for a tensor of shape [2, 2]", IndexError);
  CHECK_THROWS_WITH_AS(matrix_norm(zeros({3})),
                       "[matrix_norm] axis -2 is out of range for a tensor of shape [3]", IndexError);
  CHECK_THROWS_WITH_AS(matrix_norm(eye(2), "inf"),
                       "[matrix_norm] ord \"inf\": expected 1, -1, 2, -2, inf, -inf, \"fro\" or \"nuc\"",
                       ValueError);
  CHECK_THROWS_WITH_AS(matrix_norm(eye(2), "fro", {0, 0}), "[matrix_norm] axis 0 is named twice in [0, 0]",
                       IndexError);
  CHECK_THROWS_WITH_AS(matrix_norm(eye(2), "fro", {-1, 1}), "[matrix_norm] axis 1 is named twice in [-1, 1]",
                       IndexError);
  CHECK_THROWS_WITH_AS(matrix_norm(whole({2, 2})),
                       "[matrix_norm] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(matrix_norm(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of functions of matrices") {
  CHECK_THROWS_WITH_AS(matrix_exp(zeros({3, 2})),
                       "[matrix_exp] x [3, 2]: expected square matrices [..., n, n]", ShapeError);
  CHECK_THROWS_WITH_AS(matrix_power(zeros({3, 2}), 2),
                       "[matrix_power] x [3, 2]: expected square matrices [..., n, n]", ShapeError);
  CHECK_THROWS_WITH_AS(
      matrix_power(zeros({2, 2}), -1),
      "[inv] the matrix is singular, pivot 1 of its LU is 0; take pinv() for the solution of least "
      "norm, or add to the diagonal",
      ValueError);
  CHECK_THROWS_WITH_AS(trace(zeros({2, 3, 3})),
                       "[trace] x [2, 3, 3]: expected a matrix; sum diagonal() over batches", ShapeError);
  CHECK_THROWS_WITH_AS(vander(scalar(1)), "[vander] x []: expected a vector or a batch of vectors",
                       ShapeError);
  CHECK_THROWS_WITH_AS(vander(zeros({3}), -2), "[vander] n -2: expected a number of columns", ValueError);
  CHECK_THROWS_WITH_AS(matrix_exp(zeros({3})),
                       "[matrix_exp] x [3]: expected a matrix or a batch of matrices [..., m, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(matrix_exp(whole({3, 3})),
                       "[matrix_exp] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(matrix_exp(Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(matrix_power(zeros({3}), 2),
                       "[matrix_power] x [3]: expected a matrix or a batch of matrices [..., m, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(matrix_power(whole({3, 3}), 2),
                       "[matrix_power] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(matrix_power(Tensor(), 2), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(trace(zeros({3})), "[trace] x [3]: expected a matrix; sum diagonal() over batches",
                       ShapeError);
  CHECK_THROWS_WITH_AS(trace(scalar(1)), "[trace] x []: expected a matrix; sum diagonal() over batches",
                       ShapeError);
  CHECK_THROWS_WITH_AS(trace(Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(vander(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of cholesky_solve") {
  CHECK_THROWS_WITH_AS(cholesky_solve(zeros({3, 1}), zeros({3, 2})),
                       "[cholesky_solve] x [3, 2]: expected square matrices [..., n, n]", ShapeError);
  CHECK_THROWS_WITH_AS(cholesky_solve(zeros({3, 1}), zeros({3})),
                       "[cholesky_solve] x [3]: expected a matrix or a batch of matrices [..., m, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(cholesky_solve(zeros({5, 3, 1}), expand(eye(3), {2, 3, 3})),
                       "[cholesky_solve] shapes [2] and [5] do not broadcast: axis -1 has sizes 2 and 5",
                       ShapeError);
  CHECK_THROWS_WITH_AS(cholesky_solve(whole({3, 1}), whole({3, 3})),
                       "[cholesky_solve] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(cholesky_solve(Tensor(), eye(3)), undefined_text, GraphError);
}

TEST_CASE("wrong calls of cholesky_inverse") {
  CHECK_THROWS_WITH_AS(cholesky_inverse(zeros({3})),
                       "[cholesky_inverse] x [3]: expected a matrix or a batch of matrices [..., m, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      cholesky_inverse(whole({3, 3})),
      "[cholesky_inverse] needs a floating tensor, got int64: convert it with to(x, float32)", DtypeError);
  CHECK_THROWS_WITH_AS(cholesky_inverse(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of lu and qr") {
  CHECK_THROWS_WITH_AS(lu(scalar(1)), "[lu] x []: expected a matrix or a batch of matrices [..., m, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(lu(whole({3, 3})),
                       "[lu] needs a floating tensor, got int64: convert it with to(x, float32)", DtypeError);
  CHECK_THROWS_WITH_AS(lu(Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(qr(zeros({3})), "[qr] x [3]: expected a matrix or a batch of matrices [..., m, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(qr(scalar(1), QrMode::complete),
                       "[qr] x []: expected a matrix or a batch of matrices [..., m, n]", ShapeError);
  CHECK_THROWS_WITH_AS(qr(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of eigh and eigvalsh") {
  CHECK_THROWS_WITH_AS(eigh(zeros({3})), "[eigh] x [3]: expected a matrix or a batch of matrices [..., m, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(eigh(whole({3, 3})),
                       "[eigh] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(eigh(Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(eigvalsh(zeros({3, 2})), "[eigvalsh] x [3, 2]: expected square matrices [..., n, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(eigvalsh(whole({3, 3})),
                       "[eigvalsh] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(eigvalsh(second_with(1, 0, std::numeric_limits<double>::infinity())),
                       "[eigvalsh] batch 1: the matrix holds NaN or an infinity; look for it with isfinite",
                       ValueError);
  CHECK_THROWS_WITH_AS(eigvalsh(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of svd and svdvals") {
  CHECK_THROWS_WITH_AS(svd(zeros({3})), "[svd] x [3]: expected a matrix or a batch of matrices [..., m, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(svd(whole({3, 3})),
                       "[svd] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(svd(Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(svdvals(zeros({3})),
                       "[svdvals] x [3]: expected a matrix or a batch of matrices [..., m, n]", ShapeError);
  CHECK_THROWS_WITH_AS(svdvals(whole({3, 3})),
                       "[svdvals] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(svdvals(Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of pinv, matrix_rank and cond by dtype and values") {
  CHECK_THROWS_WITH_AS(pinv(zeros({3})), "[pinv] x [3]: expected a matrix or a batch of matrices [..., m, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(pinv(whole({3, 2})),
                       "[pinv] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(pinv(Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(matrix_rank(zeros({3})),
                       "[matrix_rank] x [3]: expected a matrix or a batch of matrices [..., m, n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(matrix_rank(whole({3, 2})),
                       "[matrix_rank] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(matrix_rank(Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(cond(whole({3, 3})),
                       "[cond] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(cond(Tensor()), undefined_text, GraphError);
}

}  // namespace
}  // namespace xg
