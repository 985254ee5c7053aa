#include "op_table.hpp"

#include <cmath>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/linalg_decompose.hpp>
#include <xgrad/ops/linalg_norm.hpp>
#include <xgrad/ops/linalg_rank.hpp>

#include "support/matrices.hpp"
#include "support/plain_matrix.hpp"

// Matrices come in a batch of two, because the rows of one matrix may be made equal by a property. What
// leaves signs or bases open is run as a function that does not.

namespace xg::test {
namespace {

const Shape square{2, 3, 3}, tall{2, 4, 3}, wide{2, 3, 4};

Tensor regular(const Tensor& x) { return x + 5 * identity_of(x); }

// L and U of a matrix with partial pivoting, one above the other's transpose.
Matrix pivoted(Matrix a) {
  const std::size_t m = a.size(), n = a[0].size(), k = std::min(m, n);
  for (std::size_t p = 0; p < k; ++p) {
    std::size_t best = p;
    for (std::size_t i = p + 1; i < m; ++i)
      if (std::abs(a[i][p]) > std::abs(a[best][p])) best = i;
    std::swap(a[p], a[best]);
    for (std::size_t i = p + 1; i < m; ++i) {
      a[i][p] /= a[p][p];
      for (std::size_t j = p + 1; j < n; ++j) a[i][j] -= a[i][p] * a[p][j];
    }
  }
  Matrix both = plain(m + n, k);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < k; ++j) both[i][j] = i > j ? a[i][j] : i == j ? 1 : 0;
  for (std::size_t i = 0; i < k; ++i)
    for (std::size_t j = i; j < n; ++j) both[m + j][i] = a[i][j];
  return both;
}

Tensor lu_factors(const Inputs& in) {
  const auto [p, l, u] = lu(in[0]);
  return cat({l, mt(u)}, -2);
}

// Q above R^T, with a positive diagonal of R.
Tensor qr_factors(const Inputs& in) {
  const auto [q, r] = qr(in[0]);
  const Tensor signs = sign(diagonal(r.detach(), 0, -2, -1));
  return cat({q * unsqueeze(signs, -2), mt(unsqueeze(signs, -1) * r)}, -2);
}

Matrix above(Matrix a, const Matrix& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// From the Cholesky factor of the leading columns' products; columns beyond the square come last.
Matrix orthogonalised(const Matrix& a) {
  Matrix leading = a;
  for (auto& row : leading) row.resize(std::min(a.size(), row.size()));
  const Matrix l = cholesky_factor(transposed(leading) * leading);
  const Matrix q = transposed(eliminate(l, transposed(leading)));
  return above(q, transposed(a) * q);
}

Tensor of_eigenvectors(const Inputs& in) {
  const auto [w, v] = eigh(symmetric(in[0]));
  return matmul(v * unsqueeze(w * w * w - 2 * w, -2), mt(v));
}

Tensor of_singular_vectors(const Inputs& in) {
  const auto [u, s, vh] = svd(in[0], false);
  return matmul(u * unsqueeze(s * s * s, -2), vh);
}

// The space that the first min(m, n) columns of U, or rows of Vh, leave over.
Tensor left_over(const Inputs& in) {
  const auto [u, s, vh] = svd(in[0]);
  const bool is_tall = in[0].size(-2) > in[0].size(-1);
  const Tensor rest = is_tall ? narrow(u, -1, s.size(-1), 1) : mt(narrow(vh, -2, s.size(-1), 1));
  return matmul(rest, mt(rest));
}

Matrix projector_beside(const Matrix& a) {
  const Matrix at = transposed(a);
  return identity(a.size()) + -1.0 * (a * eliminate(at * a, at));
}

std::vector<OpRow> decompositions() {
  const auto product = [](const Matrix& a) { return a * transposed(a) * a; };
  return {
      {.name = "lu",
       .run = lu_factors,
       .args = {{.shape = square}},
       .also = {{{.shape = tall}}, {{.shape = wide}}},
       .reference = matrices(as_it_is, pivoted)},
      {.name = "lu/tall",
       .run = lu_factors,
       .args = {{.shape = tall}},
       .reference = matrices(as_it_is, pivoted)},
      {.name = "lu/wide",
       .run = lu_factors,
       .args = {{.shape = wide}},
       .reference = matrices(as_it_is, pivoted)},
      {.name = "qr",
       .run = qr_factors,
       .args = {{.shape = tall}},
       .reference = matrices(as_it_is, orthogonalised)},
      {.name = "qr/wide",
       .run = qr_factors,
       .args = {{.shape = wide}},
       .reference = matrices(as_it_is, orthogonalised)},
      {.name = "qr/complete",
       .run =
           [](const Inputs& in) {
             const Tensor rest = narrow(qr(in[0], QrMode::complete)[0], -1, 3, 1);
             return matmul(rest, mt(rest));
           },
       .args = {{.shape = tall}},
       .reference = matrices(as_it_is, projector_beside)},
      {.name = "eigh",
       .run = of_eigenvectors,
       .args = {{.shape = square}},
       .also = {{{.shape = {1, 1}}}},
       .reference = matrices(symmetric, [](const Matrix& a) { return a * a * a + -2.0 * a; })},
      {.name = "eigvalsh",
       .run =
           [](const Inputs& in) {
             const Tensor w = eigvalsh(symmetric(in[0]));
             return sum(w * w * w, {-1});
           },
       .args = {{.shape = square}},
       .reference = numbers(symmetric, [](const Matrix& a) { return trace(a * a * a); })},
      {.name = "svd",
       .run = of_singular_vectors,
       .args = {{.shape = tall}},
       .also = {{{.shape = square}}, {{.shape = wide}}},
       .reference = matrices(as_it_is, product)},
      {.name = "svd/wide",
       .run = of_singular_vectors,
       .args = {{.shape = wide}},
       .reference = matrices(as_it_is, product)},
      {.name = "svd/what is left over",
       .run = left_over,
       .args = {{.shape = tall}},
       .reference = matrices(as_it_is, projector_beside)},
      {.name = "svd/what is left over on the right",
       .run = left_over,
       .args = {{.shape = wide}},
       .reference = matrices(mt, projector_beside)},
      {.name = "svdvals",
       .run =
           [](const Inputs& in) {
             const Tensor s = svdvals(in[0]);
             return sum(s * s * s * s, {-1});
           },
       .args = {{.shape = tall}},
       .reference =
           numbers(as_it_is, [](const Matrix& a) { return trace(a * transposed(a) * a * transposed(a)); })},
  };
}

Matrix pseudo_inverse(const Matrix& a) {
  const Matrix at = transposed(a);
  return a.size() >= a[0].size() ? eliminate(at * a, at) : transposed(eliminate(a * at, a));
}

// The 2 singular values of a [2, 2] matrix: their product is |det|, the sum of their squares that of all.
std::array<double, 2> singular_values(const Matrix& a) {
  double squares = 0;
  for (const auto& row : a)
    for (double v : row) squares += v * v;
  const double product = std::abs(determinant(a));
  const double sum = std::sqrt(squares + 2 * product), difference = std::sqrt(squares - 2 * product);
  return {(sum + difference) / 2, (sum - difference) / 2};
}

double largest_column(const Matrix& a) {
  double most = 0;
  for (std::size_t j = 0; j < a[0].size(); ++j) {
    double sum = 0;
    for (const auto& row : a) sum += std::abs(row[j]);
    most = std::max(most, sum);
  }
  return most;
}

std::vector<OpRow> ranks_and_norms() {
  const Shape two{3, 2, 2};
  const auto norm_by = [](auto ord) { return [ord](const Inputs& in) { return matrix_norm(in[0], ord); }; };
  return {
      {.name = "lstsq",
       .run = [](const Inputs& in) { return lstsq(in[0], in[1]); },
       .args = {{.shape = tall}, {.shape = {2, 4, 2}}},
       .also = {{{.shape = wide}, {.shape = {2, 3, 2}}}},
       .reference =
           [](const Inputs& in) {
             return each_matrix(in[0], [&](std::int64_t i) {
               return pseudo_inverse(matrix_at(in[0], i)) * matrix_at(in[1], i);
             });
           },
       .tolerance32 = 2e-4},
      {.name = "pinv",
       .run = [](const Inputs& in) { return pinv(in[0]); },
       .args = {{.shape = tall}},
       .also = {{{.shape = wide}}},
       .reference = matrices(as_it_is, pseudo_inverse),
       .tolerance32 = 2e-4},
      not_differentiable({.name = "matrix_rank",
                          .run = [](const Inputs& in) { return matrix_rank(matmul(in[0], in[1])); },
                          .args = {{.shape = {2, 4, 2}}, {.shape = {2, 2, 4}}},
                          .reference = [](const Inputs&) { return full({2}, 2, {.dtype = float64}); }}),
      {.name = "cond",
       .run = [](const Inputs& in) { return cond(regular(in[0])); },
       .args = {{.shape = two}},
       .reference =
           numbers(regular, [](const Matrix& a) { return singular_values(a)[0] / singular_values(a)[1]; })},
      {.name = "cond/1",
       .run = [](const Inputs& in) { return cond(regular(in[0]), 1); },
       .args = {{.shape = square}},
       .reference =
           numbers(regular, [](const Matrix& a) { return largest_column(a) * largest_column(inverse(a)); })},
      {.name = "matrix_norm",
       .run = norm_by(2.0),
       .args = {{.shape = two}},
       .reference = numbers(as_it_is, [](const Matrix& a) { return singular_values(a)[0]; })},
      {.name = "matrix_norm/-2",
       .run = norm_by(-2.0),
       .args = {{.shape = two}},
       .reference = numbers(as_it_is, [](const Matrix& a) { return singular_values(a)[1]; })},
      {.name = "matrix_norm/1",
       .run = norm_by(1.0),
       .args = {{.shape = tall, .kinks = {0}}},
       .reference = numbers(as_it_is, largest_column),
       .smooth = false},
      {.name = "matrix_norm/inf",
       .run = norm_by(HUGE_VAL),
       .args = {{.shape = tall, .kinks = {0}}},
       .reference = numbers(as_it_is, [](const Matrix& a) { return largest_column(transposed(a)); }),
       .smooth = false},
      {.name = "matrix_norm/fro",
       .run = norm_by("fro"),
       .args = {{.shape = tall}},
       .reference = numbers(as_it_is, [](const Matrix& a) { return std::sqrt(trace(a * transposed(a))); })},
      {.name = "matrix_norm/nuc",
       .run = norm_by("nuc"),
       .args = {{.shape = two}},
       .reference =
           numbers(as_it_is, [](const Matrix& a) { return singular_values(a)[0] + singular_values(a)[1]; })},
  };
}

const RowsOf decomposition_rows(decompositions), rank_rows(ranks_and_norms);

}  // namespace
}  // namespace xg::test
