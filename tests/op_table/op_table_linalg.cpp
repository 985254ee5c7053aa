#include "op_table.hpp"

#include <cmath>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/linalg_function.hpp>
#include <xgrad/ops/linalg_solve.hpp>
#include <xgrad/ops/linalg_triangular.hpp>

#include "support/matrices.hpp"
#include "support/plain_matrix.hpp"

// Matrices come in a batch of two, because the rows of one matrix may be made equal by a property.

namespace xg::test {
namespace {

const Shape square{2, 3, 3};

Tensor regular(const Tensor& x) { return x + 5 * identity_of(x); }

// a^-1 b; one a serves all b.
Tensor eliminated(const Tensor& a, const Tensor& b) {
  return each_matrix(b, [&](std::int64_t i) {
    return eliminate(matrix_at(a, matrices_in(a) == 1 ? 0 : i), matrix_at(b, i));
  });
}

std::vector<OpRow> systems() {
  return {
      {.name = "solve",
       .run = [](const Inputs& in) { return solve(regular(in[0]), in[1]); },
       .args = {{.shape = square}, {.shape = {2, 3, 2}}},
       .also = {{{.shape = {1, 3, 3}}, {.shape = {4, 3, 2}}},
                {{.shape = {0, 3, 3}}, {.shape = {0, 3, 1}}},
                {{.shape = {2, 3, 3}}, {.shape = {2, 3, 0}}}},
       .reference =
           [](const Inputs& in) { return in[1].numel() == 0 ? in[1] : eliminated(regular(in[0]), in[1]); }},
      {.name = "solve/vectors",
       .run = [](const Inputs& in) { return solve(regular(in[0]), in[1]); },
       .args = {{.shape = square}, {.shape = {2, 3}}},
       .reference =
           [](const Inputs& in) { return squeeze(eliminated(regular(in[0]), unsqueeze(in[1], -1)), -1); }},
      {.name = "solve/on the right",
       .run = [](const Inputs& in) { return solve(regular(in[0]), in[1], {.left = false}); },
       .args = {{.shape = square}, {.shape = {2, 2, 3}}},
       .reference = [](const Inputs& in) { return mt(eliminated(mt(regular(in[0])), mt(in[1]))); }},
      {.name = "inv",
       .run = [](const Inputs& in) { return inv(regular(in[0])); },
       .args = {{.shape = square}},
       .also = {{{.shape = {1, 1}}}, {{.shape = {20, 20}, .low = -0.5, .high = 0.5}}},
       .reference = matrices(regular, inverse)},
      {.name = "det",
       .run = [](const Inputs& in) { return det(in[0]); },
       .args = {{.shape = square}},
       .also = {{{.shape = {4, 4}}}, {{.shape = {3, 1, 1}}}, {{.shape = {2, 0, 0}}}, {{.shape = {0, 2, 2}}}},
       .reference = numbers(as_it_is, determinant)},
      {.name = "slogdet",
       .run = [](const Inputs& in) { return slogdet(regular(in[0]))[1]; },
       .args = {{.shape = square}},
       .also = {{{.shape = {2, 0, 0}}}},
       .reference = numbers(regular, [](const Matrix& a) { return std::log(std::abs(determinant(a))); })},
      {.name = "logdet",
       .run = [](const Inputs& in) { return logdet(definite(in[0])); },
       .args = {{.shape = square}},
       .reference = numbers(definite, [](const Matrix& a) { return std::log(determinant(a)); })},
  };
}

std::vector<OpRow> triangular() {
  return {
      {.name = "solve_triangular",
       .run = [](const Inputs& in) { return solve_triangular(regular(in[0]), in[1], {.upper = false}); },
       .args = {{.shape = square}, {.shape = {2, 3, 2}}},
       .also = {{{.shape = {1, 3, 3}}, {.shape = {4, 3, 2}}}, {{.shape = {0, 3, 3}}, {.shape = {0, 3, 1}}}},
       .reference =
           [](const Inputs& in) {
             return in[1].numel() == 0 ? in[1] : eliminated(tril(regular(in[0])), in[1]);
           }},
      {.name = "solve_triangular/on the right, unit diagonal",
       .run =
           [](const Inputs& in) {
             return solve_triangular(in[0], in[1], {.upper = true, .left = false, .unitriangular = true});
           },
       .args = {{.shape = square}, {.shape = {2, 2, 3}}},
       .reference =
           [](const Inputs& in) {
             return mt(eliminated(mt(triu(in[0], 1) + identity_of(in[0])), mt(in[1])));
           }},
      {.name = "cholesky",
       .run = [](const Inputs& in) { return cholesky(definite(in[0])); },
       .args = {{.shape = square}},
       .also = {{{.shape = {1, 1}}}, {{.shape = {12, 12}}}},
       .reference = matrices(definite, cholesky_factor)},
      {.name = "cholesky/upper",
       .run = [](const Inputs& in) { return cholesky(definite(in[0]), true); },
       .args = {{.shape = square}},
       .reference = matrices(definite, [](const Matrix& a) { return transposed(cholesky_factor(a)); })},
      {.name = "cholesky_solve",
       .run = [](const Inputs& in) { return cholesky_solve(in[0], regular(in[1])); },
       .args = {{.shape = {2, 3, 2}}, {.shape = square}},
       .reference =
           [](const Inputs& in) {
             const Tensor l = tril(regular(in[1]));
             return eliminated(matmul(l, mt(l)), in[0]);
           }},
      {.name = "cholesky_inverse",
       .run = [](const Inputs& in) { return cholesky_inverse(regular(in[0]), true); },
       .args = {{.shape = square}},
       .reference =
           [](const Inputs& in) {
             const Tensor r = triu(regular(in[0]));
             const Tensor whole = matmul(mt(r), r);
             return each_matrix(whole, [&](std::int64_t i) { return inverse(matrix_at(whole, i)); });
           }},
  };
}

Matrix taylor_exp(const Matrix& a) {
  Matrix sum = identity(a.size()), term = sum;
  for (int k = 1; k < 80; ++k) {
    term = 1.0 / k * (term * a);
    sum = sum + term;
  }
  return sum;
}

std::vector<OpRow> functions() {
  return {
      {.name = "matrix_exp",
       .run = [](const Inputs& in) { return matrix_exp(in[0]); },
       .args = {{.shape = square}},
       .also = {{{.shape = {1, 1}}}, {{.shape = {6, 6}}}, {{.shape = {0, 2, 2}}}},
       .reference =
           [](const Inputs& in) { return in[0].numel() == 0 ? in[0] : matrices(as_it_is, taylor_exp)(in); },
       .tolerance32 = 1e-4},
      {.name = "matrix_power",
       .run = [](const Inputs& in) { return matrix_power(in[0], 5); },
       .args = {{.shape = square}},
       .reference = matrices(as_it_is, [](const Matrix& a) { return a * a * a * a * a; }),
       .tolerance32 = 2e-4},
      {.name = "matrix_power/negative",
       .run = [](const Inputs& in) { return matrix_power(regular(in[0]), -2); },
       .args = {{.shape = square}},
       .reference = matrices(regular, [](const Matrix& a) { return inverse(a) * inverse(a); })},
      {.name = "trace",
       .run = [](const Inputs& in) { return trace(in[0]); },
       .args = {{.shape = {3, 4}}},
       .also = {{{.shape = {4, 3}}}, {{.shape = {0, 0}}}},
       .reference =
           [](const Inputs& in) {
             double sum = 0;
             for (std::int64_t i = 0; i < std::min(in[0].size(0), in[0].size(1)); ++i)
               sum += element(in[0], i * in[0].size(1) + i);
             return scalar(sum, {.dtype = float64});
           }},
      {.name = "vander",
       .run = [](const Inputs& in) { return vander(in[0], 4); },
       .args = {{.shape = {2, 3}}},
       .also = {{{.shape = {3}}}, {{.shape = {0}}}},
       .reference =
           [](const Inputs& in) {
             Shape shape = in[0].shape();
             shape.push_back(4);
             return generate(shape, [&](std::int64_t i) {
               return std::pow(element(in[0], i / 4), static_cast<double>(i % 4));
             });
           }},
  };
}

const RowsOf system_rows(systems), triangular_rows(triangular), function_rows(functions);

}  // namespace
}  // namespace xg::test
